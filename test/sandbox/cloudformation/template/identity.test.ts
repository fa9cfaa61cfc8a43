import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourceArn } from '#sandbox/cloudformation/template/arn.ts';
import { defaultIdentity } from '#sandbox/cloudformation/template/default-identity.ts';
import { actionsByType } from '#sandbox/cloudformation/template/iam-action-table.ts';
import { iamActions } from '#sandbox/cloudformation/template/iam-actions.ts';
import { resourceFacts } from '#sandbox/cloudformation/template/resource-facts.ts';
import type { Json } from '#sandbox/kernel.ts';

const place = { account: '222222222222', region: 'eu-west-1' };
const identityOf = (type: string, properties: Record<string, Json> = {}) =>
  defaultIdentity(type, { ...place, stackName: 'orders', logicalId: 'R', suffix: 'ABCDEFGHIJKL', properties });

const generated = 'orders-R-ABCDEFGHIJKL';
const at = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:222222222222:${rest}`;

describe('what Ref answers', () => {
  it.each<[string, string, Record<string, Json>, string]>([
    ['a generated name', 'AWS::Lambda::Function', {}, generated],
    ['the given name', 'AWS::Lambda::Function', { FunctionName: 'f' }, 'f'],
    ['a generated bucket name in lower case', 'AWS::S3::Bucket', {}, 'orders-r-abcdefghijkl'],
    ['the URL of a queue', 'AWS::SQS::Queue', { QueueName: 'q' }, 'https://sqs.eu-west-1.amazonaws.com/222222222222/q'],
    [
      'a generated FIFO name',
      'AWS::SQS::Queue',
      { FifoQueue: true },
      `https://sqs.eu-west-1.amazonaws.com/222222222222/${generated}.fifo`,
    ],
    ['the ARN of a topic', 'AWS::SNS::Topic', { TopicName: 't' }, at('sns', 't')],
    ['the name of a table', 'AWS::DynamoDB::Table', { TableName: 't' }, 't'],
    ['the ARN of a state machine', 'AWS::StepFunctions::StateMachine', {}, at('states', `stateMachine:${generated}`)],
    [
      'the ARN of a managed policy',
      'AWS::IAM::ManagedPolicy',
      { ManagedPolicyName: 'p', Path: '/d/' },
      'arn:aws:iam::222222222222:policy/d/p',
    ],
    ['the name of an inline policy', 'AWS::IAM::Policy', { PolicyName: 'p', Roles: ['r'] }, generated],
    ['the name of a rule', 'AWS::Events::Rule', { Name: 'r' }, 'r'],
    ['bus and rule', 'AWS::Events::Rule', { Name: 'r', EventBusName: 'bus' }, 'bus|r'],
    ['the id of a permission', 'AWS::Lambda::Permission', { FunctionName: 'f' }, generated],
    ['the name of a stage', 'AWS::ApiGatewayV2::Stage', { ApiId: 'a', StageName: '$default' }, '$default'],
    ['the ARN of a version', 'AWS::Lambda::Version', { FunctionName: 'f' }, at('lambda', 'function:f:1')],
    ['the ARN of a secret', 'AWS::SecretsManager::Secret', { Name: 's' }, at('secretsmanager', 'secret:s-s')],
    [
      'the ARN of a subscription',
      'AWS::SNS::Subscription',
      { TopicArn: 'arn:t' },
      expect.stringMatching(/^arn:t:[0-9a-f-]{36}$/),
    ],
    ['the id of an API', 'AWS::ApiGatewayV2::Api', {}, expect.stringMatching(/^[0-9a-f]{10}$/)],
    ['the id of a network', 'AWS::EC2::VPC', {}, expect.stringMatching(/^vpc-0[0-9a-f]{16}$/)],
    [
      'the id of a key',
      'AWS::KMS::Key',
      {},
      expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
    ],
    ['a name for a type nobody knows', 'Custom::Thing', {}, generated],
  ])('%s', (_case, type, properties, expected) => {
    expect(identityOf(type, properties).physicalId).toEqual(expected);
  });

  it.each([
    ['AWS::IAM::Role', 64],
    ['AWS::S3::Bucket', 63],
  ])('a generated name of %s has at most %i characters and keeps its suffix', (type, limit) => {
    const request = { ...place, stackName: 's'.repeat(120), logicalId: 'R', suffix: 'ABCDEFGHIJKL', properties: {} };
    const { physicalId } = defaultIdentity(type, request);
    expect(physicalId).toHaveLength(limit);
    expect(physicalId.toUpperCase()).toMatch(/-ABCDEFGHIJKL$/);
  });
});

describe('what Fn::GetAtt answers', () => {
  it.each<[string, string, Json, Record<string, Json>]>([
    ['AWS::Lambda::Function', 'Arn', at('lambda', 'function:f'), { FunctionName: 'f' }],
    ['AWS::SQS::Queue', 'Arn', at('sqs', 'q'), { QueueName: 'q' }],
    ['AWS::SQS::Queue', 'QueueName', 'q', { QueueName: 'q' }],
    ['AWS::SNS::Topic', 'TopicArn', at('sns', 't'), { TopicName: 't' }],
    ['AWS::SNS::Topic', 'TopicName', generated, {}],
    ['AWS::DynamoDB::Table', 'Arn', at('dynamodb', 'table/t'), { TableName: 't' }],
    ['AWS::DynamoDB::Table', 'StreamArn', at('dynamodb', 'table/t/stream/2026-01-01T00:00:00.000'), { TableName: 't' }],
    ['AWS::S3::Bucket', 'Arn', 'arn:aws:s3:::b', { BucketName: 'b' }],
    ['AWS::S3::Bucket', 'RegionalDomainName', 'b.s3.eu-west-1.amazonaws.com', { BucketName: 'b' }],
    ['AWS::IAM::Role', 'Arn', 'arn:aws:iam::222222222222:role/path/r', { RoleName: 'r', Path: '/path/' }],
    ['AWS::Logs::LogGroup', 'Arn', at('logs', 'log-group:l:*'), { LogGroupName: 'l' }],
    [
      'AWS::Events::Rule',
      'Arn',
      at('events', 'rule/bus/r'),
      { Name: 'r', EventBusName: at('events', 'event-bus/bus') },
    ],
    ['AWS::CloudWatch::Alarm', 'Arn', at('cloudwatch', 'alarm:a'), { AlarmName: 'a' }],
    ['AWS::StepFunctions::StateMachine', 'Name', 'm', { StateMachineName: 'm' }],
    [
      'AWS::ApiGatewayV2::Api',
      'ApiEndpoint',
      expect.stringMatching(/^https:\/\/[0-9a-f]{10}\.execute-api\.eu-west-1\.amazonaws\.com$/),
      {},
    ],
    [
      'AWS::Lambda::Url',
      'FunctionUrl',
      expect.stringMatching(/lambda-url\.eu-west-1\.on\.aws\/$/),
      { TargetFunctionArn: 'f' },
    ],
    ['AWS::Lambda::Url', 'FunctionArn', at('lambda', 'function:f'), { TargetFunctionArn: at('lambda', 'function:f') }],
    ['AWS::EC2::Subnet', 'AvailabilityZone', 'eu-west-1a', { AvailabilityZone: 'eu-west-1a' }],
    ['AWS::RDS::DBInstance', 'Endpoint.Address', `${generated}-endpoint-address`, {}],
    ['AWS::RDS::DBInstance', 'MasterUserSecret.SecretArn', at('rds', `db:${generated}/masterusersecret-secretarn`), {}],
  ])('%s.%s', (type, attribute, expected, properties) => {
    expect(identityOf(type, properties).attributes[attribute]).toEqual(expected);
  });
});

describe('ARNs policies are checked against', () => {
  const common = { ...place, stackName: 'orders', logicalId: 'R' };
  it.each<[string, string, { properties?: Record<string, Json>; physicalId?: string }, string]>([
    ['the beginning of a name to come', 'AWS::SQS::Queue', {}, at('sqs', 'orders-R')],
    ['any id where AWS chooses it', 'AWS::EC2::VPC', {}, at('ec2', 'vpc/*')],
    ['the name of a queue, from its URL', 'AWS::SQS::Queue', { physicalId: 'https://sqs/2/q' }, at('sqs', 'q')],
    ['a physical id that is an ARN', 'AWS::SNS::Topic', { physicalId: 'arn:t' }, 'arn:t'],
    [
      'a rule on a custom bus',
      'AWS::Events::Rule',
      { physicalId: 'bus|r', properties: { EventBusName: 'bus' } },
      at('events', 'rule/bus/r'),
    ],
    [
      'the role an inline policy is put on',
      'AWS::IAM::Policy',
      { properties: { Roles: ['x'] } },
      'arn:aws:iam::222222222222:role/x',
    ],
    [
      'the queue a queue policy is put on',
      'AWS::SQS::QueuePolicy',
      { properties: { Queues: ['https://sqs/2/q'] } },
      at('sqs', 'q'),
    ],
    ['the topic a topic policy is put on', 'AWS::SNS::TopicPolicy', { properties: { Topics: ['arn:t'] } }, 'arn:t'],
    [
      'the function a permission is for',
      'AWS::Lambda::Permission',
      { properties: { FunctionName: at('lambda', 'function:f') } },
      at('lambda', 'function:f'),
    ],
    ['a bus without name', 'AWS::Events::EventBusPolicy', {}, at('events', 'event-bus/default')],
    [
      'a parameter without its slash',
      'AWS::SSM::Parameter',
      { properties: { Name: '/a/b' } },
      at('ssm', 'parameter/a/b'),
    ],
    [
      'a load balancer',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      { properties: { Name: 'lb' } },
      at('elasticloadbalancing', 'loadbalancer/app/lb/lb'),
    ],
    ['a nested stack', 'AWS::CloudFormation::Stack', {}, at('cloudformation', 'stack/orders-R/*')],
    ['a type without template', 'AWS::Foo::Bar', {}, at('foo', 'bar/orders-R')],
    ['a custom resource', 'Custom::Thing', {}, at('cloudformation', 'thing/orders-R')],
  ])('%s', (_case, type, subject, expected) => {
    expect(resourceArn(type, { ...common, properties: {}, ...subject })).toBe(expected);
  });

  it('are in the partition asked for', () => {
    const subject = { ...common, partition: 'aws-cn', properties: { TopicName: 't' } };
    expect(resourceArn('AWS::SNS::Topic', subject)).toBe('arn:aws-cn:sns:eu-west-1:222222222222:t');
  });
});

describe('actions of the execution role', () => {
  it.each([
    ['AWS::SQS::Queue', ['sqs:CreateQueue'], ['sqs:SetQueueAttributes'], ['sqs:DeleteQueue']],
    [
      'AWS::Events::Rule',
      ['events:PutRule', 'events:PutTargets'],
      ['events:PutRule', 'events:PutTargets'],
      ['events:RemoveTargets', 'events:DeleteRule'],
    ],
    ['AWS::CloudFormation::WaitConditionHandle', [], [], []],
    ['Custom::Thing', ['lambda:InvokeFunction'], ['lambda:InvokeFunction'], ['lambda:InvokeFunction']],
    ['AWS::Kinesis::Stream', ['kinesis:CreateStream'], ['kinesis:UpdateStream'], ['kinesis:DeleteStream']],
    [
      'AWS::EFS::FileSystem',
      ['elasticfilesystem:CreateFileSystem'],
      ['elasticfilesystem:UpdateFileSystem'],
      ['elasticfilesystem:DeleteFileSystem'],
    ],
  ])('%s', (type, create, update, remove) => {
    expect(iamActions(type)).toEqual({ create, update, delete: remove });
  });

  it('are listed only for types AWS has', () => {
    expect(Object.keys(actionsByType).filter((type) => !resourceFacts(type).known)).toEqual([]);
  });
});

describe('facts about a type', () => {
  it('come from the specification', () => {
    expect(resourceFacts('AWS::SQS::Queue')).toMatchObject({
      known: true,
      identifier: ['QueueUrl'],
      tagProperty: 'Tags',
      tagsAreMap: false,
      hasArn: true,
    });
    expect(resourceFacts('AWS::SSM::Parameter').tagsAreMap).toBe(true);
  });

  it('are empty for a type AWS does not have', () => {
    expect(resourceFacts('AWS::Foo::Bar')).toEqual({
      known: false,
      properties: [],
      attributes: [],
      identifier: [],
      tagsAreMap: false,
      hasArn: false,
    });
  });
});

describe('laws', () => {
  const types = fc.constantFrom(
    ...Object.keys(actionsByType),
    ...['AWS::ECS::Service', 'AWS::RDS::DBInstance', 'AWS::Kinesis::Stream', 'AWS::CloudFront::Distribution'],
    ...['AWS::EC2::EIP', 'AWS::EC2::InternetGateway', 'AWS::EC2::LaunchTemplate', 'AWS::EC2::NatGateway'],
    ...['AWS::EC2::RouteTable', 'AWS::EC2::Volume', 'AWS::Route53::HostedZone', 'AWS::ApiGatewayV2::Deployment'],
  );

  it('every attribute of the specification has a value, the same each time', () => {
    fc.assert(
      fc.property(types, fc.stringMatching(/^[A-Z0-9]{12}$/), (type, suffix) => {
        const request = { ...place, stackName: 'orders', logicalId: 'R', suffix, properties: {} };
        const identity = defaultIdentity(type, request);
        expect(identity.physicalId).not.toBe('');
        expect(identity.physicalId).not.toMatch(/undefined|\$\{/);
        expect(Object.keys(identity.attributes)).toEqual([...resourceFacts(type).attributes]);
        expect(JSON.stringify(identity.attributes)).not.toMatch(/undefined|\$\{/);
        expect(defaultIdentity(type, request)).toEqual(identity);
      }),
      { seed: 10, numRuns: 400 },
    );
  });
});
