/** Holds that promotions put and lift: automation must not undo what a rollback, or a person who chose an older release, has done. */
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { covers, isInForce, type Restriction, restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { liftRestriction, listRestrictionsOf, putRestriction } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';

type Holder = Pick<Promotion, 'id' | 'pipeline' | 'requestedBy'>;
interface Where {
  readonly environment: string;
  readonly at: string;
}

/**
 * Puts a hold on behalf of a promotion, also where another one has put its own: that may be lifted while this one is still meant. One that was
 * lifted meanwhile is not put again.
 */
export async function putHold(
  ledger: Ledger,
  { id, pipeline, requestedBy: by }: Holder,
  { environment, at, reason }: Where & { readonly reason: string },
): Promise<void> {
  const key = `${id}/${environment}`;
  await putRestriction(
    ledger,
    restrictionOf('hold', { pipeline, environment, reason }, { by, key, at, promotion: id }),
  );
}

/**
 * The hold that follows a rollback. It is put when it is asked for, and again when it begins, in case whoever asked broke off. It says no more
 * than is true whatever becomes of the rollback.
 */
export async function holdAfterRollback(
  ledger: Ledger,
  promotion: Holder & Pick<Promotion, 'releaseId'>,
  where: Where,
): Promise<void> {
  await putHold(ledger, promotion, { ...where, reason: `a rollback to ${promotion.releaseId} was asked for` });
}

/** Lifts what promotions put at a place. A hold that a person put is for a person to lift. */
export async function liftHolds(
  ledger: Ledger,
  { id, pipeline, releaseId, requestedBy: by }: Holder & Pick<Promotion, 'releaseId'>,
  { environment, at }: Where,
): Promise<void> {
  const reason = `${releaseId} was promoted by ${id}`;
  for (const hold of await holdsOfPromotions(ledger, { pipeline, environment, at }))
    await liftHold(ledger, { id: hold.id, by, at, reason });
}

/** Lifts the hold that a rollback put which somebody overtook: they chose what runs there. */
export async function liftOwnHold(
  ledger: Ledger,
  { id, pipeline, requestedBy: by }: Holder,
  { environment, at }: Where,
): Promise<void> {
  const reason = `${id} was overtaken`;
  for (const hold of await holdsOfPromotions(ledger, { pipeline, environment, at }))
    if (hold.promotion === id) await liftHold(ledger, { id: hold.id, by, at, reason });
}

/** Whoever lifted it in the same moment wanted the same. */
async function liftHold(
  ledger: Ledger,
  lifting: { readonly id: string; readonly by: string; readonly at: string; readonly reason: string },
): Promise<void> {
  await liftRestriction(ledger, { kind: 'hold', ...lifting }).catch((error: unknown) => {
    if (!(error instanceof DrawbridgeError) || error.problem.code !== 'RESTRICTION_LIFTED') throw error;
  });
}

async function holdsOfPromotions(
  ledger: Ledger,
  { pipeline, environment, at }: Where & { readonly pipeline: string },
): Promise<Restriction[]> {
  return (await listRestrictionsOf(ledger, 'hold')).filter(
    (hold) => hold.promotion !== undefined && covers(hold, { pipeline, environment }) && isInForce(hold, at),
  );
}
