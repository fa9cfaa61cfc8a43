import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextFiring, parseScheduleExpression } from '#sandbox/events/schedule-expression.ts';

const monday = Date.UTC(2026, 0, 5, 9);
const iso = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString().slice(0, 16));

describe('the next firing after Monday 2026-01-05 09:00', () => {
  it.each([
    ['rate(1 minute)', '2026-01-05T09:01'],
    ['rate(5 minutes)', '2026-01-05T09:05'],
    ['rate(2 hours)', '2026-01-05T11:00'],
    ['rate(7 days)', '2026-01-12T09:00'],
    ['at(2026-01-05T10:30:00)', '2026-01-05T10:30'],
    ['at(2026-01-05T09:00:00)', undefined],
    ['cron(* * * * ? *)', '2026-01-05T09:01'],
    ['cron(0 9 * * ? *)', '2026-01-06T09:00'],
    ['cron(0/15 * * * ? *)', '2026-01-05T09:15'],
    ['cron(10-20/5 8,10 * * ? *)', '2026-01-05T10:10'],
    ['cron(0 8 ? * MON-FRI *)', '2026-01-06T08:00'],
    ['cron(0 8 ? * 1 *)', '2026-01-11T08:00'],
    ['cron(0 8 31 * ? *)', '2026-01-31T08:00'],
    ['cron(0 8 29 2 ? *)', '2028-02-29T08:00'],
    ['cron(0 8 1 JUN ? 2027)', '2027-06-01T08:00'],
    ['cron(0 8 1 1 ? 2025)', undefined],
    ['cron(0 8 30 2 ? *)', undefined],
  ])('%s', (text, expected) => {
    const expression = parseScheduleExpression(text);
    expect(expression).toBeDefined();
    expect(iso(nextFiring(expression!, monday, monday))).toBe(expected);
  });

  it('a rate that has not begun fires when it begins', () => {
    expect(nextFiring({ kind: 'rate', everyMilliseconds: 60_000 }, monday + 500, monday)).toBe(monday + 500);
  });

  it('law: it is later than the moment, and no firing lies between', () => {
    const expressions = ['rate(7 minutes)', 'cron(0/20 8-10 ? * MON-FRI *)', 'cron(5 0 1 * ? *)'].map(
      (text) => parseScheduleExpression(text)!,
    );
    const spans = fc.tuple(fc.constantFrom(...expressions), fc.nat(40 * 86_400_000), fc.nat(86_400_000));
    fc.assert(
      fc.property(spans, ([expression, past, back]) => {
        const after = monday + past;
        const next = nextFiring(expression, monday, after)!;
        expect(next).toBeGreaterThan(after);
        const earlier = nextFiring(expression, monday, Math.max(monday, after - back))!;
        expect(earlier <= after || earlier === next).toBe(true);
      }),
      { seed: 7 },
    );
  });
});

describe('no schedule', () => {
  it.each([
    'rate(0 minutes)',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(5 weeks)',
    'at(2026-13-01T00:00:00)',
    'at(tomorrow)',
    'cron(0 9 * * * *)',
    'cron(0 9 ? * ? *)',
    'cron(0 9 * * ?)',
    'cron(60 9 * * ? *)',
    'cron(0 9 L * ? *)',
    'cron(0 9 ? * 6#3 *)',
    'cron(0 9 ? * FRI-MON *)',
    'cron(0/0 9 * * ? *)',
    'every day',
  ])('%s', (text) => {
    expect(parseScheduleExpression(text)).toBeUndefined();
  });
});
