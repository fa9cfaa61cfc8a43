/** Rounds of a rollout: how many there can be at the most. */
import { failure } from '../errors/catalogue.ts';

/** Approvals that are voided and recoveries take rounds of their own, beside one for each stack of a chain. */
const spare = 10;

/** The number of the next round. Throws PLAN_UNSTABLE when the plan does not come to rest. */
export function nextRound({ environment, round }: { environment: string; round: number }, stacks: number): number {
  if (round >= stacks + spare) throw failure('PLAN_UNSTABLE', { environment, rounds: round });
  return round + 1;
}
