/** Whether a rollout may go on at a place now, by what the ledger says at this moment. */
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { lostEligibility } from '#shared/domain/promotion/admission.ts';
import { type Openness, type OpennessFacts, openness, reasonFor, stopAt } from '#shared/domain/promotion/openness.ts';
import type { Reason } from '#shared/domain/promotion/records.ts';
import type { Documents } from './documents.ts';
import { listPolicyDocuments } from './ledger/policies.ts';
import { readPromotion } from './ledger/promotions.ts';
import { listRestrictions, listRestrictionsOf } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';
import { listVerified } from './ledger/verified.ts';
import { readRelease } from './releases.ts';

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

/**
 * Why a rollout that was let in may go no further, or undefined: what was verified before may have been revoked while it waited. Throws
 * PROMOTION_UNKNOWN, RELEASE_UNKNOWN.
 */
export async function readLostEligibility(
  { ledger, documents }: { readonly ledger: Ledger; readonly documents: Documents },
  rollout: { readonly promotion: PromotionId; readonly release: string; readonly environment: string },
): Promise<Reason | undefined> {
  const [promotion, release, verifiedIn] = await Promise.all([
    readPromotion(ledger, rollout.promotion),
    readRelease(documents, rollout.release),
    listVerified(ledger, rollout.release),
  ]);
  if (promotion === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: rollout.promotion });
  const lost = lostEligibility({ promotion, release, environment: rollout.environment, verifiedIn });
  return lost === undefined ? undefined : reasonFor(lost);
}

type Spot = Pick<OpennessFacts, 'pipeline' | 'environment' | 'at'>;

/** The emergency stop that is in force at a place, as a problem. */
export async function readStop(ledger: Ledger, spot: Spot): Promise<Problem | undefined> {
  return stopAt({ ...spot, restrictions: await listRestrictionsOf(ledger, 'stop') });
}

/** For the step before something is executed: nothing but an emergency stop counts there. Throws STOPPED. */
export async function requireNotStopped(ledger: Ledger, spot: Spot): Promise<void> {
  const stop = await readStop(ledger, spot);
  if (stop !== undefined) throw new DrawbridgeError(stop);
}
