import {
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { beginStack, lookAtStack } from '#shared/aws/prepare-stack.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDesiredStack, changeSetId, promotionId, stackId, templateText } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAws();
const desired = aDesiredStack();
const name = `drawbridge-${promotionId}-1`;

function stackIs(StackStatus: string, change: object = {}): void {
  const parameters = [{ ParameterKey: 'Size', ParameterValue: '1' }];
  const as = { StackId: stackId, Parameters: parameters, Tags: [{ Key: 'team', Value: 'commerce' }] };
  const stack = { ...as, Capabilities: ['CAPABILITY_IAM'], RoleARN: desired.roleArn, StackStatus, ...change };
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [stack as never] });
}
beforeEach(() => {
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: templateText('api') });
  cloudFormation.on(CreateChangeSetCommand).resolves({});
});

describe('beginning with a stack', () => {
  it('that already is what the release wants writes nothing', async () => {
    stackIs('UPDATE_COMPLETE');
    expect(await beginStack(session, desired, name)).toEqual({ kind: 'unchanged', stack: 'api' });
    expect(cloudFormation).not.toHaveReceivedCommand(CreateChangeSetCommand);
  });

  it.each<[string, string, object, 'CREATE' | 'UPDATE']>([
    ['differs', 'UPDATE_COMPLETE', { Tags: [] }, 'UPDATE'],
    ['rolled back an update', 'UPDATE_ROLLBACK_COMPLETE', { Parameters: [] }, 'UPDATE'],
    ['is only reviewed yet', 'REVIEW_IN_PROGRESS', {}, 'CREATE'],
  ])('that %s asks for a change set', async (_, status, change, type) => {
    stackIs(status, change);
    expect(await beginStack(session, desired, name)).toEqual({ kind: 'pending', stack: 'api' });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(CreateChangeSetCommand, {
      ChangeSetName: name,
      ChangeSetType: type,
    });
  });

  it('that does not exist asks for a change set that creates it', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack orders-api does not exist'));
    expect(await beginStack(session, desired, name)).toEqual({ kind: 'pending', stack: 'api' });
    expect(cloudFormation).toHaveReceivedCommandWith(CreateChangeSetCommand, { ChangeSetType: 'CREATE' });
  });

  it.each([
    ['UPDATE_IN_PROGRESS', 'STACK_BUSY'],
    ['ROLLBACK_COMPLETE', 'STACK_STUCK'],
    ['UPDATE_ROLLBACK_FAILED', 'STACK_STUCK'],
  ])('in %s is refused as %s, and nothing is written', async (status, code) => {
    stackIs(status);
    await expect(beginStack(session, desired, name)).rejects.toMatchObject({
      name: code,
      problem: { place: { stack: 'orders-api', account: '333333333333', region: 'eu-west-1' } },
    });
    expect(cloudFormation).not.toHaveReceivedCommand(CreateChangeSetCommand);
  });
});

describe('looking at the change set', () => {
  const inputs = {
    Parameters: [{ ParameterKey: 'Size', ParameterValue: '1' }],
    Tags: [{ Key: 'team', Value: 'commerce' }],
  };
  const changeSetIs = (page: object) =>
    cloudFormation.on(DescribeChangeSetCommand).resolves({ ...inputs, ...page } as never);
  const complete = {
    Status: 'CREATE_COMPLETE',
    ChangeSetId: changeSetId,
    StackId: stackId,
    ExecutionStatus: 'AVAILABLE',
  };
  const add = { ResourceChange: { Action: 'Add', LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue' } };

  it('that is still made is pending', async () => {
    changeSetIs({ Status: 'CREATE_IN_PROGRESS' });
    expect(await lookAtStack(session, desired, name)).toEqual({ kind: 'pending', stack: 'api' });
  });

  it('that changes nothing is unchanged, and named for removal', async () => {
    changeSetIs({ Status: 'FAILED', StatusReason: 'No updates are to be performed.' });
    expect(await lookAtStack(session, desired, name)).toEqual({
      kind: 'unchanged',
      stack: 'api',
      emptyChangeSet: { stackName: 'orders-api', changeSet: name },
    });
  });

  it('that CloudFormation refused says why', async () => {
    changeSetIs({ Status: 'FAILED', StatusReason: 'Requires capabilities : [CAPABILITY_NAMED_IAM]' });
    await expect(lookAtStack(session, desired, name)).rejects.toMatchObject({
      name: 'CHANGE_SET_REFUSED',
      message: expect.stringContaining('Requires capabilities : [CAPABILITY_NAMED_IAM]'),
    });
  });

  it('that is ready has the template of the release', async () => {
    changeSetIs({ ...complete, Changes: [add] });
    expect(await lookAtStack(session, desired, name)).toEqual({
      kind: 'ready',
      stack: 'api',
      stackName: 'orders-api',
      stackId,
      changeSetName: name,
      changeSetId,
      changes: [{ action: 'Add', logicalId: 'Queue', type: 'AWS::SQS::Queue', scope: [], details: [] }],
    });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(GetTemplateCommand, { ChangeSetName: changeSetId });
  });

  it.each<[string, object, string]>([
    ['ready, with another parameter', { ...complete, Parameters: [] }, 'parameter Size'],
    ['ready, with another tag', { ...complete, Tags: [{ Key: 'team', Value: 'theirs' }] }, 'tag team'],
    [
      'empty, with another parameter',
      {
        Status: 'FAILED',
        StatusReason: 'No updates are to be performed.',
        Parameters: [{ ParameterKey: 'Size', ParameterValue: '2' }],
      },
      'parameter Size',
    ],
  ])('that somebody else made under its name is refused: %s', async (_, page, differs) => {
    changeSetIs(page);
    await expect(lookAtStack(session, desired, name)).rejects.toMatchObject({
      name: 'CHANGE_SET_FOREIGN',
      message: expect.stringContaining(differs),
    });
  });

  it('whose template was swapped after the upload is refused', async () => {
    changeSetIs(complete);
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: { Backdoor: {} }' });
    await expect(lookAtStack(session, desired, name)).rejects.toMatchObject({
      name: 'DIGEST_MISMATCH',
      message: expect.stringContaining(digestOf('Resources: { Backdoor: {} }')),
    });
  });

  it('that is gone begins again', async () => {
    cloudFormation.on(DescribeChangeSetCommand).rejects(awsError('ChangeSetNotFound'));
    stackIs('UPDATE_COMPLETE', { Tags: [] });
    expect(await lookAtStack(session, desired, name)).toEqual({ kind: 'pending', stack: 'api' });
    expect(cloudFormation).toHaveReceivedCommandOnce(CreateChangeSetCommand);
  });
});
