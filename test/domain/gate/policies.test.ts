import { describe, expect, it } from 'vitest';
import { findingsOf, own, role, saidOf } from './gate.ts';

type Statement = Record<string, unknown>;
const allow = (Action: unknown, Resource: unknown, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const managed = (...Statement: unknown[]) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: { PolicyDocument: { Statement } },
});
const said = (...statements: unknown[]) => saidOf(managed(...statements), {}, others);

/** What the statements may refer to. */
const others = {
  Queue: { Type: 'AWS::SQS::Queue' },
  Topic: { Type: 'AWS::SNS::Topic' },
  Bucket: { Type: 'AWS::S3::Bucket' },
  Table: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'orders' } },
  Reading: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'GetRole' } },
  Making: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'CreateUser' } },
  Wildcard: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: '*' } },
  Odd: { Type: 'AWS::Odd::Thing', Properties: { Name: 'odd' } },
  Given: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Name' } } },
  Looped: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'arn:aws:s3:::x', 'Fn::ForEach::X': [] } },
  Computed: { Type: 'AWS::S3::Bucket', Properties: ['x'] },
  Long: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'x'.repeat(3000) } },
  Circle: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Circle' } } },
  Worker: role(),
  Named: role({ RoleName: { 'Fn::Sub': 'orders-${Stage}' } }),
  Reader: role({ RoleName: 'orders-reader' }),
  Setting: { Type: 'AWS::SSM::Parameter' },
  Custom: { Type: 'Custom::Names' },
  CustomToo: { Type: 'AWS::CloudFormation::CustomResource' },
};

const everything = 'The policy allows every action on every resource';
const passing = 'The policy allows any role to be passed to a service (iam:PassRole)';
const assuming = 'The policy allows any role to be assumed (sts:AssumeRole)';
const making = (action: string) => `The policy allows static credentials to be made (iam:${action})`;
const undecided = (...values: unknown[]) =>
  ` (${values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(', ')} is not decided by the template and counts as *)`;

describe('every action on every resource', () => {
  it.each([
    ['*', '*'],
    ['*:*', '*'],
    [['s3:GetObject', '*'], '*'],
    ['*', ['arn:aws:s3:::bucket', '*']],
    ['*', 'arn:*'],
    ['*', 'arn:aws:*:*:*:*'],
    ['*', 'arn:aws-cn:*'],
    ['*', 'arn:*:*:*:123456789012:*'],
    ['*', 'arn:a*'],
  ])('%j on %j is refused', (action, resource) => {
    expect(said(allow(action, resource))).toEqual([`${everything}.`]);
  });

  it.each([
    ['one service on everything', allow('s3:*', '*')],
    ['everything on one bucket', allow('*', 'arn:aws:s3:::bucket/*')],
    ['everything on another service', allow('*', 'arn:aws:s3:::*')],
    ['a denial', { Effect: 'Deny', Action: '*', Resource: '*' }],
    ['a queue of this template', allow('*', { 'Fn::GetAtt': ['Queue', 'Arn'] })],
    ['a queue by a text', allow('*', { 'Fn::Sub': '${Queue.Arn}' })],
    ['a topic, given by Ref', allow('*', { Ref: 'Topic' })],
    ['a topic at the start of a text', allow('*', { 'Fn::Sub': '${Topic}:*' })],
    ['objects of a bucket', allow('*', { 'Fn::Sub': '${Bucket.Arn}/*' })],
    ['objects of a bucket by its name', allow('*', { 'Fn::Sub': 'arn:aws:s3:::${Bucket}/*' })],
    [
      'a table by its own name',
      allow('*', { 'Fn::Sub': 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Table}' }),
    ],
    ['a text document', allow('*', { 'Fn::GetAtt': ['Topic', 'TopicArn'] })],
    ['the action that a table is called', allow({ 'Fn::Sub': 'iam:${Reading}' }, '*')],
    ['a name with a variable of IAM', allow('s3:GetObject', 'arn:aws:s3:::home/${aws:username}/*')],
    ['the same in a text', allow('s3:GetObject', { 'Fn::Sub': 'arn:aws:s3:::home/${!aws:username}/*' })],
    [
      'a value that is joined',
      allow('*', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::', { Ref: 'Queue' }, '/*']] }),
    ],
    ['a value with its own names', allow('*', { 'Fn::Sub': ['arn:aws:s3:::${Name}', { Name: { Ref: 'Queue' } }] })],
    ['a value with a delimiter', allow('*', { 'Fn::Join': [':', ['arn', 'aws', 's3', '', '', 'bucket']] })],
    ['a stack id', allow('*', { Ref: 'AWS::StackId' })],
    ['everything of one service and region', allow('*', { 'Fn::Sub': 'arn:aws:sqs:${AWS::Region}:*' })],
    ['everything of a suffix', allow('*', { 'Fn::Sub': 'arn:aws:s3:::${AWS::URLSuffix}' })],
    ['a role by region', allow('iam:PassRole', own('role/${AWS::Region}-*'))],
    ['a role by suffix', allow('iam:PassRole', own('role/${AWS::URLSuffix}-*'))],
  ])('%s is not refused', (_name, statement) => {
    expect(said(statement)).toEqual([]);
  });

  it.each([
    ['a parameter', { Ref: 'Parameter' }],
    ['a queue, whose Ref is no ARN', { Ref: 'Queue' }],
    ['an id in the place of the service', { 'Fn::Sub': 'arn:aws:${Queue}:*:*:*' }],
    ['a type that is not known', { Ref: 'Odd' }],
    ['a name that a parameter gives', { Ref: 'Given' }],
    ['a name among computed properties', { Ref: 'Looped' }],
    ['a name among properties from a parameter', { Ref: 'Computed' }],
    ['a name without end', { Ref: 'Long' }],
    ['a name that refers to itself', { Ref: 'Circle' }],
    ['a text that ends in what imitates it', 'arn:aws:\u{E000}'],
    ['a list of Fn::Split', { 'Fn::Split': [',', 'a,b'] }],
    ['an import', { 'Fn::ImportValue': 'x' }],
    ['a parameter in a text', { 'Fn::Sub': 'arn:aws:${Rest}' }],
    ['a parameter that is joined', { 'Fn::Join': [':', ['arn:aws', { Ref: 'Service' }]] }],
    ['a join of what is not there', { 'Fn::Join': [':', { Ref: 'List' }] }],
    ['a join by what is not there', { 'Fn::Join': [{ Ref: 'X' }, ['*']] }],
    ['a join of nothing', { 'Fn::Join': 'x' }],
    ['a text that is none', { 'Fn::Sub': { Ref: 'X' } }],
    ['a text without its names', { 'Fn::Sub': ['x', 'y'] }],
    ['a name of a text that may be anything', { 'Fn::Sub': ['${Name}', { Name: { Ref: 'Parameter' } }] }],
    ['an attribute of a custom resource', { 'Fn::GetAtt': 'Custom.Arn' }],
    ['an attribute of a custom resource of the other kind', { 'Fn::GetAtt': ['CustomToo', 'Arn'] }],
    ['a custom resource', { Ref: 'Custom' }],
    ['a value kept in Systems Manager', { 'Fn::GetAtt': ['Setting', 'Value'] }],
    ['an attribute that is no ARN', { 'Fn::GetAtt': ['Queue', 'QueueName'] }],
    ['an attribute of nothing', { 'Fn::GetAtt': ['Nothing', 'Arn'] }],
    ['an attribute without a name', { 'Fn::GetAtt': 'Queue' }],
    ['two functions at once', { Ref: 'Queue', 'Fn::GetAtt': ['Queue', 'Arn'] }],
    ['no function', {}],
    ['a Ref to what is not text', { Ref: ['Queue'] }],
    ['a dynamic reference', '{{resolve:ssm:/everything}}'],
    ['a dynamic reference in parts', { 'Fn::Join': ['', ['{{resol', 've:ssm:/everything}}']] }],
    ['a dynamic reference in a text', { 'Fn::Sub': '{{resolve:ssm:/${Queue}}}' }],
    ['a malformed Fn::If', { 'Fn::If': ['Condition', '*'] }],
    ['Fn::If beside something', { 'Fn::If': ['Condition', 'a', 'b'], Ref: 'x' }],
    ['a number', 3],
  ])('%s may be everything', (_name, resource) => {
    expect(said(allow('*', resource))).toEqual([
      `${everything}${undecided(typeof resource === 'number' ? String(resource) : resource)}.`,
    ]);
  });

  it('may be what the action says, if a parameter says it', () => {
    expect(said(allow({ Ref: 'Action' }, '*'))).toEqual([`${everything}${undecided({ Ref: 'Action' })}.`]);
    expect(said(allow('dynamodb:GetItem', { Ref: 'Parameter' }))).toEqual([]);
  });

  it('shortens what is long', () => {
    const long = { Ref: 'x'.repeat(200) };
    expect(said(allow('*', long))).toEqual([
      `${everything} (${JSON.stringify(long).slice(0, 117)}... is not decided by the template and counts as *).`,
    ]);
  });

  it('is meant by NotResource, which leaves nearly all', () => {
    expect(said({ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::one' })).toEqual([`${everything}.`]);
  });

  it('is meant by NotAction, whatever the resource', () => {
    expect(said({ Effect: 'Allow', NotAction: 'iam:*', Resource: 'arn:aws:s3:::one' })).toEqual([
      'The policy allows every action but a few (NotAction).',
    ]);
    expect(said({ Effect: 'Deny', NotAction: 'iam:*', Resource: '*' })).toEqual([]);
  });
});

describe('handing on and assuming any role', () => {
  const roles = (pattern: string) => `arn:aws:iam::123456789012:role/${pattern}`;

  it.each([
    ['*'],
    [roles('*')],
    ['arn:aws:iam::*:role/*'],
    [own('role/*')],
    [`arn:aws:iam::${'?'.repeat(12)}:role/*`],
    ['arn:aws:iam::1*:role/*'],
    ['arn:aws:iam::*2:role/*'],
    ['arn:aws:iam::1*'],
    ['arn:aws-us-???:iam::1??????????2:role/*'],
    [roles('drawbridge/drawbridge-deploy')],
    [own('role/${Wildcard}')],
    ['arn:aws-us-gov:iam::123456789012:*'],
    [roles('drawbridge/drawbridge-execution')],
    [roles('drawbridge/*')],
    ['arn:aws:iam::*:role/drawbridge-orchestrator'],
  ])('on %j is refused', (resource) => {
    expect(said(allow('iam:PassRole', resource))).toEqual([`${passing}.`]);
    expect(said(allow('STS:assumerole', resource))).toEqual([`${assuming}.`]);
  });

  it('on a role that a parameter names is refused', () => {
    const text = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Name}' };
    expect(said(allow('iam:PassRole', text))).toEqual([`${passing}${undecided(text)}.`]);
  });

  it.each([
    ['a role of this template', { 'Fn::GetAtt': ['Worker', 'Arn'] }],
    ['roles of this stack', own('role/${AWS::StackName}-*')],
    ['roles under a path', roles('service/*')],
    ['something else', 'arn:aws:sqs:eu-west-1:123456789012:*'],
    ['roles of some accounts by a beginning', 'arn:aws:iam::1*:role/service/*'],
    ['a pattern that no account fits', 'arn:aws:iam::1234?:role/*'],
    ['users', 'arn:aws:iam::????????????:user/*'],
    ['a role by its made-up name', own('role/${Worker}')],
    ['a role that a parameter names in part', { 'Fn::GetAtt': ['Named', 'Arn'] }],
  ])('on %s is allowed', (_name, resource) => {
    expect(said(allow(['iam:PassRole', 'sts:AssumeRole'], resource))).toEqual([]);
  });

  it('on any role among others is refused', () => {
    expect(said(allow('iam:PassRole', [roles('one'), '*']))).toEqual([`${passing}.`]);
  });

  it('is two findings where both are allowed', () => {
    expect(said(allow(['iam:Pass*', 'sts:*'], '*'))).toEqual([`${passing}.`, `${assuming}.`]);
  });
});

describe('making static credentials', () => {
  it.each([
    'CreateUser',
    'CreateAccessKey',
    'CreateLoginProfile',
    'CreateServiceSpecificCredential',
    'UpdateUser',
    'UpdateAccessKey',
    'UpdateLoginProfile',
    'UpdateServiceSpecificCredential',
    'ResetServiceSpecificCredential',
    'UploadSSHPublicKey',
    'UploadSigningCertificate',
    'CreateGroup',
    'AddUserToGroup',
    'AttachUserPolicy',
    'AttachGroupPolicy',
    'PutUserPolicy',
    'PutGroupPolicy',
    'PutUserPermissionsBoundary',
    'DeleteUserPermissionsBoundary',
    'CreateVirtualMFADevice',
    'EnableMFADevice',
    'CreateOpenIDConnectProvider',
    'UpdateOpenIDConnectProviderThumbprint',
    'AddClientIDToOpenIDConnectProvider',
    'CreateSAMLProvider',
    'UpdateSAMLProvider',
  ])('iam:%s is refused on any user', (action) => {
    expect(said(allow(`iam:${action}`, own('user/ci')))).toEqual([`${making(action)}.`]);
  });

  it.each([
    ['iam:*', own('user/*'), 'CreateUser'],
    ['IAM:createaccess*', '*', 'CreateAccessKey'],
    ['*', own('user/ci'), 'CreateUser'],
    [{ 'Fn::Sub': 'iam:${Making}' }, '*', 'CreateUser'],
    [{ 'Fn::Join': [':', ['iam', { Ref: 'Making' }]] }, own('user/x'), 'CreateUser'],
    ['iam:UploadSSH*', 'arn:aws:*:*:*:user/x', 'UploadSSHPublicKey'],
    ['iam:CreateUser', ['arn:aws:sqs:eu-west-1:123456789012:queue', 'arn:aws:iam::123456789012:user/x'], 'CreateUser'],
  ])('%s on %j is refused', (action, resource, made) => {
    expect(said(allow(action, resource))).toEqual([`${making(made)}.`]);
  });

  it.each([
    ['reading', allow(['iam:Get*', 'iam:List*'], '*')],
    ['another service', allow('*', 'arn:aws:sqs:eu-west-1:123456789012:queue')],
    ['a denial', { Effect: 'Deny', Action: 'iam:*', Resource: '*' }],
  ])('%s is allowed', (_name, statement) => {
    expect(said(statement)).toEqual([]);
  });
});

describe('the next step', () => {
  it.each([
    ['everything', allow('*', '*'), /^List the actions and resources/],
    ['everything but a few', { Effect: 'Allow', NotAction: 'x:y', Resource: '*' }, /under Action/],
    ['passing', allow('iam:PassRole', '*'), /^Name the roles/],
    ['assuming', allow('sts:AssumeRole', '*'), /^Name the roles/],
    ['static credentials', allow('iam:CreateUser', '*'), /^Take the action out/],
    ['what cannot be read', allow('x', '*'), /^Write the policy out/],
  ])('for %s', (_name, statement, next) => {
    expect(findingsOf({ Resources: { It: managed(statement) } }).map((one) => one.next)).toEqual([
      expect.stringMatching(next),
    ]);
  });
});

describe('where policies are found', () => {
  const wide = { Statement: [allow('*', '*')] };

  it.each(['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy'])('%s', (Type) => {
    expect(saidOf({ Type, Properties: { PolicyDocument: wide } })).toEqual([`${everything}.`]);
  });

  it.each([
    ['inside a role', [{ PolicyName: 'p', PolicyDocument: wide }]],
    [
      'in one branch of a role',
      [{ 'Fn::If': ['C', { PolicyName: 'p', PolicyDocument: wide }, { Ref: 'AWS::NoValue' }] }],
    ],
    [
      'in one branch of a document',
      [{ PolicyName: 'p', PolicyDocument: { 'Fn::If': ['C', { Statement: allow('s3:Get*', '*') }, wide] } }],
    ],
    ['in a branch of a branch', { 'Fn::If': ['C', [], { 'Fn::If': ['D', [], [{ PolicyDocument: wide }]] }] }],
    ['as text', [{ PolicyDocument: JSON.stringify(wide) }]],
    [
      'as text with pseudo parameters',
      [{ PolicyDocument: { 'Fn::Sub': JSON.stringify({ Statement: allow('*', 'arn:${AWS::Partition}:*') }) } }],
    ],
  ])('%s', (_name, Policies) => {
    expect(saidOf(role({ Policies }))).toEqual([`${everything}.`]);
  });

  it('not in resources of other types', () => {
    expect(saidOf({ Type: 'AWS::SQS::QueuePolicy', Properties: { PolicyDocument: wide } })).toEqual([]);
  });

  it.each([
    ['in a list', [[allow('s3:Get*', '*'), allow('*', '*')]]],
    ['in a branch', [{ 'Fn::If': ['C', allow('*', '*'), { Ref: 'AWS::NoValue' }] }]],
    ['whose action is in a branch', [allow({ 'Fn::If': ['C', 's3:Get*', ['*']] }, '*')]],
    [
      'with a condition, which only narrows',
      [allow('*', '*', { Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } })],
    ],
    ['whose condition nobody knows', [allow('*', '*', { Condition: { Ref: 'X' } })]],
    ['with a principal that a condition takes away', [allow('*', '*', { Principal: { Ref: 'AWS::NoValue' } })]],
    ['with a Sid that is computed', [allow('*', '*', { Sid: { Ref: 'X' } })]],
  ])('in a statement %s', (_name, statements) => {
    expect(said(...statements)).toEqual([`${everything}.`]);
  });

  it('in each of two statements', () => {
    expect(said(allow('*', '*'), allow('iam:PassRole', '*'))).toEqual([`${everything}.`, `${passing}.`]);
  });
});

describe('policies that cannot be judged are refused', () => {
  const unreadable = (why: string) => [`The policy cannot be judged: ${why}.`];

  it.each([
    ['a document from a parameter', { Ref: 'Document' }, '{"Ref":"Document"} is not decided by the template'],
    [
      'a text with a parameter',
      { 'Fn::Sub': '{"Statement": ${X}}' },
      '{"Fn::Sub":"{\\"Statement\\": ${X}}"} is not decided by the template',
    ],
    ['a text that is not JSON', '{', '{ is not decided by the template'],
    ['a text that is no object', '3', '3 is not decided by the template'],
    ['a text that is YAML', 'Statement: []', 'Statement: [] is not decided by the template'],
    [
      'a text without end',
      `{"Statement":${'['.repeat(300)}${']'.repeat(300)}}`,
      `{"Statement":${'['.repeat(104)}... is not decided by the template`,
    ],
    [
      'a text that says it twice',
      '{"Statement":[],"Statement":[]}',
      '{"Statement":[],"Statement":[]} is not decided by the template',
    ],
    ['a document with a loop', { 'Fn::ForEach::S': [], Statement: [] }, 'Fn::ForEach::S is not an element of a policy'],
    ['a document without statements', { Statement: [] }, 'it has no statement'],
    ['a text without statements', '{"Version":"2012-10-17"}', 'it has no statement'],
  ])('%s', (_name, PolicyDocument, why) => {
    expect(saidOf({ Type: 'AWS::IAM::Policy', Properties: { PolicyDocument } })).toEqual(unreadable(why));
  });

  it.each([
    [
      'a statement from a parameter',
      { Ref: 'X' },
      'Effect: Invalid option: expected one of "Allow"|"Deny"; Ref is not supported',
    ],
    ['a statement that is text', 'Allow', 'Allow is not a statement'],
    ['a statement with a loop', { ...allow('s3:*', '*'), 'Fn::ForEach::S': [] }, 'Fn::ForEach::S is not supported'],
    [
      'an effect in a branch',
      { ...allow('s3:*', '*'), Effect: { 'Fn::If': ['C', 'Allow', 'Deny'] } },
      'Effect: Invalid option: expected one of "Allow"|"Deny"',
    ],
    ['an action that a loop composes', allow('iam:${Verb}User', '*'), undefined],
    ['an action that is none', allow('everything', '*'), 'everything is not an action'],
    ['a resource that is none', allow('s3:*', 'bucket'), 'bucket is neither an ARN nor *'],
    ['a statement without resource', { Effect: 'Allow', Action: 's3:*' }, 'Resource is missing'],
    [
      'an action taken away',
      allow({ Ref: 'AWS::NoValue' }, '*'),
      'Action: Too small: expected array to have >=1 items',
    ],
    ['a name that hides', { ...allow('s3:*', '*'), ['__proto__']: { x: 1 } }, '__proto__ is not supported'],
  ])('%s', (_name, statement, why) => {
    expect(said(statement)).toEqual(
      why === undefined
        ? [`${making('CreateUser')} (iam:\${Verb}User is not decided by the template and counts as *).`]
        : unreadable(why),
    );
  });

  it.each([
    ['policies from a parameter', { Policies: { Ref: 'List' } }, '{"Ref":"List"}'],
    ['a policy without document', { Policies: [{ PolicyName: 'p' }] }, '{"PolicyName":"p"}'],
    ['a policy from a macro', { Policies: ['AmazonS3FullAccess'] }, 'AmazonS3FullAccess'],
  ])('%s', (_name, properties, written) => {
    expect(saidOf(role(properties))).toEqual([`The policy has no document that can be read: ${written}.`]);
  });

  it.each(['AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy'])('%s without a document', (Type) => {
    expect(saidOf({ Type })).toEqual(['The policy has no document that can be read: {}.']);
  });

  it('and so are properties under names that are computed', () => {
    expect(saidOf(role({ 'Fn::ForEach::P': ['I', ['a'], {}] }))).toEqual([
      'Fn::ForEach::P computes properties of the resource.',
    ]);
    expect(saidOf({ Type: 'AWS::SQS::Queue', Properties: { 'Fn::ForEach::P': [] } })).toEqual([]);
  });
});

describe('managed policies', () => {
  const aws = (name: string) => `arn:aws:iam::aws:policy/${name}`;
  const attached = (...ManagedPolicyArns: unknown[]) =>
    saidOf(
      role({ ManagedPolicyArns }),
      {},
      {
        Own: managed(allow('s3:GetObject', '*')),
        Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: aws('AdministratorAccess') } },
      },
    );
  const broad = (name: string) =>
    `The managed policy ${name} is not known to be narrow; it may allow nearly everything.`;

  it.each([
    'AdministratorAccess',
    'IAMFullAccess',
    'PowerUserAccess',
    'AdministratorAccess-Amplify',
    'AdministratorAccess-AWSElasticBeanstalk',
    'AWSLambda_FullAccess',
    'IAMUserSSHKeys',
    'IAMReadOnlyAccess',
    'job-function/SystemAdministrator',
    'service-role/AmazonElasticMapReduceRole',
    'NewInAWS',
  ])('%s is refused', (name) => {
    expect(attached({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/${name}` })).toEqual([broad(aws(name))]);
  });

  it.each([
    ['that of a function', aws('service-role/AWSLambdaBasicExecutionRole')],
    ['that of a function in a VPC', aws('service-role/AWSLambdaVPCAccessExecutionRole')],
    ['that of a task', aws('service-role/AmazonECSTaskExecutionRolePolicy')],
    ['reading everything', aws('ReadOnlyAccess')],
    ['reading objects', aws('AmazonS3ReadOnlyAccess')],
    ['reading images', aws('AmazonEC2ContainerRegistryReadOnly')],
    ['that of an instance', aws('AmazonSSMManagedInstanceCore')],
    ['that of an agent', aws('CloudWatchAgentServerPolicy')],
    ['one service', aws('AmazonSQSFullAccess')],
    ['that of nodes', aws('AmazonEKSWorkerNodePolicy')],
    ['one of this template, which is judged itself', { Ref: 'Own' }],
    ['none', { Ref: 'AWS::NoValue' }],
  ])('%s is allowed', (_name, arn) => {
    expect(attached(arn)).toEqual([]);
  });

  it('one that exists in the account is refused', () => {
    expect(attached(own('policy/anything'))).toEqual([
      'The managed policy arn:aws:iam::000000000000:policy/anything is not one of this template, so nothing can be said about it.',
    ]);
  });

  it('an alarm that is called like one is what its name says', () => {
    expect(attached({ Ref: 'Alarm' })).toEqual([broad(aws('AdministratorAccess'))]);
  });

  it.each([
    ['a parameter', { Ref: 'Arn' }, '{"Ref":"Arn"}'],
    ['what a loop composes', 'arn:aws:iam::aws:policy/&{Name}', 'arn:aws:iam::aws:policy/&{Name}'],
  ])('given by %s is refused', (_name, arn, written) => {
    expect(attached(arn)).toEqual([`The managed policy ${written} is not decided by the template.`]);
  });

  it('is refused in one branch', () => {
    const list = { 'Fn::If': ['C', [aws('IAMFullAccess')], []] };
    expect(saidOf(role({ ManagedPolicyArns: list }))).toHaveLength(1);
  });
});

describe('where a policy attaches itself', () => {
  const attached = (properties: object, Type = 'AWS::IAM::Policy') =>
    saidOf({ Type, Properties: { PolicyDocument: { Statement: [allow('s3:Get*', '*')] }, ...properties } }, {}, others);

  it.each([
    ['a role of the template', { Roles: [{ Ref: 'Worker' }] }, 'AWS::IAM::Policy'],
    ['the same by its name', { Roles: ['orders-reader'] }, 'AWS::IAM::ManagedPolicy'],
    ['the same in one branch', { Roles: { 'Fn::If': ['C', [{ Ref: 'Worker' }], { Ref: 'AWS::NoValue' }] } }, undefined],
    ['one role', { RoleName: { Ref: 'Worker' } }, 'AWS::IAM::RolePolicy'],
    ['nobody', { Roles: [], Users: [], Groups: [] }, 'AWS::IAM::ManagedPolicy'],
  ])('may be %s', (_name, properties, type) => {
    expect(attached(properties, type)).toEqual([]);
  });

  it.each([
    ['a role of Drawbridge', { Roles: ['drawbridge-deploy'] }, 'drawbridge-deploy'],
    ['the way in of administrators', { Roles: ['OrganizationAccountAccessRole'] }, 'OrganizationAccountAccessRole'],
    ['a role that a parameter names', { RoleName: { Ref: 'Who' } }, '{"Ref":"Who"}'],
    ['what is no role', { Roles: [{ Ref: 'Queue' }] }, '{"Ref":"Queue"}'],
    ['a table that is called like a role', { Roles: [{ Ref: 'Table' }] }, '{"Ref":"Table"}'],
    ['a user', { Users: ['eve'] }, 'eve'],
    ['a group', { Groups: ['orders-reader'] }, 'orders-reader'],
  ])('may not be %s', (_name, properties, written) => {
    expect(attached(properties)).toEqual([
      `The policy attaches itself to ${written}, which is no role of this template.`,
    ]);
  });
});

describe('what the serverless transform would give a function', () => {
  const given = (Policies: unknown) => saidOf({ Type: 'AWS::Serverless::Function', Properties: { Policies } });

  it.each([
    ['a name', 'AWSLambdaBasicExecutionRole'],
    ['an ARN', 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
    ['a template of AWS', [{ DynamoDBCrudPolicy: { TableName: { Ref: 'Table' } } }]],
    ['a document', { Statement: [allow('s3:GetObject', 'arn:aws:s3:::orders/*')] }],
  ])('may be %s', (_name, policies) => {
    expect(given(policies)).toEqual([]);
  });

  it.each([
    ['administrators', 'AdministratorAccess', 1],
    ['a document', [{ Statement: [allow('*', '*')] }], 1],
    ['a policy of the account', own('policy/x'), 1],
    ['what a parameter says', [{ Ref: 'Policy' }], 1],
    ['all of it', ['IAMFullAccess', { Statement: [allow('*', '*')] }], 2],
  ])('may not be %s', (_name, policies, findings) => {
    expect(given(policies)).toHaveLength(findings);
  });
});

describe('texts of odd makings', () => {
  const passing = (resource: unknown) => said(allow('iam:PassRole', resource));

  it('a template cannot pose as an account that nobody knows: the number means any', () => {
    expect(passing('arn:aws:iam::000000000000:role/*')).toHaveLength(1);
    expect(passing('arn:aws:iam::*:role/*')).toHaveLength(1);
  });

  it('are read to their end, however long', () => {
    const long = (end: unknown) => ({ 'Fn::Join': ['', ['arn:aws:s3:::', 'x'.repeat(400), '/', end]] });
    expect(said(allow('s3:GetObject', long({ Ref: 'Bucket' })))).toEqual([]);
  });

  it('a name that is made of the ARN of a role is not decided', () => {
    const named = { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::GetAtt': ['Worker', 'Arn'] } } };
    const statement = allow({ 'Fn::Sub': 'iam:${ByRole}' }, '*');
    expect(saidOf(managed(statement), {}, { ...others, ByRole: named })).not.toEqual([]);
  });
});

describe('keys and ways in of other services', () => {
  const outside = (action: string) => `The policy allows a key or another way in to be made for outsiders (${action}).`;

  it.each([
    ['lightsail:CreateBucketAccessKey', '*', 'lightsail:CreateBucketAccessKey'],
    ['rolesanywhere:*', '*', 'rolesanywhere:CreateTrustAnchor'],
    ['iot:*', 'arn:aws:iot:*:*:*', 'iot:CreateRoleAlias'],
    ['iot:Register*', '*', 'iot:RegisterCertificate'],
    ['ssm:CreateActivation', '*', 'ssm:CreateActivation'],
    ['organizations:*', '*', 'organizations:LeaveOrganization'],
    ['sso:*', '*', 'sso:AttachManagedPolicyToPermissionSet'],
    ['identitystore:Create*', '*', 'identitystore:CreateUser'],
  ])('%s on %s is refused', (action, resource, named) => {
    expect(said(allow(action, resource))).toEqual([outside(named)]);
  });

  it.each([
    ['iot:Publish', '*'],
    ['iot:*', 'arn:aws:iot:*:*:topic/orders/*'],
    ['ssm:GetParameter', '*'],
    ['ssm:*', 'arn:aws:ssm:*:*:parameter/orders/*'],
    ['organizations:Describe*', '*'],
    ['lightsail:GetBuckets', '*'],
  ])('%s on %s is not', (action, resource) => {
    expect(said(allow(action, resource))).toEqual([]);
  });
});

describe('roles above the boundary', () => {
  it.each(['role/Org*', 'role/AWSControl*', 'role/AWSCloudFormationStackSet*', 'role/a*', 'role/stacksets-exec-*'])(
    'are reached by %s',
    (roles) => {
      expect(said(allow('iam:PassRole', `arn:aws:iam::*:${roles}`))).toEqual([`${passing}.`]);
      expect(said(allow('sts:AssumeRole', `arn:aws:iam::*:${roles}`))).toEqual([`${assuming}.`]);
    },
  );

  it.each(['role/orders-*', 'role/app-*', 'role/AWSServiceRoleForOrders'])('and not by %s', (roles) => {
    expect(said(allow(['iam:PassRole', 'sts:AssumeRole'], own(roles)))).toEqual([]);
  });
});
