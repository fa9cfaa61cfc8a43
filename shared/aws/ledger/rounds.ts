/** The rounds of a rollout in the ledger: which plan each decided on, and how. */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import type { Round } from '#shared/domain/promotion/records.ts';
import { type Ledger, putItem, queryLast } from './table.ts';

/** Keeps which plan was decided on in a round, and how: later rounds replace the rollout's plan. Repeating it changes nothing. */
export async function recordRound(ledger: Ledger, round: Round): Promise<void> {
  const { promotion, environment, round: number } = round;
  await putItem(ledger, {
    pk: `PROMOTION#${promotion}`,
    sk: `ROUND#${environment}#${`${number}`.padStart(4, '0')}`,
    ...round,
  });
}

/** The number of the round that a rollout is in; 0 before the first decision. */
export async function readLastRound(ledger: Ledger, promotion: PromotionId, environment: string): Promise<number> {
  const [last] = await queryLast(ledger, { pk: `PROMOTION#${promotion}`, prefix: `ROUND#${environment}#` }, 1);
  return Number(last?.['round'] ?? 0);
}
