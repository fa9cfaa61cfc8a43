/** GATE_TRUST: who may assume the roles a template creates. */
import { takesCertificates } from '../iam/certificate-services.ts';
import type { PrincipalPattern } from '../iam/policy.ts';
import { memberAlternatives } from './alternatives.ts';
import { ownAccount, type Scope } from './computed-text.ts';
import type { DeclaredResource } from './declared-resources.ts';
import { federationGaps } from './federation-conditions.ts';
import type { Objection } from './finding.ts';
import { type ReadStatement, readStatements } from './policy-statements.ts';
import { isReservedRole } from './reserved-names.ts';

const next =
  'Trust a service, or a role of the same account by its ARN; access from outside goes through the roles of accounts/account.yml.';

/**
 * Roles may trust services, principals of their own account, and identity providers under conditions that say for whom (IAM User Guide,
 * "AWS JSON policy elements: Principal", "Configuring a role for OIDC"). A document that cannot be read is refused.
 */
export function trustObjections(role: DeclaredResource, scope: Scope): Objection[] {
  if (role.type !== 'AWS::IAM::Role') return [];
  const properties = { value: role.properties, path: [...role.path, 'Properties'] };
  const documents = memberAlternatives(properties, 'AssumeRolePolicyDocument');
  if (documents.length === 0) {
    const what = 'The role has no trust policy that can be read';
    return [
      { code: 'GATE_TRUST', path: role.path, what: `${what}.`, next: 'Write AssumeRolePolicyDocument out in full.' },
    ];
  }
  return documents
    .flatMap((document) => readStatements(document, 'trust', scope))
    .flatMap((read) =>
      trustFaults(read, scope).map((what): Objection => ({ code: 'GATE_TRUST', path: read.path, what, next })),
    );
}

function trustFaults(read: ReadStatement, scope: Scope): string[] {
  if (read.kind === 'unreadable') return [`The role's trust policy cannot be judged: ${read.why}.`];
  const { statement, undecided, conditions } = read;
  if (statement.effect === 'Deny') return [];
  const given = undecided.length === 0 ? '' : ` (${undecided.join(', ')} is not decided by the template)`;
  // A trust policy without principals is unreadable.
  return (statement.principals as readonly PrincipalPattern[]).flatMap((principal) => {
    if (principal.kind === 'federated') return federationGaps(principal.name, conditions, scope);
    const fault = principalFault(principal, scope);
    return fault === undefined ? [] : [`The role trusts ${fault}${given}.`];
  });
}

function principalFault(principal: PrincipalPattern, { context }: Scope): string | undefined {
  if (principal.kind === 'everyone') return '*, which is everybody in every account';
  const { kind, name } = principal;
  if (kind === 'service')
    return takesCertificates(name) ? `${name}, which lets certificates stand for roles` : undefined;
  if (kind === 'user') return `the user ${name}; there are no IAM users`;
  const account = /^(?:arn:[a-z-]+:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(name)?.[1] ?? name;
  const reserved = isReservedRole(name) ? ', a role of Drawbridge' : '';
  if (kind === 'role-id' || kind === 'session-id') return `${name}, which does not say its account`;
  if (account !== ownAccount(context)) return `${name} of another account${reserved}`;
  return reserved === '' ? undefined : `${name}${reserved}`;
}
