/** GetSchedule and ListSchedules. */
import type {
  GetScheduleInput,
  GetScheduleOutput,
  ListSchedulesInput,
  ListSchedulesOutput,
} from '@aws-sdk/client-scheduler';
import { AwsError } from '../aws-error.ts';
import type { Operation } from '../kernel.ts';
import { existingSchedule, scheduleArn } from './schedules.ts';

/** Throws ResourceNotFoundException. Source: API reference, GetSchedule. */
export const getSchedule: Operation<GetScheduleInput, GetScheduleOutput> = {
  permissions: (call) => [{ action: 'scheduler:GetSchedule', resource: scheduleArn(call, call.input) }],
  run: (call) => {
    const { arn, name, group, enabled, text, createdAt, target, description } = existingSchedule(call, call.input);
    const {
      Id: _id,
      InputPath: _path,
      InputTransformer: _transformer,
      RetryPolicy,
      DeadLetterConfig,
      ...rest
    } = target;
    return {
      ...{ Arn: arn, Name: name, GroupName: group, State: enabled ? 'ENABLED' : 'DISABLED' },
      ...{ ScheduleExpression: text?.expression, ScheduleExpressionTimezone: text?.timezone },
      ...(description === undefined ? {} : { Description: description }),
      FlexibleTimeWindow: { Mode: 'OFF' },
      CreationDate: new Date(createdAt),
      ActionAfterCompletion: 'NONE',
      Target: { ...rest, ...(RetryPolicy && { RetryPolicy }), ...(DeadLetterConfig && { DeadLetterConfig }) },
    };
  },
};

/** By name, 100 a page. Source: API reference, ListSchedules. */
export const listSchedules: Operation<ListSchedulesInput, ListSchedulesOutput> = {
  permissions: () => [{ action: 'scheduler:ListSchedules', resource: '*' }],
  run: ({ sandbox, input, account, region }) => {
    const { GroupName, NamePrefix = '', State, MaxResults = 100, NextToken = '0' } = input;
    const from = Number(NextToken);
    if (!Number.isInteger(from)) throw new AwsError('ValidationException', 'Invalid token.');
    const found = Object.values(sandbox.world.events.schedules)
      .filter((one) => one.account === account && one.region === region && one.name.startsWith(NamePrefix))
      .filter((one) => GroupName === undefined || one.group === GroupName)
      .filter((one) => State === undefined || (State === 'ENABLED') === one.enabled)
      .sort((left, right) => (left.arn < right.arn ? -1 : 1));
    const next = from + MaxResults;
    return {
      Schedules: found.slice(from, next).map(({ arn, name, group, enabled, target }) => ({
        ...{ Arn: arn, Name: name, GroupName: group, State: enabled ? 'ENABLED' : 'DISABLED' },
        Target: { Arn: target.Arn },
      })),
      ...(next < found.length && { NextToken: `${next}` }),
    };
  },
};
