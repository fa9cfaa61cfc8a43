/** What a settled rollout says about releases and targets: where the release is good now, and where it is not any more. */
import type { Deployment, Promotion } from '#shared/domain/promotion/records.ts';
import { isGood } from '#shared/domain/promotion/records.ts';
import type { TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import type { Verdict } from '#shared/domain/promotion/verdict.ts';
import { foundIn, wasJudged } from '#shared/domain/promotion/verified-targets.ts';
import type { Ledger } from './ledger/table.ts';
import { recordVerified, recordVerifiedTarget, revokeVerified } from './ledger/verified.ts';

interface Settled extends Verdict {
  readonly environment: string;
  readonly at: string;
  readonly progress: readonly TargetProgress[];
  readonly deployments: readonly Deployment[];
  /** The targets with every stack of the release. */
  readonly running: readonly string[];
}

/**
 * Opens the next environment to a release that was found good in all of this one, and notes each target for itself. Where a verification
 * said no, what was opened before is closed again.
 */
export async function noteVerified(ledger: Ledger, promotion: Promotion, settled: Settled): Promise<void> {
  const { id, pipeline, release, releaseId, targets } = promotion;
  const { environment, at, outcome, progress, deployments, running } = settled;
  const { good, bad } = foundIn(settled, progress, running);
  const of = { pipeline, environment, release, releaseId, promotion: id, at };
  await Promise.all(good.map((target) => recordVerifiedTarget(ledger, { ...of, target })));
  await Promise.all(bad.map((target) => recordVerifiedTarget(ledger, { ...of, target, revoked: true })));
  const whole = targets === undefined && bad.length === 0 && wasJudged(progress, deployments);
  // Some targets of an environment are not the environment.
  if (isGood(outcome) && whole) await recordVerified(ledger, { release, environment, at });
  if (bad.length > 0) await revokeVerified(ledger, { release, environment, at, promotion: id });
}
