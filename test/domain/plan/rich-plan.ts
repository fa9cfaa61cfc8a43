/** One plan with everything in it: a creation, an update with a replacement, nested stacks, permissions, a secret, what comes later. */
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import { describeStack } from '#shared/domain/plan/describe-stack.ts';
import type { StackFacts } from '#shared/domain/plan/stack-facts.ts';
import { type StackPlan, untouched } from '#shared/domain/plan/stack-plan.ts';
import type { Templates } from '#shared/domain/plan/template-sides.ts';
import type { JsonObject } from '#shared/domain/template/template.ts';
import { aChange, aDesiredStack, stackId } from '#test/builders.ts';

const role = (statements: JsonObject[], trusted: string): JsonObject => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: trusted }, Action: 'sts:AssumeRole' }],
    },
    Policies: [{ PolicyName: 'own', PolicyDocument: { Statement: statements } }],
  },
});
const allow = (Action: string[], Resource: JsonObject | string): JsonObject => ({ Effect: 'Allow', Action, Resource });
const orders = { 'Fn::GetAtt': ['Orders', 'Arn'] };
const nested = { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { Stage: { Ref: 'Stage' } } } };
const parameters = {
  Stage: { Type: 'String' },
  VpcId: { Type: 'String' },
  DbPassword: { Type: 'String', NoEcho: true },
  DbUser: { Type: 'String' },
};

const templates: Templates = {
  '': {
    before: {
      Parameters: parameters,
      Resources: {
        Orders: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'orders' } },
        Worker: { Type: 'AWS::Lambda::Function' },
        WorkerRole: role([allow(['dynamodb:GetItem'], orders)], 'lambda.amazonaws.com'),
        Alarms: nested,
      },
      Outputs: { TableArn: { Value: orders }, Url: { Value: { 'Fn::Sub': 'https://${Stage}.example.com' } } },
    },
    after: {
      Parameters: parameters,
      Resources: {
        Orders: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'orders-2' } },
        Worker: { Type: 'AWS::Lambda::Function' },
        WorkerRole: role([allow(['dynamodb:GetItem', 'dynamodb:PutItem'], orders)], 'lambda.amazonaws.com'),
        Alarms: nested,
        Web: {
          Type: 'AWS::EC2::SecurityGroup',
          Properties: { SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 443, CidrIp: '0.0.0.0/0' }] },
        },
      },
      Outputs: {
        TableArn: { Value: orders, Export: { Name: 'orders-table' } },
        Url: { Value: { 'Fn::Sub': 'https://${Stage}.example.com' } },
      },
    },
  },
  Alarms: {
    before: { Resources: { Topic: { Type: 'AWS::SNS::Topic' } } },
    after: {
      Resources: {
        Topic: { Type: 'AWS::SNS::Topic' },
        Open: {
          Type: 'AWS::SNS::TopicPolicy',
          Properties: {
            Topics: [{ Ref: 'Topic' }],
            PolicyDocument: {
              Statement: {
                Effect: 'Allow',
                Principal: '*',
                Action: 'sns:Publish',
                Resource: { Ref: 'Topic' },
                Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-example' } },
              },
            },
          },
        },
      },
    },
  },
};

const property = (name: string, more: Partial<StackPlanDetail> = {}): StackPlanDetail => ({
  attribute: 'Properties',
  name,
  path: `/Properties/${name}`,
  requiresRecreation: 'Never',
  ...more,
});
type StackPlanDetail = StackPlan['changes'][number]['details'][number];

/** What the update of the stack `api` is described from. */
export const richFacts: StackFacts = {
  desired: {
    ...aDesiredStack({
      parameters: {
        Stage: 'production',
        VpcId: 'vpc-0fedcba9876543210',
        DbPassword: 'correct horse battery staple',
        DbUser: '{{resolve:secretsmanager:/orders/db:SecretString:user}}',
      },
      opaqueParameters: ['DbPassword'],
      tags: { team: 'commerce', 'cost-center': '1234' },
      capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
    }),
    fromOutput: { VpcId: 'network.VpcId' },
    terminationProtection: true,
    rollback: { alarms: ['arn:aws:cloudwatch:eu-west-1:333333333333:alarm:orders-5xx'], monitorMinutes: 15 },
  },
  live: {
    stackId,
    status: 'UPDATE_COMPLETE',
    templateDigest: 'sha256:old',
    parameters: {
      Stage: 'production',
      VpcId: 'vpc-0123456789abcdef0',
      DbPassword: '****',
      DbUser: '{{resolve:secretsmanager:/orders/old:SecretString:user}}',
    },
    tags: { team: 'commerce' },
    capabilities: ['CAPABILITY_IAM'],
    roleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
    terminationProtection: false,
    rollback: { alarms: [], monitorMinutes: 0 },
    stackPolicy: JSON.stringify({
      Statement: [
        { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
        { Effect: 'Deny', Action: 'Update:Replace', Principal: '*', Resource: 'LogicalResourceId/Orders' },
      ],
    }),
  },
  changes: [
    aChange({
      action: 'Modify',
      logicalId: 'Orders',
      type: 'AWS::DynamoDB::Table',
      replacement: 'True',
      policyAction: 'ReplaceAndDelete',
      scope: ['Properties', 'Tags'],
      details: [
        property('TableName', {
          requiresRecreation: 'Always',
          evaluation: 'Static',
          before: 'orders',
          after: 'orders-2',
        }),
        { attribute: 'Tags', requiresRecreation: 'Never', evaluation: 'Static' },
      ],
    }),
    aChange({
      action: 'Modify',
      logicalId: 'Worker',
      type: 'AWS::Lambda::Function',
      replacement: 'Conditional',
      scope: ['Properties'],
      details: [
        property('Environment/Variables/TABLE', {
          requiresRecreation: 'Never',
          evaluation: 'Dynamic',
          before: 'orders',
        }),
        property('Environment/Variables/PASSWORD', {
          before: '{{resolve:secretsmanager:/orders/old}}',
          after: '{{resolve:secretsmanager:/orders/db}}',
        }),
        property('Description', {
          before: 'Takes orders from the queue and writes them to the table',
          after:
            'Takes orders from the queue, checks the stock and the credit of the customer, and writes them to the table',
        }),
        property('FunctionName', { requiresRecreation: 'Conditionally', evaluation: 'Dynamic' }),
      ],
    }),
    aChange({
      action: 'Modify',
      logicalId: 'WorkerRole',
      type: 'AWS::IAM::Role',
      replacement: 'False',
      scope: ['Properties'],
      details: [property('Policies')],
    }),
    aChange({ action: 'Modify', logicalId: 'Alarms', type: 'AWS::CloudFormation::Stack', replacement: 'False' }),
    aChange({ logicalId: 'Web', type: 'AWS::EC2::SecurityGroup' }),
    aChange({ within: 'Alarms', logicalId: 'Open', type: 'AWS::SNS::TopicPolicy' }),
    aChange({
      within: 'Alarms',
      action: 'Remove',
      logicalId: 'Legacy',
      type: 'AWS::CloudWatch::Alarm',
      policyAction: 'Delete',
    }),
    aChange({
      within: 'Alarms',
      action: 'Modify',
      logicalId: 'Pager',
      type: 'AWS::CloudFormation::Stack',
      replacement: 'False',
    }),
    aChange({ within: 'Alarms/Pager', action: 'Import', logicalId: 'Escalation', type: 'AWS::SSMContacts::Plan' }),
  ],
  templates,
};

const created = describeStack({
  desired: { ...aDesiredStack({ stack: 'network', stackName: 'orders-network', capabilities: [], parameters: {} }) },
  live: undefined,
  changes: [aChange({ logicalId: 'Queue' }), aChange({ logicalId: 'Vpc', type: 'AWS::EC2::VPC' })],
  templates: {
    '': {
      after: {
        Resources: { Queue: { Type: 'AWS::SQS::Queue' }, Vpc: { Type: 'AWS::EC2::VPC' } },
        Outputs: { VpcId: { Value: { Ref: 'Vpc' } } },
      },
    },
  },
});
const named = (stack: string) => untouched({ stack, stackName: `orders-${stack}` });

export const richPlan: RolloutPlan = {
  schemaVersion: 2,
  pipeline: 'orders',
  release: `sha256:${'0123456789abcdef'.repeat(4)}`,
  environment: 'production',
  targets: [
    {
      schemaVersion: 2,
      target: 'production-eu',
      account: '333333333333',
      region: 'eu-west-1',
      stacks: [created, describeStack(richFacts), { ...named('site'), kind: 'unplanned', after: ['api', 'network'] }],
    },
    {
      schemaVersion: 2,
      target: 'production-us',
      account: '444444444444',
      region: 'us-east-1',
      stacks: [
        named('network'),
        {
          ...named('api'),
          kind: 'recover',
          recovery: {
            status: 'UPDATE_ROLLBACK_FAILED',
            action: 'continue-rollback',
            skip: ['Worker'],
            approved: false,
          },
        },
        {
          ...named('site'),
          kind: 'settings',
          settings: [{ name: 'termination protection', before: 'off', after: 'on' }],
        },
      ],
    },
    {
      schemaVersion: 2,
      target: 'spare',
      account: '555555555555',
      region: 'eu-west-1',
      stacks: [named('network')],
    },
  ],
};
