/** Holds that promotions put and lift; a person's own stay a person's. */
import { describe, expect, it } from 'vitest';
import { holdAfterRollback, liftHolds, liftOwnHold, putHold } from '#shared/aws/holds.ts';
import {
  liftRestriction,
  listRestrictionsOf,
  pageRestrictions,
  putRestriction,
} from '#shared/aws/ledger/restrictions.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { beforeNextWrite, ledgerTable } from './ledger-table.ts';

const { ledger } = ledgerTable();
const environment = 'production';
const where = { environment, at: monday };
const later = after(monday, 3600);
const promotion = aPromotion();
const put = (change: Partial<typeof promotion> = {}, at = where) =>
  putHold(ledger, { ...promotion, ...change }, { ...at, reason: 'an older release was chosen' });
const held = async () => listRestrictionsOf(ledger, 'hold');
const everHeld = async () => (await pageRestrictions(ledger, 'hold', { limit: 10 })).items;
const byPerson = () => {
  const wish = { pipeline: 'orders', environment, reason: 'being looked at' };
  return putRestriction(ledger, restrictionOf('hold', wish, { by: 'carol', key: 'k', at: monday }));
};

describe('a hold of a promotion', () => {
  it('is put where it goes, on its behalf, with why', async () => {
    await put();
    expect(await held()).toMatchObject([
      {
        ...{ kind: 'hold', pipeline: 'orders', environment, reason: 'an older release was chosen' },
        ...{ by: 'alice', at: monday, promotion: promotionId },
      },
    ]);
  });

  it('is put once, however often its step runs', async () => {
    await put();
    await put({}, { ...where, at: later });
    expect(await everHeld()).toHaveLength(1);
  });

  it('is put beside one of another promotion, which may lift its own', async () => {
    await put();
    await put({ id: otherPromotionId });
    await liftOwnHold(ledger, promotion, { environment, at: later });
    expect(await held()).toMatchObject([{ promotion: otherPromotionId }]);
    expect(await everHeld()).toHaveLength(2);
  });

  it.each([
    ['another environment', { environment: 'pre-production', at: monday }, {}],
    ['another pipeline', where, { pipeline: 'billing' }],
  ])('is put beside one of %s', async (_, place, change) => {
    await put();
    await put({ id: otherPromotionId, ...change }, place);
    expect(await held()).toHaveLength(2);
  });

  it('is put beside one that a person put', async () => {
    await byPerson();
    await put();
    expect((await held()).map(({ by }) => by).sort()).toEqual(['alice', 'carol']);
  });

  it('that a person lifted meanwhile is not put again by the same promotion', async () => {
    await put();
    const [hold] = await held();
    await liftRestriction(ledger, { kind: 'hold', id: `${hold?.id}`, by: 'bob', at: later, reason: 'looked at it' });
    await put({}, { ...where, at: later });
    expect(await held()).toEqual([]);
    expect(await everHeld()).toMatchObject([{ lifted: { by: 'bob' } }]);
  });

  it('after a rollback says to which release', async () => {
    await holdAfterRollback(ledger, promotion, where);
    expect(await held()).toMatchObject([
      { reason: 'a rollback to orders-0123456789ab was asked for', promotion: promotionId },
    ]);
  });
});

describe('lifting what promotions put', () => {
  const lift = (change: Partial<typeof promotion> = {}, place = { environment, at: later }) =>
    liftHolds(ledger, { ...promotion, id: otherPromotionId, requestedBy: 'bob', ...change }, place);

  it('says by whom and for which release', async () => {
    await put();
    await lift();
    expect(await held()).toEqual([]);
    const reason = `orders-0123456789ab was promoted by ${otherPromotionId}`;
    expect(await everHeld()).toMatchObject([{ lifted: { by: 'bob', at: later, reason } }]);
  });

  it('leaves what a person put', async () => {
    await byPerson();
    await put();
    await lift();
    expect(await held()).toMatchObject([{ by: 'carol' }]);
  });

  it.each([
    ['another environment', {}, { environment: 'pre-production', at: later }],
    ['another pipeline', { pipeline: 'billing' }, { environment, at: later }],
  ])('leaves what is of %s', async (_, change, place) => {
    await put();
    await lift(change, place);
    expect(await held()).toHaveLength(1);
  });

  it('where there is none does nothing', async () => {
    await lift();
    expect(await everHeld()).toEqual([]);
  });

  it.each<[string, () => Promise<void>]>([
    ['those of its place', () => lift()],
    ['its own', () => liftOwnHold(ledger, promotion, { environment, at: later })],
  ])('is content where a person lifts %s in the same moment', async (_, lifting) => {
    await put();
    const [hold] = await held();
    beforeNextWrite(async () => {
      await liftRestriction(ledger, {
        kind: 'hold',
        id: `${hold?.id}`,
        by: 'carol',
        at: later,
        reason: 'looked at it',
      });
    });
    await lifting();
    expect(await everHeld()).toMatchObject([{ lifted: { by: 'carol', reason: 'looked at it' } }]);
    expect(await held()).toEqual([]);
  });

  it('throws whatever else goes wrong', async () => {
    await put();
    beforeNextWrite(() => Promise.reject(new Error('no table')));
    await expect(lift()).rejects.toThrow('no table');
  });
});
