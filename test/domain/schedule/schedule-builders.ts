/** A schedule, its record and a firing, with what a test does not speak of filled in. */
import type { Firing, Schedule, ScheduleRecord } from '#shared/domain/schedule/schedule.ts';
import { monday } from '#test/builders.ts';

export function aSchedule(change: Partial<Schedule> = {}): Schedule {
  return {
    apiVersion: 'drawbridge/v1',
    kind: 'Schedule',
    metadata: { name: 'nightly' },
    pipeline: 'orders',
    expression: 'cron(0 9 ? * * *)',
    ...change,
  };
}

export function aScheduleRecord(change: Partial<Schedule> = {}): ScheduleRecord {
  return { schedule: aSchedule(change), version: 1, appliedBy: 'carol', appliedAt: monday };
}

export function aFiring(change: Partial<Firing> = {}): Firing {
  return {
    schedule: 'nightly',
    version: 1,
    scheduleArn: 'arn:aws:scheduler:eu-west-1:111111111111:schedule/drawbridge/nightly',
    scheduledTime: monday,
    ...change,
  };
}
