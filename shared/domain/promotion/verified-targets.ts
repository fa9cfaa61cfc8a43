/** Which targets a rollout found good, and which it found not good any more. */
import * as z from 'zod';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';
import type { Deployment, Reason } from './records.ts';
import { isGood } from './records.ts';
import { type TargetProgress, throughTargets } from './target-progress.ts';
import type { Verdict } from './verdict.ts';

/** A release that was found good in one target. */
export const VerifiedTarget = z.strictObject({
  pipeline: Name,
  environment: Name,
  target: Name,
  release: Digest,
  releaseId: z.string(),
  promotion: PromotionId,
  at: Instant,
  /** A later verification failed. */
  revoked: z.boolean().optional(),
});
export type VerifiedTarget = z.infer<typeof VerifiedTarget>;

/** Codes that say: what runs there is not what it should be, or does not do what it should. */
const saidNo: readonly string[] = ['NOT_VERIFIED', 'PROBE_FAILED', 'SOAK_FAILED', 'ACCOUNT_NOT_CLEAN'];

/** True where a verification or a soak said no, and not only our machinery broke. */
export function isVerificationFailure({ code }: Pick<Reason, 'code'>): boolean {
  return saidNo.includes(code);
}

export interface Found {
  /** Every stack is there, and all that was to be verified and watched is good. */
  readonly good: readonly string[];
  /** A verification or soak said no. */
  readonly bad: readonly string[];
}

/** `running` are the targets that have every stack of the release: where the rollout went well, nothing more was to be seen to there. */
export function foundIn(
  { outcome }: Pick<Verdict, 'outcome'>,
  progress: readonly TargetProgress[],
  running: readonly string[],
): Found {
  const stopped = new Set(progress.filter(({ status }) => status !== 'done').map(({ target }) => target));
  const good = new Set([...throughTargets(progress), ...(isGood(outcome) ? running : [])]);
  return {
    good: [...good].filter((target) => !stopped.has(target)).sort(),
    bad: progress.filter(({ reasons }) => reasons.some(isVerificationFailure)).map(({ target }) => target),
  };
}

/**
 * Whether every target that was given work says something about the release: it is through, or a stack of it failed. Who was kept from starting, or could
 * not be asked, says nothing, however many failures are tolerated.
 */
export function wasJudged(
  progress: readonly Pick<TargetProgress, 'target' | 'status'>[],
  deployments: readonly Pick<Deployment, 'target' | 'outcome'>[],
): boolean {
  const failed = new Set(deployments.filter(({ outcome }) => outcome === 'failed').map(({ target }) => target));
  return progress.every(({ status, target }) => status === 'done' || failed.has(target));
}
