/** The preview is croner's, the sandbox has an implementation of its own: where both can tell, they say the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRuns } from '#cli/next-runs.ts';
import { nextFiring, parseScheduleExpression } from '#sandbox/events/schedule-expression.ts';

const runs = (expression: string, timezone: string, from: string, count = 3) =>
  nextRuns({ expression, timezone }, { from: new Date(from), count, appliedAt: new Date('2026-01-05T09:00:00Z') }).map(
    (run) => run.toISOString().replace('.000Z', 'Z'),
  );

describe('the next runs', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'numbers weekdays from Sunday',
      'cron(0 8 ? * 2 *)',
      'UTC',
      '2026-01-05T09:00:00Z',
      ['2026-01-12T08:00:00Z', '2026-01-19T08:00:00Z', '2026-01-26T08:00:00Z'],
    ],
    [
      'begins with minutes and ends with years',
      'cron(30 8 1 JAN ? 2027)',
      'UTC',
      '2026-01-05T09:00:00Z',
      ['2027-01-01T08:30:00Z'],
    ],
    [
      'takes steps that begin at a number',
      'cron(10/25 8 ? * * *)',
      'UTC',
      '2026-01-05T09:00:00Z',
      ['2026-01-06T08:10:00Z', '2026-01-06T08:35:00Z', '2026-01-07T08:10:00Z'],
    ],
    [
      'knows the last day of a month',
      'cron(0 8 L * ? *)',
      'UTC',
      '2026-01-05T09:00:00Z',
      ['2026-01-31T08:00:00Z', '2026-02-28T08:00:00Z', '2026-03-31T08:00:00Z'],
    ],
    [
      'knows the third Friday',
      'cron(0 8 ? * 6#3 *)',
      'UTC',
      '2026-01-05T09:00:00Z',
      ['2026-01-16T08:00:00Z', '2026-02-20T08:00:00Z', '2026-03-20T08:00:00Z'],
    ],
    [
      'goes by the clocks of a zone',
      'cron(0 8 ? * * *)',
      'Europe/Zurich',
      '2026-03-27T12:00:00Z',
      ['2026-03-28T07:00:00Z', '2026-03-29T06:00:00Z', '2026-03-30T06:00:00Z'],
    ],
    [
      'leaves out what the clocks skip',
      'cron(30 2 ? * * *)',
      'Europe/Zurich',
      '2026-03-27T12:00:00Z',
      ['2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z', '2026-03-31T00:30:00Z'],
    ],
    [
      'comes once where the clocks go back',
      'cron(30 2 ? * * *)',
      'Europe/Zurich',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z', '2026-10-27T01:30:00Z'],
    ],
    [
      'counts a rate from when it was applied',
      'rate(7 hours)',
      'UTC',
      '2026-01-05T17:00:00Z',
      ['2026-01-05T23:00:00Z', '2026-01-06T06:00:00Z', '2026-01-06T13:00:00Z'],
    ],
    [
      'is once for a moment',
      'at(2026-02-01T08:00:00)',
      'America/New_York',
      '2026-01-05T17:00:00Z',
      ['2026-02-01T13:00:00Z'],
    ],
    ['is never for a moment that has passed', 'at(2026-01-01T08:00:00)', 'UTC', '2026-01-05T17:00:00Z', []],
    [
      'is never for a moment that the clocks skip',
      'at(2026-03-29T02:30:00)',
      'Europe/Zurich',
      '2026-01-05T17:00:00Z',
      [],
    ],
  ])('%s: %s %s', (_, expression, timezone, from, expected) => {
    expect(runs(expression, timezone, from)).toEqual(expected);
  });

  it('are those of the sandbox, for any daily or weekly time in any zone', () => {
    const zone = fc.constantFrom('UTC', 'Europe/Zurich', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');
    const days = fc.constantFrom('*', 'MON-FRI', 'SUN', '2,4,6');
    const hour = fc.integer({ min: 0, max: 23 });
    const minute = fc.integer({ min: 0, max: 59 });
    const from = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
    const same = fc.property(zone, days, hour, minute, from, (timezone, on, h, m, begun) => {
      const expression = `cron(${m} ${h} ? * ${on} *)`;
      const parsed = parseScheduleExpression(expression, timezone)!;
      const sandbox: number[] = [];
      for (let at = nextFiring(parsed, begun, begun); sandbox.length < 3; at = nextFiring(parsed, begun, at!))
        sandbox.push(at!);
      const preview = nextRuns(
        { expression, timezone },
        { from: new Date(begun), count: 3, appliedAt: new Date(begun) },
      );
      expect(preview.map((run) => run.getTime())).toEqual(sandbox);
    });
    fc.assert(same, { seed: 5, numRuns: 200 });
  });
});
