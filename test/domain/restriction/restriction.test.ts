import { describe, expect, it } from 'vitest';
import {
  FreezeWish,
  freezeFaults,
  HoldWish,
  type Restriction,
  restrictionOf,
  StopWish,
  scopeText,
} from '#shared/domain/restriction/restriction.ts';
import { promotionId } from '#test/builders.ts';

const at = '2026-01-05T09:00:00.000Z';
const asking = { by: 'carol', key: 'k-1', at };
const reason = 'year end';

const faultsOf = (times: object, others: readonly Restriction[] = []) =>
  freezeFaults({ reason, ...times }, at, others).map(({ pointer, detail }) => `${pointer} ${detail}`);

describe('what is asked for', () => {
  it.each<[string, { safeParse(value: unknown): { success: boolean } }, object, boolean]>([
    ['a freeze of everything', FreezeWish, { reason }, true],
    ['a freeze with times', FreezeWish, { reason, from: at, until: '2026-01-06T09:00:00+01:00' }, true],
    ['a freeze at a date that does not exist', FreezeWish, { reason, until: '2026-02-30T09:00:00Z' }, false],
    ['a freeze without an offset', FreezeWish, { reason, until: '2026-02-03T09:00:00' }, false],
    ['a stop of a pipeline', StopWish, { reason, pipeline: 'orders' }, true],
    ['a stop with times', StopWish, { reason, until: at }, false],
    ['a hold', HoldWish, { reason, pipeline: 'orders', environment: 'production' }, true],
    ['a hold of a whole pipeline', HoldWish, { reason, pipeline: 'orders' }, false],
    ['without a reason', StopWish, {}, false],
    ['with an empty reason', StopWish, { reason: '  ' }, false],
    ['with a reason of two lines', StopWish, { reason: 'a\nb' }, false],
    ['with a reason that is too long', StopWish, { reason: 'x'.repeat(1001) }, false],
  ])('%s', (_, schema, wish, fine) => {
    expect(schema.safeParse(wish).success).toBe(fine);
  });

  it.each<[string, object, string[]]>([
    ['no end at all', {}, []],
    ['an end that is to come', { until: '2026-01-05T09:00:01.000Z' }, []],
    [
      'an end in the past',
      { until: '2026-01-05T08:00:00.000Z' },
      ['/until is in the past, so the freeze would be over already'],
    ],
    [
      'an end now, elsewhere on earth',
      { until: '2026-01-05T10:00:00+01:00' },
      ['/until is in the past, so the freeze would be over already'],
    ],
    [
      'an end before its start',
      { from: '2026-01-07T00:00:00Z', until: '2026-01-06T00:00:00Z' },
      ['/until is not after from'],
    ],
    ['a start in the past', { from: '2026-01-01T00:00:00Z', until: '2026-01-06T00:00:00Z' }, []],
  ])('a freeze with %s', (_, times, faults) => {
    expect(faultsOf(times)).toEqual(faults);
  });

  const [early, middle, late] = ['2026-01-06T00:00:00.000Z', '2026-01-07T00:00:00.000Z', '2026-01-08T00:00:00.000Z'];
  it.each<[string, object, object, boolean]>([
    ['both of everything, without end', {}, {}, true],
    ['of the same times', { from: early, until: late }, { from: early, until: late }, true],
    ['one inside the other', { until: late }, { from: early, until: middle }, true],
    ['one that ends in the other', { from: early, until: late }, { until: middle }, true],
    ['one that begins in the other', { from: early, until: late }, { from: middle }, true],
    ['one that begins as the other ends', { from: early, until: middle }, { from: middle, until: late }, false],
    ['one that ends as the other begins', { from: middle }, { from: early, until: middle }, false],
    [
      'the same times, told in another zone',
      { from: early, until: middle },
      { from: '2026-01-06T12:00:00+13:00', until: middle },
      true,
    ],
    ['one that began at once', {}, { from: middle, until: late }, true],
    ['the same pipeline', { pipeline: 'orders' }, { pipeline: 'orders' }, true],
    ['another pipeline', { pipeline: 'orders' }, { pipeline: 'billing' }, false],
    ['one environment, and everything', {}, { environment: 'production' }, false],
    ['everything, and one environment', { environment: 'production' }, {}, false],
  ])('two freezes, %s', (_, there, asked, overlap) => {
    const other = restrictionOf('freeze', { reason, ...there }, asking);
    const end = other.until === undefined ? 'until it is lifted' : `until ${other.until}`;
    const detail = `/from overlaps ${other.id} of ${scopeText(other)}, ${end}: begin when that ends, or lift it first`;
    expect(faultsOf(asked, [other])).toEqual(overlap ? [detail] : []);
  });

  it('a freeze does not overlap one that is lifted or over, or what is no freeze', () => {
    const other = restrictionOf('freeze', { reason }, asking);
    const lifted = { ...other, lifted: { by: 'bob', at, reason } };
    const over = { ...other, until: '2026-01-05T08:00:00.000Z' };
    expect(faultsOf({}, [lifted, over, restrictionOf('stop', { reason }, asking)])).toEqual([]);
  });
});

describe('a restriction', () => {
  it('has its times in UTC, and who put it when', () => {
    expect(
      restrictionOf('freeze', { reason, from: '2026-01-06T01:00:00+01:00', until: '2026-01-07T00:00:00Z' }, asking),
    ).toEqual({
      id: expect.stringMatching(/^freeze-[0-9a-f]{16}$/),
      kind: 'freeze',
      from: '2026-01-06T00:00:00.000Z',
      until: '2026-01-07T00:00:00.000Z',
      reason,
      by: 'carol',
      at,
    });
  });

  it('is the same one for the same actor, kind and key, and for no others', () => {
    const idOf = (kind: 'freeze' | 'stop', change: object = {}) =>
      restrictionOf(kind, { reason }, { ...asking, ...change }).id;
    expect(idOf('stop')).toBe(idOf('stop', { at: '2026-01-05T09:00:01.000Z' }));
    const others = [idOf('stop'), idOf('freeze'), idOf('stop', { key: 'k-2' }), idOf('stop', { by: 'bob' })];
    expect(new Set(others.map((id) => id.split('-')[1])).size).toBe(4);
  });

  it('says which promotion put it', () => {
    const wish = { reason, pipeline: 'orders', environment: 'production' };
    expect(restrictionOf('hold', wish, { ...asking, promotion: promotionId })).toMatchObject({
      promotion: promotionId,
    });
  });

  it.each<[object, string]>([
    [{}, 'everything'],
    [{ pipeline: 'orders' }, 'pipeline orders'],
    [{ environment: 'production' }, 'production'],
    [{ pipeline: 'orders', environment: 'production' }, 'orders in production'],
  ])('of %j is of %s', (scope, text) => {
    expect(scopeText(scope)).toBe(text);
  });
});
