/** A trust policy as the rules look at it: statements that let somebody in, with their places. */
import type { Condition, Policy, PrincipalPattern, Statement } from '../iam/policy.ts';
import { matchesWildcard } from '../iam/wildcard.ts';
import { type RoleFacts, type RoleKind, roleKind } from './role-facts.ts';

export interface TrustView {
  readonly kind: RoleKind;
  readonly role: RoleFacts;
  readonly policy: Policy;
  /** Only those with Effect Allow. */
  readonly allows: readonly TrustStatement[];
  /** The ARN of the orchestrator role where it is known; its name decides otherwise. */
  readonly orchestrator?: string;
}

export interface TrustStatement extends Statement {
  readonly principals: readonly PrincipalPattern[];
  readonly pointer: string;
}

/** The view of a parsed trust policy. A policy without a role is one of a target role if it names a principal of AWS. */
export function trustView(role: RoleFacts, policy: Policy, orchestrator?: string): TrustView {
  const document = typeof role.trust === 'string' ? (JSON.parse(role.trust) as unknown) : role.trust;
  const isList = Array.isArray((document as { Statement: unknown }).Statement);
  const allows = policy.statements.flatMap((statement, index): TrustStatement[] => {
    const { principals = [], effect } = statement;
    const pointer = `${role.pointer}/Statement${isList ? `/${index}` : ''}`;
    return effect === 'Allow' ? [{ ...statement, principals, pointer }] : [];
  });
  const assumed = allows.some(({ principals }) => principals.some(isAws)) ? 'target' : 'other';
  const kind = roleKind(role.name) ?? assumed;
  return { kind, role, policy, allows, ...(orchestrator === undefined ? {} : { orchestrator }) };
}

/** Whether the statement is about this action (names are not case-sensitive). */
export function covers(statement: Statement, action: string): boolean {
  const listed = statement.action.patterns.some((pattern) =>
    matchesWildcard(pattern.toLowerCase(), action.toLowerCase()),
  );
  return listed !== statement.action.except;
}

export const isAws = ({ kind }: PrincipalPattern): boolean => kind !== 'service' && kind !== 'federated';

/** The principal as it is written, `*` for everyone. */
export const principalText = (principal: PrincipalPattern): string =>
  principal.kind === 'everyone' ? '*' : principal.name;

export function isOrchestrator({ orchestrator }: TrustView, principal: PrincipalPattern): boolean {
  if (principal.kind !== 'role') return false;
  return orchestrator === undefined
    ? /:role\/drawbridge-orchestrator$/.test(principal.name)
    : principal.name === orchestrator;
}

/** A role of the role's own account: no way in from elsewhere, unless the role is one that trusts the orchestrator role alone. */
export function isNeighbour({ kind, role }: TrustView, principal: PrincipalPattern): boolean {
  return kind === 'other' && principal.kind === 'role' && principal.name.split(':')[4] === role.account;
}

const positive = new Set(['StringEquals', 'StringEqualsIgnoreCase', 'StringLike', 'ArnEquals', 'ArnLike']);

/** Conditions that can only hold when the request has the key, with one of the values. */
export function demands(statement: Statement, key: string): Condition[] {
  return statement.conditions.filter(
    (condition) =>
      condition.key.toLowerCase() === key.toLowerCase() &&
      positive.has(condition.operator) &&
      !condition.ifExists &&
      condition.quantifier !== 'ForAllValues',
  );
}

/** Whether the key can only have values that are written out. `ArnEquals` takes wildcards like `ArnLike` does. */
export function isPinned(statement: Statement, key: string): boolean {
  return demands(statement, key).some(
    ({ operator, values }) =>
      !values.some(hasVariable) && (operator.startsWith('StringEquals') || !values.some(hasWildcard)),
  );
}

export const hasWildcard = (value: string): boolean => /[*?]/.test(value);

/** Whatever the request brings, which may be the key itself. `${*}`, `${?}` and `${$}` stand for themselves. */
export const hasVariable = (value: string): boolean => /\$\{(?![*?$]\})/.test(value);

/** Whether more than one value meets it. */
export const isOpen = (value: string): boolean => hasWildcard(value) || hasVariable(value);

/** `Statement Assume`, or `Statement 2` for one without a Sid. */
export const labelOf = ({ label }: Statement): string => `Statement ${label.replace(/^statement /, '')}`;
