import {
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import {
  readOperation,
  readOutputs,
  readProcessedTemplate,
  readStack,
  readStackStatus,
  readTemplateDigest,
} from '#shared/aws/stacks.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { changeSetId, monday, operationToken, stackId } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAws();
const stackIs = (stack: Partial<Stack>) =>
  cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackId: stackId, ...stack } as Stack] });
const missing = awsError('ValidationError', 'Stack with id orders-api does not exist');

describe('a stack as CloudFormation describes it', () => {
  it('is read with everything that a release decides about it', async () => {
    stackIs({
      StackStatus: 'UPDATE_COMPLETE',
      ChangeSetId: 'arn:aws:cloudformation:eu-west-1:333333333333:changeSet/drawbridge-1/2',
      Parameters: [{ ParameterKey: 'Size', ParameterValue: '1' }, {}],
      Tags: [
        { Key: 'team', Value: 'commerce' },
        { Key: undefined, Value: undefined },
      ],
      Capabilities: ['CAPABILITY_IAM'],
      RoleARN: 'arn:role',
      Outputs: [{ OutputKey: 'Url', OutputValue: 'https://orders', ExportName: 'orders-url' }, { OutputKey: 'Own' }],
      EnableTerminationProtection: true,
    });
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: {}\n' });
    expect(await readStack(session, { stackName: 'orders-api', stackPolicy: undefined })).toEqual({
      stackId,
      changeSet: 'drawbridge-1',
      status: 'UPDATE_COMPLETE',
      templateDigest: digestOf('Resources: {}\n'),
      parameters: { Size: '1', '': '' },
      tags: { team: 'commerce', '': '' },
      capabilities: ['CAPABILITY_IAM'],
      roleArn: 'arn:role',
      outputs: { Url: 'https://orders', Own: 'undefined' },
      exports: { 'orders-url': 'Url' },
      terminationProtection: true,
      stackPolicy: undefined,
      rollback: { alarms: [], monitorMinutes: 0 },
    });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(GetTemplateCommand, {
      StackName: 'orders-api',
      TemplateStage: 'Original',
    });
  });

  it('has no template while its first change set is reviewed, so none is asked for', async () => {
    stackIs({ StackStatus: 'REVIEW_IN_PROGRESS' });
    expect(await readStack(session, { stackName: 'orders-api', stackPolicy: undefined })).toEqual({
      stackId,
      status: 'REVIEW_IN_PROGRESS',
      templateDigest: '',
      parameters: {},
      tags: {},
      capabilities: [],
      roleArn: undefined,
      outputs: {},
      exports: {},
      terminationProtection: false,
      stackPolicy: undefined,
      rollback: { alarms: [], monitorMinutes: 0 },
    });
    expect(cloudFormation).not.toHaveReceivedCommand(GetTemplateCommand);
  });

  it.each<[string, string, string | undefined, number]>([
    ['is read where the release has one', 'UPDATE_COMPLETE', '{"Statement":[]}', 1],
    ['may not be there', 'UPDATE_COMPLETE', undefined, 1],
    ['is not asked of a stack that is only reviewed yet', 'REVIEW_IN_PROGRESS', undefined, 0],
  ])('has a stack policy that %s', async (_, StackStatus, StackPolicyBody, calls) => {
    stackIs({ StackStatus: StackStatus as never });
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: '' });
    cloudFormation.on(GetStackPolicyCommand).resolves(StackPolicyBody === undefined ? {} : { StackPolicyBody });
    const live = await readStack(session, { stackName: 'orders-api', stackPolicy: '{}' });
    expect(live?.stackPolicy).toBe(StackPolicyBody);
    expect(cloudFormation).toHaveReceivedCommandTimes(GetStackPolicyCommand, calls);
  });

  it.each<[string, Partial<Stack>, Record<string, string>]>([
    ['has outputs', { Outputs: [{ OutputKey: 'Url', OutputValue: 'x' }] }, { Url: 'x' }],
    ['has none', {}, {}],
  ])('that %s tells them', async (_, stack, outputs) => {
    stackIs(stack);
    expect(await readOutputs(session, 'orders-api')).toEqual(outputs);
  });

  it('that is not there has no outputs', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(missing);
    expect(await readOutputs(session, 'orders-api')).toEqual({});
  });

  it('may not be there', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(missing);
    expect(await readStack(session, { stackName: 'orders-api', stackPolicy: undefined })).toBeUndefined();
    expect(await readStackStatus(session, 'orders-api')).toBeUndefined();
    cloudFormation.on(DescribeStacksCommand).resolves({});
    expect(await readStack(session, { stackName: 'orders-api', stackPolicy: undefined })).toBeUndefined();
  });

  it('is read with its status alone where that is enough', async () => {
    stackIs({ StackStatus: 'CREATE_COMPLETE' });
    expect(await readStackStatus(session, stackId)).toEqual({ stackId, status: 'CREATE_COMPLETE' });
  });

  it('does not stumble over an answer that says nothing', async () => {
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{} as Stack] });
    cloudFormation.on(GetTemplateCommand).resolves({});
    expect(await readStackStatus(session, 'x')).toEqual({ stackId: '', status: '' });
    expect(await readStack(session, { stackName: 'x', stackPolicy: undefined })).toMatchObject({
      stackId: '',
      status: '',
      templateDigest: digestOf(''),
    });
  });

  it.each([
    ['ValidationError', 'AWS_REFUSED'],
    ['AccessDenied', 'ACCESS_DENIED'],
  ])('is not taken for missing when AWS answers %s', async (code, reported) => {
    cloudFormation.on(DescribeStacksCommand).rejects(awsError(code, 'no such thing is said'));
    await expect(readStack(session, { stackName: 'orders-api', stackPolicy: undefined })).rejects.toMatchObject({
      name: reported,
    });
  });
});

it('the template of a change set is asked for by stack and change set', async () => {
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: {}\n' });
  const digest = await readTemplateDigest(session, { stackName: 'orders-api', changeSet: changeSetId });
  expect(digest).toBe(digestOf('Resources: {}\n'));
  expect(cloudFormation.commandCalls(GetTemplateCommand)[0]?.args[0].input).toEqual({
    StackName: 'orders-api',
    ChangeSetName: changeSetId,
    TemplateStage: 'Original',
  });
});

describe('the template that CloudFormation made of another', () => {
  it('is asked for by stack and change set, and read as data in its long form', async () => {
    cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Outputs: { Url: { Value: !Ref Queue } }' });
    const of = { stackName: 'orders-api', changeSet: changeSetId };
    expect(await readProcessedTemplate(session, of)).toEqual({ Outputs: { Url: { Value: { Ref: 'Queue' } } } });
    expect(cloudFormation.commandCalls(GetTemplateCommand)[0]?.args[0].input).toEqual({
      StackName: 'orders-api',
      ChangeSetName: changeSetId,
      TemplateStage: 'Processed',
    });
  });

  it.each([['no template'], ['Resources: {'], [undefined]])('is nothing when it reads %j', async (TemplateBody) => {
    cloudFormation.on(GetTemplateCommand).resolves(TemplateBody === undefined ? {} : { TemplateBody });
    expect(await readProcessedTemplate(session, { stackName: 'orders-api' })).toBeUndefined();
  });
});

describe('an operation, read from the events of its stack', () => {
  const event = (ResourceStatus: string, minute: number, more: object = {}) => ({
    StackId: stackId,
    StackName: 'orders-api',
    EventId: `${minute}`,
    PhysicalResourceId: stackId,
    LogicalResourceId: 'orders-api',
    ResourceType: 'AWS::CloudFormation::Stack',
    ResourceStatus: ResourceStatus as never,
    ClientRequestToken: operationToken,
    Timestamp: new Date(Date.parse(monday) + minute * 60_000),
    ...more,
  });
  const sought = { stackId, token: operationToken, since: monday };

  it('is found over several pages, and further pages than its beginning are not asked for', async () => {
    cloudFormation
      .on(DescribeStackEventsCommand, { StackName: stackId })
      .resolves({ StackEvents: [event('UPDATE_IN_PROGRESS', 3, { PhysicalResourceId: 'queue' })], NextToken: '2' });
    cloudFormation
      .on(DescribeStackEventsCommand, { StackName: stackId, NextToken: '2' })
      .resolves({ StackEvents: [event('UPDATE_IN_PROGRESS', 2), event('UPDATE_COMPLETE', -1)], NextToken: '3' });
    expect(await readOperation(session, sought)).toEqual({ kind: 'in-progress', status: 'UPDATE_IN_PROGRESS' });
    expect(cloudFormation).toHaveReceivedCommandTimes(DescribeStackEventsCommand, 2);
  });

  it.each<[string, object]>([
    ['no event', {}],
    ['another’s', { StackEvents: [event('UPDATE_COMPLETE', 1, { ClientRequestToken: 'console' })] }],
    ['an event that says nothing', { StackEvents: [{}] }],
  ])('has not started with %s', async (_, page) => {
    cloudFormation.on(DescribeStackEventsCommand).resolves(page);
    expect(await readOperation(session, sought)).toEqual({ kind: 'not-started' });
  });

  it('is not looked for without end', async () => {
    cloudFormation.on(DescribeStackEventsCommand).resolves({ StackEvents: [], NextToken: 'again' });
    expect(await readOperation(session, sought)).toEqual({ kind: 'not-started' });
    expect(cloudFormation).toHaveReceivedCommandTimes(DescribeStackEventsCommand, 50);
  });

  it('reports what AWS refuses', async () => {
    cloudFormation.on(DescribeStackEventsCommand).rejects(awsError('Throttling', 'Rate exceeded'));
    await expect(readOperation(session, sought)).rejects.toMatchObject({ name: 'THROTTLED' });
  });
});
