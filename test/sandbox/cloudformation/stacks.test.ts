import type {
  DescribeStackEventsCommandOutput,
  DescribeStackResourcesCommandOutput,
  DescribeStacksCommandOutput,
  GetTemplateSummaryCommandOutput,
  ListExportsCommandOutput,
  ListStackResourcesCommandOutput,
  ListStacksCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { executionRole, type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { deploy, plan, properties, queue, stackOf, story, template } from './scenario.ts';

const one = template({ Jobs: queue({ VisibilityTimeout: 30 }) });
const changed = template({ Jobs: queue({ VisibilityTimeout: 60 }) });

let fake: FakeSandbox;
beforeEach(() => {
  fake = fakeSandbox();
});

const createStack = async (input: object = {}) => {
  const { StackId } = await fake.ask('CreateStack', { StackName: 'orders', TemplateBody: one, ...input });
  await fake.run();
  return StackId as string;
};
const statusOf = async (name = 'orders') => (await stackOf(fake, name)).StackStatus;

describe('CreateStack and UpdateStack', () => {
  it('make and change a stack without a change set', async () => {
    await createStack({ EnableTerminationProtection: true, RoleARN: executionRole });
    expect(await stackOf(fake)).toMatchObject({ StackStatus: 'CREATE_COMPLETE', EnableTerminationProtection: true });
    await fake.ask('UpdateStack', { StackName: 'orders', TemplateBody: changed, RoleARN: executionRole });
    await fake.run();
    expect(await statusOf()).toBe('UPDATE_COMPLETE');
    expect(properties(fake, 'Jobs')).toEqual({ VisibilityTimeout: 60 });
  });

  it('refuse a name that is taken, unless the request is a retry', async () => {
    const StackId = await createStack({ ClientRequestToken: 'op-1' });
    const again = { StackName: 'orders', TemplateBody: one };
    expect(await fake.ask('CreateStack', { ...again, ClientRequestToken: 'op-1' })).toEqual({ StackId });
    await expect(fake.ask('CreateStack', again)).rejects.toMatchObject({
      code: 'AlreadyExistsException',
      message: 'Stack [orders] already exists',
    });
  });

  it('take a retried update as done, and refuse the token of another operation', async () => {
    const StackId = await createStack({ ClientRequestToken: 'op-1' });
    const update = { StackName: 'orders', TemplateBody: changed, ClientRequestToken: 'op-2' };
    await fake.ask('UpdateStack', update);
    expect(await fake.ask('UpdateStack', update)).toEqual({ StackId });
    await expect(fake.ask('UpdateStack', { ...update, ClientRequestToken: 'op-1' })).rejects.toMatchObject({
      code: 'TokenAlreadyExistsException',
    });
  });

  it('say that there is nothing to update', async () => {
    await createStack();
    await expect(fake.ask('UpdateStack', { StackName: 'orders', UsePreviousTemplate: true })).rejects.toMatchObject({
      code: 'ValidationError',
      message: 'No updates are to be performed.',
    });
  });

  it.each([
    ['DO_NOTHING', 'CREATE_FAILED'],
    ['ROLLBACK', 'ROLLBACK_COMPLETE'],
    ['DELETE', 'DELETE_COMPLETE'],
  ])('with OnFailure %s end a failed create in %s', async (OnFailure, status) => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Jobs'));
    expect(await statusOf(await createStack({ OnFailure }))).toBe(status);
  });

  it.each([
    [true, 'CREATE_FAILED'],
    [false, 'ROLLBACK_COMPLETE'],
  ])('with DisableRollback %s end a failed create in %s', async (DisableRollback, status) => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Jobs'));
    expect(await statusOf(await createStack({ DisableRollback }))).toBe(status);
  });

  it('refuse OnFailure together with DisableRollback', async () => {
    await expect(createStack({ OnFailure: 'DELETE', DisableRollback: true })).rejects.toThrow('but not both');
    await expect(stackOf(fake)).rejects.toThrow('does not exist');
  });

  it('refuse a stack in ROLLBACK_COMPLETE', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Jobs'));
    await createStack();
    await expect(plan(fake, { body: one })).rejects.toThrow('is in ROLLBACK_COMPLETE state and can not be updated.');
  });

  it('refuse a stack that is not there', async () => {
    await expect(fake.ask('UpdateStack', { StackName: 'no', TemplateBody: one })).rejects.toThrow(
      'Stack [no] does not exist',
    );
  });
});

describe('parameters', () => {
  const Parameters = { Timeout: { Type: 'Number' }, Secret: { Type: 'String', NoEcho: true, Default: 'hidden' } };
  const body = template({ Jobs: queue({ VisibilityTimeout: { Ref: 'Timeout' } }) }, { Parameters });
  const given = [{ ParameterKey: 'Timeout', ParameterValue: '30' }];

  it('must have values', async () => {
    await expect(plan(fake, { body, type: 'CREATE' })).rejects.toThrow('Parameters: [Timeout] must have values');
  });

  it('are shown, except those with NoEcho', async () => {
    const stack = await deploy(fake, { body, type: 'CREATE', input: { Parameters: given } });
    expect(stack.Parameters).toEqual([
      { ParameterKey: 'Timeout', ParameterValue: '30' },
      { ParameterKey: 'Secret', ParameterValue: '****' },
    ]);
  });

  it('keep their value only where that is asked for', async () => {
    await deploy(fake, { body, type: 'CREATE', input: { Parameters: given } });
    const keep = [{ ParameterKey: 'Timeout', UsePreviousValue: true }];
    expect((await plan(fake, { body, input: { Parameters: keep } })).Status).toBe('FAILED');
    await expect(plan(fake, { body })).rejects.toThrow('Parameters: [Timeout] must have values');
  });
});

describe('outputs, exports and imports', () => {
  const producer = (value: string, name = 'jobs-url') =>
    template({ Jobs: queue() }, { Outputs: { Url: { Value: value, Description: 'where', Export: { Name: name } } } });
  const consumer = template({ Copy: queue({ QueueName: { 'Fn::ImportValue': 'jobs-url' } }) });

  it('resolve references to resources once they exist', async () => {
    const body = template({ Jobs: queue() }, { Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Jobs', 'Arn'] } } } });
    const { Outputs } = await deploy(fake, { body, type: 'CREATE' });
    expect(Outputs?.[0]?.OutputValue).toMatch(/^arn:aws:sqs:eu-west-1:222222222222:orders-Jobs-/);
  });

  it('hand a value from stack to stack', async () => {
    const { StackId } = await deploy(fake, { body: producer('one'), type: 'CREATE' });
    await deploy(fake, { body: consumer, type: 'CREATE', stack: 'consumer' });
    expect(properties(fake, 'Copy')).toEqual({ QueueName: 'one' });
    const { Exports } = await fake.ask<ListExportsCommandOutput>('ListExports', {});
    expect(Exports).toEqual([{ ExportingStackId: StackId, Name: 'jobs-url', Value: 'one' }]);
    expect(await fake.ask('ListImports', { ExportName: 'jobs-url' })).toEqual({ Imports: ['consumer'] });
  });

  it('fail a change set that imports what nobody exports', async () => {
    expect(await plan(fake, { body: consumer, type: 'CREATE' })).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining('jobs-url'),
    });
  });

  it.each([
    ['changed', producer('two'), 'Export jobs-url cannot be updated as it is in use by consumer. '],
    [
      'removed',
      template({ Jobs: queue({ DelaySeconds: 1 }) }),
      'Export jobs-url cannot be deleted as it is in use by consumer. ',
    ],
  ])('roll an update back when a used export would be %s', async (_case, body, reason) => {
    await deploy(fake, { body: producer('one'), type: 'CREATE' });
    await deploy(fake, { body: consumer, type: 'CREATE', stack: 'consumer' });
    expect((await deploy(fake, { body })).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await story(fake)).toContain(`orders UPDATE_ROLLBACK_IN_PROGRESS: ${reason}`);
    const { Exports } = await fake.ask<ListExportsCommandOutput>('ListExports', {});
    expect(Exports?.[0]?.Value).toBe('one');
  });

  it('keep an exported name to one stack', async () => {
    await deploy(fake, { body: producer('one'), type: 'CREATE' });
    await deploy(fake, { body: producer('two'), type: 'CREATE', stack: 'second' });
    expect(await story(fake, 'second')).toContain(
      'second ROLLBACK_IN_PROGRESS: Export with name jobs-url is already exported by stack orders. Rollback requested by user.',
    );
  });

  it('keep a stack from being deleted while another imports from it', async () => {
    await deploy(fake, { body: producer('one'), type: 'CREATE' });
    await deploy(fake, { body: consumer, type: 'CREATE', stack: 'consumer' });
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    expect(await stackOf(fake)).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      StackStatusReason: 'Delete canceled. Cannot delete export jobs-url as it is in use by consumer.',
    });
  });

  it('have no importers listed where there are none', async () => {
    await expect(fake.ask('ListImports', { ExportName: 'no' })).rejects.toThrow(
      "Export 'no' is not imported by any stack.",
    );
  });

  it('read Systems Manager parameters of other stacks', async () => {
    const stored = { Type: 'AWS::SSM::Parameter', Properties: { Name: '/jobs/name', Type: 'String', Value: 'stored' } };
    await deploy(fake, { body: template({ Stored: stored }), type: 'CREATE', stack: 'settings' });
    const Parameters = { Name: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/jobs/name' } };
    const body = template({ Jobs: queue({ QueueName: { Ref: 'Name' } }) }, { Parameters });
    await deploy(fake, { body, type: 'CREATE' });
    expect(properties(fake, 'Jobs')).toEqual({ QueueName: 'stored' });
  });
});

describe('deleting a stack', () => {
  const body = template({
    Jobs: queue(),
    Dead: queue({}, { DependsOn: 'Jobs' }),
    Kept: queue({}, { DeletionPolicy: 'Retain' }),
  });

  it('removes dependants first, keeps what is retained, and answers by ARN alone', async () => {
    const { StackId } = await deploy(fake, { body, type: 'CREATE' });
    await fake.ask('DeleteStack', { StackName: 'orders', ClientRequestToken: 'end' });
    await fake.run();
    expect(await story(fake, StackId, 'end')).toEqual([
      'orders DELETE_IN_PROGRESS: User Initiated',
      'Kept DELETE_SKIPPED',
      'Dead DELETE_IN_PROGRESS',
      'Dead DELETE_COMPLETE',
      'Jobs DELETE_IN_PROGRESS',
      'Jobs DELETE_COMPLETE',
      'orders DELETE_COMPLETE',
    ]);
    await expect(stackOf(fake)).rejects.toThrow('Stack with id orders does not exist');
    expect(await stackOf(fake, StackId)).toMatchObject({
      StackStatus: 'DELETE_COMPLETE',
      DeletionTime: expect.any(Date),
    });
  });

  it('is a success where there is nothing to delete', async () => {
    expect(await fake.ask('DeleteStack', { StackName: 'no' })).toEqual({});
    const StackId = await createStack();
    await fake.ask('DeleteStack', { StackName: 'orders' });
    expect(await fake.ask('DeleteStack', { StackName: 'orders' })).toEqual({});
    await fake.run();
    expect(await fake.ask('DeleteStack', { StackName: StackId })).toEqual({});
  });

  it('is refused under termination protection', async () => {
    await createStack();
    await fake.ask('UpdateTerminationProtection', { StackName: 'orders', EnableTerminationProtection: true });
    await expect(fake.ask('DeleteStack', { StackName: 'orders' })).rejects.toThrow(
      'Stack [orders] cannot be deleted while TerminationProtection is enabled',
    );
    await fake.ask('UpdateTerminationProtection', { StackName: 'orders', EnableTerminationProtection: false });
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    await expect(stackOf(fake)).rejects.toThrow('does not exist');
  });

  it('fails where a resource cannot go, and can then leave it behind', async () => {
    const { StackId } = await deploy(fake, { body, type: 'CREATE' });
    fake.resourceFaults.push(fault('DELETE_FAILED', 'Dead'));
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    expect(await stackOf(fake)).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [Dead]. ',
    });
    expect(await story(fake)).not.toContain('Jobs DELETE_IN_PROGRESS');
    await fake.ask('DeleteStack', { StackName: 'orders', RetainResources: ['Dead'] });
    await fake.run();
    expect(await statusOf(StackId)).toBe('DELETE_COMPLETE');
    expect(await story(fake, StackId)).toContain('Dead DELETE_SKIPPED');
  });

  it('leaves resources behind only after it failed', async () => {
    await createStack();
    await expect(fake.ask('DeleteStack', { StackName: 'orders', RetainResources: ['Jobs'] })).rejects.toThrow(
      'DELETE_FAILED state',
    );
  });

  it('is refused during an update', async () => {
    await createStack();
    await fake.ask('UpdateStack', { StackName: 'orders', TemplateBody: changed });
    await expect(fake.ask('DeleteStack', { StackName: 'orders' })).rejects.toThrow('UPDATE_IN_PROGRESS');
  });

  it('during the creation removes what was made so far', async () => {
    const { StackId } = await fake.ask('CreateStack', { StackName: 'orders', TemplateBody: one });
    await fake.run(5);
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    expect(await statusOf(StackId as string)).toBe('DELETE_COMPLETE');
  });

  it('frees the name: a new stack has another ARN', async () => {
    const first = await createStack();
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    const second = await createStack();
    expect(second).not.toBe(first);
    expect((await stackOf(fake)).StackId).toBe(second);
  });

  it('takes the shell of a change set, and the change set with it', async () => {
    const { ChangeSetId } = await plan(fake, { body: one, type: 'CREATE' });
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    await expect(fake.ask('DescribeChangeSet', { ChangeSetName: ChangeSetId })).rejects.toMatchObject({
      code: 'ChangeSetNotFound',
    });
  });
});

describe('RollbackStack', () => {
  it('deletes a stack that never was stable', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Jobs'));
    const StackId = await createStack({ OnFailure: 'DO_NOTHING' });
    const back = { StackName: 'orders', ClientRequestToken: 'back', RoleARN: executionRole };
    expect(await fake.ask('RollbackStack', back)).toEqual({ StackId });
    await fake.run();
    expect(await statusOf(StackId)).toBe('DELETE_COMPLETE');
  });

  it('refuses a stack that did not fail', async () => {
    await createStack();
    await expect(fake.ask('RollbackStack', { StackName: 'orders' })).rejects.toThrow('CREATE_COMPLETE');
    await expect(fake.ask('ContinueUpdateRollback', { StackName: 'orders' })).rejects.toThrow(
      'RollbackUpdatedStack cannot be called from current stack status',
    );
    await expect(fake.ask('RollbackStack', { StackName: 'no' })).rejects.toThrow('Stack [no] does not exist');
  });
});

describe('stack policy', () => {
  const policy = (...statements: object[]) => JSON.stringify({ Statement: statements });
  const allowAll = { Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' };
  const deny = (rest: object) => ({ Effect: 'Deny', Principal: '*', Action: 'Update:*', Resource: '*', ...rest });
  const renamed = template({ Jobs: queue({ QueueName: 'renamed' }) });
  const without = template({ Other: queue() });

  beforeEach(async () => {
    await createStack();
  });

  it.each([
    ['everything is allowed', policy(allowAll), changed, 'UPDATE_COMPLETE'],
    [
      'nothing is allowed',
      policy({ ...allowAll, Resource: 'LogicalResourceId/Other' }),
      changed,
      'UPDATE_ROLLBACK_COMPLETE',
    ],
    [
      'a denial wins',
      policy(allowAll, deny({ Resource: 'LogicalResourceId/Jo*' })),
      changed,
      'UPDATE_ROLLBACK_COMPLETE',
    ],
    ['replacement alone is denied', policy(allowAll, deny({ Action: 'Update:Replace' })), changed, 'UPDATE_COMPLETE'],
    [
      'replacement is denied',
      policy(allowAll, deny({ Action: 'Update:Replace' })),
      renamed,
      'UPDATE_ROLLBACK_COMPLETE',
    ],
    ['removal is denied', policy(allowAll, deny({ Action: ['Update:Delete'] })), without, 'UPDATE_ROLLBACK_COMPLETE'],
    [
      'all but modification is denied',
      policy(allowAll, deny({ Action: undefined, NotAction: 'Update:Modify' })),
      changed,
      'UPDATE_COMPLETE',
    ],
    [
      'all but another is denied',
      policy(allowAll, deny({ Resource: undefined, NotResource: 'LogicalResourceId/Other' })),
      changed,
      'UPDATE_ROLLBACK_COMPLETE',
    ],
    [
      'its type is denied',
      policy(allowAll, deny({ Condition: { StringEquals: { ResourceType: ['AWS::SQS::Queue'] } } })),
      changed,
      'UPDATE_ROLLBACK_COMPLETE',
    ],
    [
      'like types are denied',
      policy(allowAll, deny({ Condition: { StringLike: { ResourceType: ['AWS::SQS::*'] } } })),
      changed,
      'UPDATE_ROLLBACK_COMPLETE',
    ],
    [
      'another type is denied',
      policy(allowAll, deny({ Condition: { StringEquals: { ResourceType: 'AWS::SNS::Topic' } } })),
      changed,
      'UPDATE_COMPLETE',
    ],
  ])('%s', async (_case, StackPolicyBody, body, status) => {
    await fake.ask('SetStackPolicy', { StackName: 'orders', StackPolicyBody });
    expect(await fake.ask('GetStackPolicy', { StackName: 'orders' })).toEqual({ StackPolicyBody });
    expect((await deploy(fake, { body })).StackStatus).toBe(status);
    const told = (await story(fake)).some((line) =>
      line.startsWith('Jobs UPDATE_FAILED: Action denied by stack policy'),
    );
    expect(told).toBe(status === 'UPDATE_ROLLBACK_COMPLETE');
  });

  it.each(['hello', '[]', '{}', 'null'])('is refused as %s', async (StackPolicyBody) => {
    await expect(fake.ask('SetStackPolicy', { StackName: 'orders', StackPolicyBody })).rejects.toThrow('stack policy');
  });

  it('is refused where none or too much is given', async () => {
    await expect(fake.ask('SetStackPolicy', { StackName: 'orders' })).rejects.toThrow('must be specified');
    const long = ' '.repeat(16_385);
    await expect(fake.ask('SetStackPolicy', { StackName: 'orders', StackPolicyBody: long })).rejects.toThrow('16384');
  });

  it('is empty at first', async () => {
    expect(await fake.ask('GetStackPolicy', { StackName: 'orders' })).toEqual({});
  });

  it('comes with a stack or an update', async () => {
    const StackPolicyBody = policy(allowAll);
    await createStack({ StackName: 'second', StackPolicyBody });
    expect(await fake.ask('GetStackPolicy', { StackName: 'second' })).toEqual({ StackPolicyBody });
  });
});

describe('reading', () => {
  it('lists stacks, newest first, deleted ones only where asked for', async () => {
    for (const StackName of ['a', 'b', 'c']) await createStack({ StackName });
    await fake.ask('DeleteStack', { StackName: 'b' });
    await fake.run();
    const { Stacks } = await fake.ask<DescribeStacksCommandOutput>('DescribeStacks', {});
    expect(Stacks?.map((stack) => stack.StackName)).toEqual(['c', 'a']);
    const all = await fake.ask<ListStacksCommandOutput>('ListStacks', {});
    expect(all.StackSummaries?.map((stack) => stack.StackName)).toEqual(['c', 'b', 'a']);
    const StackStatusFilter = ['DELETE_COMPLETE'];
    const gone = await fake.ask<ListStacksCommandOutput>('ListStacks', { StackStatusFilter });
    expect(gone.StackSummaries).toMatchObject([{ StackName: 'b', DeletionTime: expect.any(Date) }]);
  });

  it('tells resources apart by logical and physical id', async () => {
    const { StackId } = await deploy(fake, { body: template({ A: queue(), B: queue() }), type: 'CREATE' });
    const { StackResourceSummaries = [] } = await fake.ask<ListStackResourcesCommandOutput>('ListStackResources', {
      StackName: 'orders',
    });
    expect(StackResourceSummaries).toMatchObject([
      { LogicalResourceId: 'A', ResourceType: 'AWS::SQS::Queue', ResourceStatus: 'CREATE_COMPLETE' },
      { LogicalResourceId: 'B' },
    ]);
    const ask = (input: object) => fake.ask<DescribeStackResourcesCommandOutput>('DescribeStackResources', input);
    const one = await ask({ StackName: 'orders', LogicalResourceId: 'B' });
    expect(one.StackResources).toMatchObject([{ LogicalResourceId: 'B', StackId, StackName: 'orders' }]);
    const { PhysicalResourceId } = StackResourceSummaries[0] ?? {};
    expect((await ask({ PhysicalResourceId })).StackResources).toHaveLength(2);
    await expect(ask({ PhysicalResourceId: 'no' })).rejects.toThrow('Stack for no does not exist');
    await expect(ask({})).rejects.toThrow('Either StackName or PhysicalResourceId');
  });

  it('answers events in pages, newest first, and refuses a foreign token', async () => {
    const queues = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`Queue${index}`, queue()]));
    await deploy(fake, { body: template(queues), type: 'CREATE' });
    const ask = (NextToken?: string) =>
      fake.ask<DescribeStackEventsCommandOutput>('DescribeStackEvents', { StackName: 'orders', NextToken });
    const first = await ask();
    const second = await ask(first.NextToken);
    expect([first.StackEvents?.length, second.StackEvents?.length, second.NextToken]).toEqual([100, 23, undefined]);
    expect(first.StackEvents?.[0]).toMatchObject({ LogicalResourceId: 'orders', ResourceStatus: 'CREATE_COMPLETE' });
    await expect(ask('other')).rejects.toThrow('NextToken');
  });

  it.each([
    ['DescribeStacks', 'Stack with id no does not exist'],
    ['DescribeStackEvents', 'Stack [no] does not exist'],
    ['ListStackResources', 'Stack with id no does not exist'],
    ['DescribeStackResources', 'Stack with id no does not exist'],
    ['GetTemplate', 'Stack with id no does not exist'],
    ['GetTemplateSummary', 'Stack with id no does not exist'],
    ['ListChangeSets', 'Stack [no] does not exist'],
    ['SetStackPolicy', 'Stack [no] does not exist'],
  ])('%s says that a stack does not exist', async (operation, message) => {
    await expect(fake.ask(operation, { StackName: 'no' })).rejects.toMatchObject({ code: 'ValidationError', message });
  });

  it('does not see stacks of another account or region', async () => {
    const StackId = await createStack();
    const foreign = StackId.replace('eu-west-1', 'us-east-1');
    await expect(stackOf(fake, foreign)).rejects.toThrow(`Stack with id ${foreign} does not exist`);
  });

  it('gives back the template of a stack and of a change set', async () => {
    await createStack();
    const { ChangeSetId } = await plan(fake, { body: changed });
    expect(await fake.ask('GetTemplate', { StackName: 'orders', TemplateStage: 'Processed' })).toEqual({
      TemplateBody: one,
      StagesAvailable: ['Original', 'Processed'],
    });
    expect(await fake.ask('GetTemplate', { ChangeSetName: ChangeSetId })).toMatchObject({ TemplateBody: changed });
  });

  it('has no template for a shell', async () => {
    await plan(fake, { body: one, type: 'CREATE' });
    expect(await fake.ask('GetTemplate', { StackName: 'orders' })).toEqual({ StagesAvailable: [] });
    await expect(fake.ask('GetTemplateSummary', { StackName: 'orders' })).rejects.toThrow('no template');
  });

  it('sums up what a template asks for', async () => {
    const Role = { Type: 'AWS::IAM::Role', Properties: {} };
    const Parameters = { Size: { Type: 'Number', Default: 3, AllowedValues: [3, 4], Description: 'how big' } };
    const rest = { Parameters, Description: 'jobs', AWSTemplateFormatVersion: '2010-09-09', Metadata: { a: 1 } };
    const TemplateBody = template({ Role, Jobs: queue(), More: queue() }, rest);
    const summary = await fake.ask<GetTemplateSummaryCommandOutput>('GetTemplateSummary', { TemplateBody });
    const declared = {
      ParameterKey: 'Size',
      ParameterType: 'Number',
      NoEcho: false,
      DefaultValue: '3',
      Description: 'how big',
      ParameterConstraints: { AllowedValues: ['3', '4'] },
    };
    expect(summary).toEqual({
      Parameters: [declared],
      Description: 'jobs',
      Capabilities: ['CAPABILITY_IAM'],
      CapabilitiesReason: 'The following resource(s) require capabilities: [AWS::IAM::Role]',
      ResourceTypes: ['AWS::IAM::Role', 'AWS::SQS::Queue'],
      Version: '2010-09-09',
      Metadata: '{"a":1}',
    });
    await expect(fake.ask('ValidateTemplate', { TemplateBody: '{' })).rejects.toMatchObject({
      code: 'ValidationError',
    });
    expect(await fake.ask('ValidateTemplate', { TemplateBody })).toMatchObject({ Parameters: [declared] });
  });
});
