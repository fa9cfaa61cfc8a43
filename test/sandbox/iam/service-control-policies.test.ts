/** What an organization forbids its accounts, whatever their own policies say. Over the wire with SDK clients. */
import { GetAccountSummaryCommand, ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachServiceControlPolicy, detachServiceControlPolicy } from '#sandbox/iam/service-control-policies.ts';
import { createAccessKey, createUser, defaultUserSettings } from '#sandbox/iam/users.ts';
import { administratorRole, organizationsService } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { resolveProperties } from '#test/infra/intrinsics.ts';
import { read, target } from '#test/infra/shipped.ts';
import {
  allow,
  type Credentials,
  home,
  iamAs,
  identityWorld,
  makeResource,
  makeRole,
  policyDocument,
  refusal,
  stsAs,
} from '../sts/identity-world.ts';

const production = '333333333333';
const deny = (Action: string) => ({ ...allow(Action), Effect: 'Deny' });
const nothingRefused = 'nothing was refused';

let sandbox: RunningSandbox;
beforeEach(async () => {
  sandbox = await identityWorld();
});
afterEach(() => sandbox.close());

const attach = (name: string, ...statements: object[]) =>
  attachServiceControlPolicy(sandbox.world, production, { name, document: policyDocument(...statements) });
const administrator = (account = production): Credentials =>
  sandbox.openSession({
    roleArn: `arn:aws:iam::${account}:role/${administratorRole}`,
    sessionName: 'test',
    service: organizationsService,
    durationSeconds: 3600,
  });
const summary = (as: Credentials) => refusal(iamAs(sandbox, as).send(new GetAccountSummaryCommand({})));

describe('a service control policy', () => {
  it('denies an administrator of the account, and only there', async () => {
    attach('no-summary', deny('iam:GetAccountSummary'));
    expect(await summary(administrator())).toBe(
      `AccessDenied: User: arn:aws:sts::${production}:assumed-role/${administratorRole}/test is not authorized to perform: iam:GetAccountSummary on resource: * with an explicit deny in a service control policy`,
    );
    expect(await summary(administrator('222222222222'))).toBe(nothingRefused);
    expect(await refusal(iamAs(sandbox, administrator()).send(new ListRolesCommand({})))).toBe(nothingRefused);
  });

  it('denies an IAM user of the account', async () => {
    attach('no-list', deny('iam:ListUsers'));
    const settings = { ...defaultUserSettings, inlinePolicies: { all: policyDocument(allow('*')) } };
    const user = createUser(sandbox, { account: production, name: 'ann', path: '/', settings });
    const { id, secretAccessKey } = createAccessKey(sandbox, user);
    const key = { accessKeyId: id, secretAccessKey };
    expect(await refusal(iamAs(sandbox, key).send(new ListUsersCommand({})))).toMatch(/service control policy$/);
    expect(await summary(key)).toBe(nothingRefused);
  });

  it('denies the caller’s side of AssumeRole, not that of the role’s account', async () => {
    const trust = policyDocument({ Effect: 'Allow', Principal: { AWS: production }, Action: 'sts:AssumeRole' });
    const role = makeRole(sandbox, 'shared', { trust });
    const assume = (as: Credentials, RoleArn: string) =>
      refusal(stsAs(sandbox, as).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'test' })));
    expect(await assume(administrator(), role.arn)).toBe(nothingRefused);
    attach('no-assume', deny('sts:AssumeRole'));
    expect(await assume(administrator(), role.arn)).toMatch(/^AccessDenied/);
    expect(await refusal(stsAs(sandbox, administrator()).send(new GetCallerIdentityCommand({})))).toBe(nothingRefused);
    const back = makeRole(sandbox, 'production-reader', {
      account: production,
      trust: policyDocument({ Effect: 'Allow', Principal: { AWS: home }, Action: 'sts:AssumeRole' }),
    });
    expect(await assume(administrator(home), back.arn)).toBe(nothingRefused);
  });

  it('does not bind a service that opens a session', () => {
    attach('nothing', deny('*'));
    expect(() => administrator()).not.toThrow();
  });

  it('grants nothing, and a level that allows nothing denies all', async () => {
    attach('only-iam', allow('iam:*'));
    expect(await summary(administrator())).toBe(nothingRefused);
    detachServiceControlPolicy(sandbox.world, production, 'FullAWSAccess');
    expect(await summary(administrator())).toBe(nothingRefused);
    detachServiceControlPolicy(sandbox.world, production, 'only-iam');
    expect(await summary(administrator())).toMatch(
      /because no service control policy allows the iam:GetAccountSummary action$/,
    );
  });

  it('must allow at every level', async () => {
    const full = { name: 'FullAWSAccess', document: JSON.stringify(policyDocument(allow('*'))) };
    const empty = { name: 'unit', document: JSON.stringify(policyDocument(allow('s3:*'))) };
    sandbox.world.organization.serviceControlPolicies = { [production]: [[full], [empty], [full]] };
    expect(await summary(administrator())).toMatch(/no service control policy allows/);
    attach('more', deny('sqs:*'));
    expect(
      sandbox.world.organization.serviceControlPolicies?.[production]?.map((level) => level.map(({ name }) => name)),
    ).toEqual([['FullAWSAccess'], ['unit'], ['FullAWSAccess', 'more']]);
  });

  it('is replaced under its name, and can be detached where none was attached', () => {
    attach('one', deny('s3:*'));
    attach('one', deny('sqs:*'));
    expect(sandbox.world.organization.serviceControlPolicies?.[production]?.[0]?.map(({ name }) => name)).toEqual([
      'FullAWSAccess',
      'one',
    ]);
    detachServiceControlPolicy(sandbox.world, '222222222222', 'one');
    expect(sandbox.world.organization.serviceControlPolicies?.['222222222222']?.[0]).toHaveLength(1);
  });

  it.each<[string, string, unknown, RegExp]>([
    ['an account that is not there', '999999999999', policyDocument(deny('*')), /TargetId 999999999999/],
    ['a document that is none', production, {}, /Syntax errors/],
    [
      'a document that is too large',
      production,
      policyDocument({ ...deny('*'), Sid: 'x'.repeat(5120) }),
      /exceeds 5120/,
    ],
  ])('is refused for %s', (_, account, document, message) => {
    expect(() => attachServiceControlPolicy(sandbox.world, account, { name: 'x', document })).toThrow(message);
  });
});

describe('AWS::Organizations::Policy', () => {
  const type = 'AWS::Organizations::Policy';
  const shipped = (TargetIds: string[]) =>
    resolveProperties(read('accounts/guardrails/scp.yml'), 'NoStaticCredentials', { ...target, TargetIds }) as never;
  const mayCreateUser = (account = production) =>
    sandbox.authorise(
      { ...sandbox.callerOf(administrator(account).accessKeyId)! },
      { action: 'iam:CreateUser', resource: `arn:aws:iam::${account}:user/mallory` },
    );

  it('attaches the shipped guardrail: nobody in the account makes a user, administrators neither', async () => {
    expect(() => mayCreateUser()).not.toThrow();
    expect(await makeResource(sandbox, type, shipped([production]))).toMatch(/^p-\w{8}$/);
    expect(() => mayCreateUser()).toThrow(/explicit deny in a service control policy/);
    expect(() => mayCreateUser('222222222222')).not.toThrow();
  });

  it('follows its targets and its name, and goes with the resource', async () => {
    const made = await makeResource(sandbox, type, shipped([production]));
    const previousProperties = shipped([production]);
    const both = { ...(shipped(['222222222222', production]) as object), Name: 'renamed' } as never;
    await makeResource(sandbox, type, both, { verb: 'update', physicalId: made, previousProperties });
    expect(sandbox.world.organization.serviceControlPolicies?.[production]?.[0]?.map(({ name }) => name)).toEqual([
      'FullAWSAccess',
      'renamed',
    ]);
    expect(() => mayCreateUser('222222222222')).toThrow(/service control policy/);
    const one = { ...(shipped(['222222222222']) as object), Name: 'renamed' } as never;
    await makeResource(sandbox, type, one, { verb: 'update', physicalId: made, previousProperties: both });
    expect(() => mayCreateUser()).not.toThrow();
    await makeResource(sandbox, type, one, { verb: 'remove', physicalId: made });
    expect(() => mayCreateUser('222222222222')).not.toThrow();
  });

  it.each<[string, object, object, RegExp]>([
    ['in an account that does not administer the organization', {}, { account: production }, /don't have permissions/],
    ['of another type', { Type: 'TAG_POLICY' }, {}, /Type/],
    ['on an organizational unit', { TargetIds: ['ou-abcd-11111111'] }, {}, /TargetId ou-abcd-11111111/],
  ])('is refused %s', async (_, properties, more, message) => {
    const all = { ...(shipped([production]) as object), ...properties } as never;
    await expect(makeResource(sandbox, type, all, more)).rejects.toThrow(message);
  });
});
