/** E20: alarms that undo a create or update. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { deploy, plan, properties, queue, stackOf, story, template } from './scenario.ts';

const jobs = (timeout: number, more: object = {}) => template({ Jobs: queue({ VisibilityTimeout: timeout }), ...more });
const alarm = { ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1, Threshold: 5 };
const alarms = template({
  Errors: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'errors', ...alarm } },
  Slow: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'slow', ...alarm } },
  Any: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: { AlarmName: 'any', AlarmRule: 'ALARM(errors)' } },
});
const arn = (name: string) => `arn:aws:cloudwatch:eu-west-1:222222222222:alarm:${name}`;
const trigger = (name: string, Type = 'AWS::CloudWatch::Alarm') => ({ Arn: arn(name), Type });
const watched = (RollbackTriggers: object[], MonitoringTimeInMinutes = 0) => ({
  RollbackConfiguration: { RollbackTriggers, MonitoringTimeInMinutes },
});
const errors = watched([trigger('errors')]);
const inAlarm = `The rollback trigger ${arn('errors')} is in ALARM state. `;

let fake: FakeSandbox;
beforeEach(async () => {
  fake = fakeSandbox();
  await deploy(fake, { body: alarms, type: 'CREATE', stack: 'alarms' });
});

const set = (AlarmName: string, StateValue: string) =>
  fake.ask('SetAlarmState', { AlarmName, StateValue, StateReason: 'test' });
const start = async (deployment: Parameters<typeof plan>[1]) => {
  const { ChangeSetId } = await plan(fake, deployment);
  await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ...deployment.execute });
};
const configuration = async () => (await stackOf(fake)).RollbackConfiguration;

describe('E20 the configuration', () => {
  beforeEach(async () => {
    await deploy(fake, { body: jobs(30), type: 'CREATE', input: watched([trigger('errors'), trigger('slow')], 3) });
  });

  it.each([
    [
      'is kept when it is left out',
      {},
      { RollbackTriggers: [trigger('errors'), trigger('slow')], MonitoringTimeInMinutes: 3 },
    ],
    [
      'is replaced as a whole when it is given',
      watched([trigger('slow')], 1),
      { RollbackTriggers: [trigger('slow')], MonitoringTimeInMinutes: 1 },
    ],
    ['is cleared by an empty list', watched([]), {}],
    [
      'keeps the triggers when it has no list',
      { RollbackConfiguration: {} },
      { RollbackTriggers: [trigger('errors'), trigger('slow')], MonitoringTimeInMinutes: 0 },
    ],
  ])('%s', async (_case, input, expected) => {
    await deploy(fake, { body: jobs(60), input });
    expect(await configuration()).toEqual(expected);
  });

  it('is shown with the change set, and is a change by itself', async () => {
    const input = watched([trigger('errors')], 9);
    expect(await plan(fake, { body: jobs(30), input })).toMatchObject({
      Status: 'CREATE_COMPLETE',
      Changes: [],
      ...input,
    });
    expect((await plan(fake, { body: jobs(30) })).Status).toBe('FAILED');
  });

  it('of a rolled back update is not kept', async () => {
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    await deploy(fake, { body: jobs(60), input: watched([]) });
    expect((await configuration())?.RollbackTriggers).toHaveLength(2);
  });
});

describe('E20 an operation', () => {
  it.each([
    ['OK', 'UPDATE_COMPLETE'],
    ['INSUFFICIENT_DATA', 'UPDATE_COMPLETE'],
    ['ALARM', 'UPDATE_ROLLBACK_COMPLETE'],
  ])('with an alarm that is in %s from the start ends in %s', async (state, status) => {
    await deploy(fake, { body: jobs(30), type: 'CREATE', input: errors });
    await set('errors', state);
    expect((await deploy(fake, { body: jobs(60), token: 'op' })).StackStatus).toBe(status);
    const touched = (await story(fake, 'orders', 'op')).some((line) => line.startsWith('Jobs'));
    expect(touched).toBe(status === 'UPDATE_COMPLETE');
  });

  it.each([
    ['that does not exist', watched([trigger('gone')])],
    [
      'of another region',
      {
        RollbackConfiguration: {
          RollbackTriggers: [{ ...trigger('errors'), Arn: arn('errors').replace('eu-west-1', 'us-east-1') }],
        },
      },
    ],
    [
      'of another account',
      {
        RollbackConfiguration: {
          RollbackTriggers: [{ ...trigger('errors'), Arn: arn('errors').replace('222222222222', '333333333333') }],
        },
      },
    ],
    ['of another kind', watched([trigger('any')])],
    ['that it makes itself', watched([trigger('own')])],
  ])('with an alarm %s fails and is rolled back', async (_case, input) => {
    const own = { Own: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'own', ...alarm } } };
    const stack = await deploy(fake, { body: jobs(30, own), type: 'CREATE', input });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await story(fake)).find((line) => line.startsWith('orders ROLLBACK_IN_PROGRESS'))).toMatch(
      /The rollback trigger arn:\S+ does not exist\. Rollback requested by user\.$/,
    );
  });

  it('asks for the alarms with the rights of the role it acts with, and is rolled back without them', async () => {
    await deploy(fake, { body: jobs(30), type: 'CREATE', input: errors });
    const asked = fake.asked.filter(({ permission }) => permission.action === 'cloudwatch:DescribeAlarms');
    expect(asked.at(-1)).toMatchObject({
      principal: expect.stringContaining('drawbridge-execution'),
      permission: { resource: arn('errors') },
    });
    fake.denied.add('cloudwatch:DescribeAlarms');
    expect((await deploy(fake, { body: jobs(60) })).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await story(fake)).join('\n')).toContain(
      'could not be read: User: arn:aws:sts::222222222222:assumed-role/drawbridge-execution',
    );
  });

  it.each([
    ['CREATE', 'errors', 'AWS::CloudWatch::Alarm', 'ROLLBACK_COMPLETE', 'creation'],
    ['UPDATE', 'errors', 'AWS::CloudWatch::Alarm', 'UPDATE_ROLLBACK_COMPLETE', 'update'],
    ['UPDATE', 'any', 'AWS::CloudWatch::CompositeAlarm', 'UPDATE_ROLLBACK_COMPLETE', 'update'],
  ] as const)('is undone when an alarm goes off during a %s (%s)', async (type, name, kind, status, word) => {
    if (type === 'UPDATE') await deploy(fake, { body: jobs(30), type: 'CREATE' });
    await start({ body: jobs(60), type, input: watched([trigger(name, kind)]) });
    await fake.run(5);
    await set('slow', 'ALARM');
    await fake.run(1);
    expect((await stackOf(fake)).StackStatus).toBe(`${type}_IN_PROGRESS`);
    await set(name, 'ALARM');
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe(status);
    expect(await story(fake)).toContain(`Jobs ${type}_FAILED: Resource ${word} cancelled`);
    if (type === 'UPDATE') expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 30 });
  });

  it('stays failed where rollback is disabled', async () => {
    await deploy(fake, { body: jobs(30), type: 'CREATE' });
    await start({ body: jobs(60), input: errors, execute: { DisableRollback: true } });
    await fake.run(5);
    await set('errors', 'ALARM');
    await fake.run();
    expect(await stackOf(fake)).toMatchObject({ StackStatus: 'UPDATE_FAILED', StackStatusReason: inAlarm });
  });
});

describe('E20 the monitoring time', () => {
  const minutes = (count: number) => count * 60;
  const old = { Old: queue() };

  beforeEach(async () => {
    await deploy(fake, { body: jobs(30, old), type: 'CREATE' });
    await start({ body: jobs(60), input: watched([trigger('errors')], 30) });
    await fake.run(minutes(20));
  });

  it('delays the clean-up, with the stack still in UPDATE_IN_PROGRESS', async () => {
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_IN_PROGRESS');
    expect(await story(fake)).not.toContain('Old DELETE_IN_PROGRESS');
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_COMPLETE');
    expect(await story(fake)).toContain('Old DELETE_COMPLETE');
  });

  it('ends with a rollback when an alarm goes off in it', async () => {
    await set('errors', 'ALARM');
    await fake.run(1);
    expect(await stackOf(fake)).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS',
      StackStatusReason: inAlarm,
    });
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 30 });
    expect(Object.keys(Object.values(fake.world.cloudformation.stacks).at(-1)!.resources).sort()).toEqual([
      'Jobs',
      'Old',
    ]);
  });

  it('ends with a rollback when an alarm is gone at its end', async () => {
    await fake.ask('DeleteStack', { StackName: 'alarms' });
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  it('can be cut short by CancelUpdateStack', async () => {
    const began = fake.now();
    await fake.ask('CancelUpdateStack', { StackName: 'orders' });
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(fake.now() - began).toBeLessThan(minutes(2) * 1_000);
  });

  it('is over for alarms that go off in the clean-up or later', async () => {
    while ((await stackOf(fake)).StackStatus === 'UPDATE_IN_PROGRESS') await fake.run(1);
    await set('errors', 'ALARM');
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('passes also without any alarm', async () => {
    await fake.run();
    const began = fake.now();
    await deploy(fake, { body: jobs(90), input: watched([], 60) });
    expect(fake.now() - began).toBeGreaterThan(minutes(60) * 1_000);
  });

  it('of a creation passes in CREATE_IN_PROGRESS', async () => {
    await start({ body: jobs(30), type: 'CREATE', stack: 'second', input: watched([], 5) });
    await fake.run(minutes(4));
    expect((await stackOf(fake, 'second')).StackStatus).toBe('CREATE_IN_PROGRESS');
    await fake.run(minutes(2));
    expect((await stackOf(fake, 'second')).StackStatus).toBe('CREATE_COMPLETE');
  });
});
