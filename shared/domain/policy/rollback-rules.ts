/** What holds for the plan of a rollback, beside the change gates. */
import { problem } from '../errors/catalogue.ts';
import type { RolloutPlan } from '../plan/decision.ts';
import { reasonFrom } from '../promotion/reason.ts';
import type { Reason } from '../promotion/records.ts';
import { applicablePolicies } from './applicable.ts';
import type { Effect } from './effect.ts';
import type { JudgementContext } from './judge.ts';
import { type Subject, subjectsOf } from './match-gate.ts';
import type { Policy } from './policy.ts';
import { isStateful } from './stateful-types.ts';

/** A snapshot is no resource: what is deleted after one is gone from where it was. */
const verbs: readonly (readonly [Effect, string])[] = [
  ['delete', 'delete'],
  ['snapshot', 'delete'],
  ['replace', 'replace'],
  ['may-replace', 'perhaps replace'],
];

/** A reason for each resource that holds data and that the plan deletes or replaces, whatever policies say. */
export function destroyedBy({ targets }: RolloutPlan): Reason[] {
  return targets.flatMap(({ target, stacks }) =>
    stacks.flatMap((stack) => subjectsOf(target, stack)).flatMap((subject) => destroyed(subject)),
  );
}

function destroyed({ target, stack, resource, type, effects }: Subject): Reason[] {
  const verb = verbs.find(([effect]) => effects.includes(effect))?.[1];
  if (verb === undefined || !isStateful(type)) return [];
  const found = problem('ROLLBACK_DESTROYS', { resource, type, stack, target, effect: verb });
  return [reasonFrom(found, { resource, target })];
}

/** The policies as they hold for a rollback: without the approvals of every plan, unless one that is about it requires an approval. */
export function rollbackPolicies(plan: RolloutPlan, { policies, targets }: JudgementContext): Policy[] {
  const names = new Set(plan.targets.map(({ target }) => target));
  const here = { ...plan, targets: targets.filter(({ name }) => names.has(name)) };
  const required = applicablePolicies(policies, here).filter(({ rollback }) => rollback?.approval === 'required');
  if (required.length === 0) return policies.map(({ approval: _, ...rest }) => rest);
  return policies.map((policy) => (required.includes(policy) ? { approval: {}, ...policy } : policy));
}
