/** Plans as documents under their digests. */
import { mapBounded } from '#shared/bounded.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import { TargetPlan } from '#shared/domain/plan/stack-plan.ts';
import { type Documents, getDocument } from './documents.ts';
import { listPlannedTargets } from './ledger/plans.ts';
import type { Ledger } from './ledger/table.ts';

/** The plan of one target. Throws DIGEST_MISMATCH. */
async function readTargetPlan(documents: Documents, digest: string): Promise<TargetPlan> {
  return TargetPlan.parse(await getDocument(documents, 'plans', digest));
}

/** The plan of a rollout, as it was decided on. Throws DIGEST_MISMATCH. */
export async function readRolloutPlan(documents: Documents, digest: string): Promise<RolloutPlan> {
  return (await getDocument(documents, 'plans', digest)) as RolloutPlan;
}

/** Documents are small and many: so many are read at once. */
const documentsAtOnce = 25;

interface Planned {
  readonly promotion: PromotionId;
  readonly environment: string;
  /** Targets that are not planned any more. */
  readonly leftOut: ReadonlySet<string>;
}

/** The newest plan of each target that a rollout goes on with, and when the oldest of them was made. */
export async function readPlannedTargets(
  { ledger, documents }: { readonly ledger: Ledger; readonly documents: Documents },
  { promotion, environment, leftOut }: Planned,
): Promise<{ readonly plans: TargetPlan[]; readonly since: string | undefined }> {
  const planned = (await listPlannedTargets(ledger, promotion)).filter(
    (one) => one.environment === environment && !leftOut.has(one.target),
  );
  const [since] = planned.map(({ preparedAt }) => preparedAt).sort();
  return {
    plans: await mapBounded(planned, documentsAtOnce, ({ digest }) => readTargetPlan(documents, digest)),
    since,
  };
}
