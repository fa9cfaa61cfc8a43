/** Rollouts that wait for the same environment: who is next, and who gives way. */
import type { Environment } from '../config/schema.ts';
import type { Instant, PromotionId } from '../identifiers.ts';
import { after } from './lease.ts';
import type { Promotion } from './records.ts';

/** One that waits for its turn, or for an opening before that. */
export interface Waiter {
  readonly promotion: PromotionId;
  readonly requestedAt: Instant;
  /** When it began to wait here. */
  readonly joinedAt: Instant;
  /** When it last asked. */
  readonly seenAt: Instant;
  /** A rollback goes first, and gives way to nobody. */
  readonly rollback: boolean;
  /** What is only verified again takes nobody's place. */
  readonly droppable: boolean;
  /** It is for all targets. One that is for some would leave the others without what it drops. */
  readonly whole: boolean;
  /** Where a window or a freeze is in its way: when it looks again. Otherwise it waits for its turn. */
  readonly looksAt?: Instant;
  /** Since when no window and no freeze has been in its way. Not given where none can be. */
  readonly openSince?: Instant;
  /** The one it gives way to. Then it is not admitted any more. */
  readonly supersededBy?: PromotionId;
}

export type QueuePolicy = NonNullable<Environment['queue']>;

export type Standing =
  /** `drops`: those that give way to it. */
  | { readonly kind: 'first'; readonly drops: readonly PromotionId[] }
  | { readonly kind: 'behind'; readonly ahead: PromotionId; readonly drops: readonly PromotionId[] }
  | { readonly kind: 'superseded'; readonly by: PromotionId };

/** So long at most a waiter does not ask whether it is its turn, in seconds. */
export const longestTurnWait = 900;

/** One that is late by so much has ended, and keeps nobody waiting, in seconds. */
const marginSeconds = 300;

/** A promotion as it waits from now on. `before`: as it waited until now; `looksAt`: when it looks again whether a window or a freeze is over. */
export function waiterOf(
  promotion: Promotion,
  at: Instant,
  { before, looksAt }: { before?: Waiter | undefined; looksAt?: Instant | undefined } = {},
): Waiter {
  const { id, requestedAt, rollback, mode, targets } = promotion;
  const open = waitsForOpenings(promotion) ? { openSince: before?.openSince ?? at } : {};
  return {
    ...{ promotion: id, requestedAt, joinedAt: before?.joinedAt ?? at, seenAt: at },
    rollback: rollback !== undefined,
    droppable: rollback === undefined && mode === 'promote',
    whole: targets === undefined,
    ...(looksAt === undefined ? open : { looksAt }),
    ...(before?.supersededBy !== undefined && { supersededBy: before.supersededBy }),
  };
}

function waitsForOpenings({ rollback, mode, override }: Promotion): boolean {
  return rollback === undefined && mode === 'promote' && override?.of.includes('windows') !== true;
}

/**
 * Rollbacks first, then first come first served; where the policy is `supersede`, the newest that is for all targets takes the place of all
 * that are older. One that waits for an opening takes the place of others that do, and goes before others until it has looked (`sharesOpening`).
 */
export function standing(
  own: Waiter,
  waiters: readonly Waiter[],
  { policy, now }: { policy: QueuePolicy; now: Instant },
): Standing {
  if (own.supersededBy !== undefined) return { kind: 'superseded', by: own.supersededBy };
  const others = waiters.filter((other) => other.promotion !== own.promotion && isThere(other, now));
  const rivals = policy === 'supersede' && own.droppable ? others.filter(({ droppable }) => droppable) : [];
  const newest = rivals
    .filter((rival) => rival.whole && reaches(rival, own))
    .toSorted((a, b) => (isNewer(a, b) ? 1 : -1))
    .at(-1);
  if (newest !== undefined && isNewer(newest, own)) return { kind: 'superseded', by: newest.promotion };
  const drops = rivals
    .filter((rival) => own.whole && isNewer(own, rival) && reaches(own, rival))
    .map(({ promotion }) => promotion);
  const [ahead] = others
    .filter((other) => !drops.includes(other.promotion) && isBefore(other, own))
    .filter((other) => other.looksAt === undefined || (policy !== 'reject' && sharesOpening(other, own)))
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  return ahead === undefined ? { kind: 'first', drops } : { kind: 'behind', ahead: ahead.promotion, drops };
}

/** One that has to wait for an opening may wait for long: whoever can go now keeps its place. */
function reaches(newer: Waiter, older: Waiter): boolean {
  return newer.looksAt === undefined || older.looksAt !== undefined;
}

/**
 * Whether one that waits for an opening may have what opened for another one before its eyes when it looks next. If it has looked since and still
 * waits, its opening is another one, and the other goes: nobody is kept for longer than until the next look.
 */
function sharesOpening(waiting: Waiter, { openSince }: Waiter): boolean {
  return openSince !== undefined && waiting.seenAt <= openSince;
}

/** Whether a promotion was asked for after another one. */
function isNewer(
  one: Pick<Waiter, 'promotion' | 'requestedAt'>,
  other: Pick<Waiter, 'promotion' | 'requestedAt'>,
): boolean {
  return `${one.requestedAt}#${one.promotion}` > `${other.requestedAt}#${other.promotion}`;
}

/** Whether a promotion takes the place of one that holds the environment and only waits there: a newer one, and a rollback whenever it came. */
export function replaces(candidate: Promotion, holder: Promotion): boolean {
  const [own, other] = [candidate, holder].map((one) => waiterOf(one, one.requestedAt)) as [Waiter, Waiter];
  return other.droppable && (own.rollback || (own.droppable && own.whole && isNewer(own, other)));
}

/** The rollback that is next, where one waits. */
export function waitingRollback(waiters: readonly Waiter[], now: Instant): PromotionId | undefined {
  return nextOf(waiters, now, ({ rollback }) => rollback);
}

/** What is next of all that would change something now, where any waits for its turn. */
export function waitingChange(waiters: readonly Waiter[], now: Instant): PromotionId | undefined {
  return nextOf(waiters, now, ({ rollback, droppable, looksAt }) => rollback || (droppable && looksAt === undefined));
}

function nextOf(
  waiters: readonly Waiter[],
  now: Instant,
  isMeant: (waiter: Waiter) => boolean,
): PromotionId | undefined {
  const [next] = waiters
    .filter((one) => isMeant(one) && isThere(one, now))
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  return next?.promotion;
}

function isBefore(one: Waiter, other: Waiter): boolean {
  if (one.rollback !== other.rollback) return one.rollback;
  return `${one.joinedAt}#${one.promotion}` < `${other.joinedAt}#${other.promotion}`;
}

/** It has not given way, and is not late. */
function isThere({ supersededBy, seenAt, looksAt = after(seenAt, longestTurnWait) }: Waiter, now: Instant): boolean {
  return supersededBy === undefined && Date.parse(now) < Date.parse(looksAt) + marginSeconds * 1000;
}
