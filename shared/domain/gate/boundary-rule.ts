/** GATE_BOUNDARY: roles stay inside Drawbridge's permissions boundary and out of its names. */
import { rolePath } from '../names.ts';
import { type Located, mayBeAbsent, memberAlternatives } from './alternatives.ts';
import { computedText, ownAccount, type Scope } from './computed-text.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { Objection } from './finding.ts';
import { asWritten } from './policy-statements.ts';
import { canBeReservedName, canBeReservedPath } from './reserved-names.ts';

const boundary = `policy${rolePath}drawbridge-boundary`;
const writeIt = `Set PermissionsBoundary: !Sub arn:\${AWS::Partition}:iam::\${AWS::AccountId}:${boundary}; without it the target account refuses the role.`;

/** Every alternative counts: a boundary that a condition can take away is none (accounts/account.yml, RolesOnlyInsideThisBoundary). */
export function boundaryObjections(role: DeclaredResource, scope: Scope): Objection[] {
  if (role.type !== 'AWS::IAM::Role') return [];
  const properties = { value: role.properties, path: [...role.path, 'Properties'] };
  return [...boundaryFaults(role, properties, scope), ...nameFaults(properties, scope)];
}

function boundaryFaults(role: DeclaredResource, properties: Located, scope: Scope): Objection[] {
  const given = memberAlternatives(properties, 'PermissionsBoundary');
  if (given.length === 0) return [objection(role.path, 'The role has no PermissionsBoundary.', writeIt)];
  const wrong = given.filter(({ value }) => !isBoundary(computedText(value, scope).text, scope));
  const other = wrong.map(({ value, path }) =>
    objection(path, `The role's permissions boundary ${asWritten(value)} is not drawbridge-boundary.`, writeIt),
  );
  return mayBeAbsent(role.properties['PermissionsBoundary'])
    ? [...other, objection(role.path, 'A condition can take the PermissionsBoundary of the role away.', writeIt)]
    : other;
}

function isBoundary(text: string, { context }: Scope): boolean {
  const [, account, resource] = /^arn:aws[a-z-]*:iam::(\d{12}):(.+)$/.exec(text) ?? [];
  return account === ownAccount(context) && resource === boundary;
}

function nameFaults(properties: Located, scope: Scope): Objection[] {
  const next =
    'Leave RoleName and Path out, or begin them with a word of your own; drawbridge- and /drawbridge/ are reserved.';
  const faults = (name: string, isReserved: (pattern: string) => boolean) =>
    memberAlternatives(properties, name)
      .filter(({ value }) => isReserved(computedText(value, scope).text))
      .map(({ value, path }) =>
        objection(path, `${name} ${asWritten(value)} can be one that Drawbridge keeps for itself.`, next),
      );
  return [...faults('RoleName', canBeReservedName), ...faults('Path', canBeReservedPath)];
}

const objection = (path: Objection['path'], what: string, next: string): Objection => ({
  code: 'GATE_BOUNDARY',
  path,
  what,
  next,
});
