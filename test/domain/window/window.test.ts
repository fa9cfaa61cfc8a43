import { describe, expect, it } from 'vitest';
import { Window } from '#shared/domain/window/window.ts';

const weekly = { days: ['mon'], from: '09:00', to: '17:00' };
const whole = { name: 'office', kind: 'allow', timeZone: 'Europe/Berlin', weekly };
const faultsIn = (change: object) =>
  Window.safeParse({ ...whole, ...change }).error?.issues.map(({ path, message }) => `/${path.join('/')} ${message}`) ??
  [];

describe('a window', () => {
  it.each<[string, object]>([
    ['by day', {}],
    ['over midnight', { weekly: { days: ['fri', 'sat'], from: '22:00', to: '04:00' } }],
    ['a whole day', { weekly: { days: ['sun'], from: '00:00', to: '24:00' } }],
    ['once', { weekly: undefined, once: { from: '2026-12-24T18:00', to: '2027-01-02T00:00' } }],
    ['on a leap day', { weekly: undefined, once: { from: '2028-02-29T00:00', to: '2028-03-01T00:00' } }],
  ])('%s', (_, change) => {
    const { weekly: given, ...rest } = { ...whole, ...change } as typeof whole;
    expect(Window.safeParse({ ...rest, ...(given && { weekly: given }) }).success).toBe(true);
  });

  it.each<[string, object, RegExp]>([
    ['in no zone of this world', { timeZone: 'Mars/X' }, /^\/timeZone expected a time zone such as Europe\/Zurich/],
    ['by an offset', { timeZone: '+01:00' }, /^\/timeZone/],
    ['neither weekly nor once', { weekly: undefined }, /^\/weekly/],
    ['both', { once: { from: '2026-01-01T00:00', to: '2026-01-02T00:00' } }, /^\/ expected either weekly or once$/],
    ['of no length', { weekly: { days: ['mon'], from: '09:00', to: '09:00' } }, /^\/weekly\/to expected another time/],
    ['on no day', { weekly: { days: [], from: '09:00', to: '10:00' } }, /^\/weekly\/days/],
    ['at a time that no clock shows', { weekly: { days: ['mon'], from: '24:00', to: '10:00' } }, /^\/weekly\/from/],
    ['on a day with another name', { weekly: { days: ['monday'], from: '09:00', to: '10:00' } }, /^\/weekly\/days\/0/],
  ])('not %s', (_, change, fault) => {
    expect(faultsIn(change).join('\n')).toMatch(fault);
  });

  it.each<[string, object, RegExp]>([
    ['at a date that does not exist', { from: '2026-02-30T08:00', to: '2026-03-05T08:00' }, /^\/once\/from .*exist/],
    ['in no leap year', { from: '2026-02-01T08:00', to: '2026-02-29T08:00' }, /^\/once\/to .*exist/],
    ['at an hour that does not exist', { from: '2026-02-01T24:30', to: '2026-02-03T08:00' }, /^\/once\/from .*exist/],
    ['with an offset', { from: '2026-02-01T08:00Z', to: '2026-02-03T08:00' }, /^\/once\/from .*offset/],
    ['with its end before its start', { from: '2026-02-03T08:00', to: '2026-02-01T08:00' }, /^\/once\/to .*after from/],
    ['with its end at its start', { from: '2026-02-03T08:00', to: '2026-02-03T08:00' }, /^\/once\/to .*after from/],
  ])('not once %s, and never shifted', (_, once, fault) => {
    const { weekly: _weekly, ...rest } = whole;
    const found = Window.safeParse({ ...rest, once }).error?.issues ?? [];
    expect(found.map(({ path, message }) => `/${path.join('/')} ${message}`).join('\n')).toMatch(fault);
  });
});
