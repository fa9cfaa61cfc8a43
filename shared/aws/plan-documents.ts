/** Plans as documents under their digests. */
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import { TargetPlan } from '#shared/domain/plan/stack-plan.ts';
import { type Documents, getDocument } from './documents.ts';

/** The plan of one target. Throws DIGEST_MISMATCH. */
export async function readTargetPlan(documents: Documents, digest: string): Promise<TargetPlan> {
  return TargetPlan.parse(await getDocument(documents, 'plans', digest));
}

/** The plan of a rollout, as it was decided on. Throws DIGEST_MISMATCH. */
export async function readRolloutPlan(documents: Documents, digest: string): Promise<RolloutPlan> {
  return (await getDocument(documents, 'plans', digest)) as RolloutPlan;
}
