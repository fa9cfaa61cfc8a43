/** GATE_BOUNDARY: resources that take what is Drawbridge's own, by its name. */
import { isObject, type Json } from '../template/template.ts';
import { type Located, listAlternatives, memberAlternatives } from './alternatives.ts';
import { computedText, type Scope } from './computed-text.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { Objection } from './finding.ts';
import { asWritten } from './policy-statements.ts';
import { canBeReservedName, isReservedRole } from './reserved-names.ts';

/** Of accounts/region.yml. */
const ownRule = 'drawbridge-stack-events';

/** Functions, targets and the like that would run as a role of Drawbridge, instance profiles that hold one, and our rule of events. */
export function reservedUseObjections(resource: DeclaredResource, scope: Scope): Objection[] {
  const { type = '', path, properties } = resource;
  if (type === 'AWS::IAM::Role') return [];
  const located = { value: properties, path: [...path, 'Properties'] };
  const texts = (name: string) => memberAlternatives(located, name).flatMap(listAlternatives);
  const isOwnName = (one: Located) => canBeReservedName(decidedText(one.value, scope));
  return [
    ...roleMembers(located).filter(({ value }) => isReservedRole(decidedText(value, scope))),
    ...(type === 'AWS::IAM::InstanceProfile' ? texts('Roles').filter(isOwnName) : []),
    ...(type === 'AWS::Events::Rule' ? texts('Name').filter(({ value }) => decidedText(value, scope) === ownRule) : []),
  ].map(({ value, path: at }) => ({
    code: 'GATE_BOUNDARY',
    path: at,
    what: `${type} uses ${asWritten(value)}, which Drawbridge keeps for itself.`,
    next: 'Use a role of this template, inside drawbridge-boundary, and names that begin with a word of your own.',
  }));
}

/** Undecided names are left alone: a role is passed on only where the boundary lets it be. */
function decidedText(value: Json, scope: Scope): string {
  const { text, decided } = computedText(value, scope);
  return decided ? text : '';
}

/** `Role`, `RoleArn`, `TaskRoleArn`, `ServiceRole` …, however deep. Who a policy names is another rule's. */
function roleMembers({ value, path }: Located): Located[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => roleMembers({ value: item, path: [...path, index] }));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    /Role(Arn)?$/i.test(name)
      ? memberAlternatives({ value, path }, name)
      : roleMembers({ value: member, path: [...path, name] }),
  );
}
