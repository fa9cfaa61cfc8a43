/** CreateSchedule, UpdateSchedule and DeleteSchedule. */
import type {
  CreateScheduleInput,
  CreateScheduleOutput,
  DeleteScheduleInput,
  UpdateScheduleInput,
} from '@aws-sdk/client-scheduler';
import { AwsError } from '../aws-error.ts';
import { parseScheduleExpression } from '../events/schedule-expression.ts';
import { scheduleNext } from '../events/schedule-firing.ts';
import type { Schedule } from '../events/state.ts';
import type { Call, Operation, Permission } from '../kernel.ts';
import { demandGroup, existingSchedule, groupArn, removeSchedule, scheduleArn } from './schedules.ts';

type Wanted = Call<CreateScheduleInput | UpdateScheduleInput>;

const notModelled = ['KmsKeyArn', 'StartDate', 'EndDate'] as const;
const ofTarget = ['Arn', 'RoleArn', 'Input', 'RetryPolicy', 'DeadLetterConfig'];

/** Throws ConflictException, ResourceNotFoundException, ValidationException. Source: API reference, CreateSchedule. */
export const createSchedule: Operation<CreateScheduleInput, CreateScheduleOutput> = {
  permissions: (call) => writing('scheduler:CreateSchedule', call),
  run: (call) => {
    const { sandbox, input, account, region } = call;
    const { GroupName: group = 'default', Name: name = '' } = input;
    const arn = scheduleArn(call, input);
    if (!/^[\w.-]{1,64}$/.test(name)) throw new AwsError('ValidationException', `Invalid schedule name ${name}.`);
    demandGroup(call, group);
    if (sandbox.world.events.schedules[arn])
      throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
    const place = { arn, name, group, account, region, createdAt: sandbox.now() };
    return kept(call, { ...place, ...configuration(call) });
  },
};

/** Whatever is not said again is as if it had never been said. Throws as createSchedule. Source: API reference, UpdateSchedule. */
export const updateSchedule: Operation<UpdateScheduleInput, CreateScheduleOutput> = {
  permissions: (call) => writing('scheduler:UpdateSchedule', call),
  run: (call) => {
    const { arn, name, group, account, region, createdAt, nextJob } = existingSchedule(call, call.input);
    const place = { arn, name, group, account, region, createdAt, ...(nextJob !== undefined && { nextJob }) };
    return kept(call, { ...place, ...configuration(call) });
  },
};

/** Throws ResourceNotFoundException. Source: API reference, DeleteSchedule. */
export const deleteSchedule: Operation<DeleteScheduleInput, object> = {
  permissions: (call) => [{ action: 'scheduler:DeleteSchedule', resource: scheduleArn(call, call.input) }],
  run: (call) => {
    removeSchedule(call.sandbox, existingSchedule(call, call.input));
    return {};
  },
};

/** Whoever says as which role a schedule calls has to be allowed to pass that role. */
function writing(action: string, call: Wanted): Permission[] {
  const context = { 'iam:PassedToService': 'scheduler.amazonaws.com' };
  return [
    { action, resource: scheduleArn(call, call.input) },
    { action: 'iam:PassRole', resource: call.input.Target?.RoleArn ?? '*', context },
  ];
}

function configuration(call: Wanted): Pick<Schedule, 'enabled' | 'expression' | 'text' | 'target' | 'description'> {
  const { input } = call;
  const used = [
    ...notModelled.filter((name) => input[name] !== undefined),
    ...Object.keys(input.Target ?? {}).filter((name) => !ofTarget.includes(name)),
  ];
  if (used.length > 0) throw new AwsError('ValidationException', `Not supported by the sandbox: ${used.join(', ')}`);
  const { Arn = '', RoleArn = '', Input, RetryPolicy, DeadLetterConfig } = input.Target ?? {};
  const text = { expression: `${input.ScheduleExpression}`, timezone: input.ScheduleExpressionTimezone ?? 'UTC' };
  const expression = parseScheduleExpression(text.expression, text.timezone);
  if (!expression) throw new AwsError('ValidationException', `Invalid Schedule Expression ${text.expression}.`);
  demandAssumable(call, RoleArn);
  return {
    ...{ enabled: input.State !== 'DISABLED', expression, text },
    ...(input.Description === undefined ? {} : { description: input.Description }),
    target: { Id: 'target', Arn, RoleArn, Input, RetryPolicy, DeadLetterConfig },
  };
}

/** EventBridge Scheduler refuses a role that does not let it in at once, not when it fires. */
function demandAssumable(call: Wanted, roleArn: string): void {
  const { sandbox, input } = call;
  try {
    sandbox.openSession({
      roleArn,
      service: 'scheduler.amazonaws.com',
      sessionName: `${input.Name}`,
      sourceArn: groupArn(call, input.GroupName ?? 'default'),
      durationSeconds: 900,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      'ValidationException',
      'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
    );
  }
}

/** Plain data only: what is undefined would not outlive a saved world. */
function kept({ sandbox }: Wanted, schedule: Schedule): CreateScheduleOutput {
  const stored = JSON.parse(JSON.stringify(schedule)) as Schedule;
  sandbox.world.events.schedules[stored.arn] = stored;
  scheduleNext(sandbox, stored, sandbox.now());
  return { ScheduleArn: stored.arn };
}
