/** Whether a rollout may go on at a place now, by what the ledger says at this moment. */
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { type Openness, type OpennessFacts, openness, stopAt } from '#shared/domain/promotion/openness.ts';
import { listPolicyDocuments } from './ledger/policies.ts';
import { readPromotion } from './ledger/promotions.ts';
import { listRestrictions, listRestrictionsOf } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';

/** Where and when something is to be started, and for which promotion. */
export interface Start extends Pick<OpennessFacts, 'pipeline' | 'environment' | 'targets' | 'at'> {
  readonly promotion: PromotionId;
}

/**
 * May the promotion start something at these targets now? Stops, holds, freezes and windows, read anew each time. Throws
 * PROMOTION_UNKNOWN.
 */
export async function readOpenness(ledger: Ledger, { promotion: id, ...start }: Start): Promise<Openness> {
  const [promotion, policies, restrictions] = await Promise.all([
    readPromotion(ledger, id),
    listPolicyDocuments(ledger),
    listRestrictions(ledger),
  ]);
  if (promotion === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: id });
  return openness({ ...start, promotion, policies, restrictions });
}

/** For the step before something is executed: nothing but an emergency stop counts there. Throws STOPPED. */
export async function requireNotStopped(
  ledger: Ledger,
  spot: Pick<OpennessFacts, 'pipeline' | 'environment' | 'at'>,
): Promise<void> {
  const stop = stopAt({ ...spot, restrictions: await listRestrictionsOf(ledger, 'stop') });
  if (stop !== undefined) throw new DrawbridgeError(stop);
}
