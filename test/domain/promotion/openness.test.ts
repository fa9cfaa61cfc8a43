import { describe, expect, it } from 'vitest';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { type OpennessFacts, openness, stopAt } from '#shared/domain/promotion/openness.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { tooLong } from '#shared/domain/promotion/waiting.ts';
import type { Restriction } from '#shared/domain/restriction/restriction.ts';
import { aPromotion, aTarget } from '#test/builders.ts';
import { aPolicy } from '../policy/policy-builders.ts';
import { aWindow } from '../window/window-builders.ts';

// A Monday, ten o'clock in Berlin.
const at = '2026-01-05T09:00:00.000Z';
const put = (kind: Restriction['kind'], change: Partial<Restriction> = {}): Restriction => ({
  ...{ id: `${kind}-0`, kind, reason: 'as agreed.', by: 'carol', at: '2026-01-05T08:00:00.000Z' },
  ...change,
});
const place = { pipeline: 'orders', environment: 'production', targets: [aTarget()], at };
const facts = (change: Partial<OpennessFacts>, promotion: Partial<Promotion> = {}): OpennessFacts => ({
  ...{ ...place, policies: [], restrictions: [], promotion: aPromotion(promotion) },
  ...change,
});
const nights = (more: Partial<Policy> = {}) =>
  aPolicy('nights', {
    windows: [aWindow({ weekly: { days: ['mon'], from: '20:00', to: '23:00' } })],
    ...more,
  } as never);
const people = aPolicy('people', { groups: { leads: ['alice'] } });
const scheduled = { trigger: { kind: 'schedule', source: 'nightly' } } as const;
const delivered = { trigger: { kind: 'webhook', source: 'ci' } } as const;
const back = { rollback: { automatic: true, reason: 'verification failed' } };
const urgent = { override: { of: ['windows' as const], reason: 'customers cannot pay' } };

/** `open`, `wait <until> <code>`, or `closed <code>`. */
function told(change: Partial<OpennessFacts>, promotion: Partial<Promotion> = {}): string {
  const found = openness(facts(change, promotion));
  if (found.kind === 'open') return 'open';
  return found.kind === 'wait'
    ? `wait ${found.until.slice(11, 16)} ${found.reason.code}`
    : `closed ${found.reason.code}`;
}

describe('what stands in the way of a rollout', () => {
  it.each<[string, Partial<OpennessFacts>, Partial<Promotion>, string]>([
    ['nothing', {}, {}, 'open'],
    ['a stop of everything', { restrictions: [put('stop')] }, {}, 'closed STOPPED'],
    ['a stop of its pipeline', { restrictions: [put('stop', { pipeline: 'orders' })] }, {}, 'closed STOPPED'],
    ['no stop of another pipeline', { restrictions: [put('stop', { pipeline: 'web' })] }, {}, 'open'],
    ['no stop of another environment', { restrictions: [put('stop', { environment: 'staging' })] }, {}, 'open'],
    ['a stop, for a rollback too', { restrictions: [put('stop')] }, back, 'closed STOPPED'],
    ['a stop, for an override too', { restrictions: [put('stop')], policies: [people] }, urgent, 'closed STOPPED'],
    ['a hold, for a schedule', { restrictions: [put('hold')] }, scheduled, 'closed HELD'],
    ['a hold, for a webhook', { restrictions: [put('hold')] }, delivered, 'closed HELD'],
    ['no hold, for a person', { restrictions: [put('hold')] }, {}, 'open'],
    ['no hold, for a rollback', { restrictions: [put('hold')] }, { ...back, ...scheduled }, 'open'],
    [
      'a freeze until it is lifted: asked again after an hour',
      { restrictions: [put('freeze')] },
      {},
      'wait 10:00 FROZEN',
    ],
    [
      'a freeze that ends sooner',
      { restrictions: [put('freeze', { until: '2026-01-05T09:20:00.000Z' })] },
      {},
      'wait 09:20 FROZEN',
    ],
    [
      'the longest of several',
      {
        restrictions: [
          put('freeze', { until: '2026-01-05T09:20:00.000Z' }),
          put('freeze', { until: '2026-01-05T09:40:00.000Z' }),
          put('freeze', { until: '2026-01-05T09:10:00.000Z' }),
        ],
      },
      {},
      'wait 09:40 FROZEN',
    ],
    ['no freeze that is to come', { restrictions: [put('freeze', { from: '2026-01-05T09:20:00.000Z' })] }, {}, 'open'],
    ['no freeze that is over', { restrictions: [put('freeze', { until: at })] }, {}, 'open'],
    [
      'no freeze that was lifted',
      { restrictions: [put('freeze', { lifted: { by: 'bob', at, reason: 'x' } })] },
      {},
      'open',
    ],
    ['no freeze, for a rollback', { restrictions: [put('freeze')] }, back, 'open'],
    ['a window', { policies: [nights()] }, {}, 'wait 10:00 WINDOW_CLOSED'],
    ['no window, for a rollback', { policies: [nights()] }, back, 'open'],
    ['no window of a policy about others', { policies: [nights({ selector: { pipelines: ['web'] } })] }, {}, 'open'],
    ['a window that refuses', { policies: [nights({ outsideWindows: 'refuse' })] }, {}, 'closed WINDOW_CLOSED'],
    [
      'a freeze where a policy refuses',
      { restrictions: [put('freeze')], policies: [aPolicy('strict', { outsideWindows: 'refuse' })] },
      {},
      'closed FROZEN',
    ],
    [
      'a window that never opens again',
      {
        policies: [
          aPolicy('past', {
            windows: [aWindow({ once: { from: '2025-01-01T00:00', to: '2025-01-02T00:00' } })],
          } as never),
        ],
      },
      {},
      'closed WINDOW_CLOSED',
    ],
    [
      'nothing, for whom a policy lets override it',
      { restrictions: [put('freeze')], policies: [nights({ overrides: { windows: ['leads'] } }), people] },
      urgent,
      'open',
    ],
    [
      'the lack of a permission to override it',
      { policies: [nights({ overrides: { windows: ['leads'] } }), people] },
      { ...urgent, requestedBy: 'bob' },
      'closed OVERRIDE_NOT_PERMITTED',
    ],
    [
      'an override of eligibility alone',
      { policies: [nights({ overrides: { windows: ['leads'] } }), people] },
      { override: { of: ['eligibility'], reason: 'x' } },
      'wait 10:00 WINDOW_CLOSED',
    ],
  ])('%s', (_, change, promotion, expected) => {
    expect(told(change, promotion)).toBe(expected);
  });

  it('is told with who put it, why, and until when', () => {
    const found = openness(
      facts({ restrictions: [put('freeze', { environment: 'production', until: '2026-01-06T00:00:00.000Z' })] }),
    );
    expect(found).toMatchObject({
      reason: {
        text: expect.stringMatching(
          /^Freeze freeze-0 of production until 2026-01-06T00:00:00.000Z, by carol: as agreed\. Wait for its end/,
        ),
      },
    });
    expect(openness(facts({ policies: [nights()] }))).toMatchObject({
      reason: {
        text: expect.stringMatching(
          /^Now is not the time for production: window office of policy nights is not open\. It opens at 2026-01-05T19:00:00.000Z\./,
        ),
      },
    });
  });

  it('at the moment before something is executed is a stop and nothing else', () => {
    const restrictions = [put('freeze'), put('hold')];
    expect(stopAt({ ...place, restrictions })).toBeUndefined();
    expect(stopAt({ ...place, restrictions: [...restrictions, put('stop')] })).toMatchObject({ code: 'STOPPED' });
  });
});

describe('how long a rollout waits', () => {
  const waiting = { environment: 'production', since: at, reason: { code: 'FROZEN', text: 'Freeze of everything.' } };
  it.each<[string, string, string | undefined]>([
    ['for fourteen days', '2026-01-19T08:59:59.000Z', undefined],
    ['and no longer', '2026-01-19T09:00:00.000Z', 'WAITED_TOO_LONG'],
  ])('%s', (_, now, code) => {
    expect(tooLong(waiting, now)?.code).toBe(code);
  });
  it('then it says what was in the way', () => {
    expect(tooLong(waiting, '2026-02-05T09:00:00.000Z')?.text).toMatch(/last thing in the way: Freeze of everything\./);
  });
});
