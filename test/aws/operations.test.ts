import {
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { listDeployments } from '#shared/aws/ledger/deployments.ts';
import { readWait, recordWait } from '#shared/aws/ledger/waits.ts';
import { conclude, executeOnce } from '#shared/aws/operations.ts';
import type { Operation } from '#shared/domain/plan/operation.ts';
import { digestOfChanges } from '#shared/domain/plan/preparation.ts';
import { aChange, aRollout, aWait, changeSetId, monday, operationToken, promotionId, stackId } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws, stepFunctions } from './fake-aws.ts';
import { ledgerTable } from './ledger-table.ts';
import { session } from './target-session.ts';

fakeAws();
const { ledger } = ledgerTable();

const mayBegin = async () => undefined;

describe('executing a planned change set once', () => {
  const planned = {
    stack: 'api',
    stackName: 'orders-api',
    stackId,
    changeSetName: `drawbridge-${promotionId}-1`,
    changeSetId,
    digest: digestOfChanges([aChange()]),
    settings: {},
  };
  const execute = () => executeOnce(session, { planned, wait: aWait(), mayBegin });
  const changeSet = (ExecutionStatus: string, LogicalResourceId = 'Queue') => ({
    Status: 'CREATE_COMPLETE' as const,
    ExecutionStatus: ExecutionStatus as never,
    ChangeSetId: changeSetId,
    StackId: stackId,
    Changes: [{ ResourceChange: { Action: 'Add' as const, LogicalResourceId, ResourceType: 'AWS::SQS::Queue' } }],
  });
  const changeSetIs = (...statuses: string[]) => {
    const stub = cloudFormation.on(DescribeChangeSetCommand);
    for (const status of statuses.slice(0, -1)) stub.resolvesOnce(changeSet(status) as never);
    stub.resolves(changeSet(String(statuses.at(-1))) as never);
  };
  const eventsAre = (...statuses: string[]) =>
    cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: statuses.map((ResourceStatus, index) => ({
        StackId: stackId,
        StackName: 'orders-api',
        EventId: `${index}`,
        PhysicalResourceId: stackId,
        LogicalResourceId: 'orders-api',
        ResourceType: 'AWS::CloudFormation::Stack',
        ResourceStatus: ResourceStatus as never,
        ClientRequestToken: operationToken,
        Timestamp: new Date(Date.parse(monday) + 60_000 - index),
      })),
    });
  const executed = () => cloudFormation.commandCalls(ExecuteChangeSetCommand).length;
  beforeEach(() => {
    eventsAre();
  });

  it('executes one that is available, with the token of the wait', async () => {
    changeSetIs('AVAILABLE');
    cloudFormation.on(ExecuteChangeSetCommand).resolves({});
    expect(await execute()).toEqual({ kind: 'in-progress', status: 'EXECUTE_IN_PROGRESS' });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(ExecuteChangeSetCommand, {
      ChangeSetName: changeSetId,
      ClientRequestToken: operationToken,
    });
  });

  it('executes nothing when the change set is no longer what was planned', async () => {
    cloudFormation.on(DescribeChangeSetCommand).resolves(changeSet('AVAILABLE', 'Backdoor') as never);
    const protecting = { ...planned, settings: { terminationProtection: true } };
    await expect(executeOnce(session, { planned: protecting, wait: aWait(), mayBegin })).rejects.toMatchObject({
      name: 'PLAN_CHANGED',
      problem: { place: { stack: 'orders-api', account: '333333333333', region: 'eu-west-1' } },
    });
    expect(cloudFormation.calls().map(({ args }) => args[0].constructor.name)).toEqual(['DescribeChangeSetCommand']);
  });

  it.each<[string, string, string[], Operation['kind']]>([
    ['one that runs', 'EXECUTE_IN_PROGRESS', ['UPDATE_IN_PROGRESS'], 'in-progress'],
    ['one that runs and has no event yet', 'EXECUTE_IN_PROGRESS', [], 'in-progress'],
    ['one that ended', 'EXECUTE_COMPLETE', ['UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS'], 'deployed'],
    ['one that failed', 'EXECUTE_FAILED', ['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_IN_PROGRESS'], 'failed'],
    ['one that ended and is obsolete by now', 'OBSOLETE', ['UPDATE_COMPLETE'], 'deployed'],
  ])('takes up %s, and executes nothing', async (_, status, events, kind) => {
    changeSetIs(status);
    eventsAre(...events);
    expect(await execute()).toMatchObject({ kind });
    expect(executed()).toBe(0);
  });

  it('takes up one that ended and was removed', async () => {
    cloudFormation.on(DescribeChangeSetCommand).rejects(awsError('ChangeSetNotFound'));
    eventsAre('UPDATE_COMPLETE');
    expect(await execute()).toEqual({ kind: 'deployed', status: 'UPDATE_COMPLETE' });
  });

  it.each<[string, string[], Operation]>([
    ['from the events', ['UPDATE_IN_PROGRESS'], { kind: 'in-progress', status: 'UPDATE_IN_PROGRESS' }],
    ['from the change set while there is no event', [], { kind: 'in-progress', status: 'EXECUTE_IN_PROGRESS' }],
  ])('finds out %s what became of a request whose reply was lost', async (_, events, operation) => {
    changeSetIs('AVAILABLE', 'EXECUTE_IN_PROGRESS');
    cloudFormation.on(ExecuteChangeSetCommand).rejects(awsError('InvalidChangeSetStatus'));
    eventsAre(...events);
    expect(await execute()).toEqual(operation);
    expect(executed()).toBe(1);
  });

  it.each([
    ['OBSOLETE', 'OBSOLETE'],
    ['UNAVAILABLE', 'UNAVAILABLE'],
    ['EXECUTE_COMPLETE', 'EXECUTE_COMPLETE'],
  ])('says so when it is %s and our operation never ran', async (status, said) => {
    changeSetIs(status);
    await expect(execute()).rejects.toMatchObject({
      name: 'CHANGE_SET_OBSOLETE',
      message: expect.stringContaining(said),
    });
    expect(executed()).toBe(0);
  });

  it('says so when somebody removed it', async () => {
    cloudFormation.on(DescribeChangeSetCommand).rejects(awsError('ChangeSetNotFound'));
    await expect(execute()).rejects.toMatchObject({
      name: 'CHANGE_SET_OBSOLETE',
      message: expect.stringContaining('(absent)'),
    });
  });

  it('says so when it became obsolete between the look and the request', async () => {
    changeSetIs('AVAILABLE', 'OBSOLETE');
    cloudFormation.on(ExecuteChangeSetCommand).rejects(awsError('InvalidChangeSetStatus'));
    await expect(execute()).rejects.toMatchObject({
      name: 'CHANGE_SET_OBSOLETE',
      message: expect.stringContaining('OBSOLETE'),
    });
  });
});

describe('concluding an operation', () => {
  const failed: Operation = {
    kind: 'failed',
    status: 'UPDATE_ROLLBACK_COMPLETE',
    failure: { resource: 'Queue', type: 'AWS::SQS::Queue', status: 'UPDATE_FAILED', reason: 'Name is taken.' },
  };
  const reason = {
    code: 'STACK_FAILED',
    text: 'production (333333333333/eu-west-1): Queue (AWS::SQS::Queue) UPDATE_FAILED: Name is taken. Stack orders-api is UPDATE_ROLLBACK_COMPLETE.',
    resource: 'Queue',
    target: 'production',
  };
  const standing = async () => (await listDeployments(ledger, aRollout()))[0];
  beforeEach(async () => {
    await recordWait(ledger, aWait());
  });

  it.each<[Operation, object, object]>([
    [
      { kind: 'deployed', status: 'UPDATE_COMPLETE' },
      { kind: 'deployed', status: 'UPDATE_COMPLETE' },
      { outcome: 'deployed', status: 'UPDATE_COMPLETE' },
    ],
    [
      failed,
      { kind: 'failed', status: 'UPDATE_ROLLBACK_COMPLETE', reason },
      { outcome: 'failed', status: 'UPDATE_ROLLBACK_COMPLETE', reason },
    ],
  ])('that is $kind records it, answers the step, and closes the wait', async (operation, answer, deployment) => {
    stepFunctions.on(SendTaskSuccessCommand).resolves({});
    expect(await conclude(ledger, aWait(), operation)).toBe('answered');
    expect(stepFunctions).toHaveReceivedCommandExactlyOnceWith(SendTaskSuccessCommand, { taskToken: 'task-token-1' });
    const { output } = stepFunctions.commandCalls(SendTaskSuccessCommand)[0]!.args[0].input;
    expect(JSON.parse(String(output))).toEqual(answer);
    expect(await standing()).toMatchObject({ ...deployment, changeSet: aWait().changeSetName });
    expect(await readWait(ledger, stackId)).toBeUndefined();
  });

  it('that failed for an encoded denial keeps it whole for who may decode it, and hands the step its beginning', async () => {
    stepFunctions.on(SendTaskSuccessCommand).resolves({});
    const encoded = 'm'.repeat(2000);
    const text = `Encoded authorization failure message: ${encoded}`;
    await conclude(ledger, aWait(), { ...failed, failure: { ...failed.failure, reason: text } });
    const { output } = stepFunctions.commandCalls(SendTaskSuccessCommand)[0]!.args[0].input;
    expect(output).toMatch(/failure message: m{24}… Stack/);
    expect((await standing())?.reason?.text).toContain(encoded);
  });

  it.each<[Operation, string]>([
    [{ kind: 'in-progress', status: 'UPDATE_IN_PROGRESS' }, 'UPDATE_IN_PROGRESS'],
    [{ kind: 'not-started' }, 'PLANNED'],
  ])('that is $kind only notes how it stands', async (operation, status) => {
    expect(await conclude(ledger, aWait(), operation)).toBe('waiting');
    expect(await standing()).toMatchObject({ outcome: 'in-progress', status });
    expect(await readWait(ledger, stackId)).toEqual(aWait());
    expect(stepFunctions.calls()).toEqual([]);
  });

  it('a second time is harmless: the step is gone', async () => {
    const deployed: Operation = { kind: 'deployed', status: 'UPDATE_COMPLETE' };
    stepFunctions.on(SendTaskSuccessCommand).resolvesOnce({}).rejects(awsError('TaskTimedOut'));
    expect(await conclude(ledger, aWait(), deployed)).toBe('answered');
    expect(await conclude(ledger, aWait(), deployed)).toBe('gone');
    expect(await standing()).toMatchObject({ outcome: 'deployed' });
  });

  it('keeps the wait open when Step Functions does not answer', async () => {
    stepFunctions.on(SendTaskSuccessCommand).rejects(awsError('InternalFailure', 'x', 500));
    await expect(conclude(ledger, aWait(), failed)).rejects.toMatchObject({ name: 'AWS_UNREACHABLE' });
    expect(await readWait(ledger, stackId)).toEqual(aWait());
  });
});
