/** Drift detection as CloudFormation's clients see it, asked over the wire with rights checked. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteResource, editResource } from '#sandbox/cloudformation/drift/edits.ts';
import { cloudformationService } from '#sandbox/cloudformation/service.ts';
import { iamService } from '#sandbox/iam/service.ts';
import type { Service } from '#sandbox/kernel.ts';
import { administratorRole, homeRegion, organizationsService, seedIdentities } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { stsService } from '#sandbox/sts/service.ts';
import { queue, template } from './scenario.ts';

const bus: Service = { name: 'events', operations: {}, jobs: { deliver: () => undefined }, providers: {} };
const account = '222222222222';
const place = (logicalId: string) => ({ account, stack: 'orders', logicalId });

let sandbox: RunningSandbox;
let client: CloudFormationClient;
beforeEach(async () => {
  sandbox = await startSandbox({ seed: 1, services: [stsService, iamService, cloudformationService, bus] });
  seedIdentities(sandbox);
  const credentials = sandbox.openSession({
    roleArn: `arn:aws:iam::${account}:role/${administratorRole}`,
    ...{ sessionName: 'test', service: organizationsService, durationSeconds: 3_600 },
  });
  client = new CloudFormationClient({
    ...{ region: homeRegion, endpoint: sandbox.endpoint, credentials, maxAttempts: 1 },
    systemClockOffset: sandbox.now() - Date.now(),
  });
  await create();
});
afterEach(async () => {
  client.destroy();
  await sandbox.close();
});

const body = (seconds: number) =>
  template({
    Jobs: queue({ VisibilityTimeout: seconds, Tags: [{ Key: 'team', Value: 'orders' }] }),
    Topic: { Type: 'AWS::SNS::Topic' },
    Wait: { Type: 'AWS::CloudFormation::WaitConditionHandle' },
  });
const create = async () => {
  await client.send(new CreateStackCommand({ StackName: 'orders', TemplateBody: body(30) }));
  await sandbox.run();
};
const update = async (seconds: number) => {
  await client.send(new UpdateStackCommand({ StackName: 'orders', TemplateBody: body(seconds) }));
  await sandbox.run();
};
const begin = () => client.send(new DetectStackDriftCommand({ StackName: 'orders' }));
const status = (StackDriftDetectionId: string | undefined) =>
  client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
const detect = async () => {
  const { StackDriftDetectionId } = await begin();
  await sandbox.run();
  return status(StackDriftDetectionId);
};
const drifts = async (...StackResourceDriftStatusFilters: ('MODIFIED' | 'DELETED')[]) =>
  (await client.send(new DescribeStackResourceDriftsCommand({ StackName: 'orders', StackResourceDriftStatusFilters })))
    .StackResourceDrifts;
const stackDrift = async () =>
  (await client.send(new DescribeStacksCommand({ StackName: 'orders' }))).Stacks?.[0]?.DriftInformation;

describe('detecting drift', () => {
  it('has never been done at first', async () => {
    expect(await stackDrift()).toEqual({ StackDriftStatus: 'NOT_CHECKED' });
    expect(await drifts()).toEqual([]);
  });

  it('takes time, and finds a stack that nobody touched in sync', async () => {
    const { StackDriftDetectionId } = await begin();
    expect(await status(StackDriftDetectionId)).toMatchObject({ DetectionStatus: 'DETECTION_IN_PROGRESS' });
    expect(await stackDrift()).toEqual({ StackDriftStatus: 'NOT_CHECKED' });
    await sandbox.advance(8_000);
    expect(await status(StackDriftDetectionId)).toMatchObject({
      ...{ DetectionStatus: 'DETECTION_COMPLETE', StackDriftStatus: 'IN_SYNC', DriftedStackResourceCount: 0 },
    });
    const found = (await drifts())?.map((drift) => [drift.LogicalResourceId, drift.StackResourceDriftStatus]);
    expect(found).toEqual([
      ['Jobs', 'IN_SYNC'],
      ['Topic', 'IN_SYNC'],
    ]);
  });

  it('finds properties that were changed, added to and taken away, of those that the template sets', async () => {
    const tags = [
      { Key: 'team', Value: 'payments' },
      { Key: 'by', Value: 'hand' },
    ];
    editResource(sandbox, place('Jobs'), { VisibilityTimeout: 90, Tags: tags, MaximumMessageSize: 2048 });
    expect(await detect()).toMatchObject({ StackDriftStatus: 'DRIFTED', DriftedStackResourceCount: 1 });
    expect(await drifts('MODIFIED', 'DELETED')).toMatchObject([
      {
        ...{ LogicalResourceId: 'Jobs', ResourceType: 'AWS::SQS::Queue', StackResourceDriftStatus: 'MODIFIED' },
        PropertyDifferences: [
          { PropertyPath: '/VisibilityTimeout', ExpectedValue: '30', ActualValue: '90', DifferenceType: 'NOT_EQUAL' },
          { PropertyPath: '/Tags/0/Value', DifferenceType: 'NOT_EQUAL' },
          { PropertyPath: '/Tags/1', DifferenceType: 'ADD' },
        ],
      },
    ]);
    editResource(sandbox, place('Jobs'), { VisibilityTimeout: null });
    await detect();
    expect((await drifts('MODIFIED'))?.[0]?.PropertyDifferences?.[0]).toMatchObject({
      ...{ PropertyPath: '/VisibilityTimeout', DifferenceType: 'REMOVE' },
    });
  });

  it('finds a resource that was deleted, and tells it wherever drift is shown', async () => {
    deleteResource(sandbox, place('Topic'));
    await detect();
    expect((await drifts('DELETED'))?.map((drift) => drift.LogicalResourceId)).toEqual(['Topic']);
    const listed = await client.send(new ListStacksCommand({}));
    expect(listed.StackSummaries?.[0]?.DriftInformation).toMatchObject({ StackDriftStatus: 'DRIFTED' });
    const { StackResourceSummaries } = await client.send(new ListStackResourcesCommand({ StackName: 'orders' }));
    expect(StackResourceSummaries?.map((one) => one.DriftInformation?.StackResourceDriftStatus).sort()).toEqual([
      'DELETED',
      'IN_SYNC',
      'NOT_CHECKED',
    ]);
  });

  it('is done once at a time, of a stack at rest', async () => {
    await begin();
    await expect(begin()).rejects.toMatchObject({ name: 'ValidationError', message: /already in progress/ });
    await sandbox.run();
    await client.send(new UpdateStackCommand({ StackName: 'orders', TemplateBody: body(31) }));
    await expect(begin()).rejects.toMatchObject({ name: 'ValidationError', message: /UPDATE_IN_PROGRESS/ });
  });

  it('fails where the stack moves meanwhile', async () => {
    const { StackDriftDetectionId } = await begin();
    await client.send(new UpdateStackCommand({ StackName: 'orders', TemplateBody: body(31) }));
    await sandbox.advance(9_000);
    expect(await status(StackDriftDetectionId)).toMatchObject({
      ...{ DetectionStatus: 'DETECTION_FAILED', DetectionStatusReason: 'Stack is in status UPDATE_IN_PROGRESS' },
      StackDriftStatus: 'UNKNOWN',
    });
  });

  it('asks for the right to detect, also of resources, and by no stack for how far it is', async () => {
    await detect();
    const asked = sandbox.journal().flatMap((entry) => (entry.kind === 'decision' ? [entry] : []));
    const of = (action: string) => asked.filter((one) => one.action === `cloudformation:${action}`);
    expect(of('DetectStackDrift').map(({ resource }) => resource)).toEqual([expect.stringMatching(/:stack\/orders\//)]);
    expect(of('DetectStackResourceDrift')).toHaveLength(1);
    expect(of('DescribeStackDriftDetectionStatus').map(({ resource }) => resource)).toEqual(['*']);
  });

  it.each([
    ['an unknown detection', () => status('nothing'), /does not exist/],
    ['an unknown stack', () => client.send(new DetectStackDriftCommand({ StackName: 'other' })), /does not exist/],
    [
      'some resources alone',
      () => client.send(new DetectStackDriftCommand({ StackName: 'orders', LogicalResourceIds: ['Jobs'] })),
      /Not supported by the sandbox/,
    ],
  ])('refuses %s', async (_, ask, message) => {
    await expect(ask()).rejects.toMatchObject({ name: 'ValidationError', message: expect.stringMatching(message) });
  });
});

describe('an update of a drifted stack', () => {
  it('brings back what it changes, and leaves the rest', async () => {
    editResource(sandbox, place('Jobs'), { VisibilityTimeout: 90, Tags: [] });
    await update(31);
    await detect();
    const paths = (await drifts('MODIFIED'))?.flatMap((one) => one.PropertyDifferences ?? []);
    expect(paths?.map(({ PropertyPath }) => PropertyPath)).toEqual(['/Tags']);
  });

  it('fails where the resource is gone', async () => {
    deleteResource(sandbox, place('Jobs'));
    await update(31);
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: 'orders' }));
    expect(Stacks?.[0]?.StackStatus).toBe('UPDATE_ROLLBACK_FAILED');
  });
});

it('nobody can edit what is not there', () => {
  expect(() => editResource(sandbox, place('Nothing'), {})).toThrow('222222222222 has no Nothing in orders');
});
