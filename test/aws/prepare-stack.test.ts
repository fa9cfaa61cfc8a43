import {
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { beginStack, lookAtStack, type Preparing } from '#shared/aws/prepare-stack.ts';
import type { DesiredStack } from '#shared/domain/plan/comparison.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDesiredStack, changeSetId, promotionId, stackId, templateText } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAws();
const desired = aDesiredStack();
const name = `drawbridge-${promotionId}-2`;
const earlier = `drawbridge-${promotionId}-1`;
const preparing = (more: Partial<Preparing> = {}): Preparing => ({
  name,
  gate: { transforms: [], artifactsBuckets: ['artifacts-eu-west-1'], account: '333333333333' },
  recovery: { allowed: { recreateFailedCreations: false, forceDelete: false }, skip: [] },
  ...more,
});
const begin = (wanted: Partial<DesiredStack> = {}, more: Partial<Preparing> = {}) =>
  beginStack(session, { ...desired, ...wanted }, preparing(more));
const look = (wanted: Partial<DesiredStack> = {}, more: Partial<Preparing> = {}) =>
  lookAtStack(session, { ...desired, ...wanted }, preparing(more));

const asWanted = {
  Parameters: [{ ParameterKey: 'Size', ParameterValue: '1' }],
  Tags: [{ Key: 'team', Value: 'commerce' }],
};
function stackIs(StackStatus: string, change: object = {}): void {
  const as = { StackId: stackId, ...asWanted, Capabilities: ['CAPABILITY_IAM'], RoleARN: desired.roleArn };
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ ...as, StackStatus, ...change } as never] });
}
const complete = {
  Status: 'CREATE_COMPLETE',
  ChangeSetId: changeSetId,
  StackId: stackId,
  ExecutionStatus: 'AVAILABLE',
};
const add = { ResourceChange: { Action: 'Add', LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue' } };
const changeSetIs = (page: object, ChangeSetName = name) =>
  cloudFormation
    .on(DescribeChangeSetCommand, { ChangeSetName })
    .resolves({ ...asWanted, ChangeSetName, ...page } as never);
const queue = { LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue', ResourceStatus: 'UPDATE_FAILED' };
const gone = awsError('ValidationError', 'Stack with id orders-api does not exist');
const resourcesAre = (StackName: string, listed: object[], more: object = {}) =>
  cloudFormation
    .on(ListStackResourcesCommand, { StackName })
    .resolves({ StackResourceSummaries: listed as never[], ...more });
const place = { stack: 'orders-api', account: '333333333333', region: 'eu-west-1' };
const unwritten = () => expect(cloudFormation).not.toHaveReceivedCommand(CreateChangeSetCommand);

beforeEach(() => {
  cloudFormation.on(GetStackPolicyCommand).resolves({});
  stackIs('UPDATE_COMPLETE');
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: templateText('api') });
  cloudFormation.on(DescribeChangeSetCommand).rejects(awsError('ChangeSetNotFound'));
  cloudFormation.on(CreateChangeSetCommand).resolves({});
});

describe('beginning with a stack', () => {
  it('that already is what the release wants writes nothing', async () => {
    expect(await begin()).toEqual({ kind: 'unchanged', stack: 'api', seen: {} });
    unwritten();
  });

  it.each<[string, string, object, 'CREATE' | 'UPDATE']>([
    ['differs', 'UPDATE_COMPLETE', { Tags: [] }, 'UPDATE'],
    ['rolled back an update', 'UPDATE_ROLLBACK_COMPLETE', { Parameters: [] }, 'UPDATE'],
    ['is only reviewed yet', 'REVIEW_IN_PROGRESS', {}, 'CREATE'],
  ])('that %s asks for a change set', async (_, status, change, type) => {
    stackIs(status, change);
    expect(await begin()).toEqual({ kind: 'pending', stack: 'api' });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(CreateChangeSetCommand, {
      ChangeSetName: name,
      ChangeSetType: type,
    });
  });

  it('that does not exist asks for a change set that creates it', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack orders-api does not exist'));
    expect(await begin()).toEqual({ kind: 'pending', stack: 'api' });
    expect(cloudFormation).toHaveReceivedCommandWith(CreateChangeSetCommand, { ChangeSetType: 'CREATE' });
  });

  it('that somebody is changing waits for them, and nothing is written', async () => {
    stackIs('UPDATE_IN_PROGRESS', { Tags: [] });
    expect(await begin()).toEqual({
      kind: 'busy',
      stack: 'api',
      stackName: 'orders-api',
      status: 'UPDATE_IN_PROGRESS',
    });
    unwritten();
  });

  it.each(['ValidationError', 'InsufficientCapabilitiesException'])(
    'that CloudFormation refuses at once with %s says why, like one that is refused later',
    async (code) => {
      stackIs('UPDATE_COMPLETE', { Tags: [] });
      cloudFormation.on(CreateChangeSetCommand).rejects(awsError(code, 'No export named network:VpcId found'));
      expect(await begin()).toEqual({
        kind: 'refused',
        stack: 'api',
        stackName: 'orders-api',
        reason: 'No export named network:VpcId found',
      });
    },
  );

  it('reports what else CloudFormation answers', async () => {
    stackIs('UPDATE_COMPLETE', { Tags: [] });
    cloudFormation.on(CreateChangeSetCommand).rejects(awsError('LimitExceededException'));
    await expect(begin()).rejects.toMatchObject({ name: 'QUOTA_REACHED' });
  });

  it('that takes outputs nobody knows yet is unplanned until the stacks they come from are done', async () => {
    const missingOutputs = ['network.Vpc', 'network.Zone', 'data.Table'];
    expect(await begin({ missingOutputs })).toEqual({ kind: 'unplanned', stack: 'api', after: ['network', 'data'] });
    expect(cloudFormation.calls()).toEqual([]);
  });

  it('of which only settings differ is planned without a change set', async () => {
    stackIs('UPDATE_COMPLETE', { EnableTerminationProtection: true });
    cloudFormation.on(GetStackPolicyCommand).resolves({});
    expect(await begin({ stackPolicy: '{"Statement":[]}' })).toMatchObject({
      kind: 'planned',
      stack: 'api',
      plan: {
        kind: 'settings',
        changes: [],
        settings: [
          { name: 'stack policy', after: '{"Statement":[]}' },
          { name: 'termination protection', before: 'on', after: 'off' },
        ],
      },
      handles: {
        stackName: 'orders-api',
        stackId,
        settings: { terminationProtection: false, stackPolicy: '{"Statement":[]}' },
      },
    });
    unwritten();
  });

  it('that cannot be updated is planned to be brought back', async () => {
    stackIs('UPDATE_ROLLBACK_FAILED');
    resourcesAre(stackId, [queue]);
    const recovery = {
      status: 'UPDATE_ROLLBACK_FAILED',
      action: 'continue-rollback',
      skip: ['Queue'],
      approved: false,
    };
    const { allowed } = preparing().recovery;
    expect(await begin({}, { recovery: { allowed, skip: ['Queue'] } })).toMatchObject({
      kind: 'planned',
      plan: { kind: 'recover', recovery, changes: [] },
      handles: { stackName: 'orders-api', stackId, settings: {}, recovery },
    });
    unwritten();
  });

  describe('whose rollback is to skip', () => {
    const { allowed } = preparing().recovery;
    const skipping = (...skip: string[]) => begin({}, { recovery: { allowed, skip } });
    const child = stackId.replace('orders-api', 'orders-api-Web-1AB');
    const web = {
      ...{ LogicalResourceId: 'Web', ResourceType: 'AWS::CloudFormation::Stack' },
      ...{ ResourceStatus: 'UPDATE_FAILED', PhysicalResourceId: child },
    };
    beforeEach(() => {
      stackIs('UPDATE_ROLLBACK_FAILED');
      resourcesAre(stackId, [queue, { ...queue, LogicalResourceId: 'Topic', ResourceStatus: 'UPDATE_COMPLETE' }, web]);
      resourcesAre(child, [{ ...queue, LogicalResourceId: 'Bucket' }]);
    });
    const childIs = (StackStatus: string) =>
      cloudFormation
        .on(DescribeStacksCommand, { StackName: child })
        .resolves({ Stacks: [{ StackId: child, StackStatus } as never] });

    it.each(['Queue', 'orders-api-Web-1AB.Bucket'])('%s, which is in UPDATE_FAILED, that is planned', async (name) => {
      childIs('UPDATE_ROLLBACK_FAILED');
      expect(await skipping(name)).toMatchObject({ plan: { recovery: { skip: [name] } } });
    });

    it.each(['Topic', 'Nothing', 'Web', 'Bucket'])('%s, which cannot be, that is refused', async (name) => {
      childIs('UPDATE_ROLLBACK_FAILED');
      await expect(skipping('Queue', name)).rejects.toMatchObject({
        name: 'SKIP_REFUSED',
        problem: {
          place,
          cause: expect.stringContaining(`cannot skip ${name}:`),
          next: expect.stringContaining('--skip api:Queue --skip api:orders-api-Web-1AB.Bucket.'),
        },
      });
    });

    it.each([
      ['DELETE_FAILED', () => childIs('DELETE_FAILED')],
      ['not there any more', () => cloudFormation.on(DescribeStacksCommand, { StackName: child }).rejects(gone)],
    ])('a nested stack, it may be where that is %s', async (_, arrange) => {
      arrange();
      expect(await skipping('Web')).toMatchObject({ plan: { recovery: { skip: ['Web'] } } });
    });

    it('reads every page of the resources', async () => {
      resourcesAre(stackId, [], { NextToken: 'more' });
      cloudFormation
        .on(ListStackResourcesCommand, { StackName: stackId, NextToken: 'more' })
        .resolves({ StackResourceSummaries: [queue as never] });
      expect(await skipping('Queue')).toMatchObject({ plan: { recovery: { skip: ['Queue'] } } });
    });
  });

  it.each([
    ['DELETE_FAILED', /recovery\.forceDelete: true/],
    ['IMPORT_ROLLBACK_FAILED', /CloudFormation console/],
    ['SOMETHING_NEW', /CloudFormation console/],
  ])('in %s is left to a person, who is told what to do', async (status, next) => {
    stackIs(status);
    await expect(begin()).rejects.toMatchObject({
      name: 'STACK_STUCK',
      problem: { place, next: expect.stringMatching(next) },
    });
    unwritten();
  });
});

describe('beginning a later round', () => {
  it('keeps the change set of the round before while it stands', async () => {
    changeSetIs({ ...complete, Changes: [add] }, earlier);
    expect(await begin({}, { earlier })).toMatchObject({
      kind: 'planned',
      plan: { kind: 'changes' },
      handles: { changeSet: { name: earlier, id: changeSetId } },
    });
    unwritten();
  });

  it.each<[string, () => unknown]>([
    ['obsolete', () => changeSetIs({ ...complete, ExecutionStatus: 'OBSOLETE' }, earlier)],
    ['executed', () => changeSetIs({ ...complete, ExecutionStatus: 'EXECUTE_COMPLETE' }, earlier)],
    ['made from other values than are wanted now', () => changeSetIs({ ...complete, Parameters: [] }, earlier)],
    ['a failed one', () => changeSetIs({ Status: 'FAILED', StatusReason: 'x' }, earlier)],
    ['gone', () => {}],
  ])('makes another when it is %s', async (_, change) => {
    stackIs('UPDATE_COMPLETE', { Tags: [] });
    change();
    expect(await begin({}, { earlier })).toEqual({ kind: 'pending', stack: 'api' });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(CreateChangeSetCommand, { ChangeSetName: name });
  });

  it('finds a stack that is done by now unchanged', async () => {
    changeSetIs({ ...complete, ExecutionStatus: 'EXECUTE_COMPLETE' }, earlier);
    expect(await begin({}, { earlier })).toEqual({ kind: 'unchanged', stack: 'api', seen: {} });
    unwritten();
  });

  it('trusts no template that was swapped meanwhile', async () => {
    changeSetIs(complete, earlier);
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'swapped' });
    await expect(begin({}, { earlier })).rejects.toMatchObject({ name: 'DIGEST_MISMATCH' });
  });
});

describe('looking at the change set', () => {
  it('that is still made is pending', async () => {
    changeSetIs({ Status: 'CREATE_IN_PROGRESS' });
    expect(await look()).toEqual({ kind: 'pending', stack: 'api' });
  });

  const empty = { Status: 'FAILED', StatusReason: 'No updates are to be performed.' };

  it('that changes nothing is unchanged, and named for removal', async () => {
    changeSetIs(empty);
    expect(await look()).toEqual({
      kind: 'unchanged',
      stack: 'api',
      seen: {},
      emptyChangeSet: { stackName: 'orders-api', changeSet: name },
    });
  });

  it('that changes nothing, of a stack whose settings differ, is a plan of the settings', async () => {
    changeSetIs(empty);
    expect(await look({ terminationProtection: true })).toMatchObject({
      kind: 'planned',
      plan: { kind: 'settings' },
      handles: { settings: { terminationProtection: true } },
      emptyChangeSet: { stackName: 'orders-api', changeSet: name },
    });
  });

  it('that changes nothing, of a stack that went meanwhile, is unchanged', async () => {
    changeSetIs(empty);
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('ValidationError', 'Stack orders-api does not exist'));
    expect(await look()).toMatchObject({ kind: 'unchanged', emptyChangeSet: { changeSet: name } });
  });

  it('that CloudFormation refused says why', async () => {
    changeSetIs({ Status: 'FAILED', StatusReason: 'Requires capabilities : [CAPABILITY_NAMED_IAM]' });
    expect(await look()).toEqual({
      kind: 'refused',
      stack: 'api',
      stackName: 'orders-api',
      reason: 'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    });
  });

  it('that is ready has the template of the release', async () => {
    changeSetIs({ ...complete, Changes: [add] });
    const changes = [{ action: 'Add', logicalId: 'Queue', type: 'AWS::SQS::Queue', scope: [], details: [] }];
    expect(await look({ terminationProtection: true })).toMatchObject({
      kind: 'planned',
      stack: 'api',
      plan: { stack: 'api', stackName: 'orders-api', kind: 'changes', operation: 'update', changes },
      handles: {
        stackName: 'orders-api',
        stackId,
        changeSet: { name, id: changeSetId, changes },
        settings: { terminationProtection: true },
      },
    });
    expect(cloudFormation).toHaveReceivedCommandWith(GetTemplateCommand, {
      ChangeSetName: changeSetId,
      TemplateStage: 'Original',
    });
  });

  it('of a stack that is made by it compares with nothing that was before', async () => {
    stackIs('REVIEW_IN_PROGRESS');
    changeSetIs({ ...complete, Changes: [add] });
    expect(await look()).toMatchObject({ plan: { kind: 'changes', operation: 'create' } });
    const asked = cloudFormation.commandCalls(GetTemplateCommand).map(({ args }) => args[0].input.ChangeSetName);
    expect(new Set(asked)).toEqual(new Set([changeSetId]));
  });

  it.each<[string, object, string]>([
    ['ready, with another parameter', { ...complete, Parameters: [] }, 'parameter Size'],
    ['ready, with another tag', { ...complete, Tags: [{ Key: 'team', Value: 'theirs' }] }, 'tag team'],
    [
      'empty, with another parameter',
      { ...empty, Parameters: [{ ParameterKey: 'Size', ParameterValue: '2' }] },
      'parameter Size',
    ],
  ])('that somebody else made under its name is refused: %s', async (_, page, differs) => {
    changeSetIs(page);
    await expect(look()).rejects.toMatchObject({
      name: 'CHANGE_SET_FOREIGN',
      message: expect.stringContaining(differs),
    });
  });

  it('whose template was swapped after the upload is refused', async () => {
    changeSetIs(complete);
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: { Backdoor: {} }' });
    await expect(look()).rejects.toMatchObject({
      name: 'DIGEST_MISMATCH',
      message: expect.stringContaining(digestOf('Resources: { Backdoor: {} }')),
    });
  });

  it('that is gone begins again', async () => {
    stackIs('UPDATE_COMPLETE', { Tags: [] });
    expect(await look()).toEqual({ kind: 'pending', stack: 'api' });
    expect(cloudFormation).toHaveReceivedCommandOnce(CreateChangeSetCommand);
  });

  it('that an earlier round made and that was kept is still kept', async () => {
    changeSetIs({ ...complete, Changes: [add] }, earlier);
    expect(await look({}, { earlier })).toMatchObject({ handles: { changeSet: { name: earlier } } });
    unwritten();
  });
});

describe('what CloudFormation made of a template', () => {
  const processed = (text: string, more: object = {}) =>
    cloudFormation
      .on(GetTemplateCommand, { TemplateStage: 'Processed', ChangeSetName: changeSetId, ...more })
      .resolves({ TemplateBody: text });
  const user = 'Resources: { Admin: { Type: AWS::IAM::User } }';
  const unbounded = `Resources: { Admin: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {
    Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] } } } }`;
  const nests = { ...add.ResourceChange, LogicalResourceId: 'Web', ResourceType: 'AWS::CloudFormation::Stack' };
  const nestedUrl = `https://artifacts-eu-west-1.s3.eu-west-1.amazonaws.com/templates/${'a'.repeat(64)}`;
  const parent = `Resources: { Web: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${nestedUrl}" } } }`;

  it('is refused for a user that the source did not show', async () => {
    changeSetIs({ ...complete, Changes: [add] });
    processed(user);
    await expect(look()).rejects.toMatchObject({
      name: 'GATE_STATIC_CREDENTIAL',
      problem: { place: { stack: 'orders-api', resource: 'Admin' } },
    });
  });

  it('says how much more there is', async () => {
    changeSetIs({ ...complete, Changes: [add] });
    processed('Resources: { Admin: { Type: AWS::IAM::User }, Other: { Type: AWS::IAM::User } }');
    await expect(look()).rejects.toMatchObject({ message: expect.stringContaining('There are 1 more findings.') });
  });

  it('is let through, and shown, where a policy tolerates it', async () => {
    changeSetIs({ ...complete, Changes: [add] });
    processed(unbounded);
    const gate = { ...preparing().gate, waive: ['GATE_BOUNDARY' as const] };
    expect(await look({}, { gate })).toMatchObject({
      plan: { notes: [expect.stringMatching(/^GATE_BOUNDARY is waived by a policy: Admin: /)] },
    });
  });

  it.each([['Resources: ['], ['just text']])('is refused when it reads %j, which nobody can judge', async (text) => {
    changeSetIs({ ...complete, Changes: [add] });
    processed(text);
    await expect(look()).rejects.toMatchObject({ name: 'TEMPLATE_INVALID' });
  });

  describe('with a nested template', () => {
    beforeEach(() => {
      changeSetIs({ ...complete, Changes: [{ ResourceChange: { ...nests, ChangeSetId: 'arn:nested' } }] });
      changeSetIs({ ...complete, ChangeSetId: 'arn:nested', StackId: 'arn:stack/web', Changes: [add] }, 'arn:nested');
      processed(parent);
    });

    it('is refused for what the nested one does, by the way that leads there', async () => {
      processed(user, { ChangeSetName: 'arn:nested' });
      await expect(look()).rejects.toMatchObject({
        name: 'GATE_STATIC_CREDENTIAL',
        problem: { place: { resource: 'Web/Admin' } },
      });
    });

    it('is planned with what happens in the nested one', async () => {
      processed('Resources: { Queue: { Type: AWS::SQS::Queue } }', { ChangeSetName: 'arn:nested' });
      expect(await look()).toMatchObject({
        plan: { changes: [{ logicalId: 'Web' }, { within: 'Web', logicalId: 'Queue' }] },
      });
    });
  });

  it('may nest a stack to which nothing happens: its template was judged as it was released', async () => {
    changeSetIs({ ...complete, Changes: [add] });
    processed(parent);
    expect(await look()).toMatchObject({ kind: 'planned' });
  });

  it('may not nest a stack from anywhere else', async () => {
    changeSetIs({ ...complete, Changes: [add] });
    processed(parent.replace('artifacts-eu-west-1.s3', 'elsewhere.s3'));
    await expect(look()).rejects.toMatchObject({ name: 'GATE_URL' });
  });
});
