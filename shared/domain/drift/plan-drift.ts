/** Drift in a plan: what is known of it goes into the plan of its stack. */
import type { LiveStack } from '../plan/comparison.ts';
import type { Preparation } from '../plan/preparation.ts';
import type { StackPlan, TargetPlan } from '../plan/stack-plan.ts';
import type { DriftRecord } from './drift.ts';

type Seen = Pick<LiveStack, 'updatedAt' | 'drift'>;

/** The plan with what is known of the drift of its stacks. Where nothing is, or nobody asks, the plan and its digest stay as they are. */
export function withDrift(
  plan: TargetPlan,
  preparations: readonly Preparation[],
  records: readonly DriftRecord[] | undefined,
): TargetPlan {
  if (records === undefined) return plan;
  const seenOf = (name: string) => preparations.find(({ stack }) => stack === name);
  return {
    ...plan,
    stacks: plan.stacks.map((stack): StackPlan => {
      const preparation = seenOf(stack.stack);
      const seen = preparation !== undefined && 'seen' in preparation ? preparation.seen : undefined;
      const record = records.find((one) => one.stack === stack.stack && one.stackName === stack.stackName);
      const drift = seen === undefined ? undefined : driftOf(seen, record);
      return drift === undefined ? stack : { ...stack, drift };
    }),
  };
}

/**
 * What the record says, unless the stack was updated since, or CloudFormation knows better by now: somebody else asks it as well. It tells the stack's
 * status alone, and nothing of nested stacks.
 */
function driftOf({ updatedAt = '', drift }: Seen, record: DriftRecord | undefined): StackPlan['drift'] {
  const told = drift !== undefined && drift.checkedAt >= updatedAt ? drift : undefined;
  const known = record !== undefined && record.checkedAt >= updatedAt ? record : undefined;
  const newer = told !== undefined && told.checkedAt > (known?.checkedAt ?? '');
  if (newer && told.status === 'DRIFTED' && known?.status !== 'DRIFTED') return { resources: [] };
  if (known?.status !== 'DRIFTED') return undefined;
  const repaired = newer && told.status === 'IN_SYNC';
  const resources = known.resources.filter(({ within }) => !repaired || within !== undefined);
  return resources.length === 0 ? undefined : { resources };
}
