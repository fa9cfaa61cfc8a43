import { beforeEach, describe, expect, it } from 'vitest';
import { authorise } from '#sandbox/iam/authorise.ts';
import { createRole, defaultSettings } from '#sandbox/iam/roles.ts';
import { iamAccount } from '#sandbox/iam/state.ts';
import { administratorRole, organizationsService, seedIdentities } from '#sandbox/organization.ts';
import { stsService } from '#sandbox/sts/service.ts';
import { callerOf, openPersonSession, openSession, sessionOf } from '#sandbox/sts/sessions.ts';
import {
  type IamSandbox,
  iamSandbox,
  perform,
  policyDocument,
  start,
  statement,
  thrown,
  trusting,
} from '../iam/sandbox-stub.ts';

const account = '222222222222';
let sandbox: IamSandbox;
beforeEach(() => {
  sandbox = iamSandbox();
});

const make = (trust: unknown, inlinePolicies = {}) =>
  createRole(sandbox, {
    account,
    name: 'execution',
    path: '/',
    trust,
    settings: { ...defaultSettings, inlinePolicies },
  });
const open = (changes: object = {}) =>
  openSession(sandbox, {
    roleArn: `arn:aws:iam::${account}:role/execution`,
    sessionName: 'AWSCloudFormation',
    service: 'cloudformation.amazonaws.com',
    durationSeconds: 3600,
    ...changes,
  });
const refused =
  'AccessDenied: cloudformation.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/execution';

describe('a service opens a session', () => {
  it('of a role that trusts it', () => {
    const role = make(trusting({ Service: 'cloudformation.amazonaws.com' }));
    const credentials = open();
    expect(credentials).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      expiresAt: start + 3_600_000,
      caller: {
        arn: 'arn:aws:sts::222222222222:assumed-role/execution/AWSCloudFormation',
        roleArn: role.arn,
        roleId: role.id,
        tags: {},
      },
    });
    expect(sessionOf(sandbox.world, credentials.accessKeyId)).toMatchObject({ chained: false, issuedAt: start });
    expect(callerOf(sandbox, credentials.accessKeyId)).toEqual(credentials.caller);
  });

  it.each<[string, unknown, object, boolean]>([
    ['another service is trusted', { Principal: { Service: 'lambda.amazonaws.com' } }, {}, false],
    ['the account is trusted', { Principal: { AWS: account } }, {}, false],
    ['its source account is asked for', { Condition: { StringEquals: { 'aws:SourceAccount': account } } }, {}, true],
    [
      'another source account is asked for',
      { Condition: { StringEquals: { 'aws:SourceAccount': '333333333333' } } },
      {},
      false,
    ],
    [
      'its source ARN is asked for',
      { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudformation:*:*:stack/*' } } },
      { sourceArn: 'arn:aws:cloudformation:eu-west-1:222222222222:stack/a/1' },
      true,
    ],
    [
      'a source ARN is asked for and there is none',
      { Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudformation:*:*:stack/*' } } },
      {},
      false,
    ],
    [
      'a source of another account acts',
      { Condition: { StringEquals: { 'aws:SourceAccount': account } } },
      { sourceArn: 'arn:aws:cloudformation:eu-west-1:333333333333:stack/a/1' },
      false,
    ],
  ])('%s', (...[, changes, request, allowed]) => {
    make(trusting({ Service: 'cloudformation.amazonaws.com' }, changes as object));
    const outcome = thrown(() => open(request));
    if (allowed) expect(outcome).toMatchObject({ caller: { account } });
    else expect(outcome).toBe(refused);
    expect(sandbox.journal.at(-1)).toMatchObject({ action: 'sts:AssumeRole', allowed });
  });

  it('of no role that does not exist or cannot be read', () => {
    expect(thrown(open)).toBe(refused);
    make(trusting({ Service: 'cloudformation.amazonaws.com' })).trust = '{';
    expect(thrown(open)).toBe(refused);
  });
});

describe('people', () => {
  beforeEach(() => seedIdentities(sandbox));
  const invoke = (method: string) => ({
    action: 'execute-api:Invoke',
    resource: `arn:aws:execute-api:eu-west-1:111111111111:api1/$default/${method}/v1/promotions`,
  });
  const template = {
    action: 'cloudformation:ListStacks',
    resource: '*',
  };

  it.each<[string, string[]]>([
    ['alice', ['POST', 'GET']],
    ['bob', ['POST', 'GET']],
    ['carol', ['POST', 'GET', 'stacks']],
    ['dave', ['GET']],
  ])('%s may %o', (name, may) => {
    const { caller } = openPersonSession(sandbox, name);
    const asked = { POST: invoke('POST'), GET: invoke('GET'), stacks: template };
    const allowed = Object.entries(asked).filter(
      ([, permission]) => thrown(() => authorise(sandbox, caller, permission)) === undefined,
    );
    expect(allowed.map(([key]) => key)).toEqual(may);
  });

  it('are sessions of single sign-on roles, named after the person', () => {
    const { caller, expiresAt } = openPersonSession(sandbox, 'alice');
    expect(caller.arn).toMatch(
      /^arn:aws:sts::111111111111:assumed-role\/AWSReservedSSO_ReleaseManager_[0-9a-f]{16}\/alice$/,
    );
    expect(caller.roleArn).toMatch(/role\/aws-reserved\/sso\.amazonaws\.com\/eu-west-1\/AWSReservedSSO_/);
    expect(expiresAt).toBe(start + 8 * 3_600_000);
  });

  it.each(['mallory', 'constructor'])('there is no %s', (name) => {
    expect(thrown(() => openPersonSession(sandbox, name))).toBe(
      `NoSuchEntity: There is no person ${name}; there are alice, bob, carol, dave.`,
    );
  });

  it('cannot sign in before their roles exist', () => {
    sandbox.world.iam.accounts = {};
    expect(thrown(() => openPersonSession(sandbox, 'dave'))).toContain('AccessDenied: sso.amazonaws.com');
  });
});

describe('the identities an organization starts with', () => {
  it('let a bootstrap be administrator of every account, and nobody else', () => {
    seedIdentities(sandbox);
    for (const id of ['111111111111', '222222222222', '333333333333']) {
      const roleArn = `arn:aws:iam::${id}:role/${administratorRole}`;
      const { caller } = open({ roleArn, service: organizationsService });
      expect(
        thrown(() => authorise(sandbox, caller, { action: 'iam:CreateRole', resource: `arn:aws:iam::${id}:role/x` })),
      ).toBeUndefined();
      expect(thrown(() => open({ roleArn }))).toContain('AccessDenied');
    }
  });

  it('are made once', () => {
    seedIdentities(sandbox);
    const before = structuredClone(sandbox.world.iam);
    seedIdentities(sandbox);
    expect(sandbox.world.iam).toEqual(before);
  });

  it('are the same under the same seed', () => {
    const [one, two, other] = [iamSandbox(7), iamSandbox(7), iamSandbox(8)];
    for (const each of [one, two, other]) seedIdentities(each);
    expect(one.world.iam).toEqual(two.world.iam);
    expect(one.world.iam).not.toEqual(other.world.iam);
  });

  it('give a person of another permission set a role without rights', () => {
    const person = { name: 'erin', account, role: 'AWSReservedSSO_Guest_0000000000000000' };
    sandbox.world.organization = { ...sandbox.world.organization, people: { erin: person } };
    seedIdentities(sandbox);
    expect(iamAccount(sandbox.world, account).roles[person.role]?.inlinePolicies).toEqual({});
  });
});

describe('sessions', () => {
  it('are unknown by any other key', () => {
    expect(sessionOf(sandbox.world, 'ASIAUNKNOWN')).toBeUndefined();
    expect(sessionOf(sandbox.world, 'constructor')).toBeUndefined();
    expect(callerOf(sandbox, 'ASIAUNKNOWN')).toBeUndefined();
  });

  it('are kept a day after they expired', () => {
    make(trusting({ Service: 'cloudformation.amazonaws.com' }));
    const { accessKeyId } = open();
    sandbox.world.now += 25 * 3_600_000;
    open();
    expect(sessionOf(sandbox.world, accessKeyId)).toBeDefined();
    sandbox.world.now += 1;
    open();
    expect(sessionOf(sandbox.world, accessKeyId)).toBeUndefined();
  });

  it('are plain JSON', () => {
    make(trusting({ Service: 'cloudformation.amazonaws.com' }));
    open();
    expect(JSON.parse(JSON.stringify(sandbox.world.sts))).toEqual(sandbox.world.sts);
  });
});

describe('GetCallerIdentity', () => {
  const ask = (caller: object) =>
    perform(sandbox, stsService.operations['GetCallerIdentity']!, { input: {}, caller: caller as never });

  it('answers without any permission, under an explicit deny', () => {
    const denyAll = policyDocument({ ...statement('*'), Effect: 'Deny' });
    const role = make(trusting({ Service: 'cloudformation.amazonaws.com' }), { denyAll });
    expect(ask(open().caller)).toEqual({
      UserId: `${role.id}:AWSCloudFormation`,
      Account: account,
      Arn: 'arn:aws:sts::222222222222:assumed-role/execution/AWSCloudFormation',
    });
  });

  it('has no answer for a service', () => {
    const service = { kind: 'service', service: 'events.amazonaws.com', account };
    expect(thrown(() => ask(service))).toBe(
      'AccessDenied: GetCallerIdentity needs the credentials of a session or user.',
    );
  });
});

describe('GetSessionToken', () => {
  it('is not for sessions', () => {
    make(trusting({ Service: 'cloudformation.amazonaws.com' }));
    const ask = () => perform(sandbox, stsService.operations['GetSessionToken']!, { input: {}, caller: open().caller });
    expect(thrown(ask)).toBe('AccessDenied: Cannot call GetSessionToken with session credentials');
  });
});
