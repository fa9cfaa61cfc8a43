/** The rounds of a rollout in the ledger: which plan each decided on, and how. */
import type { Round } from '#shared/domain/promotion/records.ts';
import { type Ledger, putItem } from './table.ts';

/** Keeps which plan was decided on in a round, and how: later rounds replace the rollout's plan. Repeating it changes nothing. */
export async function recordRound(ledger: Ledger, round: Round): Promise<void> {
  const { promotion, environment, round: number } = round;
  await putItem(ledger, {
    pk: `PROMOTION#${promotion}`,
    sk: `ROUND#${environment}#${`${number}`.padStart(4, '0')}`,
    ...round,
  });
}
