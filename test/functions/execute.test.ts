import {
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  SetStackPolicyCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/execute/handler.ts';
import { listDeployments } from '#shared/aws/ledger/deployments.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { type PlannedStack, recordPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { recordPromotion, recordRollout } from '#shared/aws/ledger/promotions.ts';
import { putRestriction } from '#shared/aws/ledger/restrictions.ts';
import { recordTouched, wasTouched } from '#shared/aws/ledger/touched-targets.ts';
import { readWait } from '#shared/aws/ledger/waits.ts';
import { digestOfChanges } from '#shared/domain/plan/preparation.ts';
import { after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import {
  aChange,
  aPromotion,
  aRollout,
  aWait,
  changeSetId,
  monday,
  operationToken,
  otherPromotionId,
  promotionId,
  stackId,
} from '#test/builders.ts';
import { awsError, cloudFormation, cloudWatch, stepFunctions, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const digest = digestOf('rollout plan');
let released: string;
const execute = (change: object = {}) =>
  handler(
    {
      ...place,
      release: released,
      epoch: 1,
      digest,
      target: 'production',
      stack: 'api',
      at: monday,
      token: 'task-token-1',
      ...change,
    },
    context,
  );

const changeSetIs = (ExecutionStatus: string, LogicalResourceId = 'Queue') =>
  cloudFormation.on(DescribeChangeSetCommand).resolves({
    Status: 'CREATE_COMPLETE',
    ExecutionStatus: ExecutionStatus as never,
    ChangeSetId: changeSetId,
    StackId: stackId,
    Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId, ResourceType: 'AWS::SQS::Queue' } }],
  });
const eventsAre = (...statuses: string[]) =>
  cloudFormation.on(DescribeStackEventsCommand).resolves({
    StackEvents: statuses.map((status, index) => ({
      StackId: stackId,
      StackName: 'orders-api',
      EventId: `${index}`,
      PhysicalResourceId: stackId,
      LogicalResourceId: 'orders-api',
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatus: status as never,
      ClientRequestToken: operationToken,
      Timestamp: new Date(Date.parse(monday) + 1000 - index),
    })),
  });
const standing = async () => (await listDeployments(ledger, aRollout()))[0];

const changes = {
  changeSetName: `drawbridge-${promotionId}-1`,
  changeSetId,
  digest: digestOfChanges([aChange()]),
  settings: {},
};
const planned = (handles: Omit<PlannedStack, 'stack' | 'stackName' | 'stackId'>) =>
  recordPlannedTarget(ledger, {
    promotion: promotionId,
    environment: 'production',
    target: 'production',
    digest: digestOf('target plan'),
    preparedAt: monday,
    stacks: [{ stack: 'api', stackName: 'orders-api', stackId, ...handles }],
  });

beforeEach(async () => {
  released = await release();
  await takeLease(ledger, { ...place, environment: 'staging' }, monday);
  await takeLease(ledger, place, monday);
  await recordRollout(ledger, aRollout({ planDigest: digest, clearedDigest: digest }));
  await planned(changes);
  changeSetIs('AVAILABLE');
  eventsAre();
  cloudFormation.on(ExecuteChangeSetCommand).resolves({});
});

describe('execute', () => {
  it('runs exactly the planned change set as the deploy role, and leaves the step waiting', async () => {
    await expect(execute()).resolves.toBeUndefined();
    expect(await wasTouched(ledger, { ...place, target: 'production' })).toBe(true);
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(ExecuteChangeSetCommand, {
      ChangeSetName: changeSetId,
      ClientRequestToken: operationToken,
    });
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-deploy',
      RoleSessionName: `${promotionId}-execute`,
    });
    expect(stepFunctions.calls()).toEqual([]);
    expect(await standing()).toMatchObject({ outcome: 'in-progress', status: 'EXECUTE_IN_PROGRESS' });
  });

  describe('where the environment is watched', () => {
    beforeEach(async () => {
      const soak = { for: '30m', alarms: ['orders-5xx'] };
      const targets = { matchLabels: { environment: 'production' } };
      released = await release({ environments: [{ name: 'production', targets, soak }] });
      cloudWatch.on(DescribeAlarmsCommand).resolves({
        MetricAlarms: [{ AlarmName: 'orders-5xx', StateValue: 'ALARM', StateReason: '12 errors' }],
      });
    });

    it('starts no target whose alarm is off by now', async () => {
      await recordPromotion(ledger, aPromotion());
      await expect(execute()).rejects.toMatchObject({ name: 'SOAK_NOT_READY' });
      expect(await wasTouched(ledger, { ...place, target: 'production' })).toBe(false);
      expect(cloudFormation.calls()).toEqual([]);
    });

    it('goes on in one that was started, whatever its alarm does: that is for its soak', async () => {
      await recordTouched(ledger, { ...place, target: 'production', at: monday });
      await execute();
      expect(cloudFormation).toHaveReceivedCommandTimes(ExecuteChangeSetCommand, 1);
      expect(cloudWatch.calls()).toEqual([]);
    });

    it('starts a rollback: it is to mend what the alarm is about', async () => {
      await recordPromotion(ledger, aPromotion({ rollback: { automatic: false, reason: 'bad' } }));
      await execute();
      expect(cloudFormation).toHaveReceivedCommandTimes(ExecuteChangeSetCommand, 1);
    });
  });

  it('stores the task token before it assumes the role and executes', async () => {
    const seen: (string | undefined)[] = [];
    cloudFormation.on(DescribeChangeSetCommand).callsFake(async () => {
      seen.push((await readWait(ledger, stackId))?.token);
      return {
        Status: 'CREATE_COMPLETE',
        ExecutionStatus: 'AVAILABLE',
        Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue' } }],
      };
    });
    cloudFormation.on(ExecuteChangeSetCommand).callsFake(async () => {
      seen.push((await readWait(ledger, stackId))?.token);
      return {};
    });
    await execute();
    expect(seen).toEqual(['task-token-1', 'task-token-1']);
    expect(await readWait(ledger, stackId)).toMatchObject({
      operation: operationToken,
      since: monday,
      account: '333333333333',
    });
  });

  it('makes the planned settings once the change set is the planned one, and then runs it', async () => {
    await planned({ ...changes, settings: { terminationProtection: true, stackPolicy: '{}' } });
    cloudFormation.on(UpdateTerminationProtectionCommand).resolves({});
    cloudFormation.on(SetStackPolicyCommand).resolves({});
    await execute();
    const made = cloudFormation.calls().map(({ args }) => args[0].constructor.name);
    expect(made).toEqual([
      'DescribeChangeSetCommand',
      'SetStackPolicyCommand',
      'UpdateTerminationProtectionCommand',
      'ExecuteChangeSetCommand',
    ]);
    expect(cloudFormation).toHaveReceivedCommandWith(UpdateTerminationProtectionCommand, {
      StackName: stackId,
      EnableTerminationProtection: true,
    });
  });

  it('answers at once where only settings change', async () => {
    await planned({ settings: { terminationProtection: false } });
    cloudFormation.on(UpdateTerminationProtectionCommand).resolves({});
    cloudFormation
      .on(DescribeStacksCommand, { StackName: stackId })
      .resolves({ Stacks: [{ StackId: stackId, StackStatus: 'UPDATE_COMPLETE' } as never] });
    stepFunctions.on(SendTaskSuccessCommand).resolves({});
    await execute();
    expect(stepFunctions).toHaveReceivedCommandExactlyOnceWith(SendTaskSuccessCommand, {
      taskToken: 'task-token-1',
      output: '{"kind":"deployed","status":"UPDATE_COMPLETE"}',
    });
    expect(cloudFormation).not.toHaveReceivedCommand(ExecuteChangeSetCommand);
    expect(await standing()).toMatchObject({ outcome: 'deployed', status: 'UPDATE_COMPLETE' });
    expect(await standing()).not.toHaveProperty('changeSet');
    expect(await readWait(ledger, stackId)).toBeUndefined();
  });

  it('keeps the environment for the wait', async () => {
    const later = secondsAfter(monday, 7200);
    await execute({ at: later });
    expect(
      await takeLease(ledger, { ...place, promotion: otherPromotionId }, secondsAfter(monday, 25 * 3600)),
    ).toMatchObject({
      kind: 'held',
    });
  });

  it.each<[string, object, string]>([
    ['another promotion has the lease', { promotion: otherPromotionId }, 'LEASE_LOST'],
    ['it was admitted in an earlier epoch', { epoch: 0 }, 'LEASE_LOST'],
    ['the rollout is bound to another plan', { digest: digestOf('another') }, 'PLAN_CHANGED'],
    ['the plan is not cleared', { environment: 'staging' }, 'PLAN_CHANGED'],
    ['the plan has no such stack', { stack: 'network' }, 'PLAN_CHANGED'],
    ['the target is not onboarded', { target: 'nowhere' }, 'TARGET_UNKNOWN'],
  ])('executes nothing and assumes no role when %s', async (_, change, code) => {
    await expect(execute(change)).rejects.toMatchObject({ name: code });
    expect([...sts.calls(), ...cloudFormation.calls()]).toEqual([]);
    expect(await readWait(ledger, stackId)).toBeUndefined();
  });

  it('executes nothing when the change set is not what was planned', async () => {
    changeSetIs('AVAILABLE', 'Backdoor');
    await expect(execute()).rejects.toMatchObject({ name: 'PLAN_CHANGED' });
    expect(cloudFormation).not.toHaveReceivedCommand(ExecuteChangeSetCommand);
  });

  it('executes nothing when the change set is obsolete', async () => {
    changeSetIs('OBSOLETE');
    await expect(execute()).rejects.toMatchObject({ name: 'CHANGE_SET_OBSOLETE' });
    expect(cloudFormation).not.toHaveReceivedCommand(ExecuteChangeSetCommand);
  });

  describe('during an emergency stop', () => {
    const stop = () =>
      putRestriction(ledger, restrictionOf('stop', { reason: 'incident' }, { by: 'carol', key: 'k', at: monday }));

    it.each<[string, () => Promise<void>]>([
      ['change set', () => planned(changes)],
      ['setting', () => planned({ settings: { terminationProtection: true } })],
    ])('begins no %s', async (_, given) => {
      await given();
      await stop();
      await expect(execute()).rejects.toMatchObject({ name: 'STOPPED' });
      expect(cloudFormation).not.toHaveReceivedCommand(ExecuteChangeSetCommand);
      expect(cloudFormation).not.toHaveReceivedCommand(UpdateTerminationProtectionCommand);
    });

    it('follows what runs already to its end', async () => {
      await execute();
      await stop();
      changeSetIs('EXECUTE_COMPLETE');
      eventsAre('UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS');
      stepFunctions.on(SendTaskSuccessCommand).resolves({});
      await execute({ token: 'task-token-2' });
      expect(await standing()).toMatchObject({ outcome: 'deployed' });
    });
  });

  it('run again while the stack is changing takes that up, with the newer token', async () => {
    await execute();
    changeSetIs('EXECUTE_IN_PROGRESS');
    eventsAre('UPDATE_IN_PROGRESS');
    await execute({ token: 'task-token-2' });
    expect(cloudFormation).toHaveReceivedCommandTimes(ExecuteChangeSetCommand, 1);
    expect(await readWait(ledger, stackId)).toMatchObject({ token: 'task-token-2' });
  });

  it('run again after the event was lost answers at once', async () => {
    await execute();
    changeSetIs('EXECUTE_COMPLETE');
    eventsAre('UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS');
    stepFunctions.on(SendTaskSuccessCommand).resolves({});
    await execute({ token: 'task-token-2' });
    expect(cloudFormation).toHaveReceivedCommandTimes(ExecuteChangeSetCommand, 1);
    expect(stepFunctions).toHaveReceivedCommandExactlyOnceWith(SendTaskSuccessCommand, {
      taskToken: 'task-token-2',
      output: '{"kind":"deployed","status":"UPDATE_COMPLETE"}',
    });
    expect(await standing()).toMatchObject({ outcome: 'deployed' });
  });

  it('reads from the events what became of a request whose reply was lost', async () => {
    cloudFormation.on(ExecuteChangeSetCommand).rejects(awsError('InvalidChangeSetStatus'));
    eventsAre('UPDATE_IN_PROGRESS');
    await execute();
    expect(cloudFormation).toHaveReceivedCommandTimes(ExecuteChangeSetCommand, 1);
    expect(await readWait(ledger, stackId)).toEqual(aWait({ release: released }));
    expect(await standing()).toMatchObject({ status: 'UPDATE_IN_PROGRESS' });
  });

  it('assumes the role once more when the session expires before anything was executed', async () => {
    cloudFormation.on(ExecuteChangeSetCommand).rejectsOnce(awsError('ExpiredToken')).resolves({});
    await execute();
    expect(sts).toHaveReceivedCommandTimes(AssumeRoleCommand, 2);
    expect(cloudFormation).toHaveReceivedCommandTimes(ExecuteChangeSetCommand, 2);
  });
});
