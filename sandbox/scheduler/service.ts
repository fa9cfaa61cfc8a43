import type { Service } from '../kernel.ts';
import { getSchedule, listSchedules } from './read-schedules.ts';
import { scheduleGroupProvider } from './schedule-group-provider.ts';
import { scheduleProvider } from './schedule-provider.ts';
import { createSchedule, deleteSchedule, updateSchedule } from './write-schedules.ts';

/** EventBridge Scheduler: schedules and their groups. They fire as jobs of `events`, whose deliveries theirs are like. */
export const schedulerService: Service = {
  name: 'scheduler',
  operations: {
    CreateSchedule: createSchedule,
    GetSchedule: getSchedule,
    UpdateSchedule: updateSchedule,
    DeleteSchedule: deleteSchedule,
    ListSchedules: listSchedules,
  },
  jobs: {},
  providers: {
    'AWS::Scheduler::Schedule': scheduleProvider,
    'AWS::Scheduler::ScheduleGroup': scheduleGroupProvider,
  },
};
