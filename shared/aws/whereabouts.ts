/** What is where, from the ledger. */
import type { Instant } from '#shared/domain/identifiers.ts';
import type { Whereabouts } from '#shared/domain/promotion/running.ts';
import { type Bringer, bringersOf, whereabouts } from '#shared/domain/promotion/whereabouts.ts';
import { listDrifts } from './ledger/drifts.ts';
import { readPromotionRecord } from './ledger/promotions.ts';
import { listRestrictions } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';
import { listRunning } from './ledger/targets.ts';

/** Targets that differ may have been brought there by as many promotions; the others are told without a reason. */
const mostBringers = 20;

/** Every target of a pipeline that runs anything of it. */
export async function readWhereabouts(ledger: Ledger, pipeline: string, at: Instant): Promise<Whereabouts[]> {
  const [running, restrictions, drifts] = await Promise.all([
    listRunning(ledger, pipeline),
    listRestrictions(ledger),
    listDrifts(ledger, { pipeline }),
  ]);
  const ids = bringersOf(running).slice(0, mostBringers);
  const records = await Promise.all(ids.map((id) => readPromotionRecord(ledger, id)));
  const bringers = new Map(records.flatMap((one): [string, Bringer][] => (one ? [[one.promotion.id, one]] : [])));
  return whereabouts(running, { restrictions, bringers, at, drifts });
}
