import { describe, expect, it } from 'vitest';
import { findingsOf, own, role, saidOf } from './gate.ts';

type Statement = Record<string, unknown>;
const allow = (Principal: unknown, Action: unknown, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Principal,
  Action,
  Resource: '*',
  ...more,
});
const outside = 'arn:aws:iam::999999999999:root';
const lets = (what: string) => [`The resource lets in somebody from outside (${what}).`];
const key = (...Statement: unknown[]) => ({ Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement } } });
const said = (resource: object, context = {}) => saidOf(resource, context, { Worker: role() });

describe('policies of resources', () => {
  it.each([
    ['AWS::S3::BucketPolicy', 'PolicyDocument', 's3:*'],
    ['AWS::S3::AccessPoint', 'Policy', 's3:PutBucketPolicy'],
    ['AWS::KMS::Key', 'KeyPolicy', 'kms:Decrypt'],
    ['AWS::KMS::ReplicaKey', 'KeyPolicy', 'kms:*'],
    ['AWS::SecretsManager::ResourcePolicy', 'ResourcePolicy', 'secretsmanager:GetSecretValue'],
    ['AWS::SQS::QueuePolicy', 'PolicyDocument', 'sqs:*'],
    ['AWS::SNS::TopicPolicy', 'PolicyDocument', 'sns:*'],
    ['AWS::ECR::Repository', 'RepositoryPolicyText', 'ecr:*'],
    ['AWS::OpenSearchService::Domain', 'AccessPolicies', 'es:*'],
    ['AWS::Organizations::ResourcePolicy', 'Content', 'organizations:*'],
  ])('%s does not give another account %s %s', (Type, member, action) => {
    const template = {
      Resources: { It: { Type, Properties: { [member]: { Statement: [allow({ AWS: outside }, action)] } } } },
    };
    expect(findingsOf(template, { waive: ['GATE_TRUST'] })).toMatchObject([
      {
        code: 'GATE_TRUST',
        pointer: `/Resources/It/Properties/${member}/Statement/0`,
        what: lets(`${outside}: ${action}`)[0],
        waived: true,
      },
    ]);
  });

  it.each([
    ['everybody', '*', '*'],
    ['everybody, written as AWS', { AWS: '*' }, '*'],
    ['a user of another account', { AWS: ['arn:aws:iam::999999999999:user/x'] }, 'arn:aws:iam::999999999999:user/x'],
    ['a number that poses as the own account', { AWS: '000000000000' }, '000000000000'],
    ['one of several', { AWS: [own('root'), outside] }, outside],
    ['one branch', { AWS: { 'Fn::If': ['C', own('root'), outside] } }, outside],
    ['a parameter', { AWS: { Ref: 'Who' } }, '{"Ref":"Who"}'],
    ['a whole element from a parameter', { Ref: 'Who' }, '{"Ref":"Who"}'],
    [
      'an account from a parameter',
      { AWS: { 'Fn::Sub': 'arn:aws:iam::${Who}:root' } },
      '{"Fn::Sub":"arn:aws:iam::${Who}:root"}',
    ],
    ['a provider', { Federated: 'accounts.google.com' }, 'accounts.google.com'],
    ['a canonical user', { CanonicalUser: '79a59d' }, '79a59d'],
  ])('%s may not do everything with a key', (_name, principal, shown) => {
    expect(said(key(allow(principal, 'kms:*')))).toEqual(lets(`${shown}: kms:*`));
  });

  it.each([
    ['the own account', allow({ AWS: own('root') }, 'kms:*')],
    ['somebody of the own account', allow({ AWS: own('role/${Who}') }, 'kms:*')],
    ['a role of the template', allow({ AWS: { 'Fn::GetAtt': ['Worker', 'Arn'] } }, 'kms:*')],
    ['a service', allow({ Service: 'logs.amazonaws.com' }, 'kms:*')],
    ['nobody, in a denial', { ...allow('*', 'kms:*'), Effect: 'Deny' }],
    [
      'everybody of the own account',
      allow('*', 'kms:*', { Condition: { StringEquals: { 'kms:CallerAccount': { Ref: 'AWS::AccountId' } } } }),
    ],
    [
      'everybody through a resource of the own account',
      allow({ AWS: '*' }, 'kms:*', {
        Condition: { ArnLike: { 'AWS:SourceArn': { 'Fn::Sub': 'arn:aws:sns:*:${AWS::AccountId}:*' } } },
      }),
    ],
  ])('%s may', (_name, statement) => {
    expect(said(key(statement))).toEqual([]);
  });

  it.each([
    ['another account', { StringEquals: { 'kms:CallerAccount': '999999999999' } }],
    ['the own account or another', { StringEquals: { 'kms:CallerAccount': [{ Ref: 'AWS::AccountId' }, '9'] } }],
    ['whatever comes', { StringEquals: { 'aws:PrincipalAccount': '${aws:PrincipalAccount}' } }],
    ['no value', { StringEquals: { 'aws:PrincipalAccount': [] } }],
    ['a key that says nothing about who asks', { StringEquals: { 'aws:RequestedRegion': { Ref: 'AWS::AccountId' } } }],
    [
      'an operator that holds without the key',
      { StringEqualsIfExists: { 'kms:CallerAccount': { Ref: 'AWS::AccountId' } } },
    ],
    ['an operator without keys', { StringEquals: 'x' }],
    [
      'what a condition takes away',
      {
        StringEquals: { 'kms:CallerAccount': { 'Fn::If': ['C', { Ref: 'AWS::AccountId' }, { Ref: 'AWS::NoValue' }] } },
      },
    ],
    ['a parameter', { Ref: 'Condition' }],
  ])('a condition does not bind everybody by %s', (_name, Condition) => {
    expect(said(key(allow('*', 'kms:*', { Condition })))).toEqual(lets('*: kms:*'));
  });

  it.each([
    ['NotPrincipal', { Effect: 'Allow', NotPrincipal: { AWS: own('root') }, Action: 'kms:*' }, 'all but a few: kms:*'],
    ['NotAction', { ...allow('*', ''), NotAction: 'kms:Decrypt' }, '*: all but a few actions'],
    ['an action from a parameter', allow('*', { Ref: 'Action' }), '*: *'],
    ['no action', { Effect: 'Allow', Principal: '*' }, '*: all but a few actions'],
    ['a statement that is text', 'x', 'x, which the template does not decide'],
  ])('%s is everything', (_name, statement, what) => {
    expect(said(key(statement))).toEqual(lets(what));
  });

  it('that are not decided are refused, and text is read', () => {
    const policy = (KeyPolicy: unknown) => said({ Type: 'AWS::KMS::Key', Properties: { KeyPolicy } });
    expect(policy({ Ref: 'Policy' })).toEqual(lets('{"Ref":"Policy"}, which the template does not decide'));
    expect(policy(JSON.stringify({ Statement: allow('*', 'kms:*') }))).toEqual(lets('*: kms:*'));
    const ownOnly = JSON.stringify({ Statement: allow({ AWS: 'arn:aws:iam::${AWS::AccountId}:root' }, 'kms:*') });
    expect(policy({ 'Fn::Sub': ownOnly })).toEqual([]);
  });
});

describe('what outsiders may do', () => {
  const bucket = (statement: Statement) => ({
    Type: 'AWS::S3::BucketPolicy',
    Properties: { PolicyDocument: { Statement: [statement] } },
  });

  it.each([
    ['everybody, read a website', allow('*', 's3:GetObject')],
    ['everybody, call an API', allow('*', 'execute-api:Invoke')],
    [
      'a distribution, read',
      allow({ CanonicalUser: { 'Fn::GetAtt': ['Identity', 'S3CanonicalUserId'] } }, 's3:GetObject'),
    ],
    [
      'an account, write logs',
      allow({ AWS: { 'Fn::FindInMap': ['M', { Ref: 'AWS::Region' }, 'Id'] } }, ['s3:PutObject']),
    ],
    ['an account, send a message', allow({ AWS: outside }, ['sqs:SendMessage', 'events:PutEvents', 'sns:Publish'])],
    [
      'everybody through a topic of the own account, send a message',
      allow('*', 'sqs:SendMessage', {
        Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::Sub': 'arn:aws:sns:${AWS::Region}:${AWS::AccountId}:t' } } },
      }),
    ],
  ])('%s', (_name, statement) => {
    expect(said(bucket(statement))).toEqual([]);
  });

  it.each([
    ['everybody, write', allow('*', 's3:PutObject'), '*: s3:PutObject'],
    ['everybody, send a message', allow('*', ['execute-api:Invoke', 'sqs:SendMessage']), '*: sqs:SendMessage'],
    ['an account, more than write', allow({ AWS: outside }, 's3:Put*'), `${outside}: s3:Put*`],
  ])('not %s', (_name, statement, what) => {
    expect(said(bucket(statement))).toEqual(lets(what));
  });

  it('an endpoint of a network narrows, and things have policies of their own', () => {
    const document = { Statement: [allow('*', '*')] };
    expect(said({ Type: 'AWS::EC2::VPCEndpoint', Properties: { PolicyDocument: document } })).toEqual([]);
    expect(said({ Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: document } })).toEqual([]);
  });

  it.each([
    ['another account, everything', { Principal: outside, Action: 'lambda:*' }, `${outside}: lambda:*`],
    [
      'another account, new code',
      { Principal: '999999999999', Action: 'lambda:UpdateFunctionCode' },
      '999999999999: lambda:UpdateFunctionCode',
    ],
    [
      'whom a parameter names',
      { Principal: { Ref: 'Who' }, Action: 'lambda:AddPermission' },
      '{"Ref":"Who"}: lambda:AddPermission',
    ],
  ])('with a function, not %s', (_name, properties, what) => {
    expect(said({ Type: 'AWS::Lambda::Permission', Properties: { FunctionName: 'f', ...properties } })).toEqual(
      lets(what),
    );
  });

  it.each([
    ['a service', { Principal: 's3.amazonaws.com', Action: 'lambda:InvokeFunction' }],
    ['a service, by an open action', { Principal: 's3.amazonaws.com', Action: 'lambda:*' }],
    ['an account, to call it', { Principal: '999999999999', Action: 'lambda:InvokeFunction' }],
    ['everybody, to call its address', { Principal: '*', Action: 'lambda:InvokeFunctionUrl' }],
    ['the own account', { Principal: { Ref: 'AWS::AccountId' }, Action: 'lambda:*' }],
  ])('with a function, %s', (_name, properties) => {
    expect(said({ Type: 'AWS::Lambda::Permission', Properties: { FunctionName: 'f', ...properties } })).toEqual([]);
  });

  it('with a bus, what its statement says, flat or not', () => {
    const bus = (Properties: object) => said({ Type: 'AWS::Events::EventBusPolicy', Properties });
    expect(bus({ Principal: '*', Action: 'events:PutEvents' })).toEqual(lets('*: events:PutEvents'));
    expect(bus({ Principal: '999999999999', Action: 'events:PutEvents' })).toEqual([]);
    expect(bus({ Statement: allow({ AWS: outside }, 'events:PutRule') })).toEqual(lets(`${outside}: events:PutRule`));
    expect(bus({ Statement: allow({ AWS: outside }, 'events:PutEvents') })).toEqual([]);
  });
});

describe('what is shared without a policy', () => {
  const share = (Properties: object) => said({ Type: 'AWS::RAM::ResourceShare', Properties });

  it('not with other accounts', () => {
    expect(share({ Principals: ['999999999999'] })).toEqual(lets('999999999999: using the shared resources'));
    expect(share({ Principals: [{ Ref: 'AWS::AccountId' }] })).toEqual([]);
    expect(share({ Principals: ['arn:aws:organizations::111111111111:ou/o-1/ou-1'] })).toEqual([]);
    expect(share({ Principals: ['999999999999'], AllowExternalPrincipals: false })).toEqual([]);
  });

  it('nor a cluster with outsiders', () => {
    const PrincipalArn = 'arn:aws:iam::999999999999:role/x';
    expect(said({ Type: 'AWS::EKS::AccessEntry', Properties: { PrincipalArn } })).toEqual(
      lets(`${PrincipalArn}: signing in to the cluster`),
    );
    expect(
      said({ Type: 'AWS::EKS::AccessEntry', Properties: { PrincipalArn: { 'Fn::GetAtt': ['Worker', 'Arn'] } } }),
    ).toEqual([]);
    expect(said({ Type: 'AWS::EKS::IdentityProviderConfig', Properties: { Type: 'oidc' } })).toEqual(
      lets('whom the provider vouches for: signing in to the cluster'),
    );
  });
});
