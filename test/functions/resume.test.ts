import { DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/resume/handler.ts';
import { listDeployments } from '#shared/aws/ledger/deployments.ts';
import { readWait, recordWait } from '#shared/aws/ledger/waits.ts';
import { aRollout, aWait, monday, operationToken, promotionId, stackId } from '#test/builders.ts';
import { awsError, cloudFormation, stepFunctions, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger } = deployment();
const stackEvent = (change: object = {}, status = 'UPDATE_COMPLETE', about = stackId) => ({
  'detail-type': 'CloudFormation Stack Status Change',
  source: 'aws.cloudformation',
  account: '333333333333',
  detail: { 'stack-id': about, 'status-details': { status } },
  ...change,
});
const resume = (event: unknown = stackEvent()) => handler(event, context);
const stackSays = (ResourceStatus: string, ClientRequestToken = operationToken) =>
  cloudFormation.on(DescribeStackEventsCommand, { StackName: stackId }).resolves({
    StackEvents: [
      {
        StackId: stackId,
        StackName: 'orders-api',
        EventId: '1',
        PhysicalResourceId: stackId,
        LogicalResourceId: 'orders-api',
        ResourceType: 'AWS::CloudFormation::Stack',
        ResourceStatus: ResourceStatus as never,
        ClientRequestToken,
        Timestamp: new Date(monday),
      },
    ],
  });

beforeEach(async () => {
  await recordWait(ledger, aWait());
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
});

describe('resume', () => {
  it('answers the waiting step once the stack itself says, in its account, that the operation ended', async () => {
    stackSays('UPDATE_COMPLETE');
    expect(await resume()).toEqual({ kind: 'answered', promotion: promotionId });
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-preview',
      RoleSessionName: `${promotionId}-resume`,
    });
    expect(stepFunctions).toHaveReceivedCommandExactlyOnceWith(SendTaskSuccessCommand, {
      taskToken: 'task-token-1',
      output: '{"kind":"deployed","status":"UPDATE_COMPLETE"}',
    });
    expect(await readWait(ledger, stackId)).toBeUndefined();
  });

  it('answers a failed operation as failed, whatever the event said', async () => {
    stackSays('UPDATE_ROLLBACK_COMPLETE');
    expect(await resume(stackEvent({}, 'UPDATE_COMPLETE'))).toMatchObject({ kind: 'answered' });
    expect(await listDeployments(ledger, aRollout())).toMatchObject([{ outcome: 'failed' }]);
  });

  it.each<[string, unknown]>([
    ['forged: it comes from another account than the stack’s', stackEvent({ account: '222222222222' })],
    ['forged: it is not CloudFormation’s', stackEvent({ source: 'mallory' })],
    ['early: the stack is still in progress', stackEvent({}, 'UPDATE_IN_PROGRESS')],
    ['about a stack that nobody waits for', stackEvent({}, 'UPDATE_COMPLETE', `${stackId}-other`)],
    ['no event at all', null],
  ])('ignores an event that is %s', async (_, event) => {
    expect(await resume(event)).toMatchObject({ kind: 'ignored', why: expect.any(String) });
    expect([...sts.calls(), ...cloudFormation.calls(), ...stepFunctions.calls()]).toEqual([]);
    expect(await readWait(ledger, stackId)).toEqual(aWait());
  });

  it('answers nothing when an event claims an end that the stack does not confirm', async () => {
    stackSays('UPDATE_IN_PROGRESS');
    expect(await resume()).toEqual({ kind: 'waiting', promotion: promotionId });
    expect(stepFunctions.calls()).toEqual([]);
    expect(await readWait(ledger, stackId)).toEqual(aWait());
  });

  it('answers nothing for the end of somebody else’s operation on the stack', async () => {
    stackSays('UPDATE_COMPLETE', 'console');
    expect(await resume()).toMatchObject({ kind: 'ignored' });
    expect(await listDeployments(ledger, aRollout())).toEqual([]);
    expect(await readWait(ledger, stackId)).toEqual(aWait());
  });

  it('ignores the second of a doubled event', async () => {
    stackSays('UPDATE_COMPLETE');
    await resume();
    expect(await resume()).toEqual({ kind: 'ignored', why: 'nobody waits for this stack' });
    expect(stepFunctions).toHaveReceivedCommandTimes(SendTaskSuccessCommand, 1);
  });

  it('is harmless when a doubled event arrives twice at once', async () => {
    stackSays('UPDATE_COMPLETE');
    stepFunctions.on(SendTaskSuccessCommand).resolvesOnce({}).rejects(awsError('TaskTimedOut'));
    const kinds = (await Promise.all([resume(), resume()])).map(({ kind }) => kind);
    expect(kinds.toSorted()[0]).toBe('answered');
    expect(['gone', 'ignored']).toContain(kinds.toSorted()[1]);
    expect(await listDeployments(ledger, aRollout())).toMatchObject([{ outcome: 'deployed' }]);
  });

  it('closes the wait when a late event finds the step gone', async () => {
    stackSays('UPDATE_COMPLETE');
    stepFunctions.on(SendTaskSuccessCommand).rejects(awsError('TaskTimedOut'));
    expect(await resume()).toEqual({ kind: 'gone', promotion: promotionId });
    expect(await readWait(ledger, stackId)).toBeUndefined();
  });

  it('fails loudly when it cannot read the stack, so that the event is delivered again', async () => {
    cloudFormation.on(DescribeStackEventsCommand).rejects(awsError('Throttling'));
    await expect(resume()).rejects.toMatchObject({ name: 'THROTTLED' });
    expect(await readWait(ledger, stackId)).toEqual(aWait());
  });
});
