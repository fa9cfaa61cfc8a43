import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, claim, isCurrent, type Lease } from '#shared/domain/promotion/lease.ts';
import {
  type QueuePolicy,
  replaces,
  standing,
  type Waiter,
  waiterOf,
  waitingChange,
  waitingRollback,
} from '#shared/domain/promotion/queue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { aPromotion, monday, otherPromotionId } from '#test/builders.ts';

const at = (minutes: number) => after(monday, minutes * 60);
const now = at(60);
const waiter = (promotion: string, change: Partial<Waiter> = {}): Waiter => ({
  ...{ promotion, requestedAt: at(0), joinedAt: at(0), seenAt: now, rollback: false, droppable: true, whole: true },
  ...change,
});
const own = waiter('prm-own', { requestedAt: at(10), joinedAt: at(10) });
const older = waiter('prm-older', { requestedAt: at(5), joinedAt: at(5) });
const newer = waiter('prm-newer', { requestedAt: at(15), joinedAt: at(15) });
const rollback = waiter('prm-back', { requestedAt: at(20), joinedAt: at(20), rollback: true, droppable: false });
const gone = { ...older, seenAt: at(40) };
const patient = { ...older, seenAt: at(41) };
const verifying = { ...older, droppable: false };

describe('who is next', () => {
  it.each<[string, QueuePolicy, Waiter[], ReturnType<typeof standing>]>([
    ['nobody else is there', 'queue', [own], { kind: 'first', drops: [] }],
    ['first come, first served', 'queue', [own, older, newer], { kind: 'behind', ahead: 'prm-older', drops: [] }],
    [
      'the first of several',
      'queue',
      [waiter('prm-a', { joinedAt: at(6) }), older, own],
      { kind: 'behind', ahead: 'prm-older', drops: [] },
    ],
    [
      'whoever was not seen for twenty minutes keeps nobody waiting',
      'queue',
      [gone, own],
      { kind: 'first', drops: [] },
    ],
    [
      'whoever asks every quarter of an hour is still there',
      'queue',
      [patient, own],
      { kind: 'behind', ahead: 'prm-older', drops: [] },
    ],
    ['a rollback first, whenever it came', 'queue', [own, rollback], { kind: 'behind', ahead: 'prm-back', drops: [] }],
    ['the newest drops the others', 'supersede', [own, older], { kind: 'first', drops: ['prm-older'] }],
    ['an older one gives way', 'supersede', [own, older, newer], { kind: 'superseded', by: 'prm-newer' }],
    [
      'to the newest of all, in whatever order they stand',
      'supersede',
      [newer, waiter('prm-newest', { requestedAt: at(16) }), older, own],
      { kind: 'superseded', by: 'prm-newest' },
    ],
    ['a rollback gives way to nobody', 'supersede', [own, rollback], { kind: 'behind', ahead: 'prm-back', drops: [] }],
    [
      'nor does what is only verified',
      'supersede',
      [own, verifying],
      { kind: 'behind', ahead: 'prm-older', drops: [] },
    ],
    [
      'whoever gave way before counts no more',
      'queue',
      [{ ...older, supersededBy: 'prm-newer' }, own],
      { kind: 'first', drops: [] },
    ],
  ])('%s', (_, policy, waiters, expected) => {
    expect(standing(own, waiters, { policy, now })).toEqual(expected);
  });

  it('not a rollback behind others, and it drops nobody', () => {
    expect(standing(rollback, [older, own], { policy: 'supersede', now })).toEqual({ kind: 'first', drops: [] });
  });

  describe('with one that is for some targets', () => {
    const some = (one: Waiter) => ({ ...one, whole: false });
    it.each<[string, Waiter, Waiter[], ReturnType<typeof standing>]>([
      ['it drops nobody', some(own), [older], { kind: 'behind', ahead: 'prm-older', drops: [] }],
      ['nobody gives way to it', own, [some(newer)], { kind: 'first', drops: [] }],
      ['it gives way to what is for all', some(own), [newer], { kind: 'superseded', by: 'prm-newer' }],
      ['what is for all drops it', own, [some(older)], { kind: 'first', drops: ['prm-older'] }],
      [
        'whoever is older than it is dropped by what is for all alone',
        own,
        [some(newer), older],
        { kind: 'first', drops: ['prm-older'] },
      ],
    ])('%s', (_, who, others, expected) => {
      expect(standing(who, others, { policy: 'supersede', now })).toEqual(expected);
    });
  });

  it('whoever was told to give way gives way', () => {
    const told = { ...own, supersededBy: 'prm-newer' };
    expect(standing(told, [told], { policy: 'queue', now })).toEqual({ kind: 'superseded', by: 'prm-newer' });
  });

  it('a promotion waits from its arrival on; rollbacks and verifications are not dropped', () => {
    const { id, requestedAt } = aPromotion();
    const common = { promotion: id, requestedAt, joinedAt: now, seenAt: now };
    expect(waiterOf(aPromotion(), now)).toEqual({
      ...{ ...common, rollback: false, droppable: true, whole: true, openSince: now },
    });
    expect(waiterOf(aPromotion({ targets: ['production'] }), now)).toMatchObject({ droppable: true, whole: false });
    expect(waiterOf(aPromotion({ mode: 'verify' }), now)).toMatchObject({ droppable: false });
    const back = aPromotion({ rollback: { automatic: true, reason: 'x' } });
    expect(waiterOf(back, now)).toMatchObject({ rollback: true, droppable: false });
  });
});

describe('while windows and freezes are in the way', () => {
  const atGate = (one: Waiter, looks: number): Waiter => ({ ...one, seenAt: at(looks - 60), looksAt: at(looks) });
  const opened = { ...own, openSince: at(55) };
  const [early, late] = [atGate(older, 100), atGate(newer, 100)];
  const lookedSince = { ...early, seenAt: at(56) };
  const free = (drops: string[] = []) => ({ kind: 'first' as const, drops });
  const behindOlder = { kind: 'behind', ahead: 'prm-older', drops: [] } as const;

  it.each<[string, QueuePolicy, Waiter, Waiter[], ReturnType<typeof standing>]>([
    ['an older one that has not looked yet goes first', 'queue', opened, [early, late], behindOlder],
    ['also one that looked in that very moment', 'queue', opened, [{ ...early, seenAt: at(55) }], behindOlder],
    ['one that looked since has another opening', 'queue', opened, [lookedSince], free()],
    ['one that is five minutes late keeps nobody waiting', 'queue', opened, [atGate(older, 55)], free()],
    ['one that is not as late does', 'queue', opened, [atGate(older, 56)], behindOlder],
    ['whoever waits for no opening goes at once', 'queue', own, [early, late], free()],
    ['so does a rollback', 'queue', rollback, [early], free()],
    ['nobody is refused for one that is not there yet', 'reject', opened, [early], free()],
    ['the newest drops older ones that wait for an opening', 'supersede', opened, [early], free(['prm-older'])],
    ['and does so where it waits for one itself', 'supersede', atGate(own, 90), [early], free(['prm-older'])],
    ['an older one gives way there', 'supersede', atGate(own, 90), [late], { kind: 'superseded', by: 'prm-newer' }],
    ['to one that can go', 'supersede', atGate(own, 90), [newer], { kind: 'superseded', by: 'prm-newer' }],
    ['whoever can go gives way to none that cannot', 'supersede', opened, [late], free()],
    ['and is not dropped by it', 'supersede', atGate(own, 90), [older], behindOlder],
    ['one for some targets drops nobody there', 'supersede', { ...opened, whole: false }, [early], behindOlder],
  ])('%s', (_, policy, who, others, expected) => {
    expect(standing(who, others, { policy, now })).toEqual(expected);
  });

  it('one that waits keeps its place, and knows since when nothing else is in its way', () => {
    const promotion = aPromotion();
    const waits = waiterOf(promotion, at(0), { looksAt: at(60) });
    expect(waits).toMatchObject({ joinedAt: at(0), seenAt: at(0), looksAt: at(60) });
    expect(waits).not.toHaveProperty('openSince');
    const open = waiterOf(promotion, at(60), { before: waits });
    expect(open).toMatchObject({ joinedAt: at(0), seenAt: at(60), openSince: at(60) });
    expect(open).not.toHaveProperty('looksAt');
    expect(waiterOf(promotion, at(61), { before: open })).toMatchObject({ seenAt: at(61), openSince: at(60) });
    expect(waiterOf(promotion, at(62), { before: open, looksAt: at(70) })).not.toHaveProperty('openSince');
    const told = { ...waits, supersededBy: otherPromotionId };
    expect(waiterOf(promotion, at(60), { before: told })).toMatchObject({ supersededBy: otherPromotionId });
  });

  it.each<[string, boolean, Partial<Promotion>]>([
    ['a promotion', true, {}],
    ['one that overrides eligibility', true, { override: { of: ['eligibility'], reason: 'x' } }],
    ['one that overrides windows', false, { override: { of: ['windows'], reason: 'x' } }],
    ['a rollback', false, { rollback: { automatic: true, reason: 'x' } }],
    ['what is only verified', false, { mode: 'verify' }],
  ])('%s waits for openings: %s', (_, expected, change) => {
    expect(waiterOf(aPromotion(change), now).openSince).toBe(expected ? now : undefined);
  });
});

describe('who takes the place of a holder that only waits', () => {
  const holder = aPromotion({ requestedAt: at(10) });
  const rollback = { automatic: true, reason: 'x' };
  const later = aPromotion({ id: otherPromotionId, requestedAt: at(15) });
  const earlier = { ...later, requestedAt: at(5) };

  it.each<[string, Promotion, Promotion, boolean]>([
    ['a newer promotion', later, holder, true],
    ['not an older one', earlier, holder, false],
    ['a rollback whenever it came', { ...earlier, rollback }, holder, true],
    ['nobody that of a rollback', { ...later, rollback }, { ...holder, rollback }, false],
    ['nobody that of what is only verified', { ...later, rollback }, { ...holder, mode: 'verify' }, false],
    ['not what is only verified', { ...later, mode: 'verify' }, holder, false],
    ['not what is for some targets', { ...later, targets: ['production'] }, holder, false],
    ['what is for all of them that of what is for some', later, { ...holder, targets: ['production'] }, true],
    ['a rollback of some targets', { ...later, rollback, targets: ['production'] }, holder, true],
  ])('%s', (_, candidate, of, expected) => {
    expect(replaces(candidate, of)).toBe(expected);
  });
});

describe('the rollback that waits', () => {
  it.each<[string, Waiter[], string | undefined]>([
    ['is nobody where none waits', [own, older], undefined],
    ['is the first of them', [{ ...rollback, promotion: 'prm-z', joinedAt: at(25) }, own, rollback], 'prm-back'],
    ['whichever order they stand in', [rollback, { ...rollback, promotion: 'prm-z', joinedAt: at(25) }], 'prm-back'],
    ['is none that was not seen for twenty minutes', [{ ...rollback, seenAt: at(40) }], undefined],
    ['is none that gave way', [{ ...rollback, supersededBy: 'prm-own' }], undefined],
  ])('%s', (_, waiters, expected) => {
    expect(waitingRollback(waiters, now)).toBe(expected);
  });
});

describe('the change that waits', () => {
  it.each<[string, Waiter[], string | undefined]>([
    ['is nobody where none waits', [], undefined],
    ['is the first of them', [newer, own], 'prm-own'],
    ['is a rollback before all others', [own, older, rollback], 'prm-back'],
    ['is none that only verifies or looks', [verifying], undefined],
    ['is none that was not seen for twenty minutes', [gone], undefined],
    ['is none that gave way', [{ ...own, supersededBy: 'prm-newer' }], undefined],
    ['is none that waits for an opening', [{ ...own, looksAt: at(90) }], undefined],
  ])('%s', (_, waiters, expected) => {
    expect(waitingChange(waiters, now)).toBe(expected);
  });
});

/** One environment, as `takeTurn` goes about it, with everything that can happen to it. */
function environment(policy: QueuePolicy) {
  let lease: Lease | undefined;
  let waiters: Waiter[] = [];
  const epochs: number[] = [];
  const ended = new Set<string>();
  const forget = (promotion: string) => {
    waiters = waiters.filter((one) => one.promotion !== promotion);
  };
  return {
    lease: () => lease,
    epochs,
    arrive(who: Waiter, time: string) {
      if (ended.has(who.promotion)) return;
      const before = waiters.find(({ promotion }) => promotion === who.promotion);
      const mine = { ...who, joinedAt: time, ...before, seenAt: time };
      const holds = lease?.holder === who.promotion;
      const stands = holds ? ({ kind: 'first', drops: [] } as const) : standing(mine, waiters, { policy, now: time });
      if (stands.kind === 'superseded') {
        ended.add(who.promotion);
        forget(who.promotion);
        return;
      }
      for (const dropped of stands.drops) {
        expect(lease?.holder).not.toBe(dropped);
        ended.add(dropped);
        forget(dropped);
      }
      const claimed = stands.kind === 'first' ? claim(lease, who.promotion, time) : undefined;
      if (claimed?.kind === 'granted') {
        if (claimed.lease.holder !== lease?.holder || claimed.lease.epoch !== lease.epoch)
          epochs.push(claimed.lease.epoch);
        lease = claimed.lease;
        forget(who.promotion);
      } else waiters = [...waiters.filter((one) => one.promotion !== who.promotion), mine];
    },
    /** Its holder settles, or gave way while it waited for an approval. */
    free() {
      if (lease !== undefined && lease.holder !== 'nobody') {
        ended.add(lease.holder);
        lease = { ...lease, holder: 'nobody' };
      }
    },
  };
}

describe('whatever happens in an environment', () => {
  const steps = fc.array(
    fc.record({
      who: fc.nat(7),
      minutes: fc.oneof(fc.nat(6), fc.integer({ min: 0, max: 3000 })),
      free: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  const policies = fc.constantFrom<QueuePolicy>('queue', 'supersede');

  it('epochs grow strictly, and there is one holder whose steps count', () => {
    fc.assert(
      fc.property(policies, steps, (policy, happened) => {
        const place = environment(policy);
        const holders: { holder: string; epoch: number }[] = [];
        let minutes = 0;
        for (const step of happened) {
          minutes += step.minutes;
          const rolls = step.who === 7;
          place.arrive(
            waiter(`prm-${step.who}`, { requestedAt: at(step.who), rollback: rolls, droppable: !rolls }),
            at(minutes),
          );
          const lease = place.lease();
          if (lease !== undefined && lease.holder !== 'nobody') {
            holders.push({ holder: lease.holder, epoch: lease.epoch });
            const current = holders.filter(({ holder, epoch }) => isCurrent(lease, holder, epoch));
            expect(new Set(current.map(({ holder }) => holder)).size).toBe(1);
          }
          if (step.free) place.free();
        }
        expect(place.epochs).toEqual([...new Set(place.epochs)].toSorted((a, b) => a - b));
      }),
      { seed: 12, numRuns: 400 },
    );
  });

  it('with nothing but asking every minute, everybody who waits has their turn in order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 }), (order) => {
        const place = environment('queue');
        const served: string[] = [];
        for (let minute = 0; minute < 40 && served.length < order.length; minute += 1) {
          for (const [index, who] of order.entries())
            if (index <= minute) place.arrive(waiter(`prm-${who}`), at(minute));
          const holder = place.lease()?.holder;
          if (minute >= order.length && holder !== undefined && holder !== 'nobody') {
            served.push(holder);
            place.free();
          }
        }
        expect(served).toEqual(order.map((who) => `prm-${who}`));
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});
