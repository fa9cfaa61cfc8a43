/** Taking up a promotion that did not go well: from the environment it stopped in, with the release it had. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { isGood, type Outcome, type Promotion, type Rollout } from './records.ts';
import type { PromotionRequest } from './request.ts';

const retriable: readonly string[] = ['failed', 'errored', 'rejected', 'aborted'] satisfies Outcome[];

const modeText = { plan: 'plan', drift: 'a look for drift' };

export type Retry =
  | { readonly kind: 'request'; readonly request: PromotionRequest }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** A release that arrived at a target. */
export interface Arrived {
  readonly environment: string;
  readonly release: string;
  readonly releaseId: string;
  readonly promotion: string;
  /** ISO 8601. */
  readonly since: string;
}

/** With all that was chosen the first time. Stacks that are as the release wants them are found so by the new plan and stay untouched. */
export function retryOf(promotion: Promotion, rollouts: readonly Rollout[], running: readonly Arrived[]): Retry {
  const { id, status, mode, release, environments, targets, override } = promotion;
  const looksOnly = mode === 'plan' || mode === 'drift';
  if (looksOnly || !retriable.includes(status))
    return {
      kind: 'refused',
      problem: problem('NOT_RETRIABLE', { promotion: id, status: looksOnly ? modeText[mode] : status }),
    };
  const done = new Set(
    rollouts.filter((rollout) => isGood(rollout.status as Outcome)).map((rollout) => rollout.environment),
  );
  const left = environments.filter((environment) => !done.has(environment));
  const newer = supersededBy(promotion, left, running);
  if (newer !== undefined) return { kind: 'refused', problem: superseded(promotion, newer) };
  const chosen = { ...(targets && { targets }), ...(override && { override }) };
  return { kind: 'request', request: { release, environments: left, mode, ...chosen } };
}

function superseded(
  { id, releaseId }: Promotion,
  { environment, promotion, releaseId: newerRelease, since }: Arrived,
): Problem {
  const facts = { promotion: id, release: releaseId, environment, newer: promotion, newerRelease, since };
  return problem('RETRY_SUPERSEDED', facts);
}

/** Another release that arrived since the promotion ended: taking this one up again would silently put the older one back. */
function supersededBy(
  { id, release, settledAt, requestedAt }: Promotion,
  environments: readonly string[],
  running: readonly Arrived[],
): Arrived | undefined {
  const ended = settledAt ?? requestedAt;
  return running.find(
    (arrived) =>
      environments.includes(arrived.environment) &&
      arrived.promotion !== id &&
      arrived.release !== release &&
      arrived.since > ended,
  );
}
