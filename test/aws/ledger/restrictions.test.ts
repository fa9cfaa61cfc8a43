import { beforeEach, describe, expect, it } from 'vitest';
import { recordPromotion } from '#shared/aws/ledger/promotions.ts';
import {
  liftRestriction,
  listRestrictions,
  listRestrictionsOf,
  pageRestrictions,
  putRestriction,
} from '#shared/aws/ledger/restrictions.ts';
import { queryItems } from '#shared/aws/ledger/table.ts';
import { endWaiting, recordWaiting, waitingIn } from '#shared/aws/ledger/waiting.ts';
import { readOpenness, requireNotStopped } from '#shared/aws/openness.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { aPromotion, aTarget, monday, promotionId } from '#test/builders.ts';
import { ledgerTable } from '../ledger-table.ts';

const { ledger, item, put } = ledgerTable();
const tuesday = '2026-01-06T09:00:00.000Z';
const place = { pipeline: 'orders', environment: 'production', at: monday };
const asked = (kind: 'freeze' | 'stop', change: object = {}, key = 'k-1') =>
  restrictionOf(kind, { reason: 'as agreed', ...change }, { by: 'carol', key, at: monday });
const lift = (id: string, by = 'bob') =>
  liftRestriction(ledger, { kind: 'stop', id, by, at: tuesday, reason: 'all is well' });

describe('a restriction in the ledger', () => {
  it('holds from when it is put until it is lifted, and both stay on record', async () => {
    const stop = asked('stop');
    expect(await putRestriction(ledger, stop)).toEqual({ restriction: stop, replayed: false });
    expect(await listRestrictions(ledger)).toEqual([stop]);
    const lifted = { by: 'bob', at: tuesday, reason: 'all is well' };
    expect(await lift(stop.id)).toEqual({ restriction: { ...stop, lifted }, repeated: false });
    expect(await listRestrictions(ledger)).toEqual([]);
    expect((await pageRestrictions(ledger, 'stop', { limit: 5 })).items).toEqual([{ ...stop, lifted }]);
  });

  it('is one however often it is asked for, and not put again once it was lifted', async () => {
    const stop = asked('stop');
    await putRestriction(ledger, stop);
    expect(await putRestriction(ledger, { ...stop, at: tuesday })).toEqual({ restriction: stop, replayed: true });
    await lift(stop.id);
    expect(await putRestriction(ledger, stop)).toMatchObject({
      replayed: true,
      restriction: { lifted: { by: 'bob' } },
    });
    expect(await listRestrictions(ledger)).toEqual([]);
  });

  it('is not another one under the same key', async () => {
    await putRestriction(ledger, asked('stop'));
    await expect(putRestriction(ledger, asked('stop', { reason: 'another' }))).rejects.toMatchObject({
      name: 'IDEMPOTENCY_CONFLICT',
    });
  });

  it('is lifted once: again by the same person it is the same, by another it is refused', async () => {
    const stop = asked('stop');
    await putRestriction(ledger, stop);
    await lift(stop.id);
    expect(await lift(stop.id)).toMatchObject({ repeated: true });
    await expect(lift(stop.id, 'dave')).rejects.toMatchObject({ name: 'RESTRICTION_LIFTED' });
    expect(await item(`RESTRICTION#${stop.id}`, 'RESTRICTION')).toMatchObject({ lifted: { by: 'bob' } });
  });

  it.each(['stop-0123456789abcdef', 'nonsense'])('is not lifted where there is none: %s', async (id) => {
    await expect(lift(id)).rejects.toMatchObject({ name: 'RESTRICTION_UNKNOWN' });
  });

  it('is not lifted as one of another kind', async () => {
    const freeze = asked('freeze');
    await putRestriction(ledger, freeze);
    await expect(lift(freeze.id)).rejects.toMatchObject({ name: 'RESTRICTION_UNKNOWN' });
    expect(await listRestrictionsOf(ledger, 'freeze')).toEqual([freeze]);
  });

  it('a lift that broke off is finished by whoever asks for it', async () => {
    const stop = asked('stop');
    await putRestriction(ledger, stop);
    const lifted = { by: 'bob', at: tuesday, reason: 'all is well' };
    await put({ pk: `RESTRICTION#${stop.id}`, sk: 'RESTRICTION', ...stop, lifted });
    await expect(lift(stop.id, 'dave')).rejects.toMatchObject({ name: 'RESTRICTION_LIFTED' });
    expect(await listRestrictions(ledger)).toEqual([]);
  });

  it('a crash between record and force is finished by asking again', async () => {
    const stop = asked('stop');
    await putRestriction(ledger, stop);
    await lift(stop.id);
    const again = asked('stop', {}, 'k-2');
    await putRestriction(ledger, again);
    expect((await listRestrictions(ledger)).map(({ id }) => id)).toEqual([again.id]);
  });

  it('makes room for the next one once it is over', async () => {
    const short = asked('freeze', { until: '2026-01-05T10:00:00Z' });
    await putRestriction(ledger, short);
    const next = { ...asked('freeze', {}, 'k-2'), at: tuesday };
    await putRestriction(ledger, next);
    expect(await listRestrictionsOf(ledger, 'freeze')).toEqual([next]);
    expect((await pageRestrictions(ledger, 'freeze', { limit: 5 })).items).toHaveLength(2);
  });
});

describe('asking whether something may be started', () => {
  const start = { ...place, promotion: promotionId, targets: [aTarget()] };
  beforeEach(() => recordPromotion(ledger, aPromotion()));

  it('reads the promotion and what is in force, each time anew', async () => {
    expect(await readOpenness(ledger, start)).toEqual({ kind: 'open' });
    const { restriction } = await putRestriction(ledger, asked('freeze'));
    expect(await readOpenness(ledger, start)).toMatchObject({ kind: 'wait', reason: { code: 'FROZEN' } });
    await liftRestriction(ledger, { kind: 'freeze', id: restriction.id, by: 'bob', at: monday, reason: 'x' });
    expect(await readOpenness(ledger, start)).toEqual({ kind: 'open' });
  });

  it('is refused for a promotion that there is not', async () => {
    await expect(readOpenness(ledger, { ...start, promotion: 'prm-0000000000000000' })).rejects.toMatchObject({
      name: 'PROMOTION_UNKNOWN',
    });
  });

  it('before something is executed a stop counts, and nothing else', async () => {
    await putRestriction(ledger, asked('freeze'));
    await expect(requireNotStopped(ledger, place)).resolves.toBeUndefined();
    await putRestriction(ledger, asked('stop', { environment: 'production' }));
    await expect(requireNotStopped(ledger, place)).rejects.toMatchObject({ name: 'STOPPED' });
    await expect(requireNotStopped(ledger, { ...place, environment: 'staging' })).resolves.toBeUndefined();
  });
});

describe('what a rollout waits for', () => {
  const where = { promotion: promotionId, environment: 'production' };
  const reason = { code: 'FROZEN', text: 'Freeze.' };
  const waiting = async () => waitingIn(await queryItems(ledger, `PROMOTION#${promotionId}`, ''));

  it('is told with since when, until it goes on', async () => {
    await recordWaiting(ledger, { ...where, at: monday, until: tuesday, reason });
    const later = { ...where, at: tuesday, until: '2026-01-07T09:00:00.000Z', reason: { ...reason, text: 'Still.' } };
    const expected = { environment: 'production', since: monday, until: later.until, reason: later.reason };
    expect(await recordWaiting(ledger, later)).toEqual(expected);
    expect(await waiting()).toEqual([expected]);
    await endWaiting(ledger, where);
    expect(await waiting()).toEqual([]);
    expect(await recordWaiting(ledger, later)).toMatchObject({ since: tuesday });
  });

  it('is nothing where it never waited', async () => {
    await endWaiting(ledger, where);
    expect(await queryItems(ledger, `PROMOTION#${promotionId}`, '')).toEqual([]);
  });
});
