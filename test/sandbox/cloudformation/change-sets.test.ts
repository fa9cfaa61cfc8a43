import type { DescribeChangeSetCommandOutput, ListChangeSetsCommandOutput } from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { executionRole, type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { deploy, plan, queue, stackOf, story, template } from './scenario.ts';

const one = template({ Jobs: queue({ VisibilityTimeout: 30 }) });
const changed = template({ Jobs: queue({ VisibilityTimeout: 60 }) });

let fake: FakeSandbox;
beforeEach(() => {
  fake = fakeSandbox();
});

const described = (input: object) => fake.ask<DescribeChangeSetCommandOutput>('DescribeChangeSet', input);
const request = (input: object = {}) => ({
  ...{ StackName: 'orders', ChangeSetName: 'first', ChangeSetType: 'CREATE', TemplateBody: one },
  ...input,
});

describe('making a change set', () => {
  it('answers while it is pending, and is computed a few seconds later', async () => {
    const { Id, StackId } = await fake.ask('CreateChangeSet', request());
    const seen = [];
    for (const seconds of [0, 1, 5]) {
      await fake.run(seconds);
      const { Status, ExecutionStatus } = await described({ ChangeSetName: Id });
      seen.push(`${Status} ${ExecutionStatus}`);
    }
    expect(seen).toEqual(['CREATE_PENDING UNAVAILABLE', 'CREATE_IN_PROGRESS UNAVAILABLE', 'CREATE_COMPLETE AVAILABLE']);
    expect(StackId).toMatch(/^arn:aws:cloudformation:eu-west-1:222222222222:stack\/orders\/[0-9a-f-]{36}$/);
    expect(Id).toMatch(/^arn:aws:cloudformation:eu-west-1:222222222222:changeSet\/first\/[0-9a-f-]{36}$/);
  });

  it('lists what would be made', async () => {
    const { Changes } = await plan(fake, { body: one, type: 'CREATE' });
    expect(Changes).toEqual([
      {
        Type: 'Resource',
        ResourceChange: expect.objectContaining({
          Action: 'Add',
          LogicalResourceId: 'Jobs',
          ResourceType: 'AWS::SQS::Queue',
        }),
      },
    ]);
  });

  it('leaves a shell without a template behind, which only CREATE takes', async () => {
    await fake.ask('CreateChangeSet', request());
    const stack = await stackOf(fake);
    expect(stack).toMatchObject({ StackStatus: 'REVIEW_IN_PROGRESS', Outputs: [], Parameters: [] });
    await expect(fake.ask('CreateChangeSet', request({ ChangeSetName: 'b', ChangeSetType: 'UPDATE' }))).rejects.toThrow(
      'is in REVIEW_IN_PROGRESS state and can not be updated.',
    );
    const second = await fake.ask('CreateChangeSet', request({ ChangeSetName: 'b' }));
    expect(second['StackId']).toBe(stack.StackId);
  });

  it('tells modification from replacement', async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
    const modified = await plan(fake, { body: changed });
    const renamed = await plan(fake, { body: template({ Jobs: queue({ QueueName: 'renamed' }) }) });
    const facts = [modified, renamed].map(({ Changes }) => Changes?.[0]?.ResourceChange);
    expect(facts).toMatchObject([
      { Action: 'Modify', Replacement: 'False', Scope: ['Properties'] },
      { Action: 'Modify', Replacement: 'True', PolicyAction: 'ReplaceAndDelete' },
    ]);
  });

  it('shows values only where they are asked for', async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
    const { ChangeSetId } = await plan(fake, { body: changed });
    const plain = await described({ ChangeSetName: ChangeSetId });
    expect(JSON.stringify(plain.Changes)).not.toMatch(/30|60|Context/);
    const full = await described({ ChangeSetName: ChangeSetId, IncludePropertyValues: true });
    const change = full.Changes?.[0]?.ResourceChange;
    expect(change?.Details?.[0]?.Target).toMatchObject({ BeforeValue: '30', AfterValue: '60' });
    expect(JSON.parse(change?.AfterContext ?? '')).toHaveProperty('Properties.VisibilityTimeout');
  });

  it('answers long lists in pages', async () => {
    const queues = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`Queue${index}`, queue()]));
    const { ChangeSetId, Changes, NextToken } = await plan(fake, { body: template(queues), type: 'CREATE' });
    const rest = await described({ ChangeSetName: ChangeSetId, NextToken });
    expect([Changes?.length, rest.Changes?.length, rest.NextToken]).toEqual([100, 20, undefined]);
  });
});

describe('a change set without changes', () => {
  beforeEach(async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
  });

  it('fails with exactly the words callers decide by', async () => {
    expect(await plan(fake, { body: one })).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason:
        "The submitted information didn't contain changes. Submit different information to create a change set.",
    });
  });

  it('cannot be executed', async () => {
    const { ChangeSetId } = await plan(fake, { body: one });
    await expect(fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId })).rejects.toMatchObject({
      code: 'InvalidChangeSetStatus',
      message: `ChangeSet [${ChangeSetId}] cannot be executed in its current status of [FAILED]`,
    });
  });

  it('is not one that changes outputs alone: that has no changes and can be executed', async () => {
    const body = template({ Jobs: queue({ VisibilityTimeout: 30 }) }, { Outputs: { Timeout: { Value: '30' } } });
    const { Status, Changes, ChangeSetId } = await plan(fake, { body });
    expect([Status, Changes]).toEqual(['CREATE_COMPLETE', []]);
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId });
    await fake.run();
    expect((await stackOf(fake)).Outputs).toEqual([{ OutputKey: 'Timeout', OutputValue: '30' }]);
  });

  it('is not one that changes tags alone: that is a Modify of the scope Tags', async () => {
    const { Changes } = await plan(fake, { body: one, input: { Tags: [{ Key: 'team', Value: 'orders' }] } });
    expect(Changes).toMatchObject([
      { ResourceChange: { LogicalResourceId: 'Jobs', Scope: ['Tags'], Replacement: 'False' } },
    ]);
  });

  it('keeps tags that are left out and clears those given as an empty list', async () => {
    await deploy(fake, { body: one, input: { Tags: [{ Key: 'team', Value: 'orders' }] } });
    expect((await plan(fake, { body: one })).Status).toBe('FAILED');
    const stack = await deploy(fake, { body: one, input: { Tags: [] } });
    expect(stack.Tags).toEqual([]);
  });
});

describe('asking for a change set again', () => {
  it('answers the same one for the same ClientToken and inputs, as after a lost reply', async () => {
    const lost = await fake.ask('CreateChangeSet', request({ ClientToken: 'token-1' }));
    expect(await fake.ask('CreateChangeSet', request({ ClientToken: 'token-1' }))).toEqual(lost);
  });

  it.each([
    ['another token', { ClientToken: 'token-2' }, 'ClientToken'],
    ['another template', { ClientToken: 'token-1', TemplateBody: changed }, 'Template'],
    ['another description', { ClientToken: 'token-1', Description: 'other' }, 'Description'],
    ['other tags', { ClientToken: 'token-1', Tags: [{ Key: 'a', Value: 'b' }] }, 'Parameters'],
    ['another role', { ClientToken: 'token-1', RoleARN: executionRole }, 'RoleARN'],
    ['no token', {}, 'ClientToken'],
  ])('refuses the name with %s', async (_case, input, attribute) => {
    await fake.ask('CreateChangeSet', request({ ClientToken: 'token-1' }));
    await expect(fake.ask('CreateChangeSet', request(input))).rejects.toMatchObject({
      code: 'AlreadyExistsException',
      message: `ChangeSet first cannot be created due to a mismatch with existing attribute ${attribute}`,
    });
  });
});

describe('executing a change set', () => {
  it('goes from AVAILABLE over EXECUTE_IN_PROGRESS to EXECUTE_COMPLETE, and keeps Status', async () => {
    const { ChangeSetId } = await plan(fake, { body: one, type: 'CREATE' });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId });
    expect((await described({ ChangeSetName: ChangeSetId })).ExecutionStatus).toBe('EXECUTE_IN_PROGRESS');
    await fake.run();
    expect(await described({ ChangeSetName: ChangeSetId })).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'EXECUTE_COMPLETE',
    });
    expect((await stackOf(fake)).ChangeSetId).toBe(ChangeSetId);
  });

  it('ends in EXECUTE_FAILED when the stack rolls back', async () => {
    const { ChangeSetId } = await plan(fake, { body: one, type: 'CREATE' });
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Jobs'));
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId });
    await fake.run();
    expect((await described({ ChangeSetName: ChangeSetId })).ExecutionStatus).toBe('EXECUTE_FAILED');
  });

  it('takes the same token again as a retry, while it runs and afterwards', async () => {
    const { ChangeSetId } = await plan(fake, { body: one, type: 'CREATE' });
    const execute = () => fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ClientRequestToken: 'op-1' });
    await execute();
    expect(await execute()).toEqual({});
    await fake.run();
    expect(await execute()).toEqual({});
    expect((await story(fake)).filter((line) => line.startsWith('orders CREATE_IN_PROGRESS'))).toHaveLength(1);
  });

  it('refuses another token for a set that was executed', async () => {
    const { ChangeSetId } = await plan(fake, { body: one, type: 'CREATE' });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ClientRequestToken: 'op-1' });
    await fake.run();
    await expect(
      fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ClientRequestToken: 'op-2' }),
    ).rejects.toThrow(
      `ChangeSet [${ChangeSetId}] cannot be executed in its current execution status of [EXECUTE_COMPLETE]`,
    );
  });

  it('refuses the token of an earlier operation of the stack', async () => {
    await deploy(fake, { body: one, type: 'CREATE', token: 'op-1' });
    const { ChangeSetId } = await plan(fake, { body: changed });
    await expect(
      fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ClientRequestToken: 'op-1' }),
    ).rejects.toMatchObject({ code: 'TokenAlreadyExistsException' });
  });

  it('deletes the stack’s other change sets', async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
    const other = await plan(fake, { body: changed });
    await deploy(fake, { body: template({ Jobs: queue({ VisibilityTimeout: 90 }) }) });
    await expect(described({ ChangeSetName: other.ChangeSetId })).rejects.toMatchObject({
      code: 'ChangeSetNotFound',
      status: 404,
      message: `ChangeSet [${other.ChangeSetId}] does not exist`,
    });
  });

  it('refuses a set made OBSOLETE by a direct update', async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
    const { ChangeSetId } = await plan(fake, { body: changed });
    await fake.ask('UpdateStack', { StackName: 'orders', TemplateBody: template({ Other: queue() }) });
    await fake.run();
    expect((await described({ ChangeSetName: ChangeSetId })).ExecutionStatus).toBe('OBSOLETE');
    await expect(fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId })).rejects.toThrow(
      'cannot be executed in its current execution status of [OBSOLETE]',
    );
  });

  it('refuses a busy stack', async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
    await fake.ask('UpdateStack', { StackName: 'orders', TemplateBody: changed });
    const busy = 'is in UPDATE_IN_PROGRESS state and can not be updated.';
    const input = { StackName: 'orders', ChangeSetName: 'b', TemplateBody: one };
    await expect(fake.ask('CreateChangeSet', input)).rejects.toThrow(busy);
    await expect(fake.ask('UpdateStack', { StackName: 'orders', TemplateBody: one })).rejects.toThrow(busy);
  });

  it('excludes DisableRollback where OnStackFailure was given, and then changes nothing', async () => {
    const { ChangeSetId } = await plan(fake, { body: one, type: 'CREATE', input: { OnStackFailure: 'ROLLBACK' } });
    const both = fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, DisableRollback: true });
    await expect(both).rejects.toThrow('DisableRollback cannot be specified');
    expect((await described({ ChangeSetName: ChangeSetId })).ExecutionStatus).toBe('AVAILABLE');
  });
});

describe('listing and deleting change sets', () => {
  it('lists those that were not executed', async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
    await plan(fake, { body: changed, name: 'next', input: { Description: 'digest' } });
    const { Summaries } = await fake.ask<ListChangeSetsCommandOutput>('ListChangeSets', { StackName: 'orders' });
    expect(Summaries).toMatchObject([{ ChangeSetName: 'next', Status: 'CREATE_COMPLETE', Description: 'digest' }]);
  });

  it('deletes by name, and again without complaint', async () => {
    const { ChangeSetId } = await plan(fake, { body: one, type: 'CREATE', name: 'first' });
    const deletion = { ChangeSetName: 'first', StackName: 'orders' };
    await fake.ask('DeleteChangeSet', deletion);
    await fake.ask('DeleteChangeSet', deletion);
    await expect(described({ ChangeSetName: ChangeSetId })).rejects.toMatchObject({ code: 'ChangeSetNotFound' });
  });

  it('does not delete one that is being made or executed', async () => {
    const { Id } = await fake.ask('CreateChangeSet', request());
    await expect(fake.ask('DeleteChangeSet', { ChangeSetName: Id })).rejects.toThrow('[CREATE_PENDING]');
    await fake.run();
    await fake.ask('ExecuteChangeSet', { ChangeSetName: Id });
    await expect(fake.ask('DeleteChangeSet', { ChangeSetName: Id })).rejects.toThrow('[EXECUTE_IN_PROGRESS]');
  });

  it('needs the stack’s name with a bare name', async () => {
    await expect(described({ ChangeSetName: 'first' })).rejects.toThrow('StackName must be specified');
  });
});
