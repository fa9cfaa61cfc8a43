/** Holds that promotions put and lift: automation must not undo what a rollback, or a person who chose an older release, has done. */
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { covers, isInForce, type Restriction, restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { liftRestriction, listRestrictionsOf, putRestriction } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';

type Holder = Pick<Promotion, 'id' | 'pipeline' | 'requestedBy'>;
interface Where {
  readonly environment: string;
  readonly at: string;
}

/** Puts a hold on behalf of a promotion, unless one of its kind is there. One that was lifted meanwhile is not put again. */
export async function putHold(
  ledger: Ledger,
  { id, pipeline, requestedBy: by }: Holder,
  { environment, at, reason }: Where & { readonly reason: string },
): Promise<void> {
  const others = await holdsOfPromotions(ledger, { pipeline, environment, at });
  if (others.length > 0) return;
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
    await liftRestriction(ledger, { kind: 'hold', id: hold.id, by, at, reason });
}

/** Lifts the hold that a rollback put which somebody overtook: they chose what runs there. */
export async function liftOwnHold(
  ledger: Ledger,
  { id, pipeline, requestedBy: by }: Holder,
  { environment, at }: Where,
): Promise<void> {
  const reason = `${id} was overtaken`;
  for (const hold of await holdsOfPromotions(ledger, { pipeline, environment, at }))
    if (hold.promotion === id) await liftRestriction(ledger, { kind: 'hold', id: hold.id, by, at, reason });
}

async function holdsOfPromotions(
  ledger: Ledger,
  { pipeline, environment, at }: Where & { readonly pipeline: string },
): Promise<Restriction[]> {
  return (await listRestrictionsOf(ledger, 'hold')).filter(
    (hold) => hold.promotion !== undefined && covers(hold, { pipeline, environment }) && isInForce(hold, at),
  );
}
