/** Following a promotion to its end. */
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Connection } from '../connection.ts';
import { getPromotion } from './promotions.ts';

const open = new Set(['accepted', 'running']);

/** Asks until the promotion has ended, at most `looks` times; then answers how it stands. It goes on whether anybody follows or not. */
export async function followPromotion(connection: Connection, id: string, looks = 17_280): Promise<PromotionRecord> {
  let record = await getPromotion(connection.api, id);
  for (let look = 1; look < looks && open.has(record.promotion.status); look += 1) {
    await connection.pass();
    record = await getPromotion(connection.api, id);
  }
  return record;
}
