/** Whose turn it is in an environment, by its queue policy; and who waits for an opening before that. */
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { type Turn, turn } from '#shared/domain/promotion/admission.ts';
import type { Claim } from '#shared/domain/promotion/lease.ts';
import { reasonFor } from '#shared/domain/promotion/openness.ts';
import { type QueuePolicy, type Standing, standing, type Waiter, waiterOf } from '#shared/domain/promotion/queue.ts';
import type { Promotion, Reason } from '#shared/domain/promotion/records.ts';
import { dropHolder } from './giving-way.ts';
import { freeLease, type Place, readLease, takeLease } from './ledger/leases.ts';
import { joinQueue, leaveQueue, listWaiters, supersedeWaiter } from './ledger/queue.ts';
import { recordSupersession } from './ledger/supersessions.ts';
import type { Ledger } from './ledger/table.ts';

export interface Candidate {
  readonly place: Place;
  readonly promotion: Promotion;
  readonly policy: QueuePolicy;
  readonly at: string;
  /** How often it waited for its turn before. */
  readonly waits: number;
}

/**
 * Takes the lease where it is the promotion's turn. What only plans waits for nobody. Whoever holds the lease has had its turn: asking again
 * is harmless.
 */
export async function takeTurn(ledger: Ledger, candidate: Candidate): Promise<Turn> {
  const { place, at } = candidate;
  const current = await readLease(ledger, place);
  if (place.mode === 'plan') return turnFor(candidate, await takeLease(ledger, place, at));
  if (current?.holder === place.promotion) return enter(ledger, candidate, await takeLease(ledger, place, at));
  const { own, stands } = await lineUp(ledger, candidate);
  if (stands.kind === 'superseded') return giveWay(ledger, candidate, stands.by);
  if (stands.kind === 'behind') return wait(ledger, candidate, { own, holder: stands.ahead });
  const claim = await takeLease(ledger, place, at);
  if (claim.kind === 'held') return wait(ledger, candidate, { own, holder: claim.holder });
  return enter(ledger, candidate, claim);
}

/**
 * Waits in the queue while a window or a freeze is in the way, until it looks again at `looksAt`: so neither gets past the other when it is over.
 * Answers why it waits no more where it gave way.
 */
export async function awaitOpening(ledger: Ledger, candidate: Candidate, looksAt: string): Promise<Reason | undefined> {
  const { own, stands } = await lineUp(ledger, candidate, looksAt);
  if (stands.kind === 'superseded') return (await giveWay(ledger, candidate, stands.by)).reason;
  await joinQueue(ledger, candidate.place, own);
  return undefined;
}

/** Where it stands among those who wait. Those that give way to it are told. */
async function lineUp(
  ledger: Ledger,
  candidate: Candidate,
  looksAt?: string,
): Promise<{ own: Waiter; stands: Standing }> {
  const { place, promotion, policy, at } = candidate;
  const waiters = await listWaiters(ledger, place);
  const before = waiters.find((one) => one.promotion === place.promotion);
  const own = waiterOf(promotion, at, { before, looksAt });
  const stands = standing(own, waiters, { policy, now: at });
  if (stands.kind !== 'superseded') for (const older of stands.drops) await dropWaiter(ledger, candidate, older);
  return { own, stands };
}

/** Out of the queue, unless somebody newer was quicker: then the turn is theirs. */
async function enter(ledger: Ledger, candidate: Candidate, claim: Claim): Promise<Turn> {
  const { place } = candidate;
  if (claim.kind === 'held' || (await leaveQueue(ledger, place, place.promotion))) return turnFor(candidate, claim);
  await freeLease(ledger, { ...place, epoch: claim.lease.epoch });
  const now = (await listWaiters(ledger, place)).find(({ promotion }) => promotion === place.promotion);
  return giveWay(ledger, candidate, now?.supersededBy ?? place.promotion);
}

interface Behind {
  readonly own: Waiter;
  readonly holder: PromotionId;
}

async function wait(ledger: Ledger, candidate: Candidate, behind: Behind): Promise<Turn> {
  const { policy, place, promotion } = candidate;
  const { environment } = place;
  // Whoever is told to be held by itself lost a race to somebody who has left: it may ask again.
  if (policy === 'reject' && promotion.rollback === undefined && behind.holder !== promotion.id)
    return { kind: 'rejected', reason: reasonFor(problem('ENVIRONMENT_BUSY', { environment, holder: behind.holder })) };
  if (policy === 'supersede' || behind.own.rollback)
    await dropHolder(ledger, promotion, { environment, promotion: behind.holder });
  await joinQueue(ledger, place, behind.own);
  return turnFor(candidate, { kind: 'held', holder: behind.holder, until: candidate.at });
}

async function giveWay(
  ledger: Ledger,
  { place }: Candidate,
  newer: PromotionId,
): Promise<Extract<Turn, { kind: 'rejected' }>> {
  const { environment, promotion: older } = place;
  await supersedeWaiter(ledger, place, { older, newer });
  await recordSupersession(ledger, { older, newer });
  return { kind: 'rejected', reason: reasonFor(problem('SUPERSEDED', { environment, by: newer })) };
}

async function dropWaiter(ledger: Ledger, { place }: Candidate, older: PromotionId): Promise<void> {
  const pair = { older, newer: place.promotion };
  if (await supersedeWaiter(ledger, place, pair)) await recordSupersession(ledger, pair);
}

function turnFor({ place, at, waits }: Candidate, claim: Claim): Turn {
  return turn(claim, { environment: place.environment, now: at, waits });
}
