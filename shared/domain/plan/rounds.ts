/** Rounds of a rollout: how many there can be at the most. */
import { failure } from '../errors/catalogue.ts';

/** In a chain each stack can be planned only once the one before is done, and each may need an approval of its own. */
const roundsOfStack = 2;
/** Approvals that are voided, recoveries and late settings take rounds of their own. */
const spare = 10;

/** The number of the next round. Throws PLAN_UNSTABLE when the plan does not come to rest. */
export function nextRound({ environment, round }: { environment: string; round: number }, stacks: number): number {
  if (round >= roundsOfStack * stacks + spare) throw failure('PLAN_UNSTABLE', { environment, rounds: round });
  return round + 1;
}
