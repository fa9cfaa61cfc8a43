/** What nobody may do in a target account, request by request, and the laws that every word of a denial has one of them. */
import { type AccessRequest, evaluate } from '#shared/domain/iam/evaluate.ts';
import type { NamedPolicy, Statement } from '#shared/domain/iam/policy.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { anything, executionRole, sessionOf, targetAccount } from './target-policies.ts';

export const applicationRole = `arn:aws:iam::${targetAccount}:role/orders-function`;
export const boundaryArn = `arn:aws:iam::${targetAccount}:policy/drawbridge/drawbridge-boundary`;

export interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly by?: string;
  readonly context?: RequestContext;
}

/** One request for each action of a service, written `Action Action`. */
export const each = (service: string, actions: string, asked: Omit<Asked, 'action'>): Asked[] =>
  actions
    .trim()
    .split(/\s+/)
    .map((name) => ({ ...asked, action: `${service}:${name}` }));

export function requestOf({ action, resource, by = executionRole, context = {} }: Asked): AccessRequest {
  return {
    requester: sessionOf(by),
    action,
    resource,
    resourceAccount: targetAccount,
    context: { 'aws:PrincipalArn': by, ...context },
  };
}

/** The policy without one action or one resource of one denial; where it was the last, without the denial. */
export function mutations({ name, policy }: NamedPolicy): NamedPolicy[] {
  return policy.statements.flatMap((statement, index) => {
    if (statement.effect === 'Allow') return [];
    return (['action', 'resource'] as const).flatMap((element) => {
      const patterns = statement[element]?.patterns ?? [];
      return patterns.map((removed) => {
        const rest = patterns.filter((pattern) => pattern !== removed);
        const left: Statement[] =
          rest.length === 0 ? [] : [{ ...statement, [element]: { ...statement[element], patterns: rest } }];
        const statements = policy.statements.toSpliced(index, 1, ...left);
        return { name: `${name}: ${statement.label} without ${removed}`, policy: { ...policy, statements } };
      });
    });
  });
}

/** The mutations that let none of the requests through: what they leave out could be deleted and nobody would see it. */
export function unnoticed(denying: NamedPolicy, layer: 'boundary' | 'organization', asked: readonly Asked[]): string[] {
  const decide = (one: Asked, limit: NamedPolicy) =>
    evaluate(requestOf(one), {
      identity: anything,
      ...(layer === 'boundary' ? { boundary: limit } : { organization: [[limit, ...anything]] }),
    }).kind;
  return mutations(denying)
    .filter((mutation) => asked.every((one) => decide(one, mutation) === 'denied'))
    .map(({ name }) => name);
}
