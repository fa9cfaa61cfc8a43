/** Promotions that a schedule asks for: over the wire, with the shipped policies, and EventBridge Scheduler in between. */
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion, listPromotions } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { sharedServicesAccount as home, homeRegion } from '#sandbox/organization.ts';
import { callApi } from '#shared/aws/api.ts';
import { recordRelease } from '#shared/aws/ledger/releases.ts';
import { revokeVerified } from '#shared/aws/ledger/verified.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import type { FiringRecord, Schedule } from '#shared/domain/schedule/schedule.ts';
import { functionCredentials, invoke, ledgerOf, person } from './clients.ts';
import { calls } from './faults.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { begin, ended, smallRelease } from './small-release.ts';

let rehearsal: Rehearsal;
const hours = 3_600_000;

beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 240_000);
afterEach(() => rehearsal.strike());
afterAll(() => rehearsal.close());

function aSchedule(name: string, change: Partial<Schedule> = {}): Schedule {
  const head = { apiVersion: 'drawbridge/v1', kind: 'Schedule', metadata: { name } } as const;
  return { ...head, pipeline: name, expression: 'rate(1 hour)', ...change };
}
const apply = (schedule: Schedule) => {
  const path = `/v1/schedules/${schedule.metadata.name}`;
  return callApi<{ version: number }>(rehearsal.apiAs('carol'), { method: 'PUT', path, body: schedule });
};
const firings = async (name: string) => {
  const path = `/v1/schedules/${name}/firings`;
  return (await callApi<{ items: FiringRecord[] }>(rehearsal.apiAs('alice'), { method: 'GET', path })).items;
};
const remove = (name: string) => callApi(rehearsal.apiAs('carol'), { method: 'DELETE', path: `/v1/schedules/${name}` });
const publish = async (pipeline: string, text = 'one') =>
  publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline, text }));
const scheduler = (credentials = person(rehearsal, 'carol')) =>
  new SchedulerClient({ endpoint: rehearsal.sandbox.endpoint, region: homeRegion, maxAttempts: 1, credentials });
const arnOf = (name: string) => `arn:aws:scheduler:${homeRegion}:${home}:schedule/drawbridge/${name}`;
const at = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
const fire = (name: string, scheduledTime: string, version = 1) =>
  invoke(rehearsal, 'drawbridge-schedule', { schedule: name, version, scheduleArn: arnOf(name), scheduledTime });

describe('a rehearsal that is started by a schedule', () => {
  it('promotes the newest release when it fires, and nothing more once that is there', async () => {
    const { id: release } = await publish('hourly');
    await apply(aSchedule('hourly'));
    await rehearsal.sandbox.advance(hours);
    const [promotion, ...others] = await listPromotions(rehearsal.apiAs('alice'), 'hourly');
    expect(others).toEqual([]);
    expect(promotion).toMatchObject({
      releaseId: release,
      requestedBy: 'schedule:hourly',
      trigger: { kind: 'schedule', source: 'hourly' },
    });
    expect((await ended(rehearsal, promotion!.id)).promotion.status).toBe('succeeded');
    expect(await firings('hourly')).toMatchObject([
      { outcome: 'promoted', promotion: promotion!.id, releaseId: release },
    ]);

    await rehearsal.sandbox.advance(hours);
    expect(await listPromotions(rehearsal.apiAs('alice'), 'hourly')).toHaveLength(1);
    expect(await firings('hourly')).toMatchObject([
      { outcome: 'skipped', reason: { code: 'SCHEDULE_ALREADY_THERE' } },
      { outcome: 'promoted' },
    ]);
    await remove('hourly');
    await rehearsal.sandbox.advance(2 * hours);
    expect(await firings('hourly')).toHaveLength(2);
  });

  it('by the clocks of its zone', async () => {
    const now = rehearsal.sandbox.now();
    // In January Zurich is an hour ahead of UTC.
    const due = Math.ceil((now + hours) / hours) * hours;
    const cron = `cron(0 ${(new Date(due).getUTCHours() + 1) % 24} ? * * *)`;
    await apply(aSchedule('zoned', { expression: cron, timezone: 'Europe/Zurich' }));
    await rehearsal.sandbox.advance(due - now - 1000);
    expect(await firings('zoned')).toEqual([]);
    await rehearsal.sandbox.advance(2000);
    expect(await firings('zoned')).toMatchObject([
      { scheduledTime: at(due), outcome: 'skipped', reason: { code: 'SCHEDULE_NOTHING_ELIGIBLE' } },
    ]);
    await remove('zoned');
  });

  it('takes the newest release that was verified in the environments before, not the newest there is', async () => {
    const first = await begin(rehearsal, { pipeline: 'eligible' });
    expect((await ended(rehearsal, first)).promotion.status).toBe('succeeded');
    const { id: second, digest } = await publish('eligible', 'two');
    const wish = { release: digest, environments: ['pre-production'] };
    const headers = { 'idempotency-key': 'second-to-pre-production' };
    const asked = { method: 'POST', path: '/v1/promotions', body: wish, headers } as const;
    const { id } = await callApi<{ id: string }>(rehearsal.apiAs('alice'), asked);
    await publish('eligible', 'three');
    await apply(aSchedule('eligible', { environments: ['production'] }));
    const [now, later] = [rehearsal.sandbox.now(), rehearsal.sandbox.now() + 1000];
    // Nothing happened yet: the second release was verified nowhere, and the first one is in production.
    expect(await fire('eligible', at(now))).toMatchObject({
      kind: 'skipped',
      reason: { code: 'SCHEDULE_ALREADY_THERE' },
    });
    expect((await ended(rehearsal, id)).promotion.status).toBe('succeeded');
    const fired = (await fire('eligible', at(later))) as FiringRecord;
    expect(fired).toMatchObject({ outcome: 'promoted', releaseId: second, environments: ['production'] });
    expect(await fire('eligible', at(later + 1000))).toMatchObject({ reason: { code: 'SCHEDULE_UNDER_WAY' } });
    expect((await ended(rehearsal, `${fired.promotion}`)).rollouts).toMatchObject([
      { environment: 'production', status: 'succeeded' },
    ]);
    await remove('eligible');
  });
});

describe('a schedule that looks at what runs', () => {
  it('takes the release that runs, though another one is the newest eligible, or none is', async () => {
    const first = await begin(rehearsal, { pipeline: 'standing' });
    const { releaseId, release } = (await ended(rehearsal, first)).promotion;
    const { digest } = await publish('standing', 'two');
    const headers = { 'idempotency-key': 'standing-second' };
    const body = { release: digest, environments: ['pre-production'] };
    const asked = { method: 'POST', path: '/v1/promotions', body, headers } as const;
    const { id } = await callApi<{ id: string }>(rehearsal.apiAs('alice'), asked);
    expect((await ended(rehearsal, id)).promotion.status).toBe('succeeded');
    // The second one may go to production, and waits for its time. Then the verification of both is taken back.
    const revoke = (of: string) =>
      revokeVerified(ledgerOf(rehearsal), {
        ...{ release: of, environment: 'pre-production', promotion: first, at: at(rehearsal.sandbox.now()) },
      });
    for (const [mode, before] of [
      ['verify', async () => undefined],
      ['drift', () => Promise.all([revoke(digest), revoke(release)])],
    ] as const) {
      await before();
      const schedule = aSchedule(`standing-${mode}`, { pipeline: 'standing', environments: ['production'], mode });
      await apply(schedule);
      const fired = (await fire(`standing-${mode}`, at(rehearsal.sandbox.now()))) as FiringRecord;
      expect(fired).toMatchObject({ outcome: 'promoted', releaseId, environments: ['production'], mode });
      expect((await ended(rehearsal, `${fired.promotion}`)).promotion).toMatchObject({ status: 'unchanged', mode });
      await remove(`standing-${mode}`);
    }
  });

  it.each(['verify', 'drift'] as const)('has nothing to %s where nothing runs', async (mode) => {
    const name = `nothing-to-${mode}`;
    await publish(name);
    await apply(aSchedule(name, { mode }));
    const reason = { code: 'SCHEDULE_NOTHING_RUNS' };
    expect(await fire(name, at(rehearsal.sandbox.now()))).toMatchObject({ kind: 'skipped', reason });
    await remove(name);
  });
});

describe('a firing that does not come once and on time', () => {
  it('is one promotion however often it is delivered, with the release that was chosen first', async () => {
    await publish('doubled');
    await apply(aSchedule('doubled'));
    const time = at(rehearsal.sandbox.now());
    const first = (await fire('doubled', time)) as FiringRecord;
    await publish('doubled', 'two');
    expect(await fire('doubled', time)).toMatchObject({ promotion: first.promotion, releaseId: first.releaseId });
    const promotions = await listPromotions(rehearsal.apiAs('alice'), 'doubled');
    expect(promotions.map(({ id }) => id)).toEqual([first.promotion]);
    await remove('doubled');
    await ended(rehearsal, `${first.promotion}`);
  });

  it('is finished when the function broke off after it had asked', async () => {
    await publish('broken');
    await apply(aSchedule('broken'));
    const now = rehearsal.sandbox.now();
    // The first update that the function makes is the note of the promotion.
    const struck = calls('dynamodb:UpdateItem', { nths: [2, 3, 4], account: home });
    rehearsal.strike(...struck);
    await rehearsal.sandbox.advance(hours + 120_000);
    rehearsal.strike();
    const [record] = await firings('broken');
    expect(record).toMatchObject({ outcome: 'promoted', promotion: expect.any(String) });
    expect(Date.parse(record!.scheduledTime) - now).toBeLessThanOrEqual(hours + 1000);
    expect(await listPromotions(rehearsal.apiAs('alice'), 'broken')).toHaveLength(1);
    await remove('broken');
    await ended(rehearsal, `${record!.promotion}`);
  });

  it.each<[string, number, number, string]>([
    ['late', 3 * hours, 1, 'SCHEDULE_LATE'],
    ['of a version that does not hold any more', 0, 7, 'SCHEDULE_VERSION'],
  ])('is skipped when it is %s, with the reason on record', async (_, late, version, code) => {
    const name = `skipped-${version}`;
    await publish(name);
    await apply(aSchedule(name));
    const time = at(rehearsal.sandbox.now() - late);
    expect(await fire(name, time, version)).toMatchObject({ kind: 'skipped', reason: { code } });
    expect(await firings(name)).toMatchObject([{ scheduledTime: time, outcome: 'skipped', reason: { code } }]);
    expect(await listPromotions(rehearsal.apiAs('alice'), name)).toEqual([]);
    await remove(name);
    expect(await fire(name, at(rehearsal.sandbox.now() + 60_000))).toMatchObject({
      reason: { code: 'SCHEDULE_UNKNOWN' },
    });
  });

  it('is skipped when the newest release cannot be read, with the reason on record', async () => {
    await publish('torn');
    const completedAt = at(rehearsal.sandbox.now() + 1000);
    const gone = {
      id: 'torn-000000000000',
      digest: digestOf('gone'),
      pipeline: 'torn',
      completedBy: 'alice',
      completedAt,
    };
    await recordRelease(ledgerOf(rehearsal), gone);
    await apply(aSchedule('torn'));
    // Not "access denied": the function can tell that it is not there.
    const reason = { code: 'SCHEDULE_RELEASE_BROKEN', text: expect.stringContaining('RELEASE_UNKNOWN') };
    expect(await fire('torn', at(rehearsal.sandbox.now()))).toMatchObject({ kind: 'skipped', reason });
    expect(await firings('torn')).toMatchObject([{ outcome: 'skipped', reason }]);
    await remove('torn');
  });

  it.each([
    ['has no time', { schedule: 'x', version: 1, scheduleArn: arnOf('x') }],
    [
      'is of a group that is not ours',
      { schedule: 'x', version: 1, scheduleArn: arnOf('x').replace('drawbridge', 'default'), scheduledTime: at(0) },
    ],
  ])('is refused when it %s', async (_, event) => {
    expect(await invoke(rehearsal, 'drawbridge-schedule', event)).toMatchObject({ errorType: 'ZodError' });
  });
});

describe('schedules are kept in the ledger and made to fire as it says', () => {
  it('paused, resumed and changed with a version each; what holds makes none', async () => {
    const name = 'kept';
    const get = () => scheduler().send(new GetScheduleCommand({ GroupName: 'drawbridge', Name: name }));
    expect(await apply(aSchedule(name))).toMatchObject({ version: 1 });
    expect(await apply(aSchedule(name))).toMatchObject({ version: 1 });
    expect(await get()).toMatchObject({
      State: 'ENABLED',
      ScheduleExpression: 'rate(1 hour)',
      ScheduleExpressionTimezone: 'UTC',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 900 } },
    });
    expect(await apply(aSchedule(name, { enabled: false }))).toMatchObject({ version: 2 });
    expect(await get()).toMatchObject({ State: 'DISABLED' });
    await rehearsal.sandbox.advance(2 * hours);
    expect(await firings(name)).toEqual([]);
    const path = `/v1/schedules/${name}`;
    const stale = { method: 'PUT', path, body: aSchedule(name), headers: { 'if-match': '"1"' } } as const;
    await expect(callApi(rehearsal.apiAs('carol'), stale)).rejects.toMatchObject({ name: 'SCHEDULE_VERSION' });
    await remove(name);
    await expect(get()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(remove(name)).rejects.toMatchObject({ name: 'SCHEDULE_UNKNOWN' });
  });

  it.each<[string, object, string?]>([
    ['a role of its own choice', { roleArn: 'arn:aws:iam::333333333333:role/admin' }, 'FIELD_NOT_ALLOWED'],
    ['an expression that is none', { expression: 'every day' }],
    ['a zone that is none', { timezone: '+01:00' }],
  ])('with %s is refused', async (_, change, name = 'BODY_INVALID') => {
    await expect(apply(aSchedule('refused', change))).rejects.toMatchObject({ name });
  });

  it.each<[string, string, string]>([
    ['in another group', 'default', `arn:aws:iam::${home}:role/drawbridge-promotion-schedule`],
    ['with another role', 'drawbridge', `arn:aws:iam::${home}:role/drawbridge-schedule`],
  ])('the API itself can make none %s', async (_, GroupName, RoleArn) => {
    const Arn = `arn:aws:lambda:${homeRegion}:${home}:function:drawbridge-schedule`;
    const command = new CreateScheduleCommand({
      ...{ GroupName, Name: 'foreign', ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: { Arn, RoleArn },
    });
    const api = scheduler(functionCredentials(rehearsal, 'drawbridge-api'));
    await expect(api.send(command)).rejects.toMatchObject({ name: expect.stringMatching(/AccessDenied/) });
  });
});

it('fifty identical requests at once are one promotion', async () => {
  const { digest } = await publish('at-once');
  const api = rehearsal.apiAs('alice');
  const ask = () => {
    const headers = { 'idempotency-key': 'fifty-at-once' };
    return callApi<{ id: string }>(api, { method: 'POST', path: '/v1/promotions', body: { release: digest }, headers });
  };
  const answers = await Promise.all(Array.from({ length: 50 }, ask));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  const { id } = answers[0]!;
  const executions = Object.values(rehearsal.sandbox.world.states.executions).filter(({ name }) => name === id);
  expect(executions).toHaveLength(1);
  await ended(rehearsal, id);
  expect((await getPromotion(api, id)).promotion.status).toBe('succeeded');
});
