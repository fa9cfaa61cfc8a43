import type {
  Change,
  DescribeChangeSetCommandOutput,
  GetTemplateCommandOutput,
  ListChangeSetsCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { type Deployment, deploy, plan, queue, stackOf, story, template } from './scenario.ts';

const nested = (key: string, Parameters: object = {}) => ({
  Type: 'AWS::CloudFormation::Stack',
  Properties: { TemplateURL: `https://artifacts.s3.eu-west-1.amazonaws.com/${key}`, Parameters },
});
const Parameters = { Timeout: { Type: 'String', Default: '30' }, Vpc: { Type: 'String', Default: '' } };
const timed = queue({ VisibilityTimeout: { Ref: 'Timeout' } });

let fake: FakeSandbox;
const put = (key: string, body: string) => {
  fake.objects[`artifacts/${key}`] = body;
};
const network = (Resources: Record<string, object> = { Queue: timed }) =>
  put('network', template(Resources, { Parameters, Outputs: { Vpc: { Value: { Ref: 'Queue' } } } }));

beforeEach(() => {
  fake = fakeSandbox();
  network();
  put('service', template({ Worker: queue({ QueueName: { Ref: 'Vpc' } }) }, { Parameters }));
  put('middle', template({ Inner: nested('network'), Side: timed }, { Parameters }));
});

const planned = (body: string, rest: Partial<Deployment> = {}) =>
  plan(fake, { body, ...rest, input: { IncludeNestedStacks: true, ...rest.input } });
const create = (body: string) => deploy(fake, { body, type: 'CREATE', input: { IncludeNestedStacks: true } });
const describeSet = (id: string | undefined) =>
  fake.ask<DescribeChangeSetCommandOutput>('DescribeChangeSet', { ChangeSetName: id, IncludePropertyValues: true });
const changeOf = (changes: Change[] | undefined, logicalId: string) =>
  changes?.find(({ ResourceChange }) => ResourceChange?.LogicalResourceId === logicalId)?.ResourceChange;
/** The change set of a nested stack, found as a client finds it. */
const below = (set: DescribeChangeSetCommandOutput, logicalId: string) =>
  describeSet(changeOf(set.Changes, logicalId)?.ChangeSetId);
const outline = (set: DescribeChangeSetCommandOutput) =>
  set.Changes?.map(({ ResourceChange }) => `${ResourceChange?.Action} ${ResourceChange?.LogicalResourceId}`);
const stacks = () => Object.values(fake.world.cloudformation.stacks);
const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

describe('planning a new hierarchy', () => {
  it('makes a change set for each nested stack, which the parent names', async () => {
    const root = await planned(template({ Middle: nested('middle') }), { type: 'CREATE', name: 'first' });
    expect([root.Status, root.ExecutionStatus, root.IncludeNestedStacks]).toEqual([
      'CREATE_COMPLETE',
      'AVAILABLE',
      true,
    ]);
    expect([root.ParentChangeSetId, root.RootChangeSetId]).toEqual([undefined, undefined]);
    const middle = await below(root, 'Middle');
    expect(middle.ChangeSetName).toMatch(/^first-Middle-[A-Z0-9]{12}$/);
    expect(outline(middle)).toEqual(['Add Inner', 'Add Side']);
    expect(middle).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ParentChangeSetId: root.ChangeSetId,
      RootChangeSetId: root.ChangeSetId,
    });
    const inner = await below(middle, 'Inner');
    expect(inner.ChangeSetName).toMatch(new RegExp(`^${middle.ChangeSetName}-Inner-[A-Z0-9]{12}$`));
    expect(inner).toMatchObject({ ParentChangeSetId: middle.ChangeSetId, RootChangeSetId: root.ChangeSetId });
    expect(outline(inner)).toEqual(['Add Queue']);
  });

  it('leaves nested stacks in review, which the execution turns into real ones', async () => {
    const root = await planned(template({ Middle: nested('middle') }), { type: 'CREATE' });
    const middle = await below(root, 'Middle');
    expect(await stackOf(fake, middle.StackId)).toMatchObject({
      StackStatus: 'REVIEW_IN_PROGRESS',
      ParentId: root.StackId,
    });
    // What was planned is executed, whatever lies at the address now.
    put('middle', template({ Other: queue() }));
    await fake.ask('ExecuteChangeSet', { ChangeSetName: root.ChangeSetId, ClientRequestToken: 'op' });
    await fake.run();
    expect(stacks().map(({ status }) => status)).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE', 'CREATE_COMPLETE']);
    expect(Object.keys(fake.world.cloudformation.stacks[middle.StackId!]!.resources)).toEqual(['Inner', 'Side']);
    expect((await describeSet(middle.ChangeSetId)).ExecutionStatus).toBe('EXECUTE_COMPLETE');
    expect((await stackOf(fake, middle.StackId)).ChangeSetId).toBe(middle.ChangeSetId);
    expect((await story(fake, middle.StackId, 'op')).at(-1)).toMatch(/CREATE_COMPLETE$/);
  });

  it('makes none unless asked', async () => {
    const root = await plan(fake, { body: template({ Middle: nested('middle') }), type: 'CREATE' });
    expect(changeOf(root.Changes, 'Middle')?.ChangeSetId).toBeUndefined();
    expect(stacks()).toHaveLength(1);
  });

  it('fetches the templates with the rights of who asks', async () => {
    await planned(template({ Middle: nested('middle') }), { type: 'CREATE' });
    const fetched = fake.asked.filter(({ permission }) => permission.action === 's3:GetObject');
    expect(fetched.map(({ principal }) => principal)).toEqual(
      fetched.map(() => expect.stringContaining('drawbridge-deploy')),
    );
    expect(fetched).toHaveLength(2);
  });

  it('does not know what another nested stack will answer', async () => {
    const body = template({
      Network: nested('network'),
      Service: nested('service', { Vpc: { 'Fn::GetAtt': ['Network', 'Outputs.Vpc'] } }),
    });
    const service = await below(await planned(body, { type: 'CREATE' }), 'Service');
    expect(service.Parameters).toContainEqual({
      ParameterKey: 'Vpc',
      ParameterValue: '{{changeSet:KNOWN_AFTER_APPLY}}',
    });
    expect(changeOf(service.Changes, 'Worker')?.AfterContext).toContain('{{changeSet:KNOWN_AFTER_APPLY}}');
  });

  it('answers the templates of nested stacks and change sets', async () => {
    const middle = await below(await planned(template({ Middle: nested('middle') }), { type: 'CREATE' }), 'Middle');
    const { TemplateBody } = await fake.ask<GetTemplateCommandOutput>('GetTemplate', {
      ChangeSetName: middle.ChangeSetId,
    });
    expect(TemplateBody).toBe(fake.objects['artifacts/middle']);
  });
});

describe('planning a change of a hierarchy', () => {
  const body = (rest: object = {}) =>
    template({
      Network: nested('network'),
      Service: nested('service', { Vpc: { 'Fn::GetAtt': ['Network', 'Outputs.Vpc'] } }),
      ...rest,
    });

  it('shows what changes below, though the parent’s own template is the same', async () => {
    await create(body());
    network({ Queue: timed, More: queue() });
    const root = await planned(body());
    expect(outline(root)).toEqual(['Modify Network', 'Modify Service']);
    expect(outline(await below(root, 'Network'))).toEqual(['Add More']);
  });

  it('lists a nested stack that stays as modified, and its change set as failed for lack of changes', async () => {
    await create(body());
    const root = await planned(body({ Own: queue() }));
    expect(root.Status).toBe('CREATE_COMPLETE');
    expect(outline(root)).toEqual(['Modify Network', 'Modify Service', 'Add Own']);
    expect(changeOf(root.Changes, 'Network')).toMatchObject({
      Replacement: 'False',
      Details: [{ ChangeSource: 'Automatic' }],
    });
    expect(await below(root, 'Network')).toMatchObject({
      Status: 'FAILED',
      StatusReason: noChanges,
      ExecutionStatus: 'UNAVAILABLE',
    });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: root.ChangeSetId });
    await fake.run();
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('fails for lack of changes only if nothing changes anywhere', async () => {
    await create(template({ Middle: nested('middle') }));
    const unchanged = await planned(template({ Middle: nested('middle') }));
    expect(unchanged).toMatchObject({ Status: 'FAILED', StatusReason: noChanges, Changes: [] });
    network({ Queue: timed, More: queue() });
    const root = await planned(template({ Middle: nested('middle') }));
    expect(outline(root)).toEqual(['Modify Middle']);
    const middle = await below(root, 'Middle');
    expect(outline(middle)).toEqual(['Modify Inner']);
    expect(outline(await below(middle, 'Inner'))).toEqual(['Add More']);
  });

  it('says that what reads an output of a changing nested stack may change', async () => {
    await create(body({ Reader: queue({ QueueName: { 'Fn::GetAtt': ['Network', 'Outputs.Vpc'] } }) }));
    network({ Queue: timed, More: queue() });
    const root = await planned(body({ Reader: queue({ QueueName: { 'Fn::GetAtt': ['Network', 'Outputs.Vpc'] } }) }));
    expect(changeOf(root.Changes, 'Reader')).toMatchObject({
      Action: 'Modify',
      Replacement: 'Conditional',
      Details: [
        { Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute', CausingEntity: 'Network.Outputs.Vpc' },
        { Evaluation: 'Dynamic', ChangeSource: 'DirectModification' },
      ],
    });
    const service = await below(root, 'Service');
    expect(changeOf(service.Changes, 'Worker')).toMatchObject({ Action: 'Modify' });
  });

  it('lists a nested stack that goes without a change set', async () => {
    await create(body());
    const root = await planned(template({ Network: nested('network') }));
    expect(changeOf(root.Changes, 'Service')).toMatchObject({ Action: 'Remove' });
    expect(changeOf(root.Changes, 'Service')?.ChangeSetId).toBeUndefined();
  });

  it('executes what was planned, in every nested stack', async () => {
    await create(template({ Middle: nested('middle') }));
    network({ Queue: timed, More: queue() });
    const root = await planned(template({ Middle: nested('middle') }));
    network({ Queue: timed, Late: queue() });
    await fake.ask('ExecuteChangeSet', { ChangeSetName: root.ChangeSetId });
    await fake.run();
    const inner = stacks().find(({ parent }) => parent?.logicalId === 'Inner');
    expect(inner?.status).toBe('UPDATE_COMPLETE');
    expect(Object.keys(inner?.resources ?? {})).toEqual(['Queue', 'More']);
  });

  it('marks the change sets of all as failed when the execution fails', async () => {
    await create(template({ Middle: nested('middle') }));
    network({ Queue: timed, More: queue() });
    const root = await planned(template({ Middle: nested('middle') }));
    const middle = await below(root, 'Middle');
    fake.resourceFaults.push(fault('CREATE_FAILED', 'More'));
    await fake.ask('ExecuteChangeSet', { ChangeSetName: root.ChangeSetId });
    await fake.run();
    const sets = [
      await describeSet(root.ChangeSetId),
      await describeSet(middle.ChangeSetId),
      await below(middle, 'Inner'),
    ];
    expect(sets.map(({ ExecutionStatus }) => ExecutionStatus)).toEqual(sets.map(() => 'EXECUTE_FAILED'));
    expect((await stackOf(fake)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});

describe('a nested change set that fails', () => {
  it.each([
    [
      'a template that is not there',
      () => delete fake.objects['artifacts/network'],
      'S3 error: The specified key does not exist.',
    ],
    ['a template that is none', () => put('network', '['), 'Template format error'],
    [
      'a reference to nothing',
      () => network({ Queue: queue({ QueueName: { Ref: 'No' } }) }),
      'Unresolved resource dependencies [No]',
    ],
    [
      'a capability that was not given',
      () => network({ Queue: timed, Role: { Type: 'AWS::IAM::Role', Properties: {} } }),
      'Requires capabilities : [CAPABILITY_IAM]',
    ],
  ])('fails all above it: %s', async (_name, spoil, message) => {
    await create(template({ Middle: nested('middle') }));
    spoil();
    const root = await planned(template({ Middle: nested('middle') }));
    const middle = await below(root, 'Middle');
    const inner = await below(middle, 'Inner');
    expect(inner.Status).toBe('FAILED');
    expect(inner.StatusReason).toContain(message);
    expect(middle.StatusReason).toBe(
      `Nested change set ${inner.ChangeSetId} was not successfully created: Currently in FAILED.`,
    );
    expect(root).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: `Nested change set ${middle.ChangeSetId} was not successfully created: Currently in FAILED.`,
    });
  });
});

describe('one family of change sets', () => {
  it('is executed and deleted from the root only', async () => {
    const root = await planned(template({ Middle: nested('middle') }), { type: 'CREATE' });
    const { ChangeSetId } = await below(root, 'Middle');
    for (const operation of ['ExecuteChangeSet', 'DeleteChangeSet']) {
      await expect(fake.ask(operation, { ChangeSetName: ChangeSetId })).rejects.toThrow(
        `root change set [${root.ChangeSetId}]`,
      );
    }
  });

  it('goes with the root, and so do the shells', async () => {
    const root = await planned(template({ Middle: nested('middle') }), { type: 'CREATE' });
    const { StackId } = await below(root, 'Middle');
    await fake.ask('DeleteChangeSet', { ChangeSetName: root.ChangeSetId });
    expect(Object.keys(fake.world.cloudformation.changeSets)).toEqual([]);
    expect((await stackOf(fake, StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect((await stackOf(fake)).StackStatus).toBe('REVIEW_IN_PROGRESS');
  });

  it('goes when another one of the root is executed', async () => {
    const first = await planned(template({ Middle: nested('middle') }), { type: 'CREATE', name: 'first' });
    const { StackId } = await below(first, 'Middle');
    await deploy(fake, {
      body: template({ Middle: nested('middle') }),
      type: 'CREATE',
      input: { IncludeNestedStacks: true },
    });
    expect((await stackOf(fake, StackId)).StackStatus).toBe('DELETE_COMPLETE');
    expect(stacks().filter(({ status }) => status === 'CREATE_COMPLETE')).toHaveLength(3);
  });

  it('goes with the shell of the root', async () => {
    await planned(template({ Middle: nested('middle') }), { type: 'CREATE' });
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    expect(fake.world.cloudformation.changeSets).toEqual({});
    expect(stacks().map(({ status }) => status)).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  it('is listed with each stack', async () => {
    const root = await planned(template({ Middle: nested('middle') }), { type: 'CREATE' });
    const middle = await below(root, 'Middle');
    const { Summaries } = await fake.ask<ListChangeSetsCommandOutput>('ListChangeSets', { StackName: middle.StackId });
    expect(Summaries).toEqual([
      expect.objectContaining({
        ChangeSetId: middle.ChangeSetId,
        ParentChangeSetId: root.ChangeSetId,
        RootChangeSetId: root.ChangeSetId,
      }),
    ]);
  });
});
