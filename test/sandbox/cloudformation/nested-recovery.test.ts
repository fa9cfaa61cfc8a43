/** Nested stacks together with what ends an operation from outside: alarms, CancelUpdateStack, forced ways out. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { type Deployment, deploy, plan, queue, stackOf, story, template } from './scenario.ts';

const nested = (key: string, Parameters: object, rest: object = {}) => ({
  Type: 'AWS::CloudFormation::Stack',
  Properties: { TemplateURL: `https://artifacts.s3.eu-west-1.amazonaws.com/${key}`, Parameters },
  ...rest,
});
/** Two nested stacks, one after the other. */
const pair = (timeout: number) =>
  template({
    Network: nested('network', { Timeout: timeout }),
    Service: nested('service', { Timeout: timeout, Name: { 'Fn::GetAtt': ['Network', 'Outputs.Name'] } }),
  });
const timed = (rest: object = {}) => queue({ VisibilityTimeout: { Ref: 'Timeout' } }, rest);
const parameters = (...names: string[]) => ({
  Parameters: Object.fromEntries(names.map((name) => [name, { Type: 'String' }])),
});
const alarm = { ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1, Threshold: 5 };
const alarms = template({
  Errors: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'errors', ...alarm } },
});
const arn = 'arn:aws:cloudwatch:eu-west-1:222222222222:alarm:errors';
const watched = (MonitoringTimeInMinutes = 0) => ({
  RollbackConfiguration: { RollbackTriggers: [{ Arn: arn, Type: 'AWS::CloudWatch::Alarm' }], MonitoringTimeInMinutes },
});

let fake: FakeSandbox;
beforeEach(() => begin());

async function begin() {
  fake = fakeSandbox();
  await deploy(fake, { body: alarms, type: 'CREATE', stack: 'alarms' });
  fake.objects['artifacts/network'] = template(
    { Queue: timed() },
    { ...parameters('Timeout'), Outputs: { Name: { Value: { 'Fn::GetAtt': ['Queue', 'QueueName'] } } } },
  );
  fake.objects['artifacts/service'] = template(
    { Worker: timed(), Named: queue({ QueueName: { 'Fn::Sub': '${Name}-${Timeout}' } }, { DependsOn: 'Worker' }) },
    parameters('Timeout', 'Name'),
  );
}

const set = (StateValue: string) => fake.ask('SetAlarmState', { AlarmName: 'errors', StateValue, StateReason: 'test' });
const goOff = () => set('ALARM');
const start = async (deployment: Deployment) => {
  const { ChangeSetId } = await plan(fake, deployment);
  await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ...deployment.execute });
};
function childOf(logicalId: string) {
  const child = Object.values(fake.world.cloudformation.stacks).find((stack) => stack.parent?.logicalId === logicalId);
  if (child === undefined) throw new Error(`no nested stack of ${logicalId}`);
  return child;
}
const statuses = async () => [(await stackOf(fake)).StackStatus, childOf('Network').status, childOf('Service').status];
const everywhere = (status: string) => [status, status, status];
const busy = () =>
  Object.values(fake.world.cloudformation.stacks).filter(({ status }) => status.endsWith('IN_PROGRESS'));
/** Runs until the second nested stack works on its last resource. */
const untilService = async () => {
  for (let second = 0; childOf('Service').resources['Named']?.status !== 'UPDATE_IN_PROGRESS'; second += 1) {
    if (second > 300) throw new Error('the second nested stack was never updated');
    await fake.run(1);
  }
};
/** Names and values of all resources, and the outputs, of the three stacks. */
const contents = () =>
  Object.values(fake.world.cloudformation.stacks).map(({ stackName, outputs, resources, model }) => ({
    ...{ stackName, outputs, parameters: model?.parameters },
    resources: Object.values(resources).map(({ logicalId, physicalId, definition, attributes }) => {
      return [logicalId, physicalId, definition.properties, attributes];
    }),
  }));

describe('an alarm of the root', () => {
  it('that goes off while a nested stack is updated takes everything back', async () => {
    await deploy(fake, { body: pair(30), type: 'CREATE' });
    const before = structuredClone(contents());
    await start({ body: pair(60), input: watched() });
    await untilService();
    expect(await statuses()).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_IN_PROGRESS',
    ]);
    await goOff();
    await fake.run();
    expect(await statuses()).toEqual(everywhere('UPDATE_ROLLBACK_COMPLETE'));
    expect(contents()).toEqual(before);
    const events = await story(fake);
    expect(events.slice(events.indexOf('Service UPDATE_FAILED: Resource update cancelled'))).toEqual([
      'Service UPDATE_FAILED: Resource update cancelled',
      `orders UPDATE_ROLLBACK_IN_PROGRESS: The rollback trigger ${arn} is in ALARM state. `,
      'Network UPDATE_IN_PROGRESS',
      'Network UPDATE_COMPLETE',
      'Service UPDATE_IN_PROGRESS',
      'Service UPDATE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'orders UPDATE_ROLLBACK_COMPLETE',
    ]);
    const { stackId, stackName } = childOf('Service');
    expect(await story(fake, stackId)).toEqual(
      expect.arrayContaining([
        'Named UPDATE_FAILED: Resource update cancelled',
        `${stackName} UPDATE_ROLLBACK_IN_PROGRESS: Resource update cancelled`,
        `${stackName} UPDATE_ROLLBACK_COMPLETE`,
      ]),
    );
  });

  it('that goes off while nested stacks are created takes them away', async () => {
    await start({ body: pair(30), type: 'CREATE', input: watched() });
    while (Object.keys(fake.world.cloudformation.stacks).length < 4) await fake.run(1);
    await fake.run(5);
    await goOff();
    await fake.run();
    expect(await statuses()).toEqual(['ROLLBACK_COMPLETE', 'DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  it('leaves everything where it is with rollback disabled, until the root is rolled back', async () => {
    fake.objects['artifacts/service'] = template({ Named: timed() }, parameters('Timeout', 'Name'));
    await deploy(fake, { body: pair(30), type: 'CREATE' });
    const before = structuredClone(contents());
    await start({ body: pair(60), input: watched(), execute: { DisableRollback: true } });
    await untilService();
    await goOff();
    await fake.run();
    expect(await statuses()).toEqual(['UPDATE_FAILED', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_FAILED']);
    const events = (await story(fake)).length;
    await set('OK');
    await goOff();
    await fake.run();
    expect(await story(fake)).toHaveLength(events);
    await expect(fake.ask('RollbackStack', { StackName: childOf('Service').stackId })).rejects.toThrow(
      'RollbackStack cannot be invoked on child stacks',
    );
    await fake.ask('RollbackStack', { StackName: 'orders' });
    await fake.run();
    expect(await statuses()).toEqual(everywhere('UPDATE_ROLLBACK_COMPLETE'));
    expect(contents()).toEqual(before);
  });
});

describe('a failed update with rollback disabled', () => {
  it('can be followed by another update with rollback disabled, which goes on from there', async () => {
    fake.objects['artifacts/service'] = template({ Named: timed() }, parameters('Timeout', 'Name'));
    await deploy(fake, { body: pair(30), type: 'CREATE' });
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Named'));
    await deploy(fake, { body: pair(60), execute: { DisableRollback: true } });
    expect(await statuses()).toEqual(['UPDATE_FAILED', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_FAILED']);
    await deploy(fake, { body: pair(60), execute: { DisableRollback: true } });
    expect(await statuses()).toEqual(everywhere('UPDATE_COMPLETE'));
    expect(childOf('Service').resources['Named']?.definition.properties).toEqual({ VisibilityTimeout: '60' });
    expect(Object.values(fake.world.cloudformation.stacks).filter(({ operation }) => operation)).toEqual([]);
  });
});

describe('the monitoring time of the root', () => {
  const minutes = (count: number) => count * 60;
  beforeEach(async () => {
    await deploy(fake, { body: pair(30), type: 'CREATE' });
  });

  it('delays the clean-up of the whole hierarchy', async () => {
    await start({ body: pair(60), input: watched(30) });
    await fake.run(minutes(20));
    expect(await statuses()).toEqual([
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    ]);
    expect(await story(fake, childOf('Service').stackId)).not.toContain('Named DELETE_IN_PROGRESS');
    await fake.run();
    expect(await statuses()).toEqual(everywhere('UPDATE_COMPLETE'));
    expect(await story(fake, childOf('Service').stackId)).toContain('Named DELETE_COMPLETE');
  });

  it('is not cut short by a nested stack that has nothing to do but its outputs', async () => {
    const alone = template({ Network: nested('network', { Timeout: 30 }) });
    await deploy(fake, { body: alone });
    fake.objects['artifacts/network'] = template(
      { Queue: timed() },
      { ...parameters('Timeout'), Outputs: { Other: { Value: 'other' } } },
    );
    await start({ body: alone, input: watched(30) });
    await fake.run(minutes(20));
    expect(childOf('Network').outputs).toEqual([{ key: 'Other', value: 'other' }]);
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_IN_PROGRESS');
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('can end with everything taken back', async () => {
    const before = structuredClone(contents());
    await start({ body: pair(60), input: watched(30) });
    await fake.run(minutes(20));
    await goOff();
    await fake.run();
    expect(await statuses()).toEqual(everywhere('UPDATE_ROLLBACK_COMPLETE'));
    expect(contents()).toEqual(before);
  });
});

describe('a nested stack with alarms of its own', () => {
  const Other = { Type: 'AWS::RDS::DBInstance', Properties: {} };
  /** Gives the first nested stack its alarm, then updates the root until that stack is in this state. */
  const reach = async (monitoring: number, reached: (network: ReturnType<typeof childOf>) => boolean | undefined) => {
    await deploy(fake, { body: pair(30), type: 'CREATE' });
    const { stackId, model } = childOf('Network');
    const Parameters = [{ ParameterKey: 'Timeout', UsePreviousValue: true }];
    const TemplateBody = fake.world.cloudformation.templates[model?.template ?? ''];
    await fake.ask('UpdateStack', { StackName: stackId, TemplateBody, Parameters, ...watched(monitoring) });
    await fake.run();
    expect(childOf('Network').status).toBe('UPDATE_COMPLETE');
    const { Network } = JSON.parse(pair(60)).Resources;
    const { Service } = JSON.parse(pair(30)).Resources;
    await start({ body: template({ Network, Service, Other }) });
    while (!reached(childOf('Network'))) await fake.run(1);
  };
  const inMonitoring = () => reach(30, ({ operation }) => operation?.phase === 'monitor');
  const waitingForItsParent = () => reach(1, ({ operation }) => operation?.held);
  const back = ['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'CREATE_COMPLETE'];
  const timeout = () => childOf('Network').resources['Queue']?.definition.properties;

  it('fails its parent when one of them goes off', async () => {
    await inMonitoring();
    await goOff();
    await fake.run();
    expect(await statuses()).toEqual(back);
    expect((await story(fake)).join('\n')).toContain('is in ALARM state.');
  });

  it('is given up in its monitoring time when a sibling fails', async () => {
    fake.resourceFaults.push({ ...fault('CREATE_FAILED', 'Other'), when: 'after' });
    await inMonitoring();
    const { stackId, stackName } = childOf('Network');
    const began = fake.now();
    await fake.run();
    expect(await statuses()).toEqual(back);
    expect(fake.now() - began).toBeLessThan(30 * 60_000);
    const events = await story(fake, stackId);
    expect(events.slice(events.lastIndexOf('Queue UPDATE_IN_PROGRESS') - 1)).toEqual([
      `${stackName} UPDATE_ROLLBACK_IN_PROGRESS: Resource update cancelled`,
      'Queue UPDATE_IN_PROGRESS',
      'Queue UPDATE_COMPLETE',
      `${stackName} UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS`,
      `${stackName} UPDATE_ROLLBACK_COMPLETE`,
    ]);
    expect(timeout()).toEqual({ VisibilityTimeout: '30' });
  });

  it('is taken back after its monitoring time when a sibling fails', async () => {
    fake.resourceFaults.push({ ...fault('CREATE_FAILED', 'Other'), when: 'after' });
    await waitingForItsParent();
    await fake.run();
    expect(await statuses()).toEqual(back);
    expect(timeout()).toEqual({ VisibilityTimeout: '30' });
  });

  it('is watched no more while it waits for its parent', async () => {
    await waitingForItsParent();
    await goOff();
    await fake.run();
    expect(await statuses()).toEqual(['UPDATE_COMPLETE', 'UPDATE_COMPLETE', 'CREATE_COMPLETE']);
    expect(timeout()).toEqual({ VisibilityTimeout: '60' });
  });
});

describe('CancelUpdateStack', () => {
  it.each([false, true])(
    'goes back everywhere, with the new token (rollback disabled: %s)',
    async (DisableRollback) => {
      fake.objects['artifacts/service'] = template({ Named: timed() }, parameters('Timeout', 'Name'));
      await deploy(fake, { body: pair(30), type: 'CREATE' });
      const before = structuredClone(contents());
      await start({ body: pair(60), execute: { DisableRollback, ClientRequestToken: 'first' } });
      await untilService();
      const { stackId, stackName } = childOf('Service');
      await expect(fake.ask('CancelUpdateStack', { StackName: stackId })).rejects.toThrow(
        'CancelUpdateStack cannot be invoked on child stacks',
      );
      await fake.ask('CancelUpdateStack', { StackName: 'orders', ClientRequestToken: 'second' });
      await fake.run();
      expect(await statuses()).toEqual(everywhere('UPDATE_ROLLBACK_COMPLETE'));
      expect(contents()).toEqual(before);
      for (const name of ['Network', 'Service']) {
        const { stackId: id, stackName: own } = childOf(name);
        expect((await story(fake, id, 'second')).at(-1)).toBe(`${own} UPDATE_ROLLBACK_COMPLETE`);
      }
      expect(await story(fake, stackId, 'first')).not.toContain(`${stackName} UPDATE_ROLLBACK_COMPLETE`);
    },
  );

  it.each([
    ['an alarm', false],
    ['CancelUpdateStack', false],
    ['CancelUpdateStack in a world that is reloaded before every job', true],
  ])('at any second: the hierarchy is as it was (%s)', async (by, reloading) => {
    const ends = new Set<unknown>();
    for (let second = 0; !ends.has('UPDATE_COMPLETE'); second += reloading ? 9 : 2) {
      await begin();
      fake.reloading = reloading;
      await deploy(fake, { body: pair(30), type: 'CREATE' });
      const before = structuredClone(contents());
      await start({ body: pair(60), input: watched() });
      await fake.run(second);
      if ((await stackOf(fake)).StackStatus === 'UPDATE_IN_PROGRESS') {
        await (by === 'an alarm' ? goOff() : fake.ask('CancelUpdateStack', { StackName: 'orders' }));
        await fake.run();
        // A nested stack that was not reached is as it was.
        const reached = (await statuses()).filter((status) => status !== 'CREATE_COMPLETE');
        expect(new Set(reached)).toEqual(new Set(['UPDATE_ROLLBACK_COMPLETE']));
        expect(contents()).toEqual(before);
      } else await fake.run();
      expect(busy()).toEqual([]);
      ends.add((await stackOf(fake)).StackStatus);
    }
    expect([...ends]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_COMPLETE']);
  });
});

describe('a hierarchy that an alarm could not take back', () => {
  beforeEach(async () => {
    await deploy(fake, { body: pair(30), type: 'CREATE' });
    fake.resourceFaults.push({ ...fault('UPDATE_FAILED', 'Worker', 2), during: 'rollback' });
    await start({ body: pair(60), input: watched() });
    await untilService();
    await goOff();
    await fake.run();
    expect(await statuses()).toEqual([
      'UPDATE_ROLLBACK_FAILED',
      'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_ROLLBACK_FAILED',
    ]);
  });

  it.each([
    ['ResourcesToSkip', () => ({ ResourcesToSkip: [`${childOf('Service').stackName}.Worker`] })],
    ['ForceRollback', () => ({ ForceRollback: true })],
  ])('is continued without the resource of the nested stack (%s)', async (_name, input) => {
    await fake.ask('ContinueUpdateRollback', { StackName: 'orders', ...input() });
    await fake.run();
    expect(await statuses()).toEqual(everywhere('UPDATE_ROLLBACK_COMPLETE'));
    const { stackId, resources } = childOf('Service');
    expect(await story(fake, stackId)).toContain('Worker UPDATE_COMPLETE: Resource skipped during rollback');
    expect(resources['Worker']?.skipped).toBe(true);
    expect(busy()).toEqual([]);
  });

  it('fails again as long as the resource does, and is continued when it does no more', async () => {
    await fake.ask('ContinueUpdateRollback', { StackName: 'orders' });
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
    await fake.ask('ContinueUpdateRollback', { StackName: 'orders' });
    await fake.run();
    expect(await statuses()).toEqual(everywhere('UPDATE_ROLLBACK_COMPLETE'));
    expect(childOf('Service').resources['Worker']?.definition.properties).toEqual({ VisibilityTimeout: '30' });
  });
});

describe('FORCE_DELETE_STACK', () => {
  it('leaves behind in nested stacks too what cannot be removed', async () => {
    await deploy(fake, { body: pair(30), type: 'CREATE' });
    fake.resourceFaults.push(fault('DELETE_FAILED', 'Queue', 2));
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    expect(await statuses()).toEqual(['DELETE_FAILED', 'DELETE_FAILED', 'DELETE_COMPLETE']);
    await fake.ask('DeleteStack', { StackName: 'orders', DeletionMode: 'FORCE_DELETE_STACK' });
    const { StackId = '' } = await stackOf(fake);
    await fake.run();
    expect((await stackOf(fake, StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(childOf('Network').status).toBe('DELETE_COMPLETE');
    expect(await story(fake, childOf('Network').stackId)).toContain('Queue DELETE_SKIPPED');
    expect(await story(fake, StackId)).toContain('Network DELETE_COMPLETE');
  });
});
