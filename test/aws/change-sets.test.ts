import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, it } from 'vitest';
import { deleteChangeSet, executeChangeSet, readChangeSet } from '#shared/aws/change-sets.ts';
import { createChangeSet } from '#shared/aws/create-change-set.ts';
import { aDesiredStack, changeSetId, operationToken, promotionId, stackId } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws } from './fake-aws.ts';
import { session } from './target-session.ts';

fakeAws();
const name = `drawbridge-${promotionId}-1`;
const reference = { stackName: 'orders-api', changeSet: name };
const answer = (page: Partial<DescribeChangeSetCommandOutput>) =>
  cloudFormation.on(DescribeChangeSetCommand).resolves(page as DescribeChangeSetCommandOutput);

const create = (type: 'CREATE' | 'UPDATE' = 'UPDATE') =>
  createChangeSet(session, { name, type, desired: aDesiredStack() });

describe('asking for a change set', () => {
  it.each(['CREATE', 'UPDATE'] as const)(
    'of type %s says everything about the stack, and with whose rights',
    async (type) => {
      cloudFormation.on(CreateChangeSetCommand).resolves({});
      await create(type);
      expect(cloudFormation.commandCalls(CreateChangeSetCommand).map(({ args }) => args[0].input)).toEqual([
        {
          StackName: 'orders-api',
          ChangeSetName: name,
          ChangeSetType: type,
          ClientToken: `${name}-api`,
          TemplateURL: aDesiredStack().templateUrl,
          Parameters: [{ ParameterKey: 'Size', ParameterValue: '1' }],
          Tags: [{ Key: 'team', Value: 'commerce' }],
          Capabilities: ['CAPABILITY_IAM'],
          RoleARN: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
          IncludeNestedStacks: true,
          RollbackConfiguration: { RollbackTriggers: [], MonitoringTimeInMinutes: 0 },
          OnStackFailure: 'ROLLBACK',
        },
      ]);
    },
  );

  it.each([
    ['CREATE', 'delete', 'DELETE'],
    ['CREATE', 'rollback', 'ROLLBACK'],
    ['CREATE', 'keep', 'DO_NOTHING'],
    ['UPDATE', 'delete', 'ROLLBACK'],
    ['UPDATE', 'keep', 'ROLLBACK'],
  ] as const)('of type %s of a stack with onCreateFailure %s: %s', async (type, onCreateFailure, OnStackFailure) => {
    cloudFormation.on(CreateChangeSetCommand).resolves({});
    await createChangeSet(session, { name, type, desired: aDesiredStack({ onCreateFailure }) });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(CreateChangeSetCommand, { OnStackFailure });
  });

  it('names the alarms that roll the operation back, and how long they are watched', async () => {
    cloudFormation.on(CreateChangeSetCommand).resolves({});
    const rollback = { alarms: ['arn:alarm-1', 'arn:alarm-2'], monitorMinutes: 30 };
    await createChangeSet(session, { name, type: 'UPDATE', desired: aDesiredStack({ rollback }) });
    expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(CreateChangeSetCommand, {
      RollbackConfiguration: {
        RollbackTriggers: [
          { Arn: 'arn:alarm-1', Type: 'AWS::CloudWatch::Alarm' },
          { Arn: 'arn:alarm-2', Type: 'AWS::CloudWatch::Alarm' },
        ],
        MonitoringTimeInMinutes: 30,
      },
    });
  });

  it('keeps one that exists already', async () => {
    cloudFormation.on(CreateChangeSetCommand).rejects(awsError('AlreadyExistsException', 'ChangeSet already exists'));
    await expect(create()).resolves.toBeUndefined();
  });

  it.each([
    ['InsufficientCapabilitiesException', 'CHANGE_SET_REFUSED'],
    ['LimitExceededException', 'QUOTA_REACHED'],
    ['Throttling', 'THROTTLED'],
    ['AccessDenied', 'ACCESS_DENIED'],
    ['ValidationError', 'CHANGE_SET_REFUSED'],
    ['SomethingNew', 'AWS_REFUSED'],
  ])('fails with %s as %s', async (code, reported) => {
    cloudFormation.on(CreateChangeSetCommand).rejects(awsError(code));
    await expect(create()).rejects.toMatchObject({ name: reported });
  });
});

describe('a template that CloudFormation may not read', () => {
  it.each([
    ['S3 error: Access Denied\nFor more information check http://docs', 'ARTIFACT_DENIED'],
    ['S3 error: User: arn:aws:sts::3:assumed-role/r/s is not authorized to perform: kms:Decrypt on', 'ARTIFACT_DENIED'],
    ['S3 error: arn:aws-cn:kms:cn-north-1:1:key/0a is disabled.', 'ARTIFACT_DENIED'],
    ['S3 error: The specified key does not exist.', 'CHANGE_SET_REFUSED'],
    ['Template error: Access Denied', 'CHANGE_SET_REFUSED'],
  ])('is told apart from one that is wrong: %s', async (message, reported) => {
    cloudFormation.on(CreateChangeSetCommand).rejects(awsError('ValidationError', message));
    await expect(create()).rejects.toMatchObject({ name: reported });
  });
});

describe('reading a change set', () => {
  it.each([
    [
      "The submitted information didn't contain changes. Submit different information to create a change set.",
      'no-change',
    ],
    ['No updates are to be performed.', 'no-change'],
    ['Transform AWS::Serverless-2016-10-31 failed with: Internal transform failure.', 'refused'],
    ['Template error: resource Queue does not support attribute type Foo', 'refused'],
    ["Somebody wrote: The submitted information didn't contain changes.", 'refused'],
    ['', 'refused'],
  ])('that failed with "%s" is %s', async (StatusReason, kind) => {
    answer({ Status: 'FAILED', StatusReason });
    expect(await readChangeSet(session, reference)).toEqual(
      kind === 'refused' ? { kind, id: '', reason: StatusReason } : { kind, inputs: { parameters: {}, tags: {} } },
    );
  });

  it('that failed without a reason is refused', async () => {
    answer({ Status: 'FAILED' });
    expect(await readChangeSet(session, reference)).toMatchObject({ kind: 'refused', reason: '' });
  });

  it.each(['CREATE_PENDING', 'CREATE_IN_PROGRESS', 'DELETE_PENDING'] as const)('in %s is pending', async (Status) => {
    answer({ Status });
    expect(await readChangeSet(session, reference)).toEqual({ kind: 'pending' });
  });

  it.each<[string, Error]>([
    ['it does not exist', awsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404)],
    ['it does not exist (modelled name)', awsError('ChangeSetNotFoundException')],
    ['its stack does not exist', awsError('ValidationError', 'Stack [orders-api] does not exist')],
  ])('is absent when %s', async (_, error) => {
    cloudFormation.on(DescribeChangeSetCommand).rejects(error);
    expect(await readChangeSet(session, reference)).toEqual({ kind: 'absent' });
  });

  it('reports every other error', async () => {
    cloudFormation.on(DescribeChangeSetCommand).rejects(awsError('ValidationError', '1 validation error detected'));
    await expect(readChangeSet(session, reference)).rejects.toMatchObject({ name: 'AWS_REFUSED' });
  });

  it('asks for property values, by names or by ARNs', async () => {
    answer({ Status: 'CREATE_PENDING' });
    await readChangeSet(session, reference);
    await readChangeSet(session, { stackName: stackId, changeSet: changeSetId });
    expect(cloudFormation.commandCalls(DescribeChangeSetCommand).map(({ args }) => args[0].input)).toEqual([
      { StackName: 'orders-api', ChangeSetName: name, IncludePropertyValues: true },
      { StackName: stackId, ChangeSetName: changeSetId, IncludePropertyValues: true },
    ]);
  });

  it('puts all pages together, in an order of its own', async () => {
    const page = (LogicalResourceId: string, more: object = {}) => ({
      Status: 'CREATE_COMPLETE' as const,
      ChangeSetId: changeSetId,
      ChangeSetName: name,
      StackId: stackId,
      ExecutionStatus: 'AVAILABLE' as const,
      Parameters: [{ ParameterKey: 'Size', ParameterValue: '1' }],
      Tags: [{ Key: 'team', Value: 'commerce' }],
      Changes: [{ ResourceChange: { Action: 'Add' as const, LogicalResourceId, ResourceType: 'AWS::SQS::Queue' } }],
      ...more,
    });
    cloudFormation.on(DescribeChangeSetCommand).resolves(page('B', { NextToken: '2' }) as never);
    cloudFormation.on(DescribeChangeSetCommand, { NextToken: '2' }).resolves(page('A') as never);
    const added = (logicalId: string) => ({
      action: 'Add',
      logicalId,
      type: 'AWS::SQS::Queue',
      scope: [],
      details: [],
    });
    expect(await readChangeSet(session, reference)).toEqual({
      kind: 'ready',
      id: changeSetId,
      name,
      stackId,
      executionStatus: 'AVAILABLE',
      inputs: { parameters: { Size: '1' }, tags: { team: 'commerce' } },
      changes: [added('A'), added('B')],
      nested: [],
    });
  });

  describe('with nested stacks', () => {
    const nestedArn = (stack: string) => `arn:change-set/${stack}`;
    const nests = (LogicalResourceId: string, Action = 'Modify') => ({
      ResourceChange: {
        Action: Action as 'Modify',
        LogicalResourceId,
        ResourceType: 'AWS::CloudFormation::Stack',
        ChangeSetId: nestedArn(LogicalResourceId),
      },
    });
    const queue = (LogicalResourceId: string) => ({
      ResourceChange: { Action: 'Add' as const, LogicalResourceId, ResourceType: 'AWS::SQS::Queue' },
    });
    const page = (id: string, ...Changes: object[]) =>
      ({ Status: 'CREATE_COMPLETE', ChangeSetId: id, StackId: `arn:stack/${id}`, Changes }) as never;

    it('shows what happens in them, each with the way that leads to it', async () => {
      const nested = cloudFormation.on(DescribeChangeSetCommand, { ChangeSetName: name });
      nested.resolves(page(changeSetId, nests('Web'), queue('Queue')));
      const web = { ChangeSetName: nestedArn('Web') };
      cloudFormation
        .on(DescribeChangeSetCommand, web)
        .resolves({ ...(page('web', nests('Cache', 'Add')) as object), NextToken: '2' } as never);
      cloudFormation.on(DescribeChangeSetCommand, { ...web, NextToken: '2' }).resolves(page('web', queue('Queue')));
      cloudFormation
        .on(DescribeChangeSetCommand, { ChangeSetName: nestedArn('Cache') })
        .resolves(page('cache', queue('Topic')));

      const found = await readChangeSet(session, reference);
      if (found.kind !== 'ready') throw new Error(found.kind);
      expect(found.changes.map(({ within, logicalId }) => [within, logicalId])).toEqual([
        [undefined, 'Queue'],
        [undefined, 'Web'],
        ['Web', 'Cache'],
        ['Web', 'Queue'],
        ['Web/Cache', 'Topic'],
      ]);
      expect(found.nested).toEqual([
        { within: 'Web', id: 'web', stackId: 'arn:stack/web', created: false },
        { within: 'Web/Cache', id: 'cache', stackId: 'arn:stack/cache', created: true },
      ]);
      const asked = cloudFormation.commandCalls(DescribeChangeSetCommand).map(({ args }) => args[0].input);
      expect(asked).toContainEqual({ ChangeSetName: nestedArn('Cache'), IncludePropertyValues: true });
    });

    it('is read without those whose change set is gone', async () => {
      cloudFormation.on(DescribeChangeSetCommand).resolves(page(changeSetId, nests('Web')));
      cloudFormation
        .on(DescribeChangeSetCommand, { ChangeSetName: nestedArn('Web') })
        .rejects(awsError('ChangeSetNotFound'));
      expect(await readChangeSet(session, reference)).toMatchObject({ nested: [], changes: [{ logicalId: 'Web' }] });
    });
  });

  it('keeps what a person has to see of a change: replacement, policy, and values before and after', async () => {
    answer({
      Status: 'CREATE_COMPLETE',
      Changes: [
        {
          ResourceChange: {
            Action: 'Modify',
            LogicalResourceId: 'Queue',
            ResourceType: 'AWS::SQS::Queue',
            Replacement: 'True',
            PolicyAction: 'ReplaceAndDelete',
            Scope: ['Properties'],
            Details: [
              {
                Target: {
                  Attribute: 'Properties',
                  Name: 'QueueName',
                  Path: '/Properties/QueueName',
                  RequiresRecreation: 'Always',
                  BeforeValue: 'old',
                  AfterValue: 'new',
                },
                Evaluation: 'Dynamic',
              },
              {},
            ],
          },
        },
      ],
    });
    const detail = {
      attribute: 'Properties',
      name: 'QueueName',
      path: '/Properties/QueueName',
      requiresRecreation: 'Always',
      evaluation: 'Dynamic',
      before: 'old',
      after: 'new',
    };
    expect(await readChangeSet(session, reference)).toMatchObject({
      executionStatus: 'UNAVAILABLE',
      changes: [
        {
          action: 'Modify',
          replacement: 'True',
          policyAction: 'ReplaceAndDelete',
          scope: ['Properties'],
          details: expect.arrayContaining([detail, { attribute: '' }]),
        },
      ],
    });
  });

  it('does not stumble over a change that says nothing', async () => {
    answer({ Status: 'CREATE_COMPLETE', Changes: [{}] });
    expect(await readChangeSet(session, reference)).toMatchObject({
      id: '',
      stackId: '',
      changes: [{ action: 'Dynamic', logicalId: '', type: '', scope: [], details: [] }],
    });
  });
});

describe('executing a change set', () => {
  const execute = () => executeChangeSet(session, { stackId, changeSetId, token: operationToken });

  it('names exactly one, by its ARN, and the token its events will carry', async () => {
    cloudFormation.on(ExecuteChangeSetCommand).resolves({});
    expect(await execute()).toBe('started');
    expect(cloudFormation.commandCalls(ExecuteChangeSetCommand).map(({ args }) => args[0].input)).toEqual([
      { StackName: stackId, ChangeSetName: changeSetId, ClientRequestToken: operationToken },
    ]);
  });

  it.each([
    'InvalidChangeSetStatus',
    'InvalidChangeSetStatusException',
    'ChangeSetNotFound',
    'ChangeSetNotFoundException',
  ])('that answers %s is not executable', async (code) => {
    cloudFormation.on(ExecuteChangeSetCommand).rejects(awsError(code));
    expect(await execute()).toBe('not-executable');
  });

  it('reports every other error', async () => {
    cloudFormation.on(ExecuteChangeSetCommand).rejects(awsError('AccessDenied', 'denied', 403));
    await expect(execute()).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
  });
});

it('removes a change set by stack and name', async () => {
  cloudFormation.on(DeleteChangeSetCommand).resolves({});
  await deleteChangeSet(session, reference);
  expect(cloudFormation).toHaveReceivedCommandExactlyOnceWith(DeleteChangeSetCommand, {
    StackName: 'orders-api',
    ChangeSetName: name,
  });
});
