import { beforeEach, describe, expect, it } from 'vitest';
import { createRole, defaultSettings, removeRole } from '#sandbox/iam/roles.ts';
import { iamService } from '#sandbox/iam/service.ts';
import { iamAccount } from '#sandbox/iam/state.ts';
import type { SessionCaller } from '#sandbox/kernel.ts';
import {
  type IamSandbox,
  iamSandbox,
  perform,
  policyDocument,
  sessionOfRole,
  start,
  statement,
  thrown,
  trusting,
} from './sandbox-stub.ts';

const account = '111111111111';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

let sandbox: IamSandbox;
let auditor: SessionCaller;
beforeEach(() => {
  sandbox = iamSandbox();
  auditor = sessionOfRole(make('auditor', { attachedPolicies: [readOnly] }));
});

const make = (
  name: string,
  settings: Partial<typeof defaultSettings> = {},
  trust = trusting({ Service: 'lambda.amazonaws.com' }),
) => createRole(sandbox, { account, name, path: '/', trust, settings: { ...defaultSettings, ...settings } });
const ask = (operation: string, input: object = {}) =>
  perform(sandbox, iamService.operations[operation]!, { input, caller: auditor }) as Record<string, unknown>;

describe('GetRole', () => {
  it('shows a role with its trust policy URL-encoded and principals by ARN', () => {
    const trust = trusting(
      { AWS: [auditor.roleArn, 'arn:aws:sts::111111111111:assumed-role/auditor/s1'] },
      { Sid: "It's(me)*" },
    );
    make('target', { description: 'Reads.', tags: { team: 'red' }, boundary: readOnly } as never, trust);
    const { Role } = ask('GetRole', { RoleName: 'target' }) as { Role: Record<string, unknown> };
    expect(Role).toMatchObject({
      Path: '/',
      RoleName: 'target',
      Arn: 'arn:aws:iam::111111111111:role/target',
      CreateDate: new Date(start),
      Description: 'Reads.',
      MaxSessionDuration: 3600,
      Tags: [{ Key: 'team', Value: 'red' }],
      PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: readOnly },
    });
    expect(Role['AssumeRolePolicyDocument']).not.toMatch(/[!'()*{"]/);
    expect(JSON.parse(decodeURIComponent(String(Role['AssumeRolePolicyDocument'])))).toEqual(trust);
  });

  it('shows the unique id of a trusted role that is gone', () => {
    const gone = make('gone');
    make('target', {}, trusting({ AWS: gone.arn }));
    removeRole(sandbox.world, gone, { inlinePolicies: {}, attachedPolicies: [] });
    const { Role } = ask('GetRole', { RoleName: 'target' }) as { Role: Record<string, string> };
    expect(decodeURIComponent(String(Role['AssumeRolePolicyDocument']))).toContain(`"AWS":"${gone.id}"`);
  });

  it('does not know every role', () => {
    expect(thrown(() => ask('GetRole', { RoleName: 'nobody' }))).toBe(
      'NoSuchEntity: The role with name nobody cannot be found.',
    );
  });

  it('needs permission on the role', () => {
    auditor = sessionOfRole(make('other'));
    expect(thrown(() => ask('GetRole', { RoleName: 'auditor' }))).toContain(
      'is not authorized to perform: iam:GetRole on resource: arn:aws:iam::111111111111:role/auditor because',
    );
  });
});

describe('lists', () => {
  it('roles by name, by path, page by page', () => {
    make('zebra');
    make('ant');
    const names = (answer: Record<string, unknown>) =>
      (answer['Roles'] as { RoleName: string }[]).map(({ RoleName }) => RoleName);
    expect(names(ask('ListRoles'))).toEqual(['ant', 'auditor', 'zebra']);
    expect(names(ask('ListRoles', { PathPrefix: '/service/' }))).toEqual([]);
    const first = ask('ListRoles', { MaxItems: 2 });
    expect(first).toMatchObject({ IsTruncated: true, Marker: '2' });
    expect(names(ask('ListRoles', { MaxItems: 2, Marker: first['Marker'] }))).toEqual(['zebra']);
    expect(thrown(() => ask('ListRoles', { Marker: 'x' }))).toBe('ValidationError: Invalid Marker x');
  });

  it("a role's policies", () => {
    const document = policyDocument(statement('s3:*'));
    make('target', { inlinePolicies: { b: document, a: document }, attachedPolicies: [readOnly] } as never);
    expect(ask('ListRolePolicies', { RoleName: 'target' })).toEqual({ PolicyNames: ['a', 'b'], IsTruncated: false });
    expect(ask('ListAttachedRolePolicies', { RoleName: 'target' })).toEqual({
      AttachedPolicies: [{ PolicyName: 'ReadOnlyAccess', PolicyArn: readOnly }],
      IsTruncated: false,
    });
    const read = ask('GetRolePolicy', { RoleName: 'target', PolicyName: 'a' });
    expect(JSON.parse(decodeURIComponent(String(read['PolicyDocument'])))).toEqual(document);
    expect(thrown(() => ask('GetRolePolicy', { RoleName: 'target', PolicyName: 'c' }))).toBe(
      'NoSuchEntity: The role policy with name c cannot be found.',
    );
  });

  it('users and their keys', () => {
    iamAccount(sandbox.world, account).users['ann'] = {
      name: 'ann',
      path: '/',
      arn: 'arn:aws:iam::111111111111:user/ann',
      id: 'AIDA',
      createdAt: start,
      hasLoginProfile: false,
      tags: {},
      accessKeys: [{ id: 'AKIA', status: 'Active', createdAt: start }],
    };
    expect(ask('ListUsers')).toMatchObject({ Users: [{ UserName: 'ann', UserId: 'AIDA' }], IsTruncated: false });
    expect(ask('ListUsers', { PathPrefix: '/people/' })).toMatchObject({ Users: [] });
    expect(ask('ListAccessKeys', { UserName: 'ann' })).toMatchObject({
      AccessKeyMetadata: [{ UserName: 'ann', AccessKeyId: 'AKIA', Status: 'Active' }],
    });
    expect(thrown(() => ask('ListAccessKeys', {}))).toBe('NoSuchEntity: The user with name undefined cannot be found.');
  });
});

describe('GetAccountSummary', () => {
  it('proves that there is no user and no key', () => {
    expect(ask('GetAccountSummary')['SummaryMap']).toMatchObject({
      Users: 0,
      Roles: 1,
      AccountAccessKeysPresent: 0,
      AccountSigningCertificatesPresent: 0,
      GlobalEndpointTokenVersion: 2,
    });
  });
});
