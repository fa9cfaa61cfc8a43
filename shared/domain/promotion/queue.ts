/** Rollouts that wait for the same environment: who is next, and who gives way. */
import type { Environment } from '../config/schema.ts';
import type { Instant, PromotionId } from '../identifiers.ts';
import type { Promotion } from './records.ts';

/** One that waits for its turn. */
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

/** One that has not asked for so long has ended, and keeps nobody waiting. */
const patienceSeconds = longestTurnWait + 300;

/** A promotion as it waits from now on. */
export function waiterOf(promotion: Promotion, at: Instant): Waiter {
  const { id, requestedAt, rollback, mode, targets } = promotion;
  return {
    ...{ promotion: id, requestedAt, joinedAt: at, seenAt: at },
    rollback: rollback !== undefined,
    droppable: rollback === undefined && mode === 'promote',
    whole: targets === undefined,
  };
}

/**
 * Rollbacks first, then first come first served; where the policy is `supersede`, the newest that is for all targets takes the place of all
 * that are older.
 */
export function standing(
  own: Waiter,
  waiters: readonly Waiter[],
  { policy, now }: { policy: QueuePolicy; now: Instant },
): Standing {
  if (own.supersededBy !== undefined) return { kind: 'superseded', by: own.supersededBy };
  const others = waiters.filter(
    ({ promotion, supersededBy, seenAt }) =>
      promotion !== own.promotion && supersededBy === undefined && isPatient(seenAt, now),
  );
  const rivals = policy === 'supersede' && own.droppable ? others.filter(({ droppable }) => droppable) : [];
  const newest = rivals
    .filter(({ whole }) => whole)
    .toSorted((a, b) => (isNewer(a, b) ? 1 : -1))
    .at(-1);
  if (newest !== undefined && isNewer(newest, own)) return { kind: 'superseded', by: newest.promotion };
  const drops = rivals.filter((rival) => own.whole && isNewer(own, rival)).map(({ promotion }) => promotion);
  const [ahead] = others
    .filter((other) => !drops.includes(other.promotion) && isBefore(other, own))
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  return ahead === undefined ? { kind: 'first', drops } : { kind: 'behind', ahead: ahead.promotion, drops };
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

/** What is next of all that would change something, where any waits. */
export function waitingChange(waiters: readonly Waiter[], now: Instant): PromotionId | undefined {
  return nextOf(waiters, now, ({ rollback, droppable }) => rollback || droppable);
}

function nextOf(
  waiters: readonly Waiter[],
  now: Instant,
  isMeant: (waiter: Waiter) => boolean,
): PromotionId | undefined {
  const [next] = waiters
    .filter((one) => isMeant(one) && one.supersededBy === undefined && isPatient(one.seenAt, now))
    .toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
  return next?.promotion;
}

function isBefore(one: Waiter, other: Waiter): boolean {
  if (one.rollback !== other.rollback) return one.rollback;
  return `${one.joinedAt}#${one.promotion}` < `${other.joinedAt}#${other.promotion}`;
}

function isPatient(seenAt: Instant, now: Instant): boolean {
  return Date.parse(now) - Date.parse(seenAt) < patienceSeconds * 1000;
}
