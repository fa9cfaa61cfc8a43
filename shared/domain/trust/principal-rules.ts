/** Who is named. IAM User Guide, "AWS JSON policy elements: Principal". */
import type { PrincipalPattern } from '../iam/policy.ts';
import { distinct, type Finding, finding } from './finding.ts';
import {
  demands,
  isNeighbour,
  isOpen,
  isOrchestrator,
  principalText,
  type TrustStatement,
  type TrustView,
} from './trust-view.ts';

/** Findings on the principals a trust policy lets in, each principal told once, where it is first named. */
export function principalFindings(view: TrustView): Finding[] {
  const named = view.allows.flatMap((statement) => statement.principals.map((principal) => ({ statement, principal })));
  const first = new Map(named.toReversed().map((one) => [principalText(one.principal), one]));
  const inOrder = [...first.values()].toReversed();
  return distinct(inOrder.flatMap(({ principal, statement }) => judged(view, principal, statement)));
}

function judged(view: TrustView, principal: PrincipalPattern, { pointer }: TrustStatement): Finding[] {
  const text = { principal: principalText(principal) };
  const isService = principal.kind === 'service' || principal.kind === 'federated';
  if (view.kind === 'execution' && principal.kind !== 'everyone') {
    return text.principal === 'cloudformation.amazonaws.com' ? [] : [finding('TRUST_EXECUTION', text, pointer)];
  }
  if (isService && view.kind === 'other') return foreignProvider(view, text.principal, pointer);
  switch (principal.kind) {
    case 'everyone':
      return [finding('TRUST_WILDCARD', text, pointer)];
    case 'account':
      return [finding(isNarrowed(view, principal) ? 'TRUST_ACCOUNT_PINNED' : 'TRUST_ACCOUNT', text, pointer)];
    case 'role-id':
      return [finding('TRUST_DELETED_PRINCIPAL', text, pointer)];
    case 'user':
      return [finding(text.principal.startsWith('AIDA') ? 'TRUST_DELETED_PRINCIPAL' : 'TRUST_USER', text, pointer)];
    case 'session':
    case 'session-id':
      return [finding('TRUST_SESSION', text, pointer)];
    case 'role':
    case 'service':
    case 'federated':
      return otherThanOrchestrator(view, principal, pointer);
  }
}

/** Whoever owns a provider decides who comes through it; one of AWS itself, such as Cognito, is in no account. */
function foreignProvider({ role: { account } }: TrustView, principal: string, pointer: string): Finding[] {
  const owner = /^arn:[^:]+:iam::(\d{12}):(?:saml|oidc)-provider\//.exec(principal)?.[1];
  if (owner === undefined || account === undefined || owner === account) return [];
  return [finding('TRUST_FOREIGN_PROVIDER', { provider: principal, account }, pointer)];
}

/** aws:PrincipalArn names the caller's role, written out, in every statement that trusts the account. */
function isNarrowed({ allows }: TrustView, account: PrincipalPattern): boolean {
  const name = principalText(account);
  return allows
    .filter(({ principals }) => principals.some((principal) => principalText(principal) === name))
    .every((statement) => demands(statement, 'aws:PrincipalArn').some(({ values }) => !values.some(isOpen)));
}

/** The first principal that is the orchestrator role is the one to be trusted; a second of that name is in another account. */
function otherThanOrchestrator(view: TrustView, principal: PrincipalPattern, pointer: string): Finding[] {
  const orchestrators = view.allows
    .flatMap(({ principals }) => principals)
    .filter((candidate) => isOrchestrator(view, candidate))
    .map(principalText);
  const text = principalText(principal);
  if (isNeighbour(view, principal)) return [];
  // Of a template the account is a parameter, which is told as what it was read with.
  if (text === orchestrators[0] && view.orchestrator === undefined && view.role.isDeclared !== true)
    return [finding('TRUST_ORCHESTRATOR_UNCHECKED', { principal: text }, pointer)];
  if (text === orchestrators[0]) return [];
  if (orchestrators.length > 0) return [finding('TRUST_SECOND_PRINCIPAL', { principal: text }, pointer)];
  const expected = view.orchestrator ?? 'the orchestrator role';
  return [finding('TRUST_FOREIGN_PRINCIPAL', { principal: text, expected }, pointer)];
}
