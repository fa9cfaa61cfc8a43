/** Windows against another way of reading clocks: minute by minute, as text, in days on which clocks are changed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opening, type PolicyWindow } from '#shared/domain/window/opening.ts';
import { type Window, weekdays } from '#shared/domain/window/window.ts';
import { aWindow, ofPolicy } from './window-builders.ts';

const minute = 60_000;
const hour = 60 * minute;
const days = 24 * hour;

/** Zones, and changes of their clocks in 2026; where there are none, any day. */
const changes: [string, string][] = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  // Half an hour.
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Asia/Kolkata', '2026-03-29T01:00Z'],
  ['UTC', '2026-03-29T01:00Z'],
];

/** What clocks show in each minute around a change: `2026-03-29 03:00`, and the day of the week. */
interface Clock {
  readonly first: number;
  readonly texts: readonly string[];
}

const clocks = new Map<string, Clock>();
function clockAround(timeZone: string, change: string): Clock {
  const key = `${timeZone} ${change}`;
  const known = clocks.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const first = Date.parse(change) - 4 * days;
  const clock = { first, texts: Array.from({ length: 9 * 24 * 60 }, (_, at) => format.format(first + at * minute)) };
  clocks.set(key, clock);
  return clock;
}

/** The dates that the clock shows, with their days of the week. */
function datesOf({ texts }: Clock): { date: string; next: string; weekday: string }[] {
  const dates = [...new Set(texts.map((text) => text.slice(0, 10)))];
  return dates.slice(0, -1).map((date, index) => ({
    date,
    next: `${dates[index + 1]}`,
    weekday: `${weekdays[new Date(`${date}T00:00Z`).getUTCDay()]}`,
  }));
}

/** The first minute that shows a time or, if none does, the first that shows a later one. */
function begin({ texts }: Clock, wanted: string): number {
  const shown = texts.indexOf(wanted);
  return shown >= 0 ? shown : texts.findIndex((text) => text > wanted);
}
function end({ texts }: Clock, wanted: string): number {
  const shown = texts.lastIndexOf(wanted);
  return shown >= 0 ? shown : texts.findIndex((text) => text > wanted);
}

/** In which minutes of the clock a window holds. */
function minutesOf(clock: Clock, { weekly, once }: Window): Set<number> {
  const spans =
    once !== undefined
      ? [[once.from.replace('T', ' '), once.to.replace('T', ' ')]]
      : datesOf(clock)
          .filter(({ weekday }) => weekly?.days.includes(weekday as never))
          .map(({ date, next }) => {
            const { from, to } = weekly as NonNullable<Window['weekly']>;
            if (to === '24:00') return [`${date} ${from}`, `${next} 00:00`];
            return [`${date} ${from}`, `${to <= from ? next : date} ${to}`];
          });
  return new Set(
    spans.flatMap(([from, to]) => {
      const [first, last] = [begin(clock, `${from}`), end(clock, `${to}`)];
      return Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at);
    }),
  );
}

function isOpen(windows: readonly { window: Window; minutes: Set<number> }[], at: number): boolean {
  if (windows.some(({ window, minutes }) => window.kind === 'deny' && minutes.has(at))) return false;
  const allowing = windows.filter(({ window }) => window.kind === 'allow');
  return allowing.length === 0 || allowing.some(({ minutes }) => minutes.has(at));
}

const half = fc.integer({ min: 0, max: 47 });
const timeOf = (halves: number) => `${String(Math.floor(halves / 2)).padStart(2, '0')}:${halves % 2 ? '30' : '00'}`;
const kind = fc.constantFrom('allow' as const, 'deny' as const);
const weeklyWindow = (timeZone: string) =>
  fc
    .record({
      kind,
      days: fc.subarray([...weekdays], { minLength: 1 }),
      // Around the hours at which clocks are changed more often than elsewhere.
      from: fc.oneof(half, fc.integer({ min: 0, max: 8 })),
      to: fc.oneof(half, fc.integer({ min: 1, max: 8 }), fc.constant(48)),
    })
    .filter(({ from, to }) => from !== to)
    .map((said) => {
      const weekly = { days: said.days, from: timeOf(said.from), to: timeOf(said.to) };
      return aWindow({ kind: said.kind, timeZone, weekly });
    });
const onceWindow = (timeZone: string, change: string) =>
  fc.record({ kind, from: fc.integer({ min: 0, max: 200 }), length: fc.integer({ min: 1, max: 100 }) }).map((said) => {
    const local = (halves: number) =>
      new Date(Date.parse(change) - 3 * days + (halves * hour) / 2).toISOString().slice(0, 16);
    return aWindow({ kind: said.kind, timeZone, once: { from: local(said.from), to: local(said.from + said.length) } });
  });

const cases = fc.constantFrom(...changes).chain(([timeZone, change]) =>
  fc.record({
    timeZone: fc.constant(timeZone),
    change: fc.constant(change),
    windows: fc.array(fc.oneof(weeklyWindow(timeZone), onceWindow(timeZone, change)), { minLength: 1, maxLength: 4 }),
    /** Minutes since a day before the change. */
    at: fc.integer({ min: 0, max: 2 * 24 * 60 }),
  }),
);
const named = (windows: readonly Window[]): PolicyWindow[] => windows.map((window) => ofPolicy(window));
const runs = { seed: 20_260_329, numRuns: 250 };

describe('whatever the windows, the zone and the minute', () => {
  it('it is open when the clocks say so, and `until` is the first minute in which it is', () => {
    fc.assert(
      fc.property(cases, ({ timeZone, change, windows, at }) => {
        const clock = clockAround(timeZone, change);
        const read = windows.map((window) => ({ window, minutes: minutesOf(clock, window) }));
        const index = (Date.parse(change) - days - clock.first) / minute + at;
        const found = opening(named(windows), new Date(clock.first + index * minute).toISOString());
        expect(found.kind === 'open').toBe(isOpen(read, index));
        if (found.kind === 'open') return;
        // The clock is read for four days from the change on.
        const last = (Date.parse(change) + 3 * days - clock.first) / minute;
        const until = found.until === undefined ? last : (Date.parse(found.until) - clock.first) / minute;
        const first = Array.from({ length: last - index }, (_, more) => index + more).find((one) => isOpen(read, one));
        if (until < last || first !== undefined) expect(first).toBe(until);
      }),
      runs,
    );
  });

  it('deny beats allow: one more window that denies never opens anything', () => {
    fc.assert(
      fc.property(cases, ({ change, windows, at }) => {
        const instant = new Date(Date.parse(change) - days + at * minute).toISOString();
        const denials = windows.filter((window) => window.kind === 'deny');
        if (opening(named(denials), instant).kind === 'closed')
          expect(opening(named(windows), instant).kind).toBe('closed');
      }),
      runs,
    );
  });

  it('it is a pure function, and the order of windows decides nothing', () => {
    fc.assert(
      fc.property(cases, ({ change, windows, at }) => {
        const instant = new Date(Date.parse(change) - days + at * minute).toISOString();
        const frozen = JSON.stringify(windows);
        const { kind: answer, ...rest } = opening(named(windows), instant);
        const again = opening(named(windows.toReversed()), instant);
        expect(JSON.stringify(windows)).toBe(frozen);
        expect([again.kind, (again as { until?: string }).until]).toEqual([answer, (rest as { until?: string }).until]);
      }),
      runs,
    );
  });
});
