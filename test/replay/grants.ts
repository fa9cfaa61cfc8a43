/** Actions that policies grant, one by one, and policies without one of them. */
import type { Policy } from '#shared/domain/iam/policy.ts';
import { matchesWildcard } from '#shared/domain/iam/wildcard.ts';
import type { ShippedPolicies, ShippedPolicy } from './shipped-policies.ts';

/** One action of one Allow statement. A wildcard is one action. */
export interface Grant {
  /** `drawbridge-preview: preview, ReadStacks: cloudformation:DescribeStacks`. */
  readonly name: string;
  readonly statement: number;
  readonly action: string;
}

export function grantsOf({ name, policy }: ShippedPolicy): Grant[] {
  return policy.statements.flatMap(({ effect, action: { except, patterns }, label }, statement) => {
    // A session policy gives nothing that the role has not: what a statement of it leaves out limits, and the role's own actions are each held.
    if (effect === 'Deny' || (except && name.startsWith('session of '))) return [];
    if (except) throw new Error(`${name}, ${label}: NotAction cannot be taken away action by action`);
    // The id of a function's statement ends in what makes it unique.
    const told = label.replace(/^(drawbridge-\w+)-\w{12}$/, '$1');
    return patterns.map((action) => ({ name: `${name}, ${told}: ${action}`, statement, action }));
  });
}

/** The names of all that is granted, each once. */
export function namesOfGrants(shipped: readonly ShippedPolicies[]): string[] {
  const policies = shipped.flatMap(({ roles, resources }) => [
    ...[...roles].filter(([arn]) => !isExecutionRole(arn)).flatMap(([, { identity, trust }]) => [...identity, trust]),
    ...resources.values(),
  ]);
  return [...new Set(policies.flatMap(grantsOf).map(({ name }) => name))].sort();
}

/** What CloudFormation may do with it is decided by the account's owner; the shipped part of it is a limit. */
export const isExecutionRole = (arn: string): boolean => arn.endsWith(':role/drawbridge/drawbridge-execution');

export function covers({ action }: Grant, asked: string): boolean {
  return matchesWildcard(action.toLowerCase(), asked.toLowerCase());
}

export function without(policy: Policy, { statement, action }: Grant): Policy {
  const statements = policy.statements.map((one, index) =>
    index === statement
      ? { ...one, action: { except: false, patterns: one.action.patterns.filter((other) => other !== action) } }
      : one,
  );
  return { ...policy, statements };
}
