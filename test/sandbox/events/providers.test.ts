import { describe, expect, it } from 'vitest';
import { eventsService } from '#sandbox/events/service.ts';
import type { Json, ResourceRequest } from '#sandbox/kernel.ts';
import { schedulerService } from '#sandbox/scheduler/service.ts';
import { elsewhere, home, region, start, stubSandbox } from '../lambda/stub-sandbox.ts';
import { fakeTargets } from './fake-targets.ts';

const functionArn = `arn:aws:lambda:${region}:${home}:function:reconcile`;
const roleArn = `arn:aws:iam::${home}:role/scheduler`;
const busArn = `arn:aws:events:${region}:${home}:event-bus/drawbridge`;
const sandboxWith = () => {
  const targets = fakeTargets();
  const sandbox = stubSandbox([eventsService, schedulerService, ...targets.services]);
  const update = (type: string, properties: Record<string, Json>, physicalId: string) =>
    sandbox.provider(type)!.update(sandbox.request(type, properties, { physicalId }));
  const remove = (type: string, properties: Record<string, Json>, physicalId: string) =>
    sandbox.provider(type)!.remove(sandbox.request(type, properties, { physicalId }));
  return { sandbox, ...targets, update, remove };
};

describe('AWS::Events::EventBus', () => {
  const type = 'AWS::Events::EventBus';
  const Statement = [{ Sid: 'all', Effect: 'Allow', Principal: '*', Action: 'events:PutEvents', Resource: busArn }];

  it('has a name, an ARN and a policy', async () => {
    const { sandbox, update } = sandboxWith();
    const request = sandbox.request(type, { Name: 'drawbridge', Policy: JSON.stringify({ Statement }) });
    const made = await sandbox.provider(type)!.create(request);
    expect(made).toEqual({ physicalId: 'drawbridge', attributes: { Arn: busArn, Name: 'drawbridge' } });
    expect(sandbox.world.events.busPolicies[busArn]).toEqual({ all: Statement[0] });
    await update(type, { Name: 'drawbridge', Policy: { Statement: [] } }, 'drawbridge');
    expect(sandbox.world.events.busPolicies[busArn]).toEqual({});
  });

  it.each([
    ['twice', { Name: 'drawbridge' }, 'already exists'],
    ['as default', { Name: 'default' }, '#/Name'],
    ['with a policy that is no JSON', { Name: 'new', Policy: '{' }, 'invalid statements'],
    [
      'with a statement without a principal',
      { Name: 'new', Policy: { Statement: [{ Effect: 'Allow' }] } },
      'invalid statements',
    ],
  ])('is not made %s', async (_what, properties, message) => {
    const { sandbox } = sandboxWith();
    await sandbox.create(type, { Name: 'drawbridge' });
    await expect(async () => sandbox.create(type, properties as Record<string, Json>)).rejects.toThrow(message);
  });

  it('is removed once its rules are', async () => {
    const { sandbox, remove } = sandboxWith();
    await sandbox.create(type, { Name: 'drawbridge' });
    const rule = { Name: 'r', EventBusName: 'drawbridge', EventPattern: { source: ['x'] } };
    const ruleId = await sandbox.create('AWS::Events::Rule', rule);
    expect(() => remove(type, {}, 'drawbridge')).toThrow("can't be deleted since it has rules");
    await remove('AWS::Events::Rule', rule, ruleId);
    await remove(type, {}, 'drawbridge');
    expect(sandbox.world.events).toMatchObject({ buses: {}, rules: {} });
  });
});

describe('AWS::Events::EventBusPolicy', () => {
  const type = 'AWS::Events::EventBusPolicy';
  const organization = { Type: 'StringEquals', Key: 'aws:PrincipalOrgID', Value: 'o-1' };

  it.each<[string, Record<string, Json>, unknown]>([
    [
      'an account',
      { Principal: elsewhere },
      { Principal: { AWS: `arn:aws:iam::${elsewhere}:root` }, Action: 'events:PutEvents' },
    ],
    [
      'an organization',
      { Principal: '*', Condition: organization },
      { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
    ],
    [
      'a statement',
      { Statement: { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' } },
      { Effect: 'Deny', Sid: 's' },
    ],
  ])('adds %s', async (_what, properties, statement) => {
    const { sandbox, remove } = sandboxWith();
    await sandbox.create('AWS::Events::EventBus', { Name: 'drawbridge' });
    const all = { EventBusName: 'drawbridge', StatementId: 's', ...properties };
    const physicalId = await sandbox.create(type, all);
    expect(physicalId).toBe('drawbridge|s');
    expect(sandbox.world.events.busPolicies[busArn]).toMatchObject({ s: statement });
    await remove(type, all, physicalId);
    expect(sandbox.world.events.busPolicies[busArn]).toEqual({});
  });

  it('may be for the default bus', async () => {
    const { sandbox } = sandboxWith();
    expect(await sandbox.create(type, { StatementId: 's', Principal: elsewhere })).toBe('default|s');
  });

  it.each([
    ['nobody', { StatementId: 's' }, 'Principal or Statement is required'],
    ['an unknown bus', { StatementId: 's', EventBusName: 'other', Principal: '*' }, 'does not exist'],
    [
      'a bus of another account',
      { StatementId: 's', EventBusName: `arn:aws:events:${region}:${elsewhere}:event-bus/default`, Principal: '*' },
      'does not exist',
    ],
  ])('is refused for %s', async (_what, properties, message) => {
    const { sandbox } = sandboxWith();
    await expect(async () => sandbox.create(type, properties)).rejects.toThrow(message);
  });
});

describe('AWS::Events::Rule', () => {
  const type = 'AWS::Events::Rule';
  const EventPattern = { source: ['aws.cloudformation'] };
  const target = { Id: 'one', Arn: functionArn };
  const machine = { Id: 'one', Arn: `arn:aws:states:${region}:${home}:stateMachine:m` };

  it.each<[string, Record<string, Json>, string, string]>([
    ['on the default bus', {}, 'on-stack', 'rule/on-stack'],
    ['on a custom bus', { EventBusName: 'drawbridge' }, 'drawbridge|on-stack', 'rule/drawbridge/on-stack'],
  ])('has its ids %s, and keeps them when it is updated', async (...[, properties, physicalId, resource]) => {
    const { sandbox, update } = sandboxWith();
    await sandbox.create('AWS::Events::EventBus', { Name: 'drawbridge' });
    const all = { Name: 'on-stack', EventPattern, ...properties };
    const expected = { physicalId, attributes: { Arn: `arn:aws:events:${region}:${home}:${resource}` } };
    expect(await sandbox.provider(type)!.create(sandbox.request(type, all))).toEqual(expected);
    expect(await update(type, { ...all, State: 'DISABLED', EventPattern: '{"source":["x"]}' }, physicalId)).toEqual(
      expected,
    );
    expect(Object.values(sandbox.world.events.rules)).toMatchObject([{ enabled: false, pattern: { source: ['x'] } }]);
  });

  it('gets a name when the template gives none', async () => {
    const { sandbox } = sandboxWith();
    expect(await sandbox.create(type, { EventPattern })).toMatch(/^orders-Thing-[A-Z0-9]{12}$/);
  });

  it.each<[string, Record<string, Json>, string]>([
    ['twice', { EventPattern }, 'already exists'],
    ['on an unknown bus', { Name: 'new', EventPattern, EventBusName: 'other' }, 'does not exist'],
    ['for nothing', { Name: 'new' }, 'EventPattern or ScheduleExpression must be specified'],
    [
      'with a pattern we do not know',
      { Name: 'new', EventPattern: { source: [{ wildcard: '*' }] } },
      '{"wildcard":"*"} is not supported at source',
    ],
    ['with a pattern that is no JSON', { Name: 'new', EventPattern: '{' }, 'is not an object'],
    ['with a bad schedule', { Name: 'new', ScheduleExpression: 'rate(1 minutes)' }, 'ScheduleExpression is not valid'],
    ['with a date', { Name: 'new', ScheduleExpression: 'at(2027-01-01T00:00:00)' }, 'ScheduleExpression is not valid'],
    [
      'with a schedule on a custom bus',
      { Name: 'new', EventBusName: 'drawbridge', ScheduleExpression: 'rate(5 minutes)' },
      'only on the default event bus',
    ],
    [
      'with six targets',
      { Name: 'new', EventPattern, Targets: Array.from({ length: 6 }, (_, n) => ({ ...target, Id: `${n}` })) },
      '#/Targets',
    ],
    ['with an id twice', { Name: 'new', EventPattern, Targets: [target, target] }, 'must be unique'],
    ['with a state machine but no role', { Name: 'new', EventPattern, Targets: [machine] }, 'RoleArn is required'],
    [
      'with a foreign bus but no role',
      {
        Name: 'new',
        EventPattern,
        Targets: [{ Id: 'b', Arn: `arn:aws:events:${region}:${elsewhere}:event-bus/default` }],
      },
      'RoleArn is required',
    ],
    [
      'with two inputs',
      { Name: 'new', EventPattern, Targets: [{ ...target, Input: '1', InputPath: '$' }] },
      'Only one of Input',
    ],
    [
      'with a path we do not know',
      { Name: 'new', EventPattern, Targets: [{ ...target, InputPath: '$.a[0]' }] },
      'InputPath $.a[0] is not supported',
    ],
  ])('is not made %s', async (_what, properties, message) => {
    const { sandbox } = sandboxWith();
    await sandbox.create('AWS::Events::EventBus', { Name: 'drawbridge' });
    await sandbox.create(type, { Name: 'on-stack', EventPattern });
    await expect(async () => sandbox.create(type, { Name: 'on-stack', ...properties })).rejects.toThrow(message);
    expect(Object.keys(sandbox.world.events.rules)).toHaveLength(1);
  });

  it('that is gone cannot be updated', () => {
    const { update } = sandboxWith();
    expect(() => update(type, { EventPattern }, 'gone')).toThrow('Rule gone does not exist');
  });

  it('fires on its schedule until it is removed', async () => {
    const { sandbox, received, remove } = sandboxWith();
    const physicalId = await sandbox.create(type, {
      Name: 'tick',
      ScheduleExpression: 'rate(5 minutes)',
      Targets: [target],
    });
    await sandbox.run();
    expect(sandbox.now()).toBe(start);
    await sandbox.run(start + 11 * 60_000);
    expect(received.map(({ payload }) => payload)).toMatchObject([
      { source: 'aws.events', 'detail-type': 'Scheduled Event', time: '2026-01-05T09:05:00Z', detail: {} },
      { time: '2026-01-05T09:10:00Z', resources: [`arn:aws:events:${region}:${home}:rule/tick`] },
    ]);
    await remove(type, {}, physicalId);
    expect(sandbox.world.jobs).toEqual([]);
  });
});

describe('AWS::Scheduler::Schedule', () => {
  const type = 'AWS::Scheduler::Schedule';
  const schedule = (more: Record<string, Json> = {}): Record<string, Json> => ({
    Name: 'reconcile',
    ScheduleExpression: 'rate(5 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: functionArn, RoleArn: roleArn },
    ...more,
  });
  const scheduleArn = `arn:aws:scheduler:${region}:${home}:schedule/default/reconcile`;

  it('invokes its target as a session of its role, with the scheduled event', async () => {
    const { sandbox, received } = sandboxWith();
    const request = sandbox.request(type, schedule());
    const made = await sandbox.provider(type)!.create(request);
    expect(made).toEqual({ physicalId: 'reconcile', attributes: { Arn: scheduleArn } });
    await sandbox.run(start + 5 * 60_000);
    expect(received).toMatchObject([
      {
        caller: { kind: 'session', roleArn },
        payload: { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', resources: [scheduleArn], detail: '{}' },
      },
    ]);
    const sourceArn = `arn:aws:scheduler:${region}:${home}:schedule-group/default`;
    expect(sandbox.opened).toMatchObject([{ service: 'scheduler.amazonaws.com', sessionName: 'reconcile', sourceArn }]);
  });

  it('fills what it knows into its input', async () => {
    const { sandbox, received } = sandboxWith();
    const Input = '{"at":"<aws.scheduler.scheduled-time>","by":"<aws.scheduler.schedule-arn>"}';
    await sandbox.create(type, schedule({ Target: { Arn: functionArn, RoleArn: roleArn, Input } }));
    await sandbox.run(start + 5 * 60_000);
    expect(received[0]?.payload).toEqual({ at: '2026-01-05T09:05:00Z', by: scheduleArn });
  });

  it.each<[string, Record<string, Json>, number]>([
    ['every five minutes', {}, 12],
    ['never while it is disabled', { State: 'DISABLED' }, 0],
    ['once at a time', { ScheduleExpression: 'at(2026-01-05T09:30:00)' }, 1],
    ['from a date, which is the first firing', { StartDate: '2026-01-05T09:50:00Z' }, 3],
    ['until a date', { EndDate: '2026-01-05T09:10:00Z' }, 2],
  ])('fires %s', async (_what, more, times) => {
    const { sandbox, received } = sandboxWith();
    await sandbox.create(type, schedule(more));
    await sandbox.run(start + 60 * 60_000);
    expect(received).toHaveLength(times);
  });

  it('fires by its new expression after an update, and no more after its removal', async () => {
    const { sandbox, received, update, remove } = sandboxWith();
    const physicalId = await sandbox.create(type, schedule());
    await update(type, schedule({ ScheduleExpression: 'rate(1 hour)' }), physicalId);
    await sandbox.run(start + 60 * 60_000);
    expect(received).toHaveLength(1);
    await remove(type, schedule(), physicalId);
    expect(sandbox.world).toMatchObject({ jobs: [], events: { schedules: {} } });
    expect(() => update(type, schedule(), physicalId)).toThrow('does not exist');
  });

  it('drops a firing whose schedule is gone meanwhile', async () => {
    const { sandbox, received, remove } = sandboxWith();
    const physicalId = await sandbox.create(type, schedule());
    sandbox.advanceTo(start + 300_000);
    await eventsService.jobs['fire']!(sandbox, { arn: scheduleArn, start } as never);
    await remove(type, schedule(), physicalId);
    await eventsService.jobs['fire']!(sandbox, { arn: scheduleArn, start } as never);
    await sandbox.run();
    expect(received).toEqual([]);
  });

  it('records what its role may not do', async () => {
    const { sandbox } = sandboxWith();
    await sandbox.create(type, schedule());
    sandbox.untrusted.add(roleArn);
    await sandbox.run(start + 5 * 60_000);
    expect(sandbox.journal).toMatchObject([
      { kind: 'event-delivery', bus: 'scheduler/default', outcome: expect.stringContaining('dropped') },
    ]);
  });

  it.each<[string, Record<string, Json>, string, Partial<ResourceRequest>]>([
    ['twice', {}, 'already exists', {}],
    ['with a bad expression', { Name: 'new', ScheduleExpression: 'soon' }, 'Invalid Schedule Expression', {}],
    [
      'in a time zone that is none',
      { Name: 'new', ScheduleExpressionTimezone: 'Mars/Olympus' },
      'Invalid Schedule',
      {},
    ],
    ['without a role', { Name: 'new', Target: { Arn: functionArn } }, '#/Target/RoleArn', {}],
  ])('is not made %s', async (...[, more, message, place]) => {
    const { sandbox } = sandboxWith();
    await sandbox.create(type, schedule());
    await expect(async () => sandbox.create(type, schedule(more), place)).rejects.toThrow(message);
  });
});
