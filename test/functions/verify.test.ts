import { DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/verify/handler.ts';
import { readLease, takeLease } from '#shared/aws/ledger/leases.ts';
import { assignTargets } from '#shared/aws/ledger/target-progress.ts';
import { leaseSeconds, after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import { aStack, monday, promotionId, stackId, templateText } from '#test/builders.ts';
import { awsError, cloudFormation, lambda, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const verify = async (stacks = ['api'], digest?: string, more: object = {}) =>
  handler(
    {
      promotion: promotionId,
      pipeline: 'orders',
      release: digest ?? (await release({ stacks: [aStack('network'), aStack('api')] })),
      environment: 'production',
      mode: 'promote',
      epoch: 1,
      at: monday,
      target: 'production',
      stacks,
      complete: false,
      polls: 0,
      ...more,
    },
    context,
  );
const asDesired = {
  StackId: stackId,
  StackName: 'orders-api',
  Tags: [{ Key: 'drawbridge:pipeline', Value: 'orders' }],
  Capabilities: ['CAPABILITY_IAM'],
  RoleARN: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
};
const stackIs = (StackStatus: string, change: object = {}) =>
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ ...asDesired, StackStatus, ...change } as never] });

const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;

beforeEach(async () => {
  await takeLease(ledger, place, monday);
  stackIs('UPDATE_COMPLETE');
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: templateText('api') });
});

describe('verify', () => {
  it('is satisfied with stacks that run the release’s template, and reads as the preview role', async () => {
    expect(await verify()).toEqual({ kind: 'verified' });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(DescribeStacksCommand, { StackName: 'orders-api' });
    expect(sts).toHaveReceivedCommandWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-preview',
      RoleSessionName: `${promotionId}-verify`,
    });
  });

  it.each<[string, () => void, string]>([
    ['could not roll back', () => void stackIs('UPDATE_ROLLBACK_FAILED'), 'it is in UPDATE_ROLLBACK_FAILED'],
    [
      'is gone',
      () => void cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack does not exist')),
      'it does not exist',
    ],
    [
      'has other alarms than its change set said',
      () =>
        void stackIs('UPDATE_COMPLETE', {
          ChangeSetId: `arn:aws:cloudformation:eu-west-1:333333333333:changeSet/drawbridge-${promotionId}-1/1`,
          RollbackConfiguration: { RollbackTriggers: [{ Arn: 'arn:theirs' }], MonitoringTimeInMinutes: 1 },
        }),
      'in rollback alarms',
    ],
    [
      'is protected',
      () => void stackIs('UPDATE_COMPLETE', { EnableTerminationProtection: true }),
      'in termination protection',
    ],
    ['has other tags', () => void stackIs('UPDATE_COMPLETE', { Tags: [] }), 'in tag drawbridge:pipeline'],
    [
      'runs another template',
      () => void cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'x' }),
      'it runs a template with digest',
    ],
  ])('is not satisfied with a stack that %s', async (_, change, said) => {
    change();
    expect(await verify()).toMatchObject({
      kind: 'not-verified',
      reason: { code: 'NOT_VERIFIED', target: 'production', text: expect.stringContaining(said) },
    });
  });

  it('compares with the outputs that a stack takes, as they are now', async () => {
    const api = aStack('api', {
      parameters: [{ name: 'Vpc', type: 'String', noEcho: false }],
      values: { Vpc: { fromOutput: 'network.Vpc' } },
    });
    const digest = await release({ stacks: [aStack('network'), api] });
    const networkHas = (OutputValue: string) =>
      cloudFormation
        .on(DescribeStacksCommand, { StackName: 'orders-network' })
        .resolves({ Stacks: [{ Outputs: [{ OutputKey: 'Vpc', OutputValue }] } as never] });
    stackIs('UPDATE_COMPLETE', { Parameters: [{ ParameterKey: 'Vpc', ParameterValue: 'vpc-1' }] });
    networkHas('vpc-1');
    expect(await verify(['api'], digest)).toEqual({ kind: 'verified' });
    networkHas('vpc-2');
    expect(await verify(['api'], digest)).toMatchObject({
      kind: 'not-verified',
      reason: { text: expect.stringContaining('parameter Vpc') },
    });
  });

  it('reads a target that is complete as a whole', async () => {
    const calls = () => cloudFormation.commandCalls(DescribeStacksCommand).map(({ args }) => args[0].input.StackName);
    await verify(['api'], undefined, { complete: true });
    expect(calls()).toEqual(['orders-network', 'orders-api']);
  });

  describe('with a probe', () => {
    const probed = () => {
      const environment = { name: 'production', targets: { matchLabels: { environment: 'production' } } };
      return release({
        stacks: [aStack('api')],
        environments: [{ ...environment, verify: [{ lambda: 'drawbridge-verify-orders' }] }],
      });
    };
    const answers = (payload: string) =>
      lambda.on(InvokeCommand).resolves({ Payload: { transformToString: () => payload } as never });

    it('asks it once the stacks are as they should be and none is left for a later round', async () => {
      answers('{"kind":"failed","reason":"no orders"}');
      expect(await verify(['api'], await probed())).toEqual({ kind: 'verified' });
      expect(lambda.calls()).toEqual([]);
      expect(await verify(['api'], await probed(), { complete: true })).toMatchObject({
        kind: 'not-verified',
        reason: { code: 'PROBE_FAILED' },
      });
    });

    it('does not ask it of stacks that are not', async () => {
      stackIs('UPDATE_COMPLETE', { Tags: [] });
      expect(await verify(['api'], await probed(), { complete: true })).toMatchObject({
        reason: { code: 'NOT_VERIFIED' },
      });
      expect(lambda.calls()).toEqual([]);
    });

    it('reads the stacks no second time when it comes back for the probe', async () => {
      answers('{"kind":"passed"}');
      expect(await verify(['api'], await probed(), { complete: true, polls: 1 })).toEqual({ kind: 'verified' });
      expect(cloudFormation.calls()).toEqual([]);
    });

    it('asks it anew in another round', async () => {
      answers('{"kind":"passed"}');
      const where = { promotion: promotionId, environment: 'production', digest: `sha256:${'1'.repeat(64)}` } as const;
      const assignments = [{ target: 'production', stacks: ['api'], complete: true }];
      for (const round of [1, 2]) {
        await assignTargets(ledger, { ...where, round, waves: [{ targets: ['production'] }], assignments });
        await verify(['api'], await probed(), { complete: true });
        await verify(['api'], await probed(), { complete: true });
      }
      expect(lambda).toHaveReceivedCommandTimes(InvokeCommand, 2);
    });
  });

  it('keeps the lease each time it looks, since probes may run for longer than it lasts', async () => {
    const late = secondsAfter(monday, leaseSeconds - 60);
    await verify([], undefined, { at: late, polls: 50 });
    expect(await readLease(ledger, place)).toMatchObject({ expiresAt: secondsAfter(late, leaseSeconds) });
  });

  it('says nothing of a target that another promotion may be changing', async () => {
    await expect(verify(['api'], undefined, { epoch: 2 })).rejects.toMatchObject({ name: 'LEASE_LOST' });
    expect([...sts.calls(), ...cloudFormation.calls()]).toEqual([]);
  });

  it('looks only at what was deployed', async () => {
    expect(await verify([])).toEqual({ kind: 'verified' });
    expect(cloudFormation.calls()).toEqual([]);
  });
});
