import { describe, expect, it } from 'vitest';
import { permissionChanges } from '#shared/domain/plan/permissions.ts';
import { templateSides } from '#shared/domain/plan/template-sides.ts';
import type { Json, JsonObject } from '#shared/domain/template/template.ts';

type Resources = Readonly<Record<string, JsonObject>>;

const sideOf = (resources: Resources, within = '') =>
  templateSides(
    within === ''
      ? { '': { after: { Resources: { ...resources } } } }
      : {
          '': { after: { Resources: { [within]: { Type: 'AWS::CloudFormation::Stack' } } } },
          [within]: { after: { Resources: { ...resources } } },
        },
    'after',
    {},
  );

/** Every change as one line. */
const between = (before: Resources, after: Resources) =>
  permissionChanges(sideOf(before), sideOf(after)).map(
    ({ effect, resource, text }) => `${effect}: ${resource} ${text}`,
  );

const resource = (Type: string, Properties: Json): JsonObject => ({ Type, Properties });
const document = (...Statement: Json[]): JsonObject => ({ Version: '2012-10-17', Statement });
const allow = (Action: Json, Resource: Json = '*', more: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: Json, Resource: Json = '*'): JsonObject => ({ Effect: 'Deny', Action, Resource });
const policy = (...statements: Json[]) =>
  resource('AWS::IAM::Policy', { Roles: [{ Ref: 'R' }], PolicyDocument: document(...statements) });
const bucketPolicy = (...statements: Json[]) =>
  resource('AWS::S3::BucketPolicy', { Bucket: { Ref: 'B' }, PolicyDocument: document(...statements) });
const trust = (...statements: Json[]) =>
  resource('AWS::IAM::Role', { AssumeRolePolicyDocument: document(...statements) });
const trusting = (Principal: Json, more: JsonObject = {}): JsonObject => ({
  Effect: 'Allow',
  Principal,
  Action: 'sts:AssumeRole',
  ...more,
});
const none: Resources = {};

describe('permissions that change', () => {
  it.each<[string, Resources, Resources, string[]]>([
    ['nothing', { P: policy(allow('s3:Get*')) }, { P: policy(allow('s3:Get*')) }, []],
    [
      'an action more, named alone',
      { P: policy(allow(['s3:GetObject', 's3:ListBucket'], 'arn:aws:s3:::b')) },
      { P: policy(allow(['s3:PutObject', 's3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::b'])) },
      ['broadened: P allows s3:PutObject on arn:aws:s3:::b for ${R}'],
    ],
    [
      'a resource less',
      { P: policy(allow('s3:GetObject', ['arn:aws:s3:::a', 'arn:aws:s3:::b'])) },
      { P: policy(allow('s3:GetObject', 'arn:aws:s3:::a')) },
      ['narrowed: P no longer allows s3:GetObject on arn:aws:s3:::b for ${R}'],
    ],
    [
      'a wildcard in place of names broadens and narrows nothing',
      { P: policy(allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::b/x')) },
      { P: policy(allow('s3:*', 'arn:aws:s3:::b/*')) },
      ['broadened: P allows s3:* on arn:aws:s3:::b/* for ${R}'],
    ],
    [
      'what another statement allows already',
      { P: policy(allow('S3:*')) },
      { P: policy(allow('S3:*'), allow('s3:GetObject', 'arn:aws:s3:::b')) },
      [],
    ],
    [
      'a question mark cannot be seen to cover a star',
      { P: policy(allow('s3:???')) },
      { P: policy(allow('s3:*')) },
      ['broadened: P allows s3:* on * for ${R}'],
    ],
    [
      'a denial that goes broadens, one that comes narrows',
      { P: policy(deny('s3:*', 'arn:aws:s3:::a')) },
      { P: policy(deny('s3:DeleteBucket', 'arn:aws:s3:::b')) },
      [
        'broadened: P no longer denies s3:* on arn:aws:s3:::a for ${R}',
        'narrowed: P denies s3:DeleteBucket on arn:aws:s3:::b for ${R}',
      ],
    ],
    [
      'a condition that goes',
      { P: policy(allow('s3:*', '*', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } })) },
      { P: policy(allow('s3:*')) },
      ['broadened: P allows s3:* on * for ${R}'],
    ],
    [
      'a condition that is another',
      { P: policy(allow('s3:*', '*', { Condition: { StringLike: { b: ['2', '1'], a: 'x' } } })) },
      { P: policy(allow('s3:*', '*', { Condition: { StringLike: { a: 'x' } } })) },
      [
        'broadened: P allows s3:* on * for ${R} if StringLike a x',
        'narrowed: P no longer allows s3:* on * for ${R} if StringLike a x and StringLike b 1 or 2',
      ],
    ],
    ['the same under another name', { P: policy(allow('s3:Get*')) }, { Renamed: policy(allow('s3:Get*')) }, []],
    [
      'the same moved into the role',
      { R: resource('AWS::IAM::Role', {}), P: policy(allow('s3:Get*')) },
      {
        R: resource('AWS::IAM::Role', {
          Policies: [{ PolicyName: 'x', PolicyDocument: document(allow('s3:Get*')) }],
        }),
      },
      [],
    ],
    [
      'everything but a few',
      none,
      { P: policy({ Effect: 'Allow', NotAction: ['iam:*', 'a:*'], NotResource: 'arn:aws:s3:::b' }) },
      ['broadened: P allows all but a:*, iam:* on all but arn:aws:s3:::b for ${R}'],
    ],
    [
      'everything but a few is covered by everything, and covers nothing else',
      { P: policy(allow('*')) },
      { P: policy(allow('*'), { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }) },
      [],
    ],
    [
      'several resources with the same actions in one line',
      none,
      { P: policy(allow(['a:Y', 'a:X'], ['arn:2', 'arn:1']), allow('a:Z', 'arn:3')) },
      ['broadened: P allows a:X, a:Y on arn:1, arn:2 for ${R}', 'broadened: P allows a:Z on arn:3 for ${R}'],
    ],
    [
      'a managed policy and who has it',
      none,
      {
        M: resource('AWS::IAM::ManagedPolicy', { Groups: ['admins'], PolicyDocument: document(allow('s3:Get*')) }),
        U: resource('AWS::IAM::Group', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] }),
      },
      [
        'broadened: M allows everything that the managed policy ${M} allows for admins',
        'broadened: M allows s3:Get* on *',
        'broadened: U allows everything that the managed policy arn:aws:iam::aws:policy/ReadOnlyAccess allows',
      ],
    ],
    [
      'policies that are computed',
      none,
      {
        P: resource('AWS::IAM::Policy', { Roles: ['r'], PolicyDocument: { 'Fn::Transform': 'x' } }),
        Q: resource('AWS::IAM::Role', { Policies: [{ 'Fn::GetAtt': 'X.Policy' }, 'text'] }),
        T: policy('computed'),
        S: resource('AWS::IAM::User', 'computed'),
        V: resource('AWS::IAM::RolePolicy', {
          RoleName: 'r',
          PolicyDocument: '{"Statement":[{"Effect":"Allow","Action":"a:B"}]}',
        }),
      },
      [
        'broadened: P allows what ${Fn::Transform x} says for r',
        'broadened: Q allows what ${X.Policy} says, what text says',
        'broadened: S allows what computed says',
        'broadened: T allows what computed says for ${R}',
        'broadened: V allows a:B for r',
      ],
    ],
    [
      'who may assume a role',
      { R: trust(trusting({ Service: 'lambda.amazonaws.com' })) },
      {
        R: trust(
          trusting({
            Service: ['lambda.amazonaws.com', 'ecs.amazonaws.com'],
            AWS: ['123456789012', { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }],
          }),
          trusting({ Federated: 'arn:aws:iam::1:oidc-provider/x' }, { Action: 'sts:AssumeRoleWithWebIdentity' }),
          { Effect: 'Deny', NotPrincipal: { AWS: ['arn:aws:iam::1:role/b', 'arn:aws:iam::1:role/a'] }, Action: '*' },
        ),
      },
      [
        'broadened: R allows sts:AssumeRole to account ${AWS::AccountId}',
        'broadened: R allows sts:AssumeRole to account 123456789012',
        'broadened: R allows sts:AssumeRole to service ecs.amazonaws.com',
        'broadened: R allows sts:AssumeRoleWithWebIdentity to provider arn:aws:iam::1:oidc-provider/x',
        'narrowed: R denies * to all but arn:aws:iam::1:role/a, arn:aws:iam::1:role/b',
      ],
    ],
    [
      'everybody becomes somebody',
      { R: trust(trusting('*')) },
      { R: trust(trusting({ AWS: '123456789012' })) },
      ['narrowed: R no longer allows sts:AssumeRole to everyone'],
    ],
    [
      'everybody in an account is no service',
      { R: trust(trusting('*')) },
      { R: trust(trusting('*'), trusting({ Service: 'ecs.amazonaws.com' })) },
      ['broadened: R allows sts:AssumeRole to service ecs.amazonaws.com'],
    ],
    [
      'a principal that depends on what is not known',
      none,
      { R: trust(trusting({ 'Fn::If': ['Unknown', { AWS: '*' }, { Service: 'ecs.amazonaws.com' }] })) },
      [
        'broadened: R allows sts:AssumeRole to everyone',
        'broadened: R allows sts:AssumeRole to service ecs.amazonaws.com',
      ],
    ],
    [
      'a statement for each condition that may hold',
      none,
      {
        P: policy(
          allow('s3:*', '*', { Condition: { 'Fn::If': ['Unknown', { Bool: { a: true } }, { Null: 'odd' }] } }),
          allow('a:*', '*', { Condition: 'odd' }),
        ),
      },
      [
        'broadened: P allows a:* on * for ${R} if odd',
        'broadened: P allows s3:* on * for ${R} if Bool a true or else Null odd',
      ],
    ],
    [
      'a boundary that goes from a role that stays',
      { R: resource('AWS::IAM::Role', { PermissionsBoundary: 'arn:b', ManagedPolicyArns: ['arn:p'] }) },
      { R: resource('AWS::IAM::Role', { ManagedPolicyArns: ['arn:p'] }) },
      ['broadened: R is no longer bounded by arn:b'],
    ],
    [
      'a boundary that comes',
      { R: resource('AWS::IAM::Role', { ManagedPolicyArns: ['arn:p'] }) },
      { R: resource('AWS::IAM::Role', { PermissionsBoundary: 'arn:b', ManagedPolicyArns: ['arn:p'] }) },
      ['narrowed: R is bounded by arn:b'],
    ],
    ['the boundary of a new role', none, { R: resource('AWS::IAM::Role', { PermissionsBoundary: 'arn:b' }) }, []],
    [
      'the policy of one bucket covers no other',
      { P: bucketPolicy(allow('s3:*', '*', { Principal: '*' })) },
      {
        P: resource('AWS::S3::BucketPolicy', {
          Bucket: 'other',
          PolicyDocument: document(allow('s3:*', '*', { Principal: '*' })),
        }),
      },
      ['broadened: P allows s3:* on * to everyone', 'narrowed: P no longer allows s3:* on * to everyone'],
    ],
    [
      'policies that belong to what they are on',
      none,
      {
        K: resource('AWS::KMS::Key', {
          KeyPolicy: document(allow('kms:*', '*', { Principal: { AWS: '123456789012' } })),
        }),
        E: resource('AWS::Events::EventBusPolicy', {
          EventBusName: 'b',
          Statement: { Effect: 'Allow', Principal: '*', Action: 'events:PutEvents' },
        }),
        Q: resource('AWS::SQS::Queue', {}),
      },
      ['broadened: E allows events:PutEvents to everyone', 'broadened: K allows kms:* on * to account 123456789012'],
    ],
    [
      'what resources let others do without a policy',
      none,
      {
        A: resource('AWS::RAM::ResourceShare', { Name: 'a', Principals: ['999999999999'] }),
        B: resource('AWS::EC2::VPCEndpointServicePermissions', { AllowedPrincipals: ['*'] }),
        C: resource('AWS::Lambda::LayerVersionPermission', { Principal: '*', Action: 'lambda:GetLayerVersion' }),
        D: resource('AWS::EKS::AccessEntry', { PrincipalArn: 'arn:aws:iam::9:role/x' }),
        E: resource('AWS::EKS::IdentityProviderConfig', { Type: 'oidc' }),
        F: resource('AWS::Lambda::Url', { AuthType: 'NONE' }),
        G: resource('AWS::Lambda::Url', { AuthType: 'AWS_IAM' }),
        H: resource('AWS::Events::EventBusPolicy', { StatementId: 's', Principal: '*', Action: 'events:PutEvents' }),
        I: resource('AWS::Events::EventBusPolicy', {
          StatementId: 't',
          EventBusName: 'b',
          Principal: '999999999999',
          Action: 'events:PutEvents',
          Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
        }),
      },
      [
        'broadened: A allows using what is shared to account 999999999999',
        'broadened: B allows connecting to the service to everyone',
        'broadened: C allows lambda:GetLayerVersion to everyone',
        'broadened: D allows signing in to the cluster to arn:aws:iam::9:role/x',
        'broadened: E allows signing in to the cluster to whom its provider vouches for',
        'broadened: F allows calling its address (NONE) to everyone',
        'broadened: H allows events:PutEvents to everyone',
        'broadened: I allows events:PutEvents to 999999999999 if StringEquals aws:PrincipalOrgID o-1',
      ],
    ],
    [
      'whom an identity pool lets in',
      { P: resource('AWS::Cognito::IdentityPool', { AllowUnauthenticatedIdentities: false }) },
      {
        P: resource('AWS::Cognito::IdentityPool', {
          AllowUnauthenticatedIdentities: true,
          CognitoIdentityProviders: [{ ProviderName: 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_X' }, 'odd'],
          SupportedLoginProviders: { 'graph.facebook.com': '6' },
          DeveloperProviderName: 'login.evil',
        }),
        Q: resource('AWS::Cognito::IdentityPool', { SupportedLoginProviders: 'text' }),
      },
      [
        "broadened: P allows getting credentials of the pool's roles to everyone",
        "broadened: P allows getting credentials of the pool's roles to whom cognito-idp.eu-west-1.amazonaws.com/eu-west-1_X vouches for",
        "broadened: P allows getting credentials of the pool's roles to whom graph.facebook.com vouches for",
        "broadened: P allows getting credentials of the pool's roles to whom login.evil vouches for",
        "broadened: P allows getting credentials of the pool's roles to whom odd vouches for",
        "broadened: Q allows getting credentials of the pool's roles to whom text vouches for",
      ],
    ],
    [
      'who may invoke a function, whichever way it is named',
      {
        L: resource('AWS::Lambda::Permission', {
          FunctionName: { Ref: 'F' },
          Principal: 's3.amazonaws.com',
          Action: 'lambda:InvokeFunction',
        }),
      },
      {
        L: resource('AWS::Lambda::Permission', {
          FunctionName: { 'Fn::GetAtt': ['F', 'Arn'] },
          Principal: 's3.amazonaws.com',
          Action: 'lambda:InvokeFunction',
        }),
        M: resource('AWS::Lambda::Permission', {
          FunctionName: 'G',
          Principal: '*',
          Action: 'lambda:InvokeFunctionUrl',
          FunctionUrlAuthType: 'NONE',
          SourceAccount: '123456789012',
        }),
        N: resource('AWS::Lambda::Permission', { Principal: '123456789012', Action: 'lambda:*' }),
        O: resource('AWS::Lambda::Permission', {
          FunctionName: 'G',
          Principal: 'arn:aws:iam::1:role/x',
          Action: 'lambda:*',
        }),
      },
      [
        'broadened: M allows lambda:InvokeFunctionUrl to everyone if SourceAccount 123456789012 and FunctionUrlAuthType NONE',
        'broadened: N allows lambda:* to account 123456789012',
        'broadened: O allows lambda:* to arn:aws:iam::1:role/x',
      ],
    ],
    [
      'what a security group lets in, whichever resource says it',
      {
        G: resource('AWS::EC2::SecurityGroup', {
          SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, CidrIp: '10.0.0.0/8' }],
        }),
      },
      {
        G: resource('AWS::EC2::SecurityGroup', {
          SecurityGroupIngress: [
            { IpProtocol: 'tcp', FromPort: 1000, ToPort: 2000, CidrIp: '0.0.0.0/0', CidrIpv6: '::/0' },
            { IpProtocol: -1, SourceSecurityGroupId: { Ref: 'H' } },
            { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 },
            'computed',
          ],
        }),
        I: resource('AWS::EC2::SecurityGroupIngress', {
          GroupId: { 'Fn::GetAtt': ['G', 'GroupId'] },
          IpProtocol: 'tcp',
          FromPort: 80,
          CidrIp: '10.0.0.0/8',
        }),
        J: resource('AWS::EC2::SecurityGroupIngress', { GroupName: 'default', CidrIp: '10.0.0.0/8' }),
        K: resource('AWS::EC2::SecurityGroupIngress', {}),
      },
      [
        'broadened: G allows all traffic from ${H}',
        'broadened: G allows icmp from somewhere',
        'broadened: G allows tcp 1000-2000 from 0.0.0.0/0',
        'broadened: G allows tcp 1000-2000 from ::/0',
        'broadened: G allows what computed says',
        'broadened: J allows all traffic from 10.0.0.0/8',
        'broadened: K allows all traffic from somewhere',
      ],
    ],
    [
      'references to secrets are masked',
      none,
      { P: policy(allow('a:*', 'arn:{{resolve:secretsmanager:x}}')) },
      ['broadened: P allows a:* on arn:**** for ${R}'],
    ],
    ['a resource without properties or type', none, { A: { Type: 'AWS::IAM::Role' }, B: {} }, []],
  ])('%s', (_name, before, after, expected) => {
    expect(between(before, after)).toEqual(expected);
  });

  it('are placed in the nested stack they are in, with the type', () => {
    const after = sideOf({ P: policy(allow('s3:*')) }, 'Child');
    expect(permissionChanges(new Map(), after)).toEqual([
      {
        effect: 'broadened',
        resource: 'Child/P',
        type: 'AWS::IAM::Policy',
        text: 'allows s3:* on * for ${R}',
      },
    ]);
  });

  it('mirror: what one way broadens, the other way narrows', () => {
    const [a, b] = [{ P: policy(allow('s3:*'), deny('a:*')) }, { P: policy(allow('b:*', 'arn:1')) }];
    const turned = between(b, a).map((line) => line.split(':')[0]);
    expect(turned.toSorted()).toEqual(
      between(a, b)
        .map((line) => (line.startsWith('broadened') ? 'narrowed' : 'broadened'))
        .toSorted(),
    );
  });
});
