import {
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/recover/handler.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { type PlannedStack, recordPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { recordRollout } from '#shared/aws/ledger/promotions.ts';
import { listRefusals } from '#shared/aws/ledger/refusals.ts';
import { putRestriction } from '#shared/aws/ledger/restrictions.ts';
import { wasTouched } from '#shared/aws/ledger/touched-targets.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { aRollout, monday, otherPromotionId, promotionId, stackId } from '#test/builders.ts';
import { awsError, cloudFormation, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const digest = digestOf('rollout plan');
const recover = (polls = 0, change: object = {}) =>
  handler(
    {
      ...place,
      ...{
        release: digestOf('release'),
        epoch: 1,
        at: monday,
        digest,
        round: 1,
        target: 'production',
        stack: 'api',
        polls,
      },
      ...change,
    },
    context,
  );
const planned = (recovery: PlannedStack['recovery']) =>
  recordPlannedTarget(ledger, {
    promotion: promotionId,
    environment: 'production',
    target: 'production',
    digest: digestOf('target plan'),
    preparedAt: monday,
    stacks: [{ stack: 'api', stackName: 'orders-api', stackId, settings: {}, ...(recovery && { recovery }) }],
  });
const rollback = { status: 'UPDATE_ROLLBACK_FAILED', action: 'continue-rollback', skip: ['Queue'], approved: true };
const deletion = { status: 'ROLLBACK_COMPLETE', action: 'delete', skip: [], approved: true };
const stackIs = (StackStatus: string) =>
  cloudFormation
    .on(DescribeStacksCommand, { StackName: stackId })
    .resolves({ Stacks: [{ StackId: stackId, StackStatus } as never] });
/** Refused, with the reason on record: a child execution cannot tell it. */
const isRefused = async (answer: ReturnType<typeof recover>, reason: object, change: Partial<typeof place> = {}) => {
  expect(await answer).toEqual({ kind: 'refused' });
  expect(await listRefusals(ledger, { ...place, ...change })).toMatchObject([{ target: expect.any(String), reason }]);
};
const begun = () => cloudFormation.commandCalls(ContinueUpdateRollbackCommand).map(({ args }) => args[0].input);

beforeEach(async () => {
  await takeLease(ledger, place, monday);
  await recordRollout(ledger, aRollout({ planDigest: digest, clearedDigest: digest }));
  await planned(rollback as PlannedStack['recovery']);
  stackIs('UPDATE_ROLLBACK_FAILED');
  for (const command of [ContinueUpdateRollbackCommand, DeleteStackCommand, UpdateTerminationProtectionCommand])
    cloudFormation.on(command as never).resolves({});
});

describe('recover', () => {
  it('begins what the plan says, as the deploy role, and says when to look', async () => {
    expect(await recover()).toEqual({ kind: 'pending', polls: 1, waitSeconds: 5 });
    expect(begun()).toEqual([
      {
        StackName: stackId,
        ResourcesToSkip: ['Queue'],
        RoleARN: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
        ClientRequestToken: expect.stringMatching(new RegExp(`^${promotionId}-recover-[0-9a-f]{32}$`)),
      },
    ]);
    expect(await wasTouched(ledger, { ...place, target: 'production' })).toBe(true);
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-deploy',
      RoleSessionName: `${promotionId}-recover`,
    });
    const policy = sts.commandCalls(AssumeRoleCommand)[0]?.args[0].input.Policy;
    expect(policy).toContain(`"Resource":["${stackId}"]`);
  });

  it('run twice asks under the same token, and what was asked before is harmless', async () => {
    await recover();
    cloudFormation.on(ContinueUpdateRollbackCommand).rejects(awsError('TokenAlreadyExistsException'));
    expect(await recover()).toMatchObject({ kind: 'pending', polls: 1 });
    const [first, second] = begun().map(({ ClientRequestToken }) => ClientRequestToken);
    expect(second).toBe(first);
  });

  it('only looks while it is under way', async () => {
    stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    expect(await recover(3)).toEqual({ kind: 'pending', polls: 4, waitSeconds: 20 });
    expect(begun()).toEqual([]);
  });

  it.each([0, 7])('is done once the stack can be updated again, after %i looks', async (polls) => {
    stackIs('UPDATE_ROLLBACK_COMPLETE');
    expect(await recover(polls)).toEqual({ kind: 'recovered' });
    expect(begun()).toEqual([]);
  });

  it('is done with a deletion once the stack is gone', async () => {
    await planned(deletion as PlannedStack['recovery']);
    stackIs('ROLLBACK_COMPLETE');
    expect(await recover()).toMatchObject({ kind: 'pending' });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(DeleteStackCommand, { StackName: stackId });
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack does not exist'));
    expect(await recover(1)).toEqual({ kind: 'recovered' });
    stackIs('DELETE_COMPLETE');
    expect(await recover(1)).toEqual({ kind: 'recovered' });
  });

  it.each<[string, string, number]>([
    ['it failed again', 'UPDATE_ROLLBACK_FAILED', 1],
    ['the stack is in another state than was planned for', 'DELETE_FAILED', 0],
    ['it takes more than a day', 'UPDATE_ROLLBACK_IN_PROGRESS', 750],
  ])('ends the rollout when %s', async (_, status, polls) => {
    stackIs(status);
    await isRefused(recover(polls), {
      code: 'RECOVERY_FAILED',
      text: expect.stringContaining(`(continue-rollback): it is in ${status}`),
    });
    expect(begun()).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['another promotion has the lease', { promotion: otherPromotionId }, 'LEASE_LOST'],
    ['it was admitted in another epoch', { epoch: 2 }, 'LEASE_LOST'],
    ['another plan was cleared', { digest: digestOf('another') }, 'PLAN_CHANGED'],
    ['the plan has no such stack', { stack: 'network' }, 'PLAN_CHANGED'],
    ['the target is not onboarded', { target: 'nowhere' }, 'TARGET_UNKNOWN'],
  ])('does nothing and assumes no role when %s', async (_, change, code) => {
    await isRefused(recover(0, change), { code }, change);
    expect([...sts.calls(), ...cloudFormation.calls()]).toEqual([]);
  });

  it('does nothing to a stack that is planned to be changed, not to be brought back', async () => {
    await planned(undefined);
    await isRefused(recover(), { code: 'PLAN_CHANGED' });
    expect(sts.calls()).toEqual([]);
  });

  const stop = () =>
    putRestriction(ledger, restrictionOf('stop', { reason: 'a test' }, { by: 'carol', key: 'k', at: monday }));

  it('begins nothing during an emergency stop', async () => {
    await stop();
    await isRefused(recover(), { code: 'STOPPED', text: expect.stringContaining('a test') });
    expect(begun()).toEqual([]);
    expect(await wasTouched(ledger, { ...place, target: 'production' })).toBe(false);
  });

  it('follows what it began to its end during an emergency stop', async () => {
    await recover();
    await stop();
    stackIs('UPDATE_ROLLBACK_IN_PROGRESS');
    expect(await recover(1)).toMatchObject({ kind: 'pending' });
    stackIs('UPDATE_ROLLBACK_COMPLETE');
    expect(await recover(2)).toEqual({ kind: 'recovered' });
  });

  it('keeps why apart for each stack of a target', async () => {
    for (const stack of ['network', 'web']) await recover(0, { stack });
    expect((await listRefusals(ledger, place)).map(({ target, stack }) => [target, stack])).toEqual([
      ['production', 'network'],
      ['production', 'web'],
    ]);
  });

  it('is tried again while AWS throttles', async () => {
    cloudFormation.on(ContinueUpdateRollbackCommand).rejects(awsError('Throttling'));
    await expect(recover()).rejects.toMatchObject({ name: 'THROTTLED' });
  });

  it('does nothing while the plan is not cleared', async () => {
    await takeLease(ledger, { ...place, environment: 'staging' }, monday);
    await recordRollout(ledger, aRollout({ environment: 'staging', planDigest: digest }));
    await isRefused(recover(0, { environment: 'staging' }), { code: 'PLAN_CHANGED' }, {
      environment: 'staging',
    } as never);
    expect(sts.calls()).toEqual([]);
  });
});
