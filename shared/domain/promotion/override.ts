/** Overriding a gate: only for whom a policy names, and with a reason that stays on the promotion. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { membersOf } from '../policy/approvals.ts';
import type { Policy } from '../policy/policy.ts';
import type { Override } from './records.ts';

/**
 * Why an actor may not override `of`, or undefined. The groups are those that the policies about the rollout name; who is in them, any
 * policy may say.
 */
export function overrideRefusal(
  of: Override['of'][number],
  actor: string,
  policies: { readonly applicable: readonly Policy[]; readonly all: readonly Policy[] },
): Problem | undefined {
  const groups = [...new Set(policies.applicable.flatMap(({ overrides }) => overrides?.[of] ?? []))].sort();
  if (groups.some((group) => membersOf(group, policies.all).has(actor))) return undefined;
  return problem('OVERRIDE_NOT_PERMITTED', { actor, of, groups });
}
