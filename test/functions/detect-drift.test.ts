/** What CloudFormation may answer to a look for drift; what comes of it for a promotion is in test/e2e/drift.test.ts. */
import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/detect-drift/handler.ts';
import { findDetection, listDrifts } from '#shared/aws/ledger/drifts.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { assignTargets, openProgress, readTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { recordRunning } from '#shared/aws/ledger/targets.ts';
import { aStack, monday, promotionId } from '#test/builders.ts';
import { awsError, cloudFormation, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const where = { promotion: promotionId, environment: 'production', target: 'production' } as const;
const digest = `sha256:${'1'.repeat(64)}`;
const arn = (name: string) => `arn:aws:cloudformation:eu-west-1:333333333333:stack/${name}/1`;

let running: string;
const look = (change: object = {}) =>
  handler(
    {
      ...{ ...where, pipeline: 'orders', release: digest, mode: 'drift', epoch: 1, digest, round: 1, number: 0 },
      ...{ at: monday, polls: 0, ...change },
    },
    context,
  );
const known = async () => listDrifts(ledger, { pipeline: 'orders', environment: 'production', target: 'production' });

beforeEach(async () => {
  await takeLease(ledger, { ...where, pipeline: 'orders', mode: 'drift' }, monday);
  const assignments = [{ target: 'production', stacks: [], complete: true }];
  await assignTargets(ledger, { ...where, digest, round: 1, waves: [{ targets: ['production'] }], assignments });
  await openProgress(ledger, { ...where, round: 1, at: monday });
  running = await release({ stacks: [aStack('api')] });
  await recordRunning(ledger, { ...where, pipeline: 'orders', release: running, releaseId: 'orders-1', since: monday });
  cloudFormation.on(DescribeStacksCommand).callsFake(({ StackName }: { StackName: string }) => ({
    Stacks: [{ StackId: StackName.startsWith('arn:') ? StackName : arn(StackName), StackStatus: 'UPDATE_COMPLETE' }],
  }));
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
  cloudFormation.on(DetectStackDriftCommand).resolves({ StackDriftDetectionId: 'one' });
  cloudFormation.on(DescribeStackDriftDetectionStatusCommand).resolves({ DetectionStatus: 'DETECTION_COMPLETE' });
  cloudFormation.on(DescribeStackResourceDriftsCommand).resolves({ StackResourceDrifts: [] });
});

const drifted = (LogicalResourceId: string) => ({
  ...{ StackId: arn('orders-api'), LogicalResourceId, ResourceType: 'AWS::SQS::Queue', Timestamp: new Date(monday) },
  StackResourceDriftStatus: 'MODIFIED' as const,
  PropertyDifferences: [
    {
      PropertyPath: '/Secret',
      ExpectedValue: 'CANARY-1',
      ActualValue: 'CANARY-2',
      DifferenceType: 'NOT_EQUAL' as const,
    },
  ],
});

describe('detect drift', () => {
  it('has nothing to do where nothing runs', async () => {
    expect(await look({ pipeline: 'orders', environment: 'production', target: 'pre-production' })).toEqual({
      kind: 'checked',
    });
    expect(cloudFormation.calls()).toEqual([]);
  });

  it('begins, looks again, and keeps what was found: places, never values', async () => {
    cloudFormation
      .on(DescribeStackResourceDriftsCommand)
      .resolvesOnce({ StackResourceDrifts: [drifted('Jobs')], NextToken: 'more' })
      .resolves({ StackResourceDrifts: [drifted('Other')] });
    expect(await look()).toEqual({ kind: 'pending', polls: 1, waitSeconds: 5 });
    expect(await look({ polls: 1 })).toEqual({ kind: 'drifted' });
    expect(cloudFormation).toHaveReceivedCommandTimes(DetectStackDriftCommand, 1);
    const [record] = await known();
    expect(record).toMatchObject({ status: 'DRIFTED', promotion: promotionId, checkedAt: monday });
    expect(record?.resources.map(({ logicalId, paths }) => [logicalId, paths])).toEqual([
      ['Jobs', ['/Secret']],
      ['Other', ['/Secret']],
    ]);
    expect(JSON.stringify(record)).not.toContain('CANARY');
    const progress = await readTargetProgress(ledger, where);
    expect(progress).toMatchObject({ status: 'stopped', reasons: [{ code: 'DRIFTED', target: 'production' }] });
  });

  it('detects each nested stack by itself', async () => {
    const nested: StackResourceSummary = {
      ...{ ResourceType: 'AWS::CloudFormation::Stack', LogicalResourceId: 'Nested' },
      ...{ PhysicalResourceId: arn('orders-api-Nested-1'), LastUpdatedTimestamp: new Date(monday) },
      ResourceStatus: 'CREATE_COMPLETE',
    };
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: arn('orders-api') })
      .resolves({ StackResourceSummaries: [nested] });
    await look();
    const asked = cloudFormation.commandCalls(DetectStackDriftCommand).map(({ args }) => args[0].input.StackName);
    expect(new Set(asked)).toEqual(new Set([arn('orders-api'), arn('orders-api-Nested-1')]));
    expect(asked).toHaveLength(2);
    const [session] = sts.commandCalls(AssumeRoleCommand);
    expect(session?.args[0].input).toMatchObject({
      RoleArn: expect.stringMatching(/drawbridge-audit$/),
      Policy: expect.stringContaining('stack/orders-api-*'),
    });
  });

  it('waits for a detection of somebody else, then begins its own', async () => {
    const busy = awsError('ValidationError', 'Drift detection is already in progress for the stack');
    cloudFormation.on(DetectStackDriftCommand).rejectsOnce(busy).resolves({ StackDriftDetectionId: 'own' });
    expect(await look()).toMatchObject({ kind: 'pending' });
    expect(await look({ polls: 1 })).toMatchObject({ kind: 'pending' });
    expect(await look({ polls: 2 })).toEqual({ kind: 'checked' });
    expect(await known()).toMatchObject([{ status: 'IN_SYNC' }]);
  });

  it.each<[string, () => void, string]>([
    [
      'a stack that is not there',
      () =>
        cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack with id x does not exist')),
      'the stack does not exist',
    ],
    [
      'a stack that began to move',
      () =>
        cloudFormation
          .on(DetectStackDriftCommand)
          .rejects(awsError('ValidationError', 'Not while it is in UPDATE_IN_PROGRESS')),
      'Not while it is in UPDATE_IN_PROGRESS',
    ],
    [
      'a detection that failed',
      () =>
        cloudFormation.on(DescribeStackDriftDetectionStatusCommand).resolves({
          DetectionStatus: 'DETECTION_FAILED',
          DetectionStatusReason: 'not authorized: sqs:GetQueueAttributes',
        }),
      'not authorized: sqs:GetQueueAttributes',
    ],
    [
      'a detection that failed without a word',
      () =>
        cloudFormation.on(DescribeStackDriftDetectionStatusCommand).resolves({ DetectionStatus: 'DETECTION_FAILED' }),
      'the detection failed',
    ],
    [
      'a detection that does not end',
      () =>
        cloudFormation
          .on(DescribeStackDriftDetectionStatusCommand)
          .resolves({ DetectionStatus: 'DETECTION_IN_PROGRESS' }),
      'the detection did not end within half an hour',
    ],
  ])('keeps that %s was not checked', async (_, happens, reason) => {
    happens();
    await look();
    expect(await look({ polls: 35 })).toEqual({ kind: 'checked' });
    expect(await known()).toMatchObject([{ status: 'NOT_CHECKED', reasons: [reason] }]);
  });

  it('keeps only the beginning of what CloudFormation has to say, between looks too', async () => {
    cloudFormation
      .on(DescribeStackDriftDetectionStatusCommand)
      .resolves({ DetectionStatus: 'DETECTION_FAILED', DetectionStatusReason: 'x'.repeat(5000) });
    await look();
    await look({ polls: 1 });
    expect((await findDetection(ledger, where))?.stacks).toMatchObject([{ state: 'over', reason: 'x'.repeat(300) }]);
  });

  it('keeps what a detection found that failed for other resources', async () => {
    cloudFormation
      .on(DescribeStackDriftDetectionStatusCommand)
      .resolves({ DetectionStatus: 'DETECTION_FAILED', DetectionStatusReason: 'Rate exceeded' });
    cloudFormation.on(DescribeStackResourceDriftsCommand).resolves({ StackResourceDrifts: [drifted('Jobs')] });
    await look();
    expect(await look({ polls: 1 })).toEqual({ kind: 'drifted' });
    expect(await known()).toMatchObject([{ status: 'DRIFTED', reasons: ['Rate exceeded'] }]);
  });

  it('finds nothing in a stack that was deleted meanwhile', async () => {
    const gone = awsError('ValidationError', 'Stack [orders-api] does not exist');
    cloudFormation.on(DescribeStackResourceDriftsCommand).rejects(gone);
    await look();
    expect(await look({ polls: 1 })).toEqual({ kind: 'checked' });
  });

  it.each([
    ['may not be asked', 'AccessDenied', 'ACCESS_DENIED'],
    ['throttles', 'Throttling', 'THROTTLED'],
  ])('throws where CloudFormation %s', async (_, code, name) => {
    cloudFormation.on(DetectStackDriftCommand).rejects(awsError(code, code, code === 'AccessDenied' ? 403 : 400));
    await expect(look()).rejects.toMatchObject({ name });
  });

  it('stops where another promotion has the environment', async () => {
    await expect(look({ epoch: 2 })).rejects.toMatchObject({ name: 'LEASE_LOST' });
    expect(cloudFormation.calls()).toEqual([]);
  });
});
