/** Why a target stopped: what failed in it, as its stacks say it, or what our machinery met. */
import { isCaught, isOnRecord, type MaybeCaught, reasonOf } from './caught.ts';
import type { Deployment, Reason } from './records.ts';

/** None for a target that is done. */
export function targetReasons(ended: {
  readonly target: string;
  readonly error: MaybeCaught;
  readonly deployments: readonly Deployment[];
}): Reason[] {
  const { target, error, deployments } = ended;
  if (!isCaught(error)) return [];
  const failed = deployments.flatMap(({ outcome, reason }) => (outcome === 'failed' && reason ? [reason] : []));
  if (isOnRecord(error) && failed.length > 0) return failed;
  return [{ ...reasonOf(isOnRecord(error) ? { ...error, Error: 'STACK_FAILED' } : error), target }];
}
