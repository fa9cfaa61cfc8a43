import { beforeEach, describe, expect, it } from 'vitest';
import { authorise } from '#sandbox/iam/authorise.ts';
import { createRole, defaultSettings, type RoleSettings, removeRole } from '#sandbox/iam/roles.ts';
import { iamAccount } from '#sandbox/iam/state.ts';
import type { Caller, Permission, SessionCaller } from '#sandbox/kernel.ts';
import {
  type IamSandbox,
  iamSandbox,
  policyDocument,
  sessionOfRole,
  statement,
  thrown,
  trusting,
} from './sandbox-stub.ts';

const changeSet: Permission = {
  action: 'cloudformation:CreateChangeSet',
  resource: 'arn:aws:cloudformation:eu-west-1:111111111111:stack/orders/1',
};
const user = 'User: arn:aws:sts::111111111111:assumed-role/deployer/session';
const asked = `${user} is not authorized to perform: ${changeSet.action} on resource: ${changeSet.resource}`;
const allowAll = policyDocument(statement('*'));

let sandbox: IamSandbox;
beforeEach(() => {
  sandbox = iamSandbox();
});

function roleWith(settings: Partial<RoleSettings>) {
  return createRole(sandbox, {
    account: '111111111111',
    name: 'deployer',
    path: '/drawbridge/',
    trust: trusting({ Service: 'lambda.amazonaws.com' }),
    settings: { ...defaultSettings, ...settings },
  });
}
const deployer = (settings: Partial<RoleSettings>, changes: Partial<SessionCaller> = {}) =>
  sessionOfRole(roleWith(settings), changes);
const outcome = (caller: Caller, permission: Permission) => thrown(() => authorise(sandbox, caller, permission));

function boundary(document: object): string {
  const arn = 'arn:aws:iam::111111111111:policy/boundary';
  const times = { createdAt: 0, updatedAt: 0 };
  const names = { name: 'boundary', path: '/', id: 'ANPA', description: '' };
  iamAccount(sandbox.world, '111111111111').policies[arn] = {
    ...names,
    ...times,
    arn,
    document: JSON.stringify(document),
  };
  return arn;
}

describe('authorise denies in the words of AWS', () => {
  it('what no identity-based policy allows', () => {
    expect(outcome(deployer({}), changeSet)).toBe(
      `AccessDenied: ${asked} because no identity-based policy allows the cloudformation:CreateChangeSet action`,
    );
  });

  it('what an identity-based policy denies', () => {
    const inlinePolicies = { p: policyDocument(statement('*'), { ...statement('cloudformation:*'), Effect: 'Deny' }) };
    expect(outcome(deployer({ inlinePolicies }), changeSet)).toBe(
      `AccessDenied: ${asked} with an explicit deny in an identity-based policy`,
    );
  });

  it('what the session policy leaves out', () => {
    const sessionPolicy = JSON.stringify(policyDocument(statement('s3:*')));
    expect(outcome(deployer({ inlinePolicies: { p: allowAll } }, { sessionPolicy }), changeSet)).toBe(
      `AccessDenied: ${asked} because no session policy allows the cloudformation:CreateChangeSet action`,
    );
  });

  it('what the permissions boundary leaves out', () => {
    const arn = boundary(policyDocument(statement('s3:*')));
    expect(outcome(deployer({ inlinePolicies: { p: allowAll }, boundary: arn }), changeSet)).toBe(
      `AccessDenied: ${asked} because no permissions boundary allows the cloudformation:CreateChangeSet action`,
    );
  });

  it('what the permissions boundary denies', () => {
    const arn = boundary(policyDocument(statement('*'), { ...statement('cloudformation:*'), Effect: 'Deny' }));
    expect(outcome(deployer({ inlinePolicies: { p: allowAll }, boundary: arn }), changeSet)).toBe(
      `AccessDenied: ${asked} with an explicit deny in a permissions boundary`,
    );
  });

  it('what the policy of a resource in another account does not grant', () => {
    const caller = deployer({ inlinePolicies: { p: allowAll } });
    const resourcePolicy = { account: '222222222222', document: '' };
    expect(outcome(caller, { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', resourcePolicy })).toBe(
      `AccessDenied: ${user} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k because no resource-based policy allows the s3:GetObject action`,
    );
  });
});

describe('authorise allows', () => {
  it('by an inline policy', () => {
    expect(outcome(deployer({ inlinePolicies: { p: allowAll } }), changeSet)).toBeUndefined();
  });

  it('by an AWS-managed policy', () => {
    const attachedPolicies = ['arn:aws:iam::aws:policy/AdministratorAccess'];
    expect(outcome(deployer({ attachedPolicies }), changeSet)).toBeUndefined();
  });

  it('across accounts where the resource grants it to the role', () => {
    const caller = deployer({ inlinePolicies: { p: allowAll } });
    const document = JSON.stringify(
      policyDocument({ ...statement('s3:GetObject'), Principal: { AWS: caller.roleArn } }),
    );
    const resourcePolicy = { account: '222222222222', document };
    expect(outcome(caller, { action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', resourcePolicy })).toBeUndefined();
  });
});

describe('authorise never allows', () => {
  it('a resource of another account without a policy of that resource', () => {
    const caller = deployer({ inlinePolicies: { p: allowAll } });
    const resource = changeSet.resource.replace('111111111111', '222222222222');
    expect(outcome(caller, { ...changeSet, resource })).toContain('because no resource-based policy allows');
  });

  it('by a resource policy that cannot be read', () => {
    const document = JSON.stringify(policyDocument({ ...statement('s3:*'), NotPrincipal: { AWS: '222222222222' } }));
    const permission = {
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::b/k',
      resourcePolicy: { account: '111111111111', document },
    };
    expect(outcome(deployer({ inlinePolicies: { p: allowAll } }), permission)).toContain(
      'no resource-based policy allows',
    );
  });

  it('by a session policy that cannot be read', () => {
    const caller = deployer({ inlinePolicies: { p: allowAll } }, { sessionPolicy: '{' });
    expect(outcome(caller, changeSet)).toContain('with an explicit deny in a session policy');
  });

  it('a session whose role was deleted, even where another role has its name', () => {
    const caller = deployer({ inlinePolicies: { p: allowAll } });
    const role = iamAccount(sandbox.world, '111111111111').roles['deployer']!;
    removeRole(sandbox.world, role, { inlinePolicies: { p: '' }, attachedPolicies: [] });
    expect(outcome(caller, changeSet)).toContain('because no identity-based policy allows');
    roleWith({ inlinePolicies: { p: allowAll } });
    expect(outcome(caller, changeSet)).toContain('because no identity-based policy allows');
  });
});

describe('a service', () => {
  const events: Caller = {
    kind: 'service',
    service: 'events.amazonaws.com',
    account: '222222222222',
    sourceArn: 'arn:aws:events:eu-west-1:222222222222:rule/forward',
  };
  const bus = 'arn:aws:events:eu-west-1:111111111111:event-bus/drawbridge';
  const policy = (changes: object) => ({
    account: '111111111111',
    document: JSON.stringify(
      policyDocument({
        ...statement('events:PutEvents', bus),
        Principal: { Service: 'events.amazonaws.com' },
        ...changes,
      }),
    ),
  });
  const put = { action: 'events:PutEvents', resource: bus };

  it.each<[string, Permission, boolean]>([
    ['no policy', put, false],
    ['a policy that names it', { ...put, resourcePolicy: policy({}) }, true],
    [
      'a policy that names another',
      { ...put, resourcePolicy: policy({ Principal: { Service: 'sns.amazonaws.com' } }) },
      false,
    ],
    [
      'its source account',
      { ...put, resourcePolicy: policy({ Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } } }) },
      true,
    ],
    [
      'another source account',
      { ...put, resourcePolicy: policy({ Condition: { StringEquals: { 'aws:SourceAccount': '333333333333' } } }) },
      false,
    ],
    [
      'its source ARN',
      {
        ...put,
        resourcePolicy: policy({ Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:222222222222:rule/*' } } }),
      },
      true,
    ],
    [
      'its organization',
      { ...put, resourcePolicy: policy({ Condition: { StringEquals: { 'aws:SourceOrgID': 'o-drawbridge' } } }) },
      true,
    ],
    [
      'a principal it is not',
      { ...put, resourcePolicy: policy({ Condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } } }) },
      false,
    ],
  ])('with %s', (_name, permission, allowed) => {
    const denied = `AccessDenied: User: events.amazonaws.com is not authorized to perform: events:PutEvents on resource: ${bus} because no resource-based policy allows the events:PutEvents action`;
    expect(outcome(events, permission)).toBe(allowed ? undefined : denied);
  });

  it('without an account has no source account', () => {
    const anonymous: Caller = { kind: 'service', service: 'anonymous', account: '' };
    const asked = {
      ...put,
      resourcePolicy: policy({ Principal: '*', Condition: { Null: { 'aws:SourceAccount': 'false' } } }),
    };
    expect(outcome(anonymous, asked)).toContain('User: anonymous is not authorized');
  });
});

describe('the condition keys of a request', () => {
  it.each<[string, string, boolean]>([
    ['aws:PrincipalArn', 'arn:aws:iam::111111111111:role/drawbridge/deployer', true],
    ['aws:PrincipalArn', 'arn:aws:iam::111111111111:role/deployer', false],
    ['aws:PrincipalAccount', '111111111111', true],
    ['aws:PrincipalOrgID', 'o-drawbridge', true],
    ['aws:PrincipalType', 'AssumedRole', true],
    ['aws:PrincipalTag/team', 'session', true],
    ['aws:PrincipalTag/owner', 'role', true],
    ['aws:SourceIdentity', 'prm-7', true],
    ['aws:SecureTransport', 'true', true],
    ['aws:ResourceOrgID', 'o-drawbridge', true],
    ['aws:ResourceAccount', '111111111111', true],
    ['aws:CurrentTime', '2026-01-05T09:00:00.000Z', true],
    ['aws:EpochTime', '1767603600', true],
    ['aws:TokenIssueTime', '2026-01-05T08:59:00.000Z', true],
    ['cloudformation:ChangeSetName', 'drawbridge-1', true],
  ])('%s is %s: %s', (key, value, expected) => {
    const inlinePolicies = {
      p: policyDocument(statement('*', '*', { Condition: { StringEquals: { [key]: value } } })),
    };
    const caller = deployer(
      { inlinePolicies, tags: { team: 'role', owner: 'role' } },
      { sourceIdentity: 'prm-7', tags: { team: 'session' } },
    );
    const credentials = { secretAccessKey: '', sessionToken: '', chained: false };
    sandbox.world.sts.sessions[caller.accessKeyId] = { ...credentials, caller, issuedAt: sandbox.now() - 60_000 };
    const permission = { ...changeSet, context: { 'cloudformation:ChangeSetName': 'drawbridge-1' } };
    expect(outcome(caller, permission) === undefined).toBe(expected);
  });

  it('has the unique id of the session', () => {
    const condition = { Condition: { StringLike: { 'aws:userid': 'AROA*:session' } } };
    const inlinePolicies = { p: policyDocument(statement('*', '*', condition)) };
    expect(outcome(deployer({ inlinePolicies }), changeSet)).toBeUndefined();
  });

  it('has no organization for an account outside it', () => {
    const inlinePolicies = {
      p: policyDocument(statement('*', '*', { Condition: { Null: { 'aws:ResourceOrgID': 'true' } } })),
    };
    const document = JSON.stringify(policyDocument({ ...statement('*'), Principal: '*' }));
    const resourcePolicy = { account: '999999999999', document };
    expect(outcome(deployer({ inlinePolicies }), { ...changeSet, resourcePolicy })).toBeUndefined();
  });
});

describe('decisions are recorded', () => {
  it('with the statement that allowed or what was missing', () => {
    outcome(deployer({ inlinePolicies: { reader: policyDocument(statement('s3:*')) } }), {
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::b/k',
    });
    outcome(sessionOfRole(iamAccount(sandbox.world, '111111111111').roles['deployer']!), changeSet);
    expect(sandbox.journal).toEqual([
      {
        kind: 'decision',
        at: sandbox.now(),
        principal: 'arn:aws:sts::111111111111:assumed-role/deployer/session',
        action: 's3:GetObject',
        resource: 'arn:aws:s3:::b/k',
        allowed: true,
        reason: 'statement 1 of reader',
      },
      expect.objectContaining({
        action: changeSet.action,
        allowed: false,
        reason: 'no identity-based policy allows it',
      }),
    ]);
  });
});
