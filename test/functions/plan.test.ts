import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/plan/handler.ts';
import { getDocument } from '#shared/aws/documents.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { readPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { applyPolicy } from '#shared/aws/ledger/policies.ts';
import { recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { listRefusals } from '#shared/aws/ledger/refusals.ts';
import { assignTargets, closeProgress } from '#shared/aws/ledger/target-progress.ts';
import { recordTarget } from '#shared/aws/ledger/targets.ts';
import { TargetPlan } from '#shared/domain/plan/stack-plan.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import {
  aPromotion,
  aStack,
  aTarget,
  changeSetId,
  monday,
  otherPromotionId,
  promotionId,
  stackId,
  templateText,
} from '#test/builders.ts';
import { awsError, cloudFormation, cloudWatch, sts } from '../aws/fake-aws.ts';
import { aPolicy } from '../domain/policy/policy-builders.ts';
import { context, deployment } from './deployment.ts';

const { ledger, documents, release, template } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const stacks = [aStack('network'), aStack('api')];
const plan = async (polls: number, change: object = {}) => {
  const input = { ...place, release: await release({ stacks }), epoch: 1, at: monday, target: 'production' };
  return handler({ ...input, round: 1, polls, ...change }, context);
};

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
  ChangeSetName: `drawbridge-${promotionId}-1`,
  StackId: stackId,
  Changes: [{ ResourceChange: { Action: 'Add', LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue' } }],
};
const written = () =>
  [CreateChangeSetCommand, DeleteChangeSetCommand].flatMap((kind) => cloudFormation.commandCalls(kind as never));

beforeEach(async () => {
  cloudFormation.on(GetStackPolicyCommand).resolves({});
  await takeLease(ledger, place, monday);
  for (const name of ['network', 'api']) {
    stackIs(`orders-${name}`);
    cloudFormation
      .on(GetTemplateCommand, { StackName: `orders-${name}` })
      .resolves({ TemplateBody: templateText(name) });
  }
  // By ARN, what runs now is asked for: the template before.
  cloudFormation.on(GetTemplateCommand, { StackName: stackId }).resolves({ TemplateBody: templateText('api') });
  cloudFormation.on(DescribeChangeSetCommand).rejects(awsError('ChangeSetNotFound'));
  cloudFormation.on(CreateChangeSetCommand).resolves({});
  cloudFormation.on(DeleteChangeSetCommand).resolves({});
});

const policy = (name: string, said: Parameters<typeof aPolicy>[1]) =>
  applyPolicy(ledger, { name, policy: aPolicy(name, said), seen: 0, by: 'alice', at: monday });
const planned = async (answer: Awaited<ReturnType<typeof plan>>) => {
  if (answer.kind !== 'planned') throw new Error(`it is ${answer.kind}`);
  const target = await readPlannedTarget(ledger, { ...place, target: 'production' });
  return TargetPlan.parse(await getDocument(documents, 'plans', `${target?.digest}`));
};
/** Refused, with the reason on record: a child execution cannot tell it. */
const isRefused = async (answer: ReturnType<typeof plan>, code: string, change: Partial<typeof place> = {}) => {
  expect(await answer).toEqual({ kind: 'refused' });
  expect((await listRefusals(ledger, { ...place, ...change })).map(({ reason }) => reason.code)).toEqual([code]);
};

describe('plan, where an alarm will be watched', () => {
  const soaking = async () => {
    const production = { name: 'production', targets: { matchLabels: { environment: 'production' } } };
    return release({ stacks, environments: [{ ...production, soak: { for: '30m', alarms: ['orders-5xx'] } }] });
  };
  const alarmIs = (StateValue: 'OK' | 'ALARM') =>
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'orders-5xx', StateValue }] });
  const asked = async (polls: number, change: object = {}) => plan(polls, { release: await soaking(), ...change });

  it('refuses a target in which it is off, before anything is asked of CloudFormation', async () => {
    alarmIs('ALARM');
    await isRefused(asked(0), 'SOAK_NOT_READY');
    expect(cloudFormation.calls()).toEqual([]);
  });

  it('goes on where it is OK, and asks once a round', async () => {
    alarmIs('OK');
    expect(await asked(0)).toEqual({ kind: 'planned' });
    await asked(1);
    expect(cloudWatch).toHaveReceivedCommandTimes(DescribeAlarmsCommand, 1);
    await asked(0, { round: 2 });
    expect(cloudWatch).toHaveReceivedCommandTimes(DescribeAlarmsCommand, 2);
  });

  it.each<[string, () => Promise<unknown>, object]>([
    [
      'a rollback, which is there to mend that',
      () => recordPromotion(ledger, aPromotion({ rollback: { automatic: true, reason: 'x' } })),
      {},
    ],
    ['what is only planned', () => takeLease(ledger, { ...place, mode: 'plan' }, monday), { mode: 'plan' }],
  ])('does not mind it for %s', async (_, before, change) => {
    alarmIs('ALARM');
    await before();
    expect(await asked(0, change)).toEqual({ kind: 'planned' });
    expect(cloudWatch.calls()).toEqual([]);
  });
});

describe('plan, where the target failed in a round and is tolerated', () => {
  const progress = { ...place, target: 'production', round: 1 };
  beforeEach(async () => {
    const assignments = [{ target: 'production', stacks: ['network'], complete: false }];
    const digest = digestOf('plan');
    await assignTargets(ledger, { ...progress, digest, waves: [{ targets: ['production'] }], assignments });
    stackIs('orders-network', { StackStatus: 'DELETE_FAILED' });
  });

  it('leaves it as it is in the next, be it as it may', async () => {
    await closeProgress(ledger, { ...progress, at: monday, reasons: [{ code: 'STACK_FAILED', text: 'x' }] });
    expect(await plan(0, { round: 2 })).toEqual({ kind: 'planned' });
    expect([cloudFormation.calls(), sts.calls()]).toEqual([[], []]);
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
  });

  it('plans it again where it got through', async () => {
    await closeProgress(ledger, { ...progress, at: monday, reasons: [] });
    await isRefused(plan(0, { round: 2 }), 'STACK_STUCK');
  });
});

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
    const document = await planned(await plan(1));
    expect(document).toMatchObject({ target: 'production', account: '333333333333', region: 'eu-west-1' });
    expect(document.stacks.map(({ stack, kind, changes }) => [stack, kind, changes.length])).toEqual([
      ['network', 'unchanged', 0],
      ['api', 'changes', 1],
    ]);
    expect(document).toMatchObject({ schemaVersion: 2 });
    expect(JSON.stringify(document)).not.toContain(changeSetId);
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toMatchObject({
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

  it.each([
    ['a macro', 'Transform: Mine\nResources: {}', 'GATE_TRANSFORM'],
    ['an IAM user', 'Resources: { Admin: { Type: AWS::IAM::User } }', 'GATE_STATIC_CREDENTIAL'],
    ['text that nobody can judge', 'Resources: [', 'TEMPLATE_INVALID'],
  ])('asks CloudFormation for nothing when a template has %s in it', async (_, text, code) => {
    stackIs('orders-api', { Tags: [] });
    const hostile = await release({ stacks: [aStack('network'), aStack('api', { template: template(text) })] });
    for (const polls of [0, 1]) await isRefused(plan(polls, { release: hostile }), code);
    expect(cloudFormation.calls()).toEqual([]);
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
  });

  describe('of what CloudFormation made of a template', () => {
    const hostile = 'Resources: { Admin: { Type: AWS::IAM::User } }';
    const unbounded = `Resources: { Admin: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {
      Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] } } } }`;
    beforeEach(() => {
      changeSetIs('orders-api', ready);
      cloudFormation
        .on(GetTemplateCommand, { ChangeSetName: changeSetId, TemplateStage: 'Processed' })
        .resolves({ TemplateBody: hostile });
      cloudFormation
        .on(GetTemplateCommand, { ChangeSetName: changeSetId, TemplateStage: 'Original' })
        .resolves({ TemplateBody: templateText('api') });
    });

    it('keeps nothing when a user is in it that the source did not show', async () => {
      await isRefused(plan(1), 'GATE_STATIC_CREDENTIAL');
      expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
    });

    it.each<[string, Policy['selector'], boolean]>([
      ['of this environment', { environments: ['production'] }, true],
      ['of another environment', { environments: ['pre-production'] }, false],
      ['of another pipeline', { pipelines: ['billing'] }, false],
      ['of targets with other labels', { matchLabels: { environment: 'pre-production' } }, false],
    ])('is tolerated, and shown, where a policy %s says so: %j', async (_, selector, tolerated) => {
      cloudFormation
        .on(GetTemplateCommand, { ChangeSetName: changeSetId, TemplateStage: 'Processed' })
        .resolves({ TemplateBody: unbounded });
      await policy('waiver', { selector: selector!, templateGate: { waive: ['GATE_BOUNDARY'] } });
      if (!tolerated) return isRefused(plan(1), 'GATE_BOUNDARY');
      expect((await planned(await plan(1))).stacks[1]?.notes).toEqual([expect.stringMatching(/^GATE_BOUNDARY/)]);
    });
  });

  it('of a stack that nests others may see stacks whose names begin like it', async () => {
    const nested = template('Resources: {}').key;
    const url = `https://\${ArtifactsBucket}.s3.\${AWS::Region}.\${AWS::URLSuffix}/${nested}`;
    const text = `Resources: { Web: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: !Sub "${url}" } } }`;
    const digest = await release({ stacks: [aStack('network'), aStack('api', { template: template(text) })] });
    expect(await plan(0, { release: digest })).toMatchObject({ kind: 'pending' });
    const [, preview] = sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input.Policy ?? '');
    expect(preview).toContain('stack/orders-api-*"');
    expect(preview).not.toContain('stack/orders-network-*"');
  });

  it('says of a stack that cannot be updated how it is brought back', async () => {
    stackIs('orders-api', { StackStatus: 'ROLLBACK_COMPLETE' });
    const recovery = { status: 'ROLLBACK_COMPLETE', action: 'delete', skip: [], approved: true };
    expect((await planned(await plan(0))).stacks[1]).toMatchObject({ kind: 'recover', recovery });
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toMatchObject({
      stacks: [{ stack: 'api', stackId, settings: {}, recovery }],
    });
    expect(written()).toEqual([]);
  });

  it.each<[string, boolean]>([
    ['allows', true],
    ['says nothing of', false],
  ])('brings back what a policy %s it', async (_, allowed) => {
    stackIs('orders-api', { StackStatus: 'CREATE_FAILED' });
    if (allowed) await policy('recovery', { recovery: { recreateFailedCreations: true } });
    if (!allowed) return isRefused(plan(0), 'STACK_STUCK');
    expect((await planned(await plan(0))).stacks[1]).toMatchObject({ kind: 'recover', recovery: { action: 'delete' } });
  });

  it('lets a continued rollback skip what whoever retries names, once somebody agrees', async () => {
    await recordPromotion(ledger, aPromotion({ recovery: { skip: { api: ['Queue'], network: ['Vpc'] } } }));
    stackIs('orders-api', { StackStatus: 'UPDATE_ROLLBACK_FAILED' });
    const failed = { LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue', ResourceStatus: 'UPDATE_FAILED' };
    cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [failed as never] });
    expect((await planned(await plan(0))).stacks[1]).toMatchObject({
      recovery: { action: 'continue-rollback', skip: ['Queue'], approved: false },
    });
    // Nested stacks have names that begin like the stack's.
    const policies = sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input.Policy ?? '');
    expect(policies.at(-1)).toContain('stack/orders-api-*"');
  });

  it('waits while somebody else is changing a stack, and gives up in the end', async () => {
    stackIs('orders-api', { StackStatus: 'UPDATE_IN_PROGRESS' });
    expect(await plan(0)).toMatchObject({ kind: 'pending', polls: 1 });
    await isRefused(plan(40), 'STACK_BUSY');
  });

  describe('of a stack that takes outputs', () => {
    const takes = { dependsOn: ['network'], values: { Vpc: { fromOutput: 'network.Vpc' } } };
    const api = aStack('api', { parameters: [{ name: 'Vpc', type: 'String', noEcho: false }], ...takes });
    const outputs = [{ OutputKey: 'Vpc', OutputValue: 'vpc-1' }];
    const parametersOf = () =>
      cloudFormation.commandCalls(CreateChangeSetCommand).map(({ args }) => args[0].input.Parameters);

    it('fills them in as they are now', async () => {
      stackIs('orders-network', { Outputs: outputs });
      const digest = await release({ stacks: [aStack('network'), api] });
      expect(await plan(0, { release: digest })).toMatchObject({ kind: 'pending' });
      expect(parametersOf()).toEqual([[{ ParameterKey: 'Vpc', ParameterValue: 'vpc-1' }]]);
    });

    it('says until when it cannot be planned while they are not there', async () => {
      stackIs('orders-network', { Tags: [] });
      const digest = await release({ stacks: [aStack('network'), api] });
      await plan(0, { release: digest });
      changeSetIs('orders-network', ready);
      cloudFormation
        .on(GetTemplateCommand, { StackName: 'orders-network' })
        .resolves({ TemplateBody: templateText('network') });
      cloudFormation.on(GetTemplateCommand, { StackName: stackId }).resolves({ TemplateBody: templateText('network') });
      const { stacks: two } = await planned(await plan(1, { release: digest }));
      expect(two.map(({ stack, kind, after }) => [stack, kind, after])).toEqual([
        ['network', 'changes', undefined],
        ['api', 'unplanned', ['network']],
      ]);
      expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toMatchObject({
        stacks: [{ stack: 'network' }],
      });
    });

    it('reads them in the account of the target that has the stack', async () => {
      const [shared, app] = [
        { environment: 'production', role: 'shared' },
        { environment: 'production', role: 'app' },
      ];
      await recordTarget(ledger, aTarget({ name: 'shared', account: '444444444444', labels: shared }));
      await recordTarget(ledger, aTarget({ labels: app }));
      stackIs('orders-network', { Outputs: outputs });
      const apart = [aStack('network', { matchLabels: { role: 'shared' } }), { ...api, matchLabels: { role: 'app' } }];
      expect(await plan(0, { release: await release({ stacks: apart }) })).toMatchObject({ kind: 'pending' });
      expect(parametersOf()).toEqual([[{ ParameterKey: 'Vpc', ParameterValue: 'vpc-1' }]]);
      const roles = sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input.RoleArn);
      expect(roles).toEqual([
        'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
        'arn:aws:iam::444444444444:role/drawbridge/drawbridge-preview',
        'arn:aws:iam::333333333333:role/drawbridge/drawbridge-preview',
      ]);
    });
  });

  it('waits with a stack that imports what one before it is to export', async () => {
    changeSetIs('orders-network', ready);
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: templateText('network') });
    changeSetIs('orders-api', { Status: 'FAILED', StatusReason: 'No export named network:Vpc found.' });
    const digest = await release({ stacks: [aStack('network'), aStack('api', { dependsOn: ['network'] })] });
    const { stacks: two } = await planned(await plan(1, { release: digest }));
    expect(two.map(({ kind, after }) => [kind, after])).toEqual([
      ['changes', undefined],
      ['unplanned', ['network']],
    ]);
  });

  it('stops when CloudFormation refuses a change set', async () => {
    changeSetIs('orders-api', { Status: 'FAILED', StatusReason: 'Requires capabilities' });
    await isRefused(plan(1), 'CHANGE_SET_REFUSED');
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
  });

  describe('in a later round', () => {
    beforeEach(async () => {
      changeSetIs('orders-api', ready);
      await plan(1);
    });

    it('keeps the change set that still stands, so that the digest is the same', async () => {
      const before = await readPlannedTarget(ledger, { ...place, target: 'production' });
      const later = secondsAfter(monday, 3600);
      expect(await plan(0, { round: 2, at: later })).toEqual({ kind: 'planned' });
      expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toEqual({
        ...before!,
        preparedAt: later,
      });
      expect(written()).toEqual([]);
    });

    it('makes another when it became obsolete, under a name of its own', async () => {
      stackIs('orders-api', { Tags: [] });
      changeSetIs('orders-api', { ...ready, ExecutionStatus: 'OBSOLETE' });
      expect(await plan(0, { round: 2 })).toMatchObject({ kind: 'pending' });
      expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(CreateChangeSetCommand, {
        ChangeSetName: `drawbridge-${promotionId}-2`,
      });
    });

    it('audits the account no second time', async () => {
      sts.resetHistory();
      await plan(0, { round: 2 });
      const roles = sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input.RoleArn);
      expect(roles.filter((role) => role?.endsWith('audit'))).toEqual([]);
    });
  });

  it('plans twice the same under one digest', async () => {
    changeSetIs('orders-api', ready);
    const digest = async () => {
      await planned(await plan(1));
      return (await readPlannedTarget(ledger, { ...place, target: 'production' }))?.digest;
    };
    expect(await digest()).toBe(await digest());
  });

  it('stops when somebody else made a change set under the name of ours', async () => {
    changeSetIs('orders-network', ready);
    changeSetIs('orders-api', { ...ready, Tags: [] });
    await isRefused(plan(1), 'CHANGE_SET_FOREIGN');
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
  });

  it('stops when CloudFormation holds another template than the release', async () => {
    changeSetIs('orders-api', ready);
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'swapped' });
    await isRefused(plan(1), 'DIGEST_MISMATCH');
    expect(await readPlannedTarget(ledger, { ...place, target: 'production' })).toBeUndefined();
  });

  it('gives up on a change set that is never finished', async () => {
    changeSetIs('orders-api', { Status: 'CREATE_IN_PROGRESS' });
    await isRefused(plan(40), 'CHANGE_SET_OVERDUE');
  });

  it.each<[string, object, string]>([
    ['another promotion took over', { promotion: otherPromotionId }, 'LEASE_LOST'],
    ['it was admitted in another epoch', { epoch: 2 }, 'LEASE_LOST'],
    ['the target is not onboarded', { target: 'nowhere' }, 'TARGET_UNKNOWN'],
  ])('asks nothing of the account when %s', async (_, change, code) => {
    await isRefused(plan(0, change), code, change);
    expect([...sts.calls(), ...cloudFormation.calls()]).toEqual([]);
  });
});
