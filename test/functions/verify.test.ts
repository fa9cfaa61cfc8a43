import { DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/verify/handler.ts';
import { aStack, monday, promotionId, stackId, templateText } from '#test/builders.ts';
import { awsError, cloudFormation, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { release } = deployment();
const verify = async (stacks = ['api'], digest?: string) =>
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

beforeEach(() => {
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

  it('looks only at what was deployed', async () => {
    expect(await verify([])).toEqual({ kind: 'verified' });
    expect(cloudFormation.calls()).toEqual([]);
  });
});
