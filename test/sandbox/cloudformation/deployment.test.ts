import { beforeEach, describe, expect, it } from 'vitest';
import { executionRole, type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { deploy, physicalId, plan, properties, queue, stackOf, story, template } from './scenario.ts';

const two = template({ Jobs: queue({ VisibilityTimeout: 30 }), Dead: queue({}, { DependsOn: 'Jobs' }) });
const changed = template({ Jobs: queue({ VisibilityTimeout: 60 }), Dead: queue({}, { DependsOn: 'Jobs' }) });

let fake: FakeSandbox;
beforeEach(() => {
  fake = fakeSandbox();
});

describe('creating a stack through a change set', () => {
  it('makes a shell, then resources in the order of their dependencies, with the token on every event', async () => {
    const stack = await deploy(fake, { body: two, type: 'CREATE', token: 'op-1' });
    expect(stack.StackStatus).toBe('CREATE_COMPLETE');
    expect(stack.RoleARN).toBe(executionRole);
    expect(await story(fake)).toEqual([
      'orders REVIEW_IN_PROGRESS: User Initiated',
      'orders CREATE_IN_PROGRESS: User Initiated',
      'Jobs CREATE_IN_PROGRESS',
      'Jobs CREATE_IN_PROGRESS: Resource creation Initiated',
      'Jobs CREATE_COMPLETE',
      'Dead CREATE_IN_PROGRESS',
      'Dead CREATE_IN_PROGRESS: Resource creation Initiated',
      'Dead CREATE_COMPLETE',
      'orders CREATE_COMPLETE',
    ]);
    expect(await story(fake, 'orders', 'op-1')).toHaveLength(8);
  });

  it('runs resources side by side that do not depend on each other', async () => {
    await deploy(fake, { body: template({ A: queue(), B: queue() }), type: 'CREATE' });
    expect((await story(fake)).slice(2, 4)).toEqual(['A CREATE_IN_PROGRESS', 'B CREATE_IN_PROGRESS']);
  });

  it('tells the account’s default bus about every status of the stack', async () => {
    const { StackId } = await deploy(fake, { body: two, type: 'CREATE', token: 'op-1' });
    expect(fake.delivered.map((event) => (event['detail'] as Record<string, object>)['status-details'])).toEqual([
      { status: 'REVIEW_IN_PROGRESS', 'status-reason': 'User Initiated' },
      { status: 'CREATE_IN_PROGRESS', 'status-reason': 'User Initiated' },
      { status: 'CREATE_COMPLETE', 'status-reason': '' },
    ]);
    expect(fake.delivered.at(-1)).toMatchObject({
      version: '0',
      'detail-type': 'CloudFormation Stack Status Change',
      source: 'aws.cloudformation',
      account: '222222222222',
      region: 'eu-west-1',
      resources: [StackId],
      time: expect.stringMatching(/^2026-01-05T08:\d\d:\d\dZ$/),
      detail: { 'stack-id': StackId, 'client-request-token': 'op-1' },
    });
  });

  it('acts with the execution role, never with the caller', async () => {
    await deploy(fake, { body: two, type: 'CREATE' });
    const sqs = fake.asked.filter(({ permission }) => permission.action.startsWith('sqs:'));
    expect(new Set(sqs.map(({ principal }) => principal))).toEqual(
      new Set(['arn:aws:sts::222222222222:assumed-role/drawbridge-execution/AWSCloudFormation']),
    );
  });

  it('acts with the caller where there is no role', async () => {
    await deploy(fake, { body: two, type: 'CREATE', input: { RoleARN: undefined } });
    const sqs = fake.asked.find(({ permission }) => permission.action.startsWith('sqs:'));
    expect(sqs?.principal).toContain('assumed-role/drawbridge-deploy/');
  });

  it('keeps the role for later operations that name none', async () => {
    await deploy(fake, { body: two, type: 'CREATE' });
    const stack = await deploy(fake, { body: changed, input: { RoleARN: undefined } });
    expect(stack.RoleARN).toBe(executionRole);
  });
});

describe('a create that fails', () => {
  it('cancels the siblings, removes what was made and ends in ROLLBACK_COMPLETE', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'B'));
    const body = template({ A: queue(), B: queue(), C: queue({}, { DependsOn: 'A' }) });
    const stack = await deploy(fake, { body, type: 'CREATE' });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect((await story(fake)).slice(2)).toEqual([
      'A CREATE_IN_PROGRESS',
      'B CREATE_IN_PROGRESS',
      'A CREATE_IN_PROGRESS: Resource creation Initiated',
      'B CREATE_FAILED: B is out of order',
      'A CREATE_FAILED: Resource creation cancelled',
      'orders ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [B]. Rollback requested by user.',
      'A DELETE_IN_PROGRESS',
      'B DELETE_COMPLETE',
      'A DELETE_COMPLETE',
      'orders ROLLBACK_COMPLETE',
    ]);
  });

  it('says which right the execution role lacks', async () => {
    fake.denied.add('sqs:CreateQueue');
    const stack = await deploy(fake, { body: template({ Jobs: queue() }), type: 'CREATE' });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const failed = (await story(fake)).find((line) => line.startsWith('Jobs CREATE_FAILED'));
    expect(failed).toContain('User: arn:aws:sts::222222222222:assumed-role/drawbridge-execution/AWSCloudFormation');
    expect(failed).toContain('is not authorized to perform: sqs:CreateQueue');
    expect(failed).toContain('HandlerErrorCode: AccessDenied');
  });

  it.each([
    ['DELETE', 'DELETE_COMPLETE', 'Delete requested by user.'],
    ['DO_NOTHING', 'CREATE_FAILED', ''],
    ['ROLLBACK', 'ROLLBACK_COMPLETE', 'Rollback requested by user.'],
  ])('with OnStackFailure %s ends in %s', async (OnStackFailure, status, wording) => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'A'));
    const stack = await deploy(fake, { body: template({ A: queue() }), type: 'CREATE', input: { OnStackFailure } });
    expect(stack.StackStatus).toBe(status);
    const lines = (await story(fake, stack.StackId)).filter((line) => line.includes('failed to create'));
    expect(lines.every((line) => line.endsWith(`[A]. ${wording}`))).toBe(true);
    expect(lines.length).toBeGreaterThan(0);
  });

  it('ends in ROLLBACK_FAILED when what was made cannot be removed', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'B'), fault('DELETE_FAILED', 'A'));
    const body = template({ A: queue(), B: queue({}, { DependsOn: 'A' }) });
    const stack = await deploy(fake, { body, type: 'CREATE' });
    expect(stack).toMatchObject({
      StackStatus: 'ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [A]. ',
    });
  });

  it('keeps resources with DeletionPolicy Retain, and those with RetainExceptOnCreate not', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'C'));
    const body = template({
      A: queue({}, { DeletionPolicy: 'Retain' }),
      B: queue({}, { DeletionPolicy: 'RetainExceptOnCreate' }),
      C: queue({}, { DependsOn: ['A', 'B'] }),
    });
    await deploy(fake, { body, type: 'CREATE' });
    expect(await story(fake)).toEqual(expect.arrayContaining(['A DELETE_SKIPPED', 'B DELETE_COMPLETE']));
  });
});

describe('updating a stack', () => {
  beforeEach(async () => {
    await deploy(fake, { body: two, type: 'CREATE' });
  });

  it('touches only what changed', async () => {
    const stack = await deploy(fake, { body: changed, token: 'op-2' });
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 60 });
    expect(await story(fake, 'orders', 'op-2')).toEqual([
      'orders UPDATE_IN_PROGRESS: User Initiated',
      'Jobs UPDATE_IN_PROGRESS',
      'Jobs UPDATE_COMPLETE',
      'orders UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'orders UPDATE_COMPLETE',
    ]);
  });

  it('adds before it removes', async () => {
    await deploy(fake, { body: template({ Jobs: queue({ VisibilityTimeout: 30 }), New: queue() }), token: 'op-2' });
    expect((await story(fake, 'orders', 'op-2')).slice(1)).toEqual([
      'New CREATE_IN_PROGRESS',
      'New CREATE_IN_PROGRESS: Resource creation Initiated',
      'New CREATE_COMPLETE',
      'orders UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Dead DELETE_IN_PROGRESS',
      'Dead DELETE_COMPLETE',
      'orders UPDATE_COMPLETE',
    ]);
  });

  it('replaces by making the new one first and removing the old one in the cleanup', async () => {
    const before = physicalId(fake, 'Jobs');
    const body = template({ Jobs: queue({ QueueName: 'renamed' }), Dead: queue({}, { DependsOn: 'Jobs' }) });
    const stack = await deploy(fake, { body, token: 'op-2' });
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    expect(physicalId(fake, 'Jobs')).not.toBe(before);
    expect((await story(fake, 'orders', 'op-2')).slice(1)).toEqual([
      'Jobs UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.',
      'Jobs UPDATE_IN_PROGRESS: Resource creation Initiated',
      'Jobs UPDATE_COMPLETE',
      'orders UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Jobs DELETE_IN_PROGRESS',
      'Jobs DELETE_COMPLETE',
      'orders UPDATE_COMPLETE',
    ]);
  });

  it('says so when the cleanup left something behind', async () => {
    fake.resourceFaults.push(fault('DELETE_FAILED', 'Dead'));
    const stack = await deploy(fake, { body: template({ Jobs: queue({ VisibilityTimeout: 30 }) }) });
    expect(stack).toMatchObject({
      StackStatus: 'UPDATE_COMPLETE',
      StackStatusReason: 'Update successful. One or more resources could not be deleted.',
    });
  });

  it('keeps a replaced resource whose UpdateReplacePolicy is Retain', async () => {
    const Jobs = queue({ QueueName: 'renamed' }, { UpdateReplacePolicy: 'Retain' });
    await deploy(fake, { body: template({ Jobs, Dead: queue({}, { DependsOn: 'Jobs' }) }), token: 'op-2' });
    expect(await story(fake, 'orders', 'op-2')).toContain('Jobs DELETE_SKIPPED');
  });
});

describe('an update that fails', () => {
  const more = template({
    Jobs: queue({ VisibilityTimeout: 60 }),
    Dead: queue({ DelaySeconds: 5 }, { DependsOn: 'Jobs' }),
    New: queue({}, { DependsOn: 'Dead' }),
  });

  beforeEach(async () => {
    await deploy(fake, { body: two, type: 'CREATE' });
  });

  it('brings back the old values and never removes an updated resource', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'New'));
    const before = [physicalId(fake, 'Jobs'), physicalId(fake, 'Dead')];
    const stack = await deploy(fake, { body: more, token: 'op-2' });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 30 });
    expect(properties(fake, 'Dead')).toEqual({});
    expect([physicalId(fake, 'Jobs'), physicalId(fake, 'Dead')]).toEqual(before);
    expect((await story(fake, 'orders', 'op-2')).slice(5)).toEqual([
      'New CREATE_IN_PROGRESS',
      'New CREATE_FAILED: New is out of order',
      'orders UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [New]. ',
      'Jobs UPDATE_IN_PROGRESS',
      'Jobs UPDATE_COMPLETE',
      'Dead UPDATE_IN_PROGRESS',
      'Dead UPDATE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'New DELETE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('points a replaced resource back to the old one and removes the new one', async () => {
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Dead'));
    const before = physicalId(fake, 'Jobs');
    const body = template({
      Jobs: queue({ QueueName: 'renamed' }),
      Dead: queue({ DelaySeconds: 5 }, { DependsOn: 'Jobs' }),
    });
    const stack = await deploy(fake, { body, token: 'op-2' });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(physicalId(fake, 'Jobs')).toBe(before);
    expect((await story(fake, 'orders', 'op-2')).slice(-4)).toEqual([
      'orders UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Jobs DELETE_IN_PROGRESS',
      'Jobs DELETE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('asks the provider to go back to the properties before', async () => {
    const updates: unknown[] = [];
    const identity = { physicalId: 'jobs', attributes: {} };
    fake.providers['AWS::SQS::Queue'] = {
      create: () => identity,
      update: ({ logicalId, properties: to, previousProperties: from }) => {
        updates.push({ logicalId, from, to });
        return identity;
      },
      remove: () => undefined,
    };
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Dead'));
    await deploy(fake, { body: more });
    expect(updates).toEqual([
      { logicalId: 'Jobs', from: { VisibilityTimeout: 30 }, to: { VisibilityTimeout: 60 } },
      { logicalId: 'Jobs', from: { VisibilityTimeout: 60 }, to: { VisibilityTimeout: 30 } },
      { logicalId: 'Dead', from: {}, to: {} },
    ]);
  });

  it('takes back template, parameters and outputs', async () => {
    const Outputs = { Timeout: { Value: 'sixty' } };
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    const stack = await deploy(fake, { body: template({ Jobs: queue({ VisibilityTimeout: 60 }) }, { Outputs }) });
    expect(stack.Outputs).toEqual([]);
    const { TemplateBody } = await fake.ask('GetTemplate', { StackName: 'orders' });
    expect(TemplateBody).toBe(two);
  });

  it('is healthy afterwards: the next update succeeds', async () => {
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    await deploy(fake, { body: changed });
    expect((await deploy(fake, { body: changed })).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('stays as it is where rollback is disabled, and rolls back when asked', async () => {
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Dead'));
    const failed = await deploy(fake, { body: more, execute: { DisableRollback: true } });
    expect(failed).toMatchObject({
      StackStatus: 'UPDATE_FAILED',
      StackStatusReason: 'The following resource(s) failed to update: [Dead]. ',
    });
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 60 });
    await expect(deploy(fake, { body: two })).rejects.toThrow('non-terminal [UPDATE_FAILED] state');
    await fake.ask('RollbackStack', { StackName: 'orders', ClientRequestToken: 'back' });
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 30 });
  });
});

describe('a rollback that fails', () => {
  beforeEach(async () => {
    await deploy(fake, { body: two, type: 'CREATE' });
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs', 2));
    await deploy(fake, { body: changed });
  });

  it('ends in UPDATE_ROLLBACK_FAILED, from where nothing but continuing is possible', async () => {
    expect(await stackOf(fake)).toMatchObject({
      StackStatus: 'UPDATE_ROLLBACK_FAILED',
      StackStatusReason: 'The following resource(s) failed to update: [Jobs]. ',
    });
    await expect(plan(fake, { body: two })).rejects.toThrow(
      'is in UPDATE_ROLLBACK_FAILED state and can not be updated.',
    );
    await expect(fake.ask('RollbackStack', { StackName: 'orders' })).rejects.toThrow('can not be rolled back');
  });

  it('continues to UPDATE_ROLLBACK_COMPLETE with the token on its events', async () => {
    await fake.ask('ContinueUpdateRollback', { StackName: 'orders', ClientRequestToken: 'again' });
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await story(fake, 'orders', 'again')).toEqual([
      'orders UPDATE_ROLLBACK_IN_PROGRESS: User Initiated',
      'Jobs UPDATE_IN_PROGRESS',
      'Jobs UPDATE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'orders UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('skips the resources it is told to skip, and only failed ones', async () => {
    const skipping = (ResourcesToSkip: string[]) =>
      fake.ask('ContinueUpdateRollback', { StackName: 'orders', ResourcesToSkip });
    await expect(skipping(['Dead'])).rejects.toThrow('[Dead]');
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    await skipping(['Jobs']);
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(fake.resourceFaults).toHaveLength(1);
  });

  it('can fail again', async () => {
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Jobs'));
    await fake.ask('ContinueUpdateRollback', { StackName: 'orders' });
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
  });
});
