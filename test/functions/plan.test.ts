import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/plan/handler.ts';
import { getDocument } from '#shared/aws/documents.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { readPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { TargetPlan } from '#shared/domain/plan/stack-plan.ts';
import { aStack, changeSetId, monday, otherPromotionId, promotionId, stackId, templateText } from '#test/builders.ts';
import { awsError, cloudFormation, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, documents, release } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const stacks = [aStack('network'), aStack('api')];
const plan = async (polls: number, change: object = {}) =>
  handler(
    { ...place, release: await release({ stacks }), epoch: 1, at: monday, target: 'production', polls, ...change },
    context,
  );

const asDesired = (name: string) => ({
  StackId: stackId,
  StackStatus: 'UPDATE_COMPLETE',
  Tags: [{ Key: 'drawbridge:pipeline', Value: 'orders' }],
  Capabilities: ['CAPABILITY_IAM'],
  RoleARN: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
  StackName: name,
});
const stackIs = (name: string, change: object = {}) =>
  cloudFormation
    .on(DescribeStacksCommand, { StackName: name })
    .resolves({ Stacks: [{ ...asDesired(name), ...change } as never] });
const changeSetIs = (StackName: string, page: object) =>
  cloudFormation
    .on(DescribeChangeSetCommand, { StackName })
    .resolves({ Tags: [{ Key: 'drawbridge:pipeline', Value: 'orders' }], ...page } as never);
const ready = {
  Status: 'CREATE_COMPLETE',
  ExecutionStatus: 'AVAILABLE',
  ChangeSetId: changeSetId,
  StackId: stackId,
  Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue' } }],
};
const written = () =>
  [CreateChangeSetCommand, DeleteChangeSetCommand].flatMap((kind) => cloudFormation.commandCalls(kind as never));

beforeEach(async () => {
  await takeLease(ledger, place, monday);
  for (const name of ['network', 'api']) {
    stackIs(`orders-${name}`);
    cloudFormation
      .on(GetTemplateCommand, { StackName: `orders-${name}` })
      .resolves({ TemplateBody: templateText(name) });
  }
  cloudFormation.on(DescribeChangeSetCommand).rejects(awsError('ChangeSetNotFound'));
  cloudFormation.on(CreateChangeSetCommand).resolves({});
  cloudFormation.on(DeleteChangeSetCommand).resolves({});
});

const planned = async (answer: Awaited<ReturnType<typeof plan>>) => {
  if (answer.kind !== 'planned') throw new Error(`it is ${answer.kind}`);
  return TargetPlan.parse(await getDocument(documents, 'plans', answer.digest));
};

describe('plan', () => {
  it('of a target that already is as desired writes nothing to the account', async () => {
    expect((await planned(await plan(0))).stacks.map(({ stack, kind }) => [stack, kind])).toEqual([
      ['network', 'unchanged'],
      ['api', 'unchanged'],
    ]);
    expect(written()).toEqual([]);
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toMatchObject({ stacks: [] });
  });

  it('asks for the change sets that are needed, as the preview role, and says when to look', async () => {
    stackIs('orders-api', { Tags: [] });
    expect(await plan(0)).toEqual({ kind: 'pending', polls: 1, waitSeconds: 3 });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(CreateChangeSetCommand, {
      StackName: 'orders-api',
      ChangeSetName: `drawbridge-${promotionId}-1`,
      ChangeSetType: 'UPDATE',
    });
    expect(sts).toHaveReceivedCommandWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-preview',
      RoleSessionName: `${promotionId}-plan`,
    });
  });

  it('is pending while one change set is', async () => {
    changeSetIs('orders-network', ready);
    changeSetIs('orders-api', { Status: 'CREATE_IN_PROGRESS' });
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: templateText('network') });
    expect(await plan(5)).toEqual({ kind: 'pending', polls: 6, waitSeconds: 13 });
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
  });

  it('keeps what the change sets would do under its digest, and the handles apart', async () => {
    changeSetIs('orders-api', ready);
    const answer = await plan(1);
    const document = await planned(answer);
    expect(document).toMatchObject({ target: 'production', account: '333333333333', region: 'eu-west-1' });
    expect(document.stacks.map(({ stack, kind, changes }) => [stack, kind, changes.length])).toEqual([
      ['network', 'unchanged', 0],
      ['api', 'changes', 1],
    ]);
    expect(JSON.stringify(document)).not.toContain(changeSetId);
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toMatchObject({
      digest: answer.kind === 'planned' && answer.digest,
      preparedAt: monday,
      stacks: [{ stack: 'api', changeSetId, changeSetName: `drawbridge-${promotionId}-1` }],
    });
    expect(written()).toEqual([]);
  });

  it('removes an empty change set once, and only when the whole target is prepared', async () => {
    changeSetIs('orders-network', { Status: 'FAILED', StatusReason: 'No updates are to be performed.' });
    changeSetIs('orders-api', { Status: 'CREATE_PENDING' });
    expect(await plan(1)).toMatchObject({ kind: 'pending' });
    expect(cloudFormation).not.toHaveReceivedCommand(DeleteChangeSetCommand);

    changeSetIs('orders-api', ready);
    expect((await planned(await plan(2))).stacks.map(({ kind }) => kind)).toEqual(['unchanged', 'changes']);
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(DeleteChangeSetCommand, {
      StackName: 'orders-network',
      ChangeSetName: `drawbridge-${promotionId}-1`,
    });
  });

  it('plans twice the same under one digest', async () => {
    changeSetIs('orders-api', ready);
    expect(await plan(1)).toEqual(await plan(1));
  });

  it('stops when somebody else made a change set under the name of ours', async () => {
    changeSetIs('orders-network', ready);
    changeSetIs('orders-api', { ...ready, Tags: [] });
    await expect(plan(1)).rejects.toMatchObject({ name: 'CHANGE_SET_FOREIGN' });
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
  });

  it('stops when CloudFormation holds another template than the release', async () => {
    changeSetIs('orders-api', ready);
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'swapped' });
    await expect(plan(1)).rejects.toMatchObject({ name: 'DIGEST_MISMATCH' });
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
  });

  it('gives up on a change set that is never finished', async () => {
    changeSetIs('orders-api', { Status: 'CREATE_IN_PROGRESS' });
    await expect(plan(40)).rejects.toMatchObject({ name: 'CHANGE_SET_OVERDUE' });
  });

  it.each<[string, object, string]>([
    ['another promotion took over', { promotion: otherPromotionId }, 'LEASE_LOST'],
    ['it was admitted in another epoch', { epoch: 2 }, 'LEASE_LOST'],
    ['the target is not onboarded', { target: 'nowhere' }, 'TARGET_UNKNOWN'],
  ])('asks nothing of the account when %s', async (_, change, code) => {
    await expect(plan(0, change)).rejects.toMatchObject({ name: code });
    expect([...sts.calls(), ...cloudFormation.calls()]).toEqual([]);
  });
});
