/** Schedules over the API: what EventBridge Scheduler is told is what the ledger says, also when two people apply at once. */
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { applySchedule, findSchedule } from '#shared/aws/ledger/schedules.ts';
import type { Schedule } from '#shared/domain/schedule/schedule.ts';
import { monday } from '#test/builders.ts';
import { aSchedule } from '#test/domain/schedule/schedule-builders.ts';
import { awsError } from '../aws/fake-aws.ts';
import { callHandler, person } from './api-call.ts';
import { deployment } from './deployment.ts';

const { ledger } = deployment();
const scheduler = mockClient(SchedulerClient);
const schedule = aSchedule();
const { name } = schedule.metadata;
const route = `/v1/schedules/${name}`;
const put = (body: Schedule) => callHandler(`PUT ${route}`, { body, userArn: person('carol') });
const remove = () => callHandler(`DELETE ${route}`, { userArn: person('carol') });
const applied = (wanted: Schedule | undefined, seen: number) =>
  applySchedule(ledger, { name, schedule: wanted, seen, by: 'dave', at: monday });
const changed = aSchedule({ expression: 'rate(7 days)' });

/** What fires at AWS, by its version; undefined where nothing does. */
let fires: number | undefined;
/** What somebody else does just before AWS does what it was told. */
let meanwhile: (() => Promise<unknown>) | undefined;

beforeAll(() => {
  vi.stubEnv('SCHEDULE_FUNCTION_ARN', 'arn:aws:lambda:eu-west-1:111111111111:function:drawbridge-schedule');
  vi.stubEnv('SCHEDULE_ROLE_ARN', 'arn:aws:iam::111111111111:role/drawbridge-promotion-schedule');
});
afterAll(() => vi.unstubAllEnvs());
beforeEach(() => {
  scheduler.reset();
  [fires, meanwhile] = [undefined, undefined];
  const first = async () => {
    const rival = meanwhile;
    meanwhile = undefined;
    await rival?.();
  };
  const set = async ({ Target }: { Target: { Input: string } }) => {
    await first();
    fires = (JSON.parse(Target.Input) as { version: number }).version;
    return {};
  };
  scheduler.on(UpdateScheduleCommand).callsFake((input) => {
    if (fires === undefined) throw awsError('ResourceNotFoundException', 'none', 404);
    return set(input);
  });
  scheduler.on(CreateScheduleCommand).callsFake(set);
  scheduler.on(DeleteScheduleCommand).callsFake(async () => {
    await first();
    fires = undefined;
    return {};
  });
});

describe('EventBridge Scheduler', () => {
  it('is told what is applied, and what is applied after it', async () => {
    expect(await put(schedule)).toMatchObject({ status: 201, body: { version: 1 } });
    expect(fires).toBe(1);
    expect(await put(changed)).toMatchObject({ status: 200, body: { version: 2 } });
    expect(fires).toBe(2);
    expect(await remove()).toMatchObject({ status: 200, body: { version: 3 } });
    expect(fires).toBeUndefined();
  });

  it('is told again where another version came before it had heard of this one', async () => {
    await put(schedule);
    meanwhile = async () => {
      await applied(aSchedule({ expression: 'rate(9 days)' }), 2);
      fires = 3;
    };
    expect(await put(changed)).toMatchObject({ status: 200, body: { version: 2 } });
    expect(fires).toBe(3);
  });

  it('does not go on firing what was removed meanwhile', async () => {
    await put(schedule);
    meanwhile = async () => {
      await applied(undefined, 2);
      fires = undefined;
    };
    await put(changed);
    expect([await findSchedule(ledger, name), fires]).toEqual([undefined, undefined]);
  });

  it('goes on firing what was applied while it was being removed', async () => {
    await put(schedule);
    meanwhile = async () => {
      await applied(changed, 0);
      fires = 3;
    };
    await remove();
    expect([(await findSchedule(ledger, name))?.version, fires]).toEqual([3, 3]);
  });

  it('that cannot be told to stop is told when it is asked again, and firings are skipped until then', async () => {
    await put(schedule);
    meanwhile = () => Promise.reject(awsError('InternalServerException', 'x', 500));
    expect(await remove()).toMatchObject({ status: 503, body: { code: 'AWS_BUSY' } });
    expect([await findSchedule(ledger, name), fires]).toEqual([undefined, 1]);
    expect(await remove()).toMatchObject({ status: 404, body: { code: 'SCHEDULE_UNKNOWN' } });
    expect(fires).toBeUndefined();
  });
});
