/** Taking up a promotion that did not go well: from the environment it stopped in, with the release it had. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { isGood, type Outcome, type Promotion, type Rollout } from './records.ts';
import type { PromotionRequest } from './request.ts';

const retriable: readonly string[] = ['failed', 'errored', 'rejected', 'aborted'] satisfies Outcome[];

export type Retry =
  | { readonly kind: 'request'; readonly request: PromotionRequest }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Stacks that are as the release wants them are found so by the new plan and stay untouched. */
export function retryOf(promotion: Promotion, rollouts: readonly Rollout[]): Retry {
  const { id, status, mode, release, environments } = promotion;
  if (mode === 'plan' || !retriable.includes(status))
    return {
      kind: 'refused',
      problem: problem('NOT_RETRIABLE', { promotion: id, status: mode === 'plan' ? mode : status }),
    };
  const done = new Set(
    rollouts.filter((rollout) => isGood(rollout.status as Outcome)).map((rollout) => rollout.environment),
  );
  const left = environments.filter((environment) => !done.has(environment));
  return { kind: 'request', request: { release, environments: left } };
}
