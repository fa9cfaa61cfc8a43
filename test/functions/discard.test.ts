import {
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListChangeSetsCommand,
  ListStackResourcesCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/discard/handler.ts';
import { listCleanups } from '#shared/aws/ledger/cleanups.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import type { StepInput } from '#shared/steps.ts';
import { aStack, monday, otherPromotionId, promotionId, stackId } from '#test/builders.ts';
import { cloudFormation, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const stacks = [
  aStack('network'),
  aStack('api'),
  aStack('elsewhere', { matchLabels: { environment: 'pre-production' } }),
];
const discard = async (change: object = {}) =>
  handler(
    { ...place, release: await release({ stacks }), epoch: 1, at: monday, target: 'production', ...change },
    context,
  );
const own = { ChangeSetName: `drawbridge-${promotionId}-1`, ExecutionStatus: 'AVAILABLE' };
const noted = ({ promotion = promotionId, target = 'production' }: { promotion?: string; target?: string } = {}) => ({
  ...{ promotion, environment: 'production', target, step: 'discard' },
});
const roles = () =>
  sts.commandCalls(AssumeRoleCommand).map(({ args: [{ input }] }) => `${input.RoleArn}`.split('/').at(-1));

beforeEach(async () => {
  for (const mode of ['promote', 'plan'] as const) await takeLease(ledger, { ...place, mode }, monday);
  cloudFormation.on(ListChangeSetsCommand).resolves({ Summaries: [] });
  cloudFormation.on(ListChangeSetsCommand, { StackName: 'orders-api' }).resolves({ Summaries: [own as never] });
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves({ Stacks: [{ StackId: stackId, StackStatus: 'UPDATE_COMPLETE' } as never] });
  cloudFormation.on(DeleteChangeSetCommand).resolves({});
});

describe('discard', () => {
  it.each(['promote', 'plan'])('takes away what was planned, as the preview role (mode %s)', async (mode) => {
    expect(await discard({ mode })).toEqual({ kind: 'discarded' });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(DeleteChangeSetCommand, {
      StackName: 'orders-api',
      ChangeSetName: own.ChangeSetName,
    });
    expect(roles()).toEqual(['drawbridge-preview']);
    expect(await listCleanups(ledger, place)).toEqual([noted()]);
  });

  it('looks at the stacks that the target has, and at no other', async () => {
    await discard();
    const seen = cloudFormation.commandCalls(ListChangeSetsCommand).map(({ args }) => args[0].input.StackName);
    expect(seen).toEqual(['orders-network', 'orders-api']);
  });

  it('removes the shell that only its change set held, by its id and as the deploy role', async () => {
    for (const StackName of ['orders-api', stackId])
      cloudFormation
        .on(DescribeStacksCommand, { StackName })
        .resolves({ Stacks: [{ StackId: stackId, StackStatus: 'REVIEW_IN_PROGRESS' } as never] });
    cloudFormation.on(ListStackResourcesCommand).resolves({});
    cloudFormation.on(DeleteStackCommand).resolves({});
    cloudFormation.on(UpdateTerminationProtectionCommand).resolves({});
    await discard();
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(DeleteStackCommand, { StackName: stackId });
    expect(roles()).toEqual(['drawbridge-preview', 'drawbridge-deploy']);
    expect(sts.commandCalls(AssumeRoleCommand)[1]?.args[0].input.Policy).toContain(`"Resource":["${stackId}"]`);
  });

  it.each<[string, Partial<StepInput<'discard'>>, string]>([
    ['another promotion took over', { promotion: otherPromotionId }, 'LEASE_LOST'],
    ['it was admitted in another epoch', { epoch: 2 }, 'LEASE_LOST'],
    ['the target is not onboarded', { target: 'nowhere' }, 'TARGET_UNKNOWN'],
  ])('touches nothing when %s', async (_, change, code) => {
    await expect(discard(change)).rejects.toMatchObject({ name: code });
    expect([...sts.calls(), ...cloudFormation.calls()]).toEqual([]);
    expect(await listCleanups(ledger, { ...place, ...change })).toEqual([{ ...noted(change), code }]);
  });
});
