import { describe, expect, it } from 'vitest';
import { after as later } from '#shared/domain/promotion/lease.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import {
  alreadyAsked,
  type Candidate,
  chosen,
  isEligible,
  keyOf,
  skipped,
  unfit,
} from '#shared/domain/schedule/fire.ts';
import type { Schedule } from '#shared/domain/schedule/schedule.ts';
import { monday } from '#test/builders.ts';
import { aFiring, aSchedule, aScheduleRecord } from './schedule-builders.ts';

const journey = ['staging', 'pre-production', 'production'];
const candidate = (verifiedIn: string[] = [], change: Partial<Candidate> = {}): Candidate => ({
  digest: 'sha256:new',
  id: 'orders-0123456789ab',
  journey,
  members: { staging: ['staging'], 'pre-production': ['pre'], production: ['eu', 'us'] },
  verifiedIn: new Set(verifiedIn),
  ...change,
});

describe('a firing', () => {
  it.each([
    ['is unfit when nobody knows its schedule', undefined, 0, 'SCHEDULE_UNKNOWN'],
    ['is unfit when another version holds', { ...aScheduleRecord(), version: 2 }, 0, 'SCHEDULE_VERSION'],
    ['is unfit when it is paused', aScheduleRecord({ enabled: false }), 0, 'SCHEDULE_PAUSED'],
    ['is unfit when it comes too late', aScheduleRecord(), 901, 'SCHEDULE_LATE'],
    ['counts in the last second', aScheduleRecord(), 900, undefined],
    ['counts as late as the schedule allows', aScheduleRecord({ maxLateness: '1h', enabled: true }), 3600, undefined],
  ] as const)('%s', (_, record, late, code) => {
    expect(unfit(aFiring(), record, later(monday, late))?.code).toBe(code);
  });

  it('has one key for all its deliveries, which no other firing has', () => {
    expect(keyOf(aFiring())).toBe(`arn:aws:scheduler:eu-west-1:111111111111:schedule/drawbridge/nightly/${monday}`);
    expect(keyOf(aFiring({ scheduledTime: later(monday, 1) }))).not.toBe(keyOf(aFiring()));
  });

  it('that does not count leaves the reason', () => {
    const problem = unfit(aFiring(), aScheduleRecord(), later(monday, 3600));
    expect(skipped(aFiring(), problem!, later(monday, 3600))).toEqual({
      schedule: 'nightly',
      scheduledTime: monday,
      firedAt: later(monday, 3600),
      outcome: 'skipped',
      reason: { code: 'SCHEDULE_LATE', text: 'Schedule nightly fired 3600 seconds late, and may be 900 seconds late.' },
    });
  });
});

const aHold = (pipeline: string, environment: string) => {
  const wish = { pipeline, environment, reason: 'a test' };
  return restrictionOf('hold', wish, { by: 'carol', key: environment, at: monday });
};

describe('a release', () => {
  it.each<[string, Partial<Schedule>, string[], boolean]>([
    ['any, where it begins its journey', {}, [], true],
    ['verified in all before', { environments: ['production'] }, ['staging', 'pre-production'], true],
    ['not verified in one before', { environments: ['production'] }, ['pre-production'], false],
    ['by the first of several environments', { environments: ['production', 'pre-production'] }, ['staging'], true],
    ['without such an environment', { environments: ['production', 'moon'] }, ['staging', 'pre-production'], false],
  ])('is eligible: %s', (_, change, verifiedIn, expected) => {
    expect(isEligible(aSchedule(change), candidate(verifiedIn))).toBe(expected);
  });
});

describe('what a schedule promotes', () => {
  const nowhere = { running: [], underWay: [], holds: [] };
  const here = (environment: string, target: string, release = 'sha256:new') => ({ environment, target, release });
  const onItsWay = {
    id: 'prm-0123456789abcdef',
    release: 'sha256:new',
    environments: journey,
    mode: 'promote',
  } as const;
  const codeOf = (...given: Parameters<typeof chosen>) => {
    const choice = chosen(...given);
    return choice.kind === 'skip' ? choice.problem.code : choice.environments;
  };

  it('goes to all environments, or to those that are named, in the order of the journey', () => {
    expect(codeOf(aSchedule(), candidate(), nowhere)).toEqual(journey);
    const named = aSchedule({ environments: ['production', 'pre-production'] });
    expect(codeOf(named, candidate(), nowhere)).toEqual(['pre-production', 'production']);
  });

  it('is nothing when no release may go there', () => {
    expect(codeOf(aSchedule(), undefined, nowhere)).toBe('SCHEDULE_NOTHING_ELIGIBLE');
  });

  it.each<[string, ReturnType<typeof here>[], unknown]>([
    [
      'runs in every target of every environment',
      [here('pre-production', 'pre'), here('production', 'eu'), here('production', 'us')],
      'SCHEDULE_ALREADY_THERE',
    ],
    [
      'runs in every target, and something else in one that left',
      [
        ...[here('pre-production', 'pre'), here('production', 'eu'), here('production', 'us')],
        here('production', 'asia', 'sha256:old'),
      ],
      'SCHEDULE_ALREADY_THERE',
    ],
    [
      'runs in every target but one that came',
      [here('pre-production', 'pre'), here('production', 'eu')],
      ['pre-production', 'production'],
    ],
    [
      'runs in some targets only',
      [here('pre-production', 'pre'), here('production', 'eu'), here('production', 'us', 'sha256:old')],
      ['pre-production', 'production'],
    ],
    ['runs in one of the environments only', [here('pre-production', 'pre')], ['pre-production', 'production']],
  ])('when it %s', (_, running, expected) => {
    const schedule = aSchedule({ environments: ['pre-production', 'production'] });
    expect(codeOf(schedule, candidate(), { running, underWay: [], holds: [] })).toEqual(expected);
  });

  it('goes also where no target is, so that it comes further', () => {
    const empty = candidate([], { journey: ['staging'], members: {} });
    expect(codeOf(aSchedule(), empty, nowhere)).toEqual(['staging']);
  });

  it.each([
    ['the same release', onItsWay, 'SCHEDULE_UNDER_WAY'],
    ['another release', { ...onItsWay, release: 'sha256:old' }, journey],
    ['to fewer environments', { ...onItsWay, environments: ['staging'] }, journey],
    ['only as a plan', { ...onItsWay, mode: 'plan' as const }, journey],
  ])('while %s is under way', (_, one, expected) => {
    expect(codeOf(aSchedule(), candidate(), { running: [], underWay: [one], holds: [] })).toEqual(expected);
  });

  it.each<[string, Partial<Schedule>, string[], unknown]>([
    ['is nothing where its first environment is held', {}, ['staging'], 'HELD'],
    ['goes as far as nothing is held', {}, ['production'], ['staging', 'pre-production']],
    ['goes on where something else is held', { environments: ['staging'] }, ['production'], ['staging']],
    ['is planned also where it is held', { mode: 'plan' }, ['staging'], journey],
  ])('%s', (_, change, held, expected) => {
    const holds = held.map((environment) => aHold('nightly', environment));
    const schedule = aSchedule(change);
    const own = holds.map((hold) => ({ ...hold, pipeline: schedule.pipeline }));
    expect(codeOf(schedule, candidate(), { ...nowhere, holds: own })).toEqual(expected);
    expect(codeOf(schedule, candidate(), { ...nowhere, holds })).toEqual(codeOf(schedule, candidate(), nowhere));
  });

  it('to look at again, waits for a look of the same kind', () => {
    const wish = { digest: 'sha256:new', id: 'orders-0123456789ab', environments: ['production'] };
    const looking = { ...onItsWay, mode: 'verify' as const };
    expect(alreadyAsked({ mode: 'verify' }, wish, [looking])?.code).toBe('SCHEDULE_UNDER_WAY');
    expect(alreadyAsked({ mode: 'drift' }, wish, [looking])).toBeUndefined();
    expect(alreadyAsked({}, wish, [looking])).toBeUndefined();
  });

  it('only to plan, does not wait for what is promoted', () => {
    expect(codeOf(aSchedule({ mode: 'plan' }), candidate(), { running: [], underWay: [onItsWay], holds: [] })).toEqual(
      journey,
    );
  });
});
