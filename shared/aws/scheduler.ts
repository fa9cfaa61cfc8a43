/** EventBridge Scheduler: the schedules of our group, made to be as the ledger says. */
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { latenessOf, type ScheduleRecord } from '#shared/domain/schedule/schedule.ts';
import { asked, isCode } from './translate-error.ts';

/** What a schedule calls, and the role it calls as. */
export interface Scheduler {
  readonly functionArn: string;
  readonly roleArn: string;
}

const service = 'Amazon EventBridge Scheduler';
const group = 'drawbridge';
let client: SchedulerClient | undefined;

/** Makes the schedule fire as it says, whether it was there before or not. Doing it again changes nothing. */
export async function putSchedule(scheduler: Scheduler, record: ScheduleRecord): Promise<void> {
  const input = inputFor(scheduler, record);
  try {
    await sent(new UpdateScheduleCommand(input));
  } catch (error) {
    if (!isCode(error, 'ResourceNotFoundException')) return asked(service, Promise.reject(error));
    await asked(service, sent(new CreateScheduleCommand(input)));
  }
}

/** Ends the firing of a schedule; one that is not there any more is as good. */
export async function deleteSchedule(name: string): Promise<void> {
  try {
    await sent(new DeleteScheduleCommand({ GroupName: group, Name: name }));
  } catch (error) {
    if (!isCode(error, 'ResourceNotFoundException')) return asked(service, Promise.reject(error));
  }
}

function inputFor(
  { functionArn, roleArn }: Scheduler,
  { schedule, version }: ScheduleRecord,
): CreateScheduleCommandInput {
  const { metadata, expression, timezone = 'UTC', enabled = true } = schedule;
  // Filled in by EventBridge Scheduler; the time stays the same when it retries, the execution id does not (User Guide, context attributes).
  const event = {
    schedule: metadata.name,
    version,
    scheduleArn: '<aws.scheduler.schedule-arn>',
    scheduledTime: '<aws.scheduler.scheduled-time>',
  };
  return {
    GroupName: group,
    Name: metadata.name,
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: timezone,
    State: enabled ? 'ENABLED' : 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: functionArn,
      RoleArn: roleArn,
      Input: JSON.stringify(event),
      // What comes later does not count (API reference, RetryPolicy: 60 to 86,400 seconds).
      RetryPolicy: { MaximumEventAgeInSeconds: Math.max(60, latenessOf(schedule)), MaximumRetryAttempts: 10 },
    },
  };
}

type Command = UpdateScheduleCommand | CreateScheduleCommand | DeleteScheduleCommand;

function sent(command: Command): Promise<unknown> {
  client ??= new SchedulerClient({});
  return client.send(command as UpdateScheduleCommand);
}
