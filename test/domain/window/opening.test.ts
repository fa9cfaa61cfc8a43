import { describe, expect, it } from 'vitest';
import { opening } from '#shared/domain/window/opening.ts';
import type { Window } from '#shared/domain/window/window.ts';
import { aWindow, ofPolicy } from './window-builders.ts';

const weekly = (days: string[], from: string, to: string) => ({ days, from, to }) as NonNullable<Window['weekly']>;
const allDays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const nights = aWindow({ name: 'nights', weekly: weekly(allDays, '22:00', '05:00') });
const office = aWindow({ weekly: weekly(['mon', 'tue', 'wed', 'thu', 'fri'], '09:00', '17:00') });
const noFriday = aWindow({ name: 'no-friday', kind: 'deny', weekly: weekly(['fri'], '12:00', '24:00') });
const holidays = aWindow({
  name: 'holidays',
  kind: 'deny',
  once: { from: '2026-12-24T12:00', to: '2027-01-04T06:00' },
});

/** `open`, or until when it is closed. */
function at(instant: string, ...windows: Window[]): string {
  const found = opening(
    windows.map((window) => ofPolicy(window)),
    instant,
  );
  return found.kind === 'open' ? 'open' : (found.until ?? 'never');
}

describe('windows in a week of January, when Berlin is an hour ahead of UTC', () => {
  it.each<[string, string, Window[], string]>([
    ['without any everything is open', '2026-01-05T03:00:00.000Z', [], 'open'],
    ['open in the middle', '2026-01-05T11:00:00.000Z', [office], 'open'],
    ['from its first moment on', '2026-01-05T08:00:00.000Z', [office], 'open'],
    ['and not a moment before', '2026-01-05T07:59:59.999Z', [office], '2026-01-05T08:00:00.000Z'],
    ['its end is no part of it', '2026-01-05T16:00:00.000Z', [office], '2026-01-06T08:00:00.000Z'],
    ['over the weekend', '2026-01-09T16:00:00.000Z', [office], '2026-01-12T08:00:00.000Z'],
    ['over midnight, before it', '2026-01-05T22:30:00.000Z', [nights], 'open'],
    ['over midnight, after it', '2026-01-06T03:59:00.000Z', [nights], 'open'],
    ['either of two that allow', '2026-01-06T03:59:00.000Z', [office, nights], 'open'],
    ['the next of two that allow', '2026-01-05T17:00:00.000Z', [office, nights], '2026-01-05T21:00:00.000Z'],
    ['deny beats allow', '2026-01-09T12:00:00.000Z', [office, noFriday], '2026-01-12T08:00:00.000Z'],
    ['where only denials are, the rest is open', '2026-01-08T12:00:00.000Z', [noFriday], 'open'],
    ['a denial ends with its day', '2026-01-09T12:00:00.000Z', [noFriday], '2026-01-09T23:00:00.000Z'],
    ['one denial after the other', '2026-12-25T12:00:00.000Z', [holidays, noFriday], '2027-01-04T05:00:00.000Z'],
    ['what allows once', '2026-12-20T00:00:00.000Z', [{ ...holidays, kind: 'allow' }], '2026-12-24T11:00:00.000Z'],
    ['what allowed once never opens again', '2027-02-01T00:00:00.000Z', [{ ...holidays, kind: 'allow' }], 'never'],
    ['what denied once denies no more', '2027-02-01T00:00:00.000Z', [holidays], 'open'],
  ])('%s', (_, instant, windows, expected) => {
    expect(at(instant, ...windows)).toBe(expected);
  });

  it('never opens where it is denied whenever it is allowed, and says so after a bounded search', () => {
    const never = aWindow({ name: 'never', kind: 'deny', weekly: weekly(allDays, '00:00', '24:00') });
    expect(at('2026-01-05T11:00:00.000Z', office, never)).toBe('never');
  });

  it.each<[string, Window[], string]>([
    ['the windows that deny', [office, noFriday, holidays], 'window no-friday of policy hours denies it'],
    ['the windows that do not allow', [office], 'window office of policy hours is not open'],
    ['all of them', [office, nights], 'window office of policy hours and window nights of policy hours are not open'],
    [
      'all that deny',
      [noFriday, { ...noFriday, name: 'party' }],
      'window no-friday of policy hours and window party of policy hours deny it',
    ],
  ])('names %s', (_, windows, because) => {
    expect(
      opening(
        windows.map((window) => ofPolicy(window)),
        '2026-01-09T18:00:00.000Z',
      ),
    ).toMatchObject({ because });
  });
});

describe('windows on days on which clocks are changed', () => {
  const sundays = (from: string, to: string) => aWindow({ weekly: weekly(['sun'], from, to) });
  it.each<[string, string, Window, string]>([
    // On 29 March 2026 clocks of Berlin go from 02:00 to 03:00, at 01:00 UTC.
    [
      'a begin that clocks skip is when they skip it',
      '2026-03-29T00:59:00.000Z',
      sundays('02:30', '05:00'),
      '2026-03-29T01:00:00.000Z',
    ],
    [
      'an end that clocks skip is when they skip it',
      '2026-03-29T01:00:00.000Z',
      sundays('00:00', '02:30'),
      '2026-04-04T22:00:00.000Z',
    ],
    ['up to then it is open', '2026-03-29T00:59:00.000Z', sundays('00:00', '02:30'), 'open'],
    [
      'of a window that clocks skip nothing is left',
      '2026-03-28T12:00:00.000Z',
      sundays('02:10', '02:50'),
      '2026-04-05T00:10:00.000Z',
    ],
    // On 25 October 2026 they go from 03:00 back to 02:00, at 01:00 UTC.
    [
      'a begin that comes twice is the first',
      '2026-10-25T00:29:00.000Z',
      sundays('02:30', '05:00'),
      '2026-10-25T00:30:00.000Z',
    ],
    ['an end that comes twice is the last', '2026-10-25T01:29:00.000Z', sundays('00:00', '02:30'), 'open'],
    ['and no longer', '2026-10-25T01:30:00.000Z', sundays('00:00', '02:30'), '2026-10-31T23:00:00.000Z'],
  ])('%s', (_, instant, window, expected) => {
    expect(at(instant, window)).toBe(expected);
  });

  it('knows a zone that skipped a whole day', () => {
    // Samoa went from the end of 29 December 2011 to the begin of 31 December.
    const friday = aWindow({ timeZone: 'Pacific/Apia', weekly: weekly(['fri'], '09:00', '17:00') });
    expect(at('2011-12-29T00:00:00.000Z', friday)).toBe('2012-01-05T19:00:00.000Z');
  });
});
