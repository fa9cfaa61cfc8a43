/** Writing IAM over the wire: what is asked of the policies, and what the account holds afterwards. Asked by an unmodified SDK client. */
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetAccountSummaryCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  type IAMClient,
  ListUsersCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { iamAccount, type RoleRecord } from '#sandbox/iam/state.ts';
import type { Json } from '#sandbox/kernel.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { openPersonSession } from '#sandbox/sts/sessions.ts';
import {
  allow,
  arnOf,
  home,
  iamAs,
  identityWorld,
  lastDecision,
  makeResource,
  makeRole,
  policyDocument,
  refusal,
} from '../sts/identity-world.ts';

const boundary = 'arn:aws:iam::aws:policy/PowerUserAccess';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const lambdaTrust = policyDocument({
  Effect: 'Allow',
  Principal: { Service: 'lambda.amazonaws.com' },
  Action: 'sts:AssumeRole',
});
const text = JSON.stringify;
const asJson = (document: object) => document as Json;

let sandbox: RunningSandbox;
/** Carol may do everything. */
let iam: IAMClient;
let role: RoleRecord;
let count = 0;

beforeAll(async () => {
  sandbox = await identityWorld();
  iam = iamAs(sandbox, openPersonSession(sandbox, 'carol'));
});
afterAll(() => sandbox.close());
beforeEach(() => {
  count += 1;
  role = makeRole(sandbox, `worker-${count}`, { trust: lambdaTrust, settings: { boundary, tags: { team: 'red' } } });
});

const user = () => `eve-${count}`;
const RoleName = () => role.name;

describe('users', () => {
  it('are made with path, tags and boundary, and are in the lists that an audit reads', async () => {
    const Tags = [{ Key: 'team', Value: 'red' }];
    const { User } = await iam.send(
      new CreateUserCommand({ UserName: user(), Path: '/ops/', PermissionsBoundary: boundary, Tags }),
    );
    expect(User).toMatchObject({ Arn: `arn:aws:iam::${home}:user/ops/${user()}`, Tags });
    const { Users } = await iam.send(new ListUsersCommand({ PathPrefix: '/ops/' }));
    expect(Users).toContainEqual(expect.objectContaining({ UserName: user(), UserId: User!.UserId }));
    expect(iamAccount(sandbox.world, home).users[user()]).toMatchObject({ boundary, tags: { team: 'red' } });
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand({}));
    expect(SummaryMap!.Users).toBe(Object.keys(iamAccount(sandbox.world, home).users).length);
  });

  it('sign with the key that was made for them', async () => {
    await iam.send(new CreateUserCommand({ UserName: user() }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: user() }));
    expect(AccessKey).toMatchObject({ UserName: user(), Status: 'Active' });
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    expect(await arnOf(sandbox, credentials)).toBe(`arn:aws:iam::${home}:user/${user()}`);
  });

  it('get one login profile', async () => {
    await iam.send(new CreateUserCommand({ UserName: user() }));
    const profile = () => iam.send(new CreateLoginProfileCommand({ UserName: user(), Password: 'never-kept' }));
    expect((await profile()).LoginProfile).toMatchObject({ UserName: user(), PasswordResetRequired: false });
    expect(await refusal(profile())).toBe(`EntityAlreadyExists: Login Profile for user ${user()} already exists.`);
    expect(iamAccount(sandbox.world, home).users[user()]!.hasLoginProfile).toBe(true);
    expect(text(sandbox.world)).not.toContain('never-kept');
  });

  it('are refused as IAM refuses them', async () => {
    await iam.send(new CreateUserCommand({ UserName: user() }));
    const again = iam.send(new CreateUserCommand({ UserName: user().toUpperCase() }));
    expect(await refusal(again)).toMatch(/^EntityAlreadyExists: /);
    const nobody = iam.send(new CreateAccessKeyCommand({ UserName: 'constructor' }));
    expect(await refusal(nobody)).toBe('NoSuchEntity: The user with name constructor cannot be found.');
    const own = iam.send(new CreateAccessKeyCommand({}));
    expect(await refusal(own)).toBe('ValidationError: Must specify userName when calling with non-User credentials');
  });
});

describe('roles', () => {
  it('are made with trust, description, duration, tags and boundary', async () => {
    const name = `made-${count}`;
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: name,
        Path: '/app/',
        Description: 'Works.',
        MaxSessionDuration: 7_200,
        AssumeRolePolicyDocument: text(lambdaTrust),
        PermissionsBoundary: boundary,
        Tags: [{ Key: 'team', Value: 'red' }],
      }),
    );
    expect(Role).toMatchObject({ RoleName: name, Arn: `arn:aws:iam::${home}:role/app/${name}` });
    const { Role: shown } = await iam.send(new GetRoleCommand({ RoleName: name }));
    expect(shown).toMatchObject({
      Description: 'Works.',
      MaxSessionDuration: 7_200,
      Tags: [{ Key: 'team', Value: 'red' }],
      PermissionsBoundary: { PermissionsBoundaryArn: boundary },
    });
    expect(JSON.parse(decodeURIComponent(shown!.AssumeRolePolicyDocument!))).toEqual(lambdaTrust);
  });

  it('get another trust, more policies, another boundary, and lose it', async () => {
    const trust = policyDocument({ Effect: 'Allow', Principal: { AWS: role.arn }, Action: 'sts:AssumeRole' });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: RoleName(), PolicyDocument: text(trust) }));
    const rights = policyDocument(allow('s3:GetObject'));
    await iam.send(new PutRolePolicyCommand({ RoleName: RoleName(), PolicyName: 'own', PolicyDocument: text(rights) }));
    for (const PolicyArn of [readOnly, readOnly])
      await iam.send(new AttachRolePolicyCommand({ RoleName: RoleName(), PolicyArn }));
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: RoleName(), PermissionsBoundary: readOnly }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: RoleName() }));
    expect(JSON.parse(decodeURIComponent(Role!.AssumeRolePolicyDocument!))).toEqual(trust);
    expect(role).toMatchObject({
      boundary: readOnly,
      attachedPolicies: [readOnly],
      inlinePolicies: { own: text(rights) },
    });
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: RoleName() }));
    expect((await iam.send(new GetRoleCommand({ RoleName: RoleName() }))).Role!.PermissionsBoundary).toBeUndefined();
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a role that exists', () => make({ RoleName: RoleName() }), 'EntityAlreadyExists: '],
    ['a boundary that does not exist', () => make({ PermissionsBoundary: `${boundary}-2` }), 'NoSuchEntity: Policy '],
    ['a trust that is no JSON', () => make({ AssumeRolePolicyDocument: '{' }), 'MalformedPolicyDocument: This policy'],
    [
      'an inline policy that is none',
      () => iam.send(new PutRolePolicyCommand({ RoleName: RoleName(), PolicyName: 'own', PolicyDocument: '{}' })),
      'MalformedPolicyDocument: ',
    ],
    [
      'a managed policy that does not exist',
      () => iam.send(new AttachRolePolicyCommand({ RoleName: RoleName(), PolicyArn: `${readOnly}-2` })),
      'NoSuchEntity: Policy ',
    ],
    [
      'a role that does not exist',
      () => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'nobody' })),
      'NoSuchEntity: The role with name nobody cannot be found.',
    ],
  ])('are refused for %s', async (_name, asked, said) => {
    expect(await refusal(asked())).toContain(said);
  });

  const make = (changes: object) =>
    iam.send(
      new CreateRoleCommand({ RoleName: `new-${count}`, AssumeRolePolicyDocument: text(lambdaTrust), ...changes }),
    );

  it('take ten managed policies', async () => {
    role.attachedPolicies = Array.from({ length: 10 }, (_, index) => `arn:aws:iam::${home}:policy/p${index}`);
    const one = iam.send(new AttachRolePolicyCommand({ RoleName: RoleName(), PolicyArn: readOnly }));
    expect(await refusal(one)).toBe('LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10');
  });
});

describe('versions of a managed policy', () => {
  const properties = () => ({
    ManagedPolicyName: `rights-${count}`,
    PolicyDocument: asJson(policyDocument(allow('s3:GetObject'))),
  });
  const version = (PolicyArn: string, action: string, SetAsDefault: boolean) =>
    iam.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: text(policyDocument(allow(action))), SetAsDefault }),
    );
  const actionOf = async (PolicyArn: string, VersionId: string) => {
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
    const document = JSON.parse(decodeURIComponent(PolicyVersion!.Document!));
    return [document.Statement[0].Action, PolicyVersion!.IsDefaultVersion];
  };

  it('take effect only as the default one, and are kept', async () => {
    const arn = await makeResource(sandbox, 'AWS::IAM::ManagedPolicy', properties());
    const record = iamAccount(sandbox.world, home).policies[arn]!;
    expect((await version(arn, 'sqs:*', false)).PolicyVersion).toMatchObject({
      VersionId: 'v2',
      IsDefaultVersion: false,
    });
    expect(record.document).toContain('s3:GetObject');
    expect((await version(arn, 'iam:*', true)).PolicyVersion).toMatchObject({
      VersionId: 'v3',
      IsDefaultVersion: true,
    });
    expect(record.document).toContain('iam:*');
    expect((await iam.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy!.DefaultVersionId).toBe('v3');
    expect([await actionOf(arn, 'v1'), await actionOf(arn, 'v2'), await actionOf(arn, 'v3')]).toEqual([
      ['s3:GetObject', false],
      ['sqs:*', false],
      ['iam:*', true],
    ]);
    await makeResource(
      sandbox,
      'AWS::IAM::ManagedPolicy',
      { ...properties(), PolicyDocument: asJson(policyDocument(allow('sns:*'))) },
      { verb: 'update', physicalId: arn, previousProperties: properties() },
    );
    expect(await actionOf(arn, 'v3')).toEqual(['sns:*', true]);
  });

  it('are five at most, and only of policies of the account', async () => {
    const arn = await makeResource(sandbox, 'AWS::IAM::ManagedPolicy', properties());
    for (let made = 2; made <= 5; made += 1) await version(arn, `s3:Get${made}`, false);
    expect(await refusal(version(arn, 's3:Get6', false))).toMatch(/^LimitExceeded: A managed policy can have up to 5/);
    expect(await refusal(version(readOnly, '*', true))).toMatch(/^NoSuchEntity: Policy /);
  });
});

describe('what policies are asked', () => {
  /** Somebody who may do all of IAM, but not under this condition. */
  const limited = (condition: object): IAMClient => {
    const name = `limited-${count}`;
    const document = policyDocument(allow('iam:*'), {
      Sid: 'Limit',
      Effect: 'Deny',
      Action: 'iam:*',
      Resource: '*',
      Condition: condition,
    });
    makeRole(sandbox, name, { trust: lambdaTrust, settings: { inlinePolicies: { limits: document } } });
    const roleArn = `arn:aws:iam::${home}:role/${name}`;
    const request = { roleArn, sessionName: 's', service: 'lambda.amazonaws.com', durationSeconds: 900 };
    return iamAs(sandbox, sandbox.openSession(request));
  };
  const named = (key: string, value: string) => ({ StringEquals: { [key]: value } });
  const trust = text(lambdaTrust);

  it.each<[string, object, (client: IAMClient) => Promise<unknown>]>([
    [
      'the boundary a user is asked for with',
      named('iam:PermissionsBoundary', boundary),
      (client) => client.send(new CreateUserCommand({ UserName: user(), PermissionsBoundary: boundary })),
    ],
    [
      'the tags of the request',
      named('aws:RequestTag/team', 'red'),
      (client) => client.send(new CreateUserCommand({ UserName: user(), Tags: [{ Key: 'team', Value: 'red' }] })),
    ],
    [
      'the tag keys of the request',
      { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'team' } },
      (client) =>
        client.send(
          new CreateRoleCommand({
            RoleName: `t-${count}`,
            AssumeRolePolicyDocument: trust,
            Tags: [{ Key: 'team', Value: 'x' }],
          }),
        ),
    ],
    [
      'the boundary a role is asked for with',
      named('iam:PermissionsBoundary', boundary),
      (client) =>
        client.send(
          new CreateRoleCommand({
            RoleName: `b-${count}`,
            AssumeRolePolicyDocument: trust,
            PermissionsBoundary: boundary,
          }),
        ),
    ],
    [
      'that there is no boundary',
      { Null: { 'iam:PermissionsBoundary': 'true' } },
      (client) => client.send(new CreateRoleCommand({ RoleName: `n-${count}`, AssumeRolePolicyDocument: trust })),
    ],
    [
      'the boundary of the role that gets a policy',
      named('iam:PermissionsBoundary', boundary),
      (client) =>
        client.send(new PutRolePolicyCommand({ RoleName: RoleName(), PolicyName: 'own', PolicyDocument: trust })),
    ],
    [
      'the policy that is attached',
      named('iam:PolicyARN', readOnly),
      (client) => client.send(new AttachRolePolicyCommand({ RoleName: RoleName(), PolicyArn: readOnly })),
    ],
    [
      'the boundary that is put in place of another',
      named('iam:PermissionsBoundary', readOnly),
      (client) =>
        client.send(new PutRolePermissionsBoundaryCommand({ RoleName: RoleName(), PermissionsBoundary: readOnly })),
    ],
    [
      'the boundary that is taken away',
      named('iam:PermissionsBoundary', boundary),
      (client) => client.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: RoleName() })),
    ],
    [
      'the tags of the role',
      named('iam:ResourceTag/team', 'red'),
      (client) => client.send(new UpdateAssumeRolePolicyCommand({ RoleName: RoleName(), PolicyDocument: trust })),
    ],
  ])('is %s', async (_name, condition, ask) => {
    const before = text(iamAccount(sandbox.world, home).roles[RoleName()]);
    const client = limited(condition);
    expect(await refusal(ask(client))).toMatch(/^AccessDenied: .* with an explicit deny in an identity-based policy$/);
    expect(lastDecision(sandbox)).toMatchObject({ allowed: false, reason: 'Limit of limits denies it' });
    expect(text(iamAccount(sandbox.world, home).roles[RoleName()])).toBe(before);
    expect(iamAccount(sandbox.world, home).users[user()]).toBeUndefined();
  });

  it.each<[string, () => Promise<unknown>, () => [action: string, resource: string]]>([
    [
      'a user that is made, with its path',
      () => iam.send(new CreateUserCommand({ UserName: user(), Path: '/ops/' })),
      () => ['iam:CreateUser', `user/ops/${user()}`],
    ],
    [
      'a user that exists, with its path',
      async () => {
        await iam.send(new CreateUserCommand({ UserName: user(), Path: '/ops/' }));
        await iam.send(new CreateAccessKeyCommand({ UserName: user() }));
      },
      () => ['iam:CreateAccessKey', `user/ops/${user()}`],
    ],
    [
      'a role that is made, with its path',
      () => iam.send(new CreateRoleCommand({ RoleName: `p-${count}`, Path: '/app/', AssumeRolePolicyDocument: trust })),
      () => ['iam:CreateRole', `role/app/p-${count}`],
    ],
    [
      'a role that exists',
      () => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: RoleName() })),
      () => ['iam:DeleteRolePermissionsBoundary', `role/${RoleName()}`],
    ],
  ])('is the resource: %s', async (_name, ask, asked) => {
    await ask();
    const [action, resource] = asked();
    expect(lastDecision(sandbox)).toMatchObject({
      allowed: true,
      action,
      resource: `arn:aws:iam::${home}:${resource}`,
    });
  });
});
