import { beforeEach, describe, expect, it } from 'vitest';
import { iamService } from '#sandbox/iam/service.ts';
import { iamAccount } from '#sandbox/iam/state.ts';
import type { Json, ResourceResult } from '#sandbox/kernel.ts';
import { type IamSandbox, iamSandbox, policyDocument, statement, thrown, trusting } from './sandbox-stub.ts';

const account = '222222222222';
const trust = trusting({ Service: 'lambda.amazonaws.com' });
const readers = policyDocument(statement('s3:Get*'));

let sandbox: IamSandbox;
beforeEach(() => {
  sandbox = iamSandbox();
});

type Properties = Record<string, unknown>;
type Extra = { physicalId?: string; previousProperties?: Record<string, Json> };

function run(
  verb: 'create' | 'update' | 'remove',
  type: string,
  properties: Properties,
  extra: Extra = {},
): ResourceResult {
  const request = {
    sandbox,
    account,
    region: 'eu-west-1',
    stackId: 'stack-id',
    stackName: 'orders',
    logicalId: 'Thing',
    type,
    properties: properties as Record<string, Json>,
    ...extra,
  };
  return iamService.providers[type]![verb](request) as ResourceResult;
}
const createRole = (properties: Properties = {}) =>
  run('create', 'AWS::IAM::Role', { RoleName: 'reader', AssumeRolePolicyDocument: trust, ...properties });
const updateRole = (previous: Properties, now: Properties) =>
  run(
    'update',
    'AWS::IAM::Role',
    { RoleName: 'reader', AssumeRolePolicyDocument: trust, ...now },
    {
      physicalId: 'reader',
      previousProperties: { RoleName: 'reader', AssumeRolePolicyDocument: trust, ...previous } as Record<string, Json>,
    },
  );
const removeRole = (properties: Properties = {}) =>
  run('remove', 'AWS::IAM::Role', { AssumeRolePolicyDocument: trust, ...properties }, { physicalId: 'reader' });
const role = (name = 'reader') => iamAccount(sandbox.world, account).roles[name]!;

describe('AWS::IAM::Role', () => {
  it('is created with everything its properties say', () => {
    const created = createRole({
      Path: '/drawbridge/',
      Description: 'Reads.',
      MaxSessionDuration: 7200,
      Policies: [{ PolicyName: 'read', PolicyDocument: readers }],
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess',
      Tags: [{ Key: 'team', Value: 'red' }],
    });
    expect(created).toEqual({
      physicalId: 'reader',
      attributes: {
        Arn: 'arn:aws:iam::222222222222:role/drawbridge/reader',
        RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      },
    });
    expect(role()).toMatchObject({
      path: '/drawbridge/',
      description: 'Reads.',
      maxSessionDuration: 7200,
      inlinePolicies: { read: JSON.stringify(readers) },
      attachedPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
      boundary: 'arn:aws:iam::aws:policy/PowerUserAccess',
      tags: { team: 'red' },
    });
  });

  it('gets a name from stack and logical id, cut to 64 characters', () => {
    expect(createRole({ RoleName: undefined }).physicalId).toMatch(/^orders-Thing-[A-Z0-9]{12}$/);
    const long = iamService.providers['AWS::IAM::Role']!.create({
      ...{ sandbox, account, region: 'eu-west-1', stackId: 's', type: 'AWS::IAM::Role', logicalId: 'Thing' },
      stackName: 'x'.repeat(80),
      properties: { AssumeRolePolicyDocument: trust } as unknown as Record<string, Json>,
    }) as ResourceResult;
    expect(long.physicalId).toMatch(/^x{51}-[A-Z0-9]{12}$/);
  });

  it.each<[string, Properties, string]>([
    [
      'a malformed trust policy',
      { AssumeRolePolicyDocument: { Statement: [{ Effect: 'Maybe' }] } },
      'MalformedPolicyDocument: Syntax errors in policy: Invalid option: expected one of "Allow"|"Deny" (at /Statement/0/Effect).',
    ],
    [
      'several mistakes',
      { AssumeRolePolicyDocument: policyDocument({ Effect: 'Allow', Action: 'x', Resource: '*' }) },
      'MalformedPolicyDocument: Syntax errors in policy: Principal is missing (at /Statement/0) and 2 more.',
    ],
    [
      'no trust policy',
      { AssumeRolePolicyDocument: undefined },
      'MalformedPolicyDocument: Syntax errors in policy: Invalid input: expected object, received undefined.',
    ],
    [
      'a trust in a role that does not exist',
      { AssumeRolePolicyDocument: trusting({ AWS: 'arn:aws:iam::111111111111:role/nobody' }) },
      'MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/nobody"',
    ],
    [
      'a trust in an account that does not exist',
      { AssumeRolePolicyDocument: trusting({ AWS: ['222222222222', '999999999999'] }) },
      'MalformedPolicyDocument: Invalid principal in policy: "AWS":"999999999999"',
    ],
    [
      'a trust in a unique id nobody has',
      { AssumeRolePolicyDocument: trusting({ AWS: 'AROANOBODY1234567890A' }) },
      'MalformedPolicyDocument: Invalid principal in policy: "AWS":"AROANOBODY1234567890A"',
    ],
    [
      'a trust in a session of no role',
      { AssumeRolePolicyDocument: trusting({ AWS: 'arn:aws:sts::111111111111:assumed-role/nobody/s1' }) },
      'MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:sts::111111111111:assumed-role/nobody/s1"',
    ],
    [
      'an unknown managed policy',
      { ManagedPolicyArns: ['arn:aws:iam::aws:policy/Everything'] },
      'NoSuchEntity: Policy arn:aws:iam::aws:policy/Everything does not exist or is not attachable.',
    ],
    [
      'a managed policy by its bare name',
      { ManagedPolicyArns: ['AdministratorAccess'] },
      'NoSuchEntity: Policy AdministratorAccess does not exist or is not attachable.',
    ],
    [
      'an unknown boundary',
      { PermissionsBoundary: 'arn:aws:iam::222222222222:policy/none' },
      'NoSuchEntity: Policy arn:aws:iam::222222222222:policy/none does not exist or is not attachable.',
    ],
    [
      'a malformed inline policy',
      { Policies: [{ PolicyName: 'p', PolicyDocument: trust }] },
      'MalformedPolicyDocument: Syntax errors in policy: Resource is missing (at /Statement/0) and 1 more.',
    ],
    [
      'a short session',
      { MaxSessionDuration: 900 },
      "ValidationError: 1 validation error detected: Value '900' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
    ],
    [
      'a long session',
      { MaxSessionDuration: 43_201 },
      "ValidationError: 1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy constraint: Member must have value less than or equal to 43200",
    ],
    [
      'a long name',
      { RoleName: 'r'.repeat(65) },
      `ValidationError: 1 validation error detected: Value '${'r'.repeat(65)}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      'a name with a slash',
      { RoleName: 'a/b' },
      "ValidationError: 1 validation error detected: Value 'a/b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    ],
    [
      'a path without slashes',
      { Path: 'drawbridge' },
      'ValidationError: The specified value for path is invalid. It must begin and end with /.',
    ],
    [
      'properties of another type',
      { ManagedPolicyArns: 'arn' },
      'ValidationError: Properties validation failed: #/ManagedPolicyArns: Invalid input: expected array, received string',
    ],
    [
      'more policies than a role takes',
      { ManagedPolicyArns: Array.from({ length: 11 }, () => 'arn:aws:iam::aws:policy/ReadOnlyAccess') },
      'LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10',
    ],
    [
      'a trust policy over 2,048 characters',
      {
        AssumeRolePolicyDocument: trusting(
          { AWS: account },
          { Condition: { StringEquals: { 'sts:ExternalId': 'x'.repeat(2048) } } },
        ),
      },
      'LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048',
    ],
    [
      'inline policies over 10,240 characters',
      {
        Policies: [
          { PolicyName: 'p', PolicyDocument: policyDocument(statement('s3:*', `arn:aws:s3:::${'b'.repeat(10_240)}`)) },
        ],
      },
      'LimitExceeded: Maximum policy size of 10240 bytes exceeded for role reader',
    ],
  ])('is refused with %s', (_name, properties, error) => {
    expect(thrown(() => createRole(properties))).toBe(error);
    expect(iamAccount(sandbox.world, account).roles).toEqual({});
  });

  it('is refused under a name that is taken, regardless of case', () => {
    createRole();
    expect(thrown(() => createRole({ RoleName: 'Reader' }))).toBe(
      'EntityAlreadyExists: Role with name Reader already exists.',
    );
  });

  it('keeps the role it trusts by unique id, so that a role made again is not trusted', () => {
    const trusted = createRole({ RoleName: 'orchestrator' });
    createRole({ AssumeRolePolicyDocument: trusting({ AWS: String(trusted.attributes['Arn']) }) });
    expect(JSON.parse(role().trust).Statement[0].Principal).toEqual({ AWS: trusted.attributes['RoleId'] });
  });

  it('keeps sessions, accounts and everyone in their own forms', () => {
    const { attributes } = createRole({ RoleName: 'orchestrator' });
    const session = 'arn:aws:sts::222222222222:assumed-role/orchestrator/prm-7';
    const known = String(attributes['RoleId']);
    createRole({ AssumeRolePolicyDocument: trusting({ AWS: [session, '111111111111', '*', known, `${known}:x2`] }) });
    expect(JSON.parse(role().trust).Statement[0].Principal.AWS).toEqual([
      `${known}:prm-7`,
      'arn:aws:iam::111111111111:root',
      '*',
      known,
      `${known}:x2`,
    ]);
  });

  it('may trust a user by ARN, kept by unique id', () => {
    run('create', 'AWS::IAM::User', { UserName: 'ann' });
    createRole({ AssumeRolePolicyDocument: trusting({ AWS: 'arn:aws:iam::222222222222:user/ann' }) });
    expect(JSON.parse(role().trust).Statement[0].Principal.AWS).toMatch(/^AIDA/);
  });

  it('is updated in place and keeps its unique id', () => {
    const { attributes } = createRole({ Policies: [{ PolicyName: 'old', PolicyDocument: readers }] });
    const before = {
      Policies: [{ PolicyName: 'old', PolicyDocument: readers }],
      PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess',
    };
    updateRole(before, { Policies: [{ PolicyName: 'new', PolicyDocument: readers }], MaxSessionDuration: 3601 });
    expect(role()).toMatchObject({ id: attributes['RoleId'], maxSessionDuration: 3601 });
    expect(Object.keys(role().inlinePolicies)).toEqual(['new']);
    expect(role().boundary).toBeUndefined();
  });

  it('keeps a boundary, and the policies that came from elsewhere', () => {
    createRole();
    const elsewhere = { PolicyName: 'elsewhere', PolicyDocument: readers, Roles: ['reader'] };
    run('create', 'AWS::IAM::Policy', elsewhere);
    const managed = run('create', 'AWS::IAM::ManagedPolicy', { PolicyDocument: readers, Roles: ['reader'] }).physicalId;
    updateRole({}, { PermissionsBoundary: managed, ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] });
    expect(role()).toMatchObject({
      boundary: managed,
      inlinePolicies: { elsewhere: JSON.stringify(readers) },
      attachedPolicies: [managed, 'arn:aws:iam::aws:policy/ReadOnlyAccess'],
    });
  });

  it('that is gone cannot be updated', () => {
    expect(thrown(() => updateRole({}, {}))).toBe('NoSuchEntity: The role with name reader cannot be found.');
    expect(thrown(() => run('update', 'AWS::IAM::Role', {}, { physicalId: 'constructor' }))).toContain('NoSuchEntity');
  });

  it('is removed with its own policies, and once only', () => {
    const own = { Policies: [{ PolicyName: 'p', PolicyDocument: readers }] };
    createRole(own);
    removeRole(own);
    expect(iamAccount(sandbox.world, account).roles).toEqual({});
    expect(thrown(() => removeRole(own))).toBeUndefined();
  });

  it('is not removed while policies from elsewhere are on it', () => {
    createRole();
    run('create', 'AWS::IAM::Policy', { PolicyName: 'p', PolicyDocument: readers, Roles: ['reader'] });
    expect(thrown(() => removeRole())).toBe('DeleteConflict: Cannot delete entity, must delete policies first.');
    role().inlinePolicies = {};
    role().attachedPolicies = ['arn:aws:iam::aws:policy/ReadOnlyAccess'];
    expect(thrown(() => removeRole())).toBe('DeleteConflict: Cannot delete entity, must detach all policies first.');
  });
});

describe('AWS::IAM::ManagedPolicy', () => {
  const boundary = { ManagedPolicyName: 'boundary', Path: '/drawbridge/', PolicyDocument: readers };
  const arn = 'arn:aws:iam::222222222222:policy/drawbridge/boundary';
  const create = (more: Properties = {}) => run('create', 'AWS::IAM::ManagedPolicy', { ...boundary, ...more });
  const update = (previous: Properties, now: Properties) =>
    run(
      'update',
      'AWS::IAM::ManagedPolicy',
      { ...boundary, ...now },
      {
        physicalId: arn,
        previousProperties: { ...boundary, ...previous } as Record<string, Json>,
      },
    );
  const remove = (more: Properties = {}) =>
    run('remove', 'AWS::IAM::ManagedPolicy', { ...boundary, ...more }, { physicalId: arn });

  it('is known by its ARN', () => {
    expect(create()).toEqual({
      physicalId: arn,
      attributes: {
        PolicyArn: arn,
        PolicyId: expect.stringMatching(/^ANPA/),
        DefaultVersionId: 'v1',
        IsAttachable: true,
      },
    });
  });

  it('attaches itself to roles, moves when they change, and lets go when removed', () => {
    createRole();
    createRole({ RoleName: 'writer' });
    create({ Roles: ['reader'] });
    expect(role().attachedPolicies).toEqual([arn]);
    update({ Roles: ['reader', 'gone'] }, { Roles: ['writer'], PolicyDocument: policyDocument(statement('s3:*')) });
    expect([role().attachedPolicies, role('writer').attachedPolicies]).toEqual([[], [arn]]);
    expect(iamAccount(sandbox.world, account).policies[arn]?.document).toContain('s3:*');
    update({ Roles: [] }, { Roles: ['writer'] });
    expect(role('writer').attachedPolicies).toEqual([arn]);
    remove({ Roles: ['writer'] });
    expect([role('writer').attachedPolicies, iamAccount(sandbox.world, account).policies]).toEqual([[], {}]);
    expect(thrown(() => remove())).toBeUndefined();
  });

  it('is not removed while it is attached or a boundary', () => {
    create();
    createRole({ PermissionsBoundary: arn });
    expect(thrown(() => remove())).toBe('DeleteConflict: Cannot delete a policy attached to entities.');
  });

  it.each<[string, Properties, string]>([
    [
      'a taken name',
      {},
      'EntityAlreadyExists: A policy called boundary already exists. Duplicate names are not allowed.',
    ],
    [
      'a role that does not exist',
      { ManagedPolicyName: 'b', Roles: ['nobody'] },
      'NoSuchEntity: The role with name nobody cannot be found.',
    ],
    [
      'a size over 6,144 characters',
      { ManagedPolicyName: 'b', PolicyDocument: policyDocument(statement('s3:*', `arn:${'x'.repeat(6144)}`)) },
      'LimitExceeded: Cannot exceed quota for PolicySize: 6144',
    ],
    [
      'a malformed document',
      { ManagedPolicyName: 'b', PolicyDocument: '{' },
      'MalformedPolicyDocument: Syntax errors in policy: Invalid input: expected object, received undefined.',
    ],
  ])('is refused with %s', (_name, properties, error) => {
    create();
    expect(thrown(() => create(properties))).toBe(error);
  });

  it('that is gone cannot be updated', () => {
    expect(thrown(() => update({}, {}))).toBe(`NoSuchEntity: Policy ${arn} does not exist or is not attachable.`);
  });
});

describe('AWS::IAM::Policy', () => {
  const first = { PolicyName: 'read', PolicyDocument: readers, Roles: ['reader'] };
  const update = (now: Properties) =>
    run(
      'update',
      'AWS::IAM::Policy',
      { ...first, ...now },
      { physicalId: 'id', previousProperties: first as unknown as Record<string, Json> },
    );

  it('puts itself on roles and takes itself away', () => {
    createRole();
    const { physicalId } = run('create', 'AWS::IAM::Policy', first);
    expect(physicalId).toMatch(/^orders-Thing-/);
    expect(role().inlinePolicies).toEqual({ read: JSON.stringify(readers) });
    run('remove', 'AWS::IAM::Policy', first, { physicalId });
    expect(role().inlinePolicies).toEqual({});
  });

  it('leaves nothing behind under its old name or on its old roles', () => {
    createRole();
    createRole({ RoleName: 'writer' });
    run('create', 'AWS::IAM::Policy', first);
    update({ PolicyName: 'write' });
    expect(Object.keys(role().inlinePolicies)).toEqual(['write']);
    run('create', 'AWS::IAM::Policy', first);
    update({ Roles: ['writer'] });
    expect([Object.keys(role().inlinePolicies), Object.keys(role('writer').inlinePolicies)]).toEqual([
      ['write'],
      ['read'],
    ]);
  });

  it('stays on a role it keeps', () => {
    createRole();
    run('create', 'AWS::IAM::Policy', first);
    update({ PolicyDocument: policyDocument(statement('s3:*')) });
    expect(role().inlinePolicies['read']).toContain('s3:*');
  });
});

describe('AWS::IAM::User and AWS::IAM::AccessKey are there to be found by an audit', () => {
  const users = () => iamAccount(sandbox.world, account).users;
  const key = (more: Properties = {}) => run('create', 'AWS::IAM::AccessKey', { UserName: 'ann', ...more });

  it('are created, changed and removed', () => {
    expect(run('create', 'AWS::IAM::User', { UserName: 'ann', LoginProfile: { Password: 'x' } })).toEqual({
      physicalId: 'ann',
      attributes: { Arn: 'arn:aws:iam::222222222222:user/ann' },
    });
    expect(users()['ann']).toMatchObject({ hasLoginProfile: true });
    run('update', 'AWS::IAM::User', { Tags: [{ Key: 'a', Value: 'b' }] }, { physicalId: 'ann' });
    expect(users()['ann']).toMatchObject({ hasLoginProfile: false, tags: { a: 'b' } });
    const { physicalId, attributes } = key();
    expect(physicalId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(attributes['SecretAccessKey']).toHaveLength(40);
    run('update', 'AWS::IAM::AccessKey', { UserName: 'ann', Status: 'Inactive' }, { physicalId });
    run('update', 'AWS::IAM::AccessKey', { UserName: 'ann', Status: 'Active' }, { physicalId: 'AKIAUNKNOWN' });
    expect(users()['ann']?.accessKeys).toMatchObject([{ id: physicalId, status: 'Inactive' }]);
    expect(thrown(() => run('remove', 'AWS::IAM::User', {}, { physicalId: 'ann' }))).toBe(
      'DeleteConflict: Cannot delete entity, must delete access keys first.',
    );
    run('remove', 'AWS::IAM::AccessKey', { UserName: 'ann' }, { physicalId });
    run('remove', 'AWS::IAM::User', {}, { physicalId: 'ann' });
    expect(users()).toEqual({});
    expect(thrown(() => run('remove', 'AWS::IAM::AccessKey', { UserName: 'ann' }, { physicalId }))).toBeUndefined();
  });

  it('are refused as IAM refuses them', () => {
    run('create', 'AWS::IAM::User', { UserName: 'ann' });
    expect(run('create', 'AWS::IAM::User', {}).physicalId).toMatch(/^orders-Thing-/);
    expect(thrown(() => run('create', 'AWS::IAM::User', { UserName: 'ann' }))).toBe(
      'EntityAlreadyExists: User with name ann already exists.',
    );
    expect(thrown(() => key({ UserName: 'bob' }))).toBe('NoSuchEntity: The user with name bob cannot be found.');
    key();
    key({ Status: 'Inactive' });
    expect(thrown(() => key())).toBe('LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2');
  });
});

it('all of IAM is plain JSON', () => {
  createRole({ PermissionsBoundary: 'arn:aws:iam::aws:policy/PowerUserAccess' });
  run('create', 'AWS::IAM::ManagedPolicy', { PolicyDocument: readers });
  run('create', 'AWS::IAM::User', {});
  expect(JSON.parse(JSON.stringify(sandbox.world.iam))).toEqual(sandbox.world.iam);
});
