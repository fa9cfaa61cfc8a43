import { describe, expect, it } from 'vitest';
import { Firing, latenessOf, Schedule } from '#shared/domain/schedule/schedule.ts';
import { aFiring, aSchedule } from './schedule-builders.ts';

const accepts = (change: object) => Schedule.safeParse({ ...aSchedule(), ...change }).success;

describe('when a schedule fires', () => {
  it.each([
    'rate(1 minute)',
    'rate(12 hours)',
    'at(2028-02-29T23:59:59)',
    'cron(0 8 ? * MON-FRI *)',
    'cron(*/15 6-18/2 1,15 JAN-JUN ? 2026-2030)',
    'cron(0 8 L * ? *)',
    'cron(0 8 15W * ? *)',
    'cron(0 8 ? * 6#3 *)',
    'cron(0 8 ? * 2L *)',
    'cron(0/10 * * * ? *)',
  ])('%s', (expression) => {
    expect(accepts({ expression })).toBe(true);
  });

  it.each([
    ['a plural that is one', 'rate(1 minutes)'],
    ['a singular that is many', 'rate(5 minute)'],
    ['nothing', 'rate(0 minutes)'],
    ['a day that does not exist', 'at(2026-02-30T08:00:00)'],
    ['no time at all', 'at(2026-13-01T25:00:00)'],
    ['an offset', 'at(2026-01-01T08:00:00Z)'],
    ['five fields', 'cron(0 8 ? * MON-FRI)'],
    ['both days', 'cron(0 8 1 * MON *)'],
    ['neither day', 'cron(0 8 ? * ? *)'],
    ['a minute that does not exist', 'cron(60 8 ? * MON *)'],
    ['a day that does not exist in words', 'cron(0 8 ? * MOON *)'],
    ['a range that goes back', 'cron(0 8 ? * FRI-MON *)'],
    ['a range of everything', 'cron(0 *-5 ? * MON *)'],
    ['a range to nowhere', 'cron(0 1-x ? * MON *)'],
    ['a step that is too wide', 'cron(0/99 8 ? * MON *)'],
    ['a wildcard where there is none', 'cron(L 8 ? * MON *)'],
    ['the last day of no week', 'cron(0 8 ? * L *)'],
    ['an empty part', 'cron(0,,5 8 ? * MON *)'],
    ['plain words', 'every day'],
  ])('not with %s: %s', (_, expression) => {
    expect(accepts({ expression })).toBe(false);
  });

  it.each([
    ['UTC', true],
    ['Europe/Zurich', true],
    ['America/Argentina/Buenos_Aires', true],
    ['Etc/GMT+5', true],
    ['Mars/Olympus', false],
    ['+01:00', false],
    ['', false],
  ])('by the clocks of %s: %s', (timezone, known) => {
    expect(accepts({ timezone })).toBe(known);
  });
});

describe('a schedule', () => {
  it.each<[string, object]>([
    ['a role', { roleArn: 'arn:aws:iam::333333333333:role/admin' }],
    ['no pipeline', { pipeline: undefined }],
    ['no environments at all', { environments: [] }],
    ['another name than ours', { metadata: { name: 'Nightly' } }],
    ['more patience than EventBridge Scheduler has', { maxLateness: '2d' }],
  ])('with %s is none', (_, change) => {
    expect(accepts(change)).toBe(false);
  });

  it('may come a quarter of an hour late where it does not say', () => {
    expect([latenessOf(aSchedule()), latenessOf(aSchedule({ maxLateness: '1h' }))]).toEqual([900, 3600]);
  });
});

describe('a firing', () => {
  it.each<[string, object]>([
    ['its time', { scheduledTime: undefined }],
    ['a time', { scheduledTime: '<aws.scheduler.scheduled-time>' }],
    ['a schedule of our group', { scheduleArn: 'arn:aws:scheduler:eu-west-1:111111111111:schedule/default/nightly' }],
    ['a version', { version: 0 }],
  ])('without %s is none', (_, change) => {
    expect(Firing.safeParse(aFiring()).success).toBe(true);
    expect(Firing.safeParse({ ...aFiring(), ...change }).success).toBe(false);
  });
});
