import { describe, expect, it } from 'vitest';
import { restrictionEvents } from '#shared/domain/events/restriction-event.ts';
import { type RestrictionKind, restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { monday, promotionId } from '#test/builders.ts';

const tuesday = '2026-01-06T09:00:00.000Z';
const reason = 'year end';
const asked = (kind: RestrictionKind, wish: object = {}, promotion?: string) =>
  restrictionOf(kind, { reason, ...wish }, { by: 'carol', key: 'k', at: monday, ...(promotion && { promotion }) });
const place = { pipeline: 'orders', environment: 'production' };
const times = { from: '2026-01-06T00:00:00.000Z', until: '2026-01-07T00:00:00.000Z' };

describe('the events of a restriction', () => {
  it('one says that it was put: what, where, for how long, by whom and why', () => {
    const freeze = asked('freeze', { ...place, ...times });
    expect(restrictionEvents(freeze)).toEqual([
      {
        detailType: 'Drawbridge Restriction State Change',
        detail: {
          ...{ version: 1, restriction: freeze.id, kind: 'freeze', state: 'put', ...place, ...times },
          ...{ reason, actor: 'carol', occurredAt: monday },
          summary: `carol has put a freeze of orders in production from ${times.from} until ${times.until}: year end`,
        },
      },
    ]);
  });

  it('a second one says that it was lifted, by whom and why', () => {
    const lifted = { by: 'bob', at: tuesday, reason: 'books are closed' };
    const [put, end, ...more] = restrictionEvents({ ...asked('hold', place, promotionId), lifted });
    expect(more).toEqual([]);
    expect(put?.detail).toMatchObject({ state: 'put', actor: 'carol', promotion: promotionId });
    expect(end?.detail).toMatchObject({
      ...{ state: 'lifted', previousState: 'put', actor: 'bob', occurredAt: tuesday, reason: 'books are closed' },
      ...{ promotion: promotionId, summary: 'bob has lifted a hold of orders in production: books are closed' },
    });
  });

  it.each<[RestrictionKind, object, string]>([
    ['stop', {}, 'carol has put an emergency stop of everything: year end'],
    ['stop', { pipeline: 'orders' }, 'carol has put an emergency stop of pipeline orders: year end'],
    ['freeze', { environment: 'production' }, 'carol has put a freeze of production: year end'],
    ['freeze', { until: times.until }, `carol has put a freeze of everything until ${times.until}: year end`],
  ])('a %s %o is told in one line', (kind, wish, summary) => {
    expect(restrictionEvents(asked(kind, wish))[0]?.detail.summary).toBe(summary);
  });

  it('a summary has neither quotes nor backslashes, which a rule of EventBridge would trip over', () => {
    const [event] = restrictionEvents(asked('stop', { reason: 'the "big" one\\' }));
    expect(event?.detail.summary).toBe("carol has put an emergency stop of everything: the 'big' one'");
    expect(event?.detail.reason).toBe('the "big" one\\');
  });
});
