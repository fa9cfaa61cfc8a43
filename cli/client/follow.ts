/** Following a promotion to its end. */
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Connection } from '../connection.ts';
import { getPromotion } from './promotions.ts';

/**
 * Asks until the promotion has ended or waits for people, at most `looks` times; then answers how it stands. It goes on whether anybody
 * follows or not.
 */
export async function followPromotion(connection: Connection, id: string, looks = 17_280): Promise<PromotionRecord> {
  let record = await getPromotion(connection.api, id);
  for (let look = 1; look < looks && isUnderWay(record); look += 1) {
    await connection.pass();
    record = await getPromotion(connection.api, id);
  }
  return record;
}

/** Nothing to wait for: a decision may take days. */
function isUnderWay({ promotion, approvals }: PromotionRecord): boolean {
  const { status } = promotion;
  return (status === 'accepted' || status === 'running') && !approvals.some((request) => request.status === 'open');
}
