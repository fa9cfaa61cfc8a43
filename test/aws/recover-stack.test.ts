import {
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  RollbackStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { beginRecovery, type Recovering } from '#shared/aws/recover-stack.ts';
import { stackId } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAws();
const commands = [
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  RollbackStackCommand,
  UpdateTerminationProtectionCommand,
] as const;
const recovering = (action: Recovering['recovery']['action'], skip: string[] = []): Recovering => ({
  stackId,
  recovery: { status: 'UPDATE_ROLLBACK_FAILED', action, skip, approved: true },
  token: 'prm-1-recover-2',
});
const common = {
  StackName: stackId,
  ClientRequestToken: 'prm-1-recover-2',
  RoleARN: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
};

describe('bringing a stack back', () => {
  beforeEach(() => {
    for (const command of commands) cloudFormation.on(command as never).resolves({});
  });

  it.each<[string, Recovering, object[]]>([
    ['deletes what never was, and lifts no protection for it', recovering('delete'), [common]],
    [
      'finishes a deletion, and takes away no protection that somebody set since',
      recovering('force-delete'),
      [{ ...common, DeletionMode: 'FORCE_DELETE_STACK' }],
    ],
    ['rolls an update back', recovering('roll-back'), [common]],
    ['continues a rollback', recovering('continue-rollback'), [common]],
    [
      'continues a rollback without the resources that are skipped',
      recovering('continue-rollback', ['Queue', 'Web.Topic']),
      [{ ...common, ResourcesToSkip: ['Queue', 'Web.Topic'] }],
    ],
  ])('%s, as the execution role and under a token of its own', async (_, what, calls) => {
    await beginRecovery(session, what);
    expect(cloudFormation.calls().map(({ args }) => args[0].input)).toEqual(calls);
  });

  it.each(['TokenAlreadyExistsException', 'TokenAlreadyExists'])(
    'was asked for before: %s is harmless',
    async (code) => {
      cloudFormation.on(RollbackStackCommand).rejects(awsError(code));
      await expect(beginRecovery(session, recovering('roll-back'))).resolves.toBeUndefined();
    },
  );

  it.each([
    ['AccessDenied', 'ACCESS_DENIED'],
    ['ValidationError', 'AWS_REFUSED'],
    ['Throttling', 'THROTTLED'],
  ])('reports %s as %s', async (code, reported) => {
    cloudFormation.on(ContinueUpdateRollbackCommand).rejects(awsError(code));
    await expect(beginRecovery(session, recovering('continue-rollback'))).rejects.toMatchObject({ name: reported });
  });
});
