/** What a settled rollout leaves on record of its targets: what they run, what was found good, and what follows from what was not. */
import type { Deployment, Promotion, Reason, Rollout } from '#shared/domain/promotion/records.ts';
import { isGood } from '#shared/domain/promotion/records.ts';
import type { TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import { targetsMixed, targetsRunning, type Verdict } from '#shared/domain/promotion/verdict.ts';
import type { Documents } from './documents.ts';
import { liftHolds } from './holds.ts';
import type { Ledger } from './ledger/table.ts';
import { recordMixed, recordRunning } from './ledger/targets.ts';
import { noteVerified } from './note-verified.ts';
import { intendRollbacks } from './roll-back.ts';

interface Settled extends Verdict {
  readonly environment: string;
  readonly at: string;
  readonly progress: readonly TargetProgress[];
  readonly deployments: readonly Deployment[];
  readonly rollout: Rollout | undefined;
}

/**
 * Noting it again changes nothing. Of a promotion that only plans there is nothing to note. Answers what else is to be told of the rollout: why
 * targets that should go back cannot.
 */
export async function noteTargets(
  world: { readonly ledger: Ledger; readonly documents: Documents },
  promotion: Promotion,
  settled: Settled,
): Promise<Reason[]> {
  const { ledger } = world;
  const { environment, at, deployments, rollout } = settled;
  const { id, pipeline, release, releaseId, mode } = promotion;
  const promotes = mode === 'promote';
  const running = promotes ? targetsRunning(deployments) : [];
  const arrived = { pipeline, environment, release, releaseId, promotion: id, since: at };
  await Promise.all(running.map((target) => recordRunning(ledger, { ...arrived, target })));
  if (promotes)
    for (const target of targetsMixed(deployments))
      await recordMixed(ledger, { pipeline, environment, target }, { promotion: id, releaseId, at });
  // Whether something has drifted says nothing about the release.
  if (mode === 'drift') return [];
  if (mode !== 'plan') await noteVerified(ledger, promotion, { ...settled, running });
  const told = await intendRollbacks(world, promotion, { ...settled, running });
  // A person promoted what is newest, everywhere, and it is good: automation may go on from there.
  const whole = promotes && promotion.targets === undefined && promotion.rollback === undefined;
  if (whole && rollout?.newest === true && isGood(settled.outcome))
    await liftHolds(ledger, promotion, { environment, at });
  return told;
}
