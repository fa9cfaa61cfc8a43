/** The rollout that changes an environment now: what its targets run is on record only once it has ended. */
import type { UnderWay } from '#shared/domain/promotion/rollback.ts';
import { readHolder } from './ledger/leases.ts';
import { readPromotionRecord } from './ledger/promotions.ts';
import type { Ledger } from './ledger/table.ts';
import { listTouched } from './ledger/touched-targets.ts';

/**
 * The release that a rollout brings, and every target it is planned for; undefined where none has begun to change anything. A rollback is
 * none of these: where it goes is where another one goes too.
 */
export async function readUnderWay(
  ledger: Ledger,
  { pipeline, environment }: { readonly pipeline: string; readonly environment: string },
): Promise<UnderWay | undefined> {
  const holder = await readHolder(ledger, { pipeline, environment });
  const record = holder === undefined ? undefined : await readPromotionRecord(ledger, holder);
  if (record === undefined || record.promotion.rollback !== undefined) return undefined;
  const { promotion, rollouts, deployments } = record;
  const settled = rollouts.some((one) => one.environment === environment && one.settledAt !== undefined);
  if (settled || (await listTouched(ledger, { promotion: promotion.id, environment })).length === 0) return undefined;
  const { release, releaseId } = promotion;
  const here = deployments.filter((one) => one.environment === environment);
  return { release, releaseId, targets: new Set(here.map(({ target }) => target)) };
}
