import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import { retryPolicy } from '../events/rule-provider.ts';
import { parseScheduleExpression } from '../events/schedule-expression.ts';
import { scheduleNext } from '../events/schedule-firing.ts';
import type { Schedule } from '../events/state.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName, readProperties } from '../resource-properties.ts';

const properties = z.object({
  Name: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .optional(),
  GroupName: z.string().default('default'),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  StartDate: z.iso.datetime({ offset: true }).optional(),
  EndDate: z.iso.datetime({ offset: true }).optional(),
  Target: z.object({
    Arn: z.string().startsWith('arn:'),
    RoleArn: z.string().startsWith('arn:'),
    Input: z.string().optional(),
    RetryPolicy: retryPolicy.optional(),
    DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
  }),
});

/** AWS::Scheduler::Schedule. `Ref` is the name. A flexible window is ignored: the sandbox fires on time. */
export const scheduleProvider: ResourceProvider = {
  create: (request) => {
    const { Name: name = generatedName(request, 64), GroupName: group } = readProperties(properties, request);
    const { account, region } = request;
    const arn = `arn:aws:scheduler:${region}:${account}:schedule/${group}/${name}`;
    const { schedules } = request.sandbox.world.events;
    if (schedules[arn]) throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
    const schedule: Schedule = { arn, name, group, account, region, ...configuration(request) };
    schedules[arn] = schedule;
    return scheduled(schedule, request);
  },
  update: (request) => {
    const schedule = stored(request);
    if (!schedule)
      throw new AwsError('ResourceNotFoundException', `Schedule ${request.physicalId} does not exist.`, 404);
    delete schedule.endsAt;
    Object.assign(schedule, configuration(request));
    return scheduled(schedule, request);
  },
  remove: (request) => {
    const schedule = stored(request);
    if (schedule?.nextJob !== undefined) request.sandbox.cancel(schedule.nextJob);
    if (schedule) delete request.sandbox.world.events.schedules[schedule.arn];
  },
};

function stored(request: ResourceRequest): Schedule | undefined {
  const { GroupName } = readProperties(properties, request);
  const { account, region, physicalId } = request;
  return request.sandbox.world.events.schedules[
    `arn:aws:scheduler:${region}:${account}:schedule/${GroupName}/${physicalId}`
  ];
}

function configuration(request: ResourceRequest) {
  const read = readProperties(properties, request);
  const text = { expression: read.ScheduleExpression, timezone: read.ScheduleExpressionTimezone };
  const expression = parseScheduleExpression(text.expression, text.timezone);
  if (!expression) throw new AwsError('ValidationException', `Invalid Schedule Expression ${read.ScheduleExpression}.`);
  const now = request.sandbox.now();
  return {
    enabled: read.State === 'ENABLED',
    expression,
    text,
    createdAt: read.StartDate === undefined ? now : Math.max(now, Date.parse(read.StartDate)),
    ...(read.EndDate !== undefined && { endsAt: Date.parse(read.EndDate) }),
    target: { Id: 'target', ...read.Target },
  };
}

function scheduled(schedule: Schedule, request: ResourceRequest): ResourceResult {
  scheduleNext(request.sandbox, schedule, schedule.createdAt);
  return { physicalId: schedule.name, attributes: { Arn: schedule.arn } };
}
