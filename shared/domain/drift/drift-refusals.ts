/** Where an environment wants its stacks undrifted: why a plan may not change them. */
import type { Environment } from '../config/schema.ts';
import { problem } from '../errors/catalogue.ts';
import { isWork, type RolloutPlan } from '../plan/decision.ts';
import type { Policy } from '../policy/policy.ts';
import { overrideRefusal } from '../promotion/override.ts';
import { reasonFrom } from '../promotion/reason.ts';
import type { Promotion, Reason } from '../promotion/records.ts';
import { driftedText } from './drift.ts';

interface Weighed {
  readonly plan: RolloutPlan;
  readonly applicable: readonly Policy[];
  readonly all: readonly Policy[];
}

/**
 * Why stacks may not be changed where the environment wants them undrifted: one reason for each, or why whoever asks may not override it. A rollback
 * is not held up.
 */
export function driftRefusals(
  { override, requestedBy, rollback }: Pick<Promotion, 'override' | 'requestedBy' | 'rollback'>,
  { name, drift }: Pick<Environment, 'name' | 'drift'>,
  { plan, ...policies }: Weighed,
): Reason[] {
  if (drift !== 'block' || rollback !== undefined) return [];
  const blocked = plan.targets.flatMap(({ target, stacks }) =>
    stacks.filter(isWork).flatMap(({ stack, drift: found }) => {
      if (found === undefined) return [];
      const facts = { stack, target, environment: name, resources: driftedText(found.resources) };
      return [reasonFrom(problem('DRIFT_BLOCKS', facts), { target })];
    }),
  );
  if (blocked.length === 0 || !override?.of.includes('drift')) return blocked;
  const refused = overrideRefusal('drift', requestedBy, policies);
  return refused === undefined ? [] : [reasonFrom(refused)];
}
