/** IAM users as callers: static access keys, the second factor and GetSessionToken, asked by unmodified SDK clients. */
import {
  CreateUserCommand,
  GetAccountSummaryCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand,
  DecodeAuthorizationMessageCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  type GetSessionTokenCommandInput,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mfaCode } from '#sandbox/iam/mfa.ts';
import { iamAccount, type MfaDeviceRecord, type UserRecord } from '#sandbox/iam/state.ts';
import { createAccessKey, createUser, defaultUserSettings, registerMfaDevice } from '#sandbox/iam/users.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import {
  allow,
  arnOf,
  type Credentials,
  home,
  iamAs,
  identityWorld,
  issued,
  makeRole,
  policyDocument,
  refusal,
  stsAs,
} from './identity-world.ts';

let sandbox: RunningSandbox;
let user: UserRecord;
let device: MfaDeviceRecord;
let key: Credentials;
let count = 0;

beforeAll(async () => {
  sandbox = await identityWorld();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  count += 1;
  user = createUser(sandbox, {
    account: home,
    name: `ann-${count}`,
    path: '/people/',
    settings: { ...defaultUserSettings, tags: { team: 'red' }, inlinePolicies: { all: policyDocument(allow('*')) } },
  });
  device = registerMfaDevice(sandbox, user);
  const made = createAccessKey(sandbox, user);
  key = { accessKeyId: made.id, secretAccessKey: made.secretAccessKey };
});

const code = (at = sandbox.now()) => mfaCode(device.seed, at);
const getToken = (input: GetSessionTokenCommandInput = {}, as: Credentials = key) =>
  stsAs(sandbox, as).send(new GetSessionTokenCommand(input));
const withFactor = (TokenCode = code(), more: GetSessionTokenCommandInput = {}) =>
  getToken({ SerialNumber: device.serialNumber, TokenCode, ...more });
const listUsers = (as: Credentials) => iamAs(sandbox, as).send(new ListUsersCommand({ PathPrefix: '/people/' }));
const nextCode = () => sandbox.advance(30_000);

describe('a static access key', () => {
  it('signs as its user', async () => {
    expect(await stsAs(sandbox, key).send(new GetCallerIdentityCommand({}))).toMatchObject({
      UserId: user.id,
      Account: home,
      Arn: `arn:aws:iam::${home}:user/people/${user.name}`,
    });
    const list = await iamAs(sandbox, key).send(new ListAccessKeysCommand({ UserName: user.name }));
    expect(list.AccessKeyMetadata).toMatchObject([{ AccessKeyId: key.accessKeyId }]);
  });

  it.each<[string, () => Credentials, RegExp]>([
    ['a wrong secret', () => ({ ...key, secretAccessKey: 'x'.repeat(40) }), /^SignatureDoesNotMatch/],
    ['an unknown id', () => ({ ...key, accessKeyId: 'AKIAUNKNOWNUNKNOWN22' }), /^InvalidClientTokenId/],
    ['a session token it never had', () => ({ ...key, sessionToken: 'x' }), /^InvalidClientTokenId/],
  ])('does not with %s', async (_, as, message) => {
    expect(await refusal(arnOf(sandbox, as()))).toMatch(message);
  });

  it('does not while it is inactive, nor when its secret is unknown', async () => {
    user.accessKeys[0]!.status = 'Inactive';
    expect(await refusal(arnOf(sandbox, key))).toMatch(/^InvalidClientTokenId/);
    user.accessKeys[0] = { id: key.accessKeyId, status: 'Active', createdAt: 0 };
    expect(await refusal(arnOf(sandbox, key))).toMatch(/^InvalidClientTokenId/);
  });

  it('may do what the user’s policies, boundary and tags allow', async () => {
    const condition = {
      StringEquals: { 'aws:PrincipalTag/team': 'red', 'aws:username': user.name, 'aws:PrincipalType': 'User' },
    };
    user.inlinePolicies = {
      read: JSON.stringify(policyDocument(allow('iam:ListUsers', '*', { Condition: condition }))),
    };
    expect((await listUsers(key)).Users?.map(({ UserName }) => UserName)).toContain(user.name);
    expect(await refusal(iamAs(sandbox, key).send(new GetAccountSummaryCommand({})))).toBe(
      `AccessDenied: User: ${user.arn} is not authorized to perform: iam:GetAccountSummary on resource: * because no identity-based policy allows the iam:GetAccountSummary action`,
    );
    user.boundary = 'arn:aws:iam::aws:policy/PowerUserAccess';
    expect(await refusal(listUsers(key))).toMatch(/no permissions boundary allows/);
  });

  it('assumes a role that trusts the user, for longer than a chained session could', async () => {
    const Statement = { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' };
    const role = makeRole(sandbox, `for-${user.name}`, {
      trust: policyDocument(Statement),
      settings: { maxSessionDuration: 7200 },
    });
    const assume = (as: Credentials, DurationSeconds = 7200) =>
      stsAs(sandbox, as).send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'ann', DurationSeconds }));
    const session = await assume(key);
    expect(await arnOf(sandbox, issued(session))).toBe(`arn:aws:sts::${home}:assumed-role/${role.name}/ann`);
    const denial = policyDocument({ Effect: 'Deny', Action: 'sts:*', Resource: role.arn });
    user.inlinePolicies = { none: JSON.stringify(denial) };
    expect(await refusal(assume(key))).toBe(
      `AccessDenied: User: ${user.arn} is not authorized to perform: sts:AssumeRole on resource: ${role.arn}`,
    );
  });

  it('assumes a role that asks for a second factor with the code of the device alone, and the code counts once', async () => {
    const Condition = {
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
      NumericLessThan: { 'aws:MultiFactorAuthAge': '60' },
    };
    const Statement = { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole', Condition };
    const role = makeRole(sandbox, `factored-${user.name}`, { trust: policyDocument(Statement) });
    const assume = (factor: object, as: Credentials = key) =>
      stsAs(sandbox, as).send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'ann', ...factor }));
    const factor = { SerialNumber: device.serialNumber, TokenCode: code() };
    expect(await refusal(assume({}))).toMatch(/^AccessDenied: User: .* is not authorized to perform: sts:AssumeRole/);
    const session = issued(await assume(factor));
    expect(await arnOf(sandbox, session)).toBe(`arn:aws:sts::${home}:assumed-role/${role.name}/ann`);
    expect(await refusal(assume(factor))).toMatch(/^AccessDenied: MultiFactorAuthentication failed with invalid/);
    await nextCode();
    expect(await refusal(assume({ ...factor, TokenCode: code() }, session))).toMatch(/validate MFA code/);
  });

  it('is of no use once the user is gone', async () => {
    const session = issued(await getToken());
    delete iamAccount(sandbox.world, home).users[user.name];
    expect(await refusal(arnOf(sandbox, key))).toMatch(/^InvalidClientTokenId/);
    const s3 = new S3Client({ endpoint: sandbox.endpoint, region: 'eu-west-1', credentials: session, maxAttempts: 1 });
    expect(await refusal(s3.send(new ListBucketsCommand({})))).not.toBe('nothing was refused');
    expect(
      await refusal(
        stsAs(sandbox, session).send(
          new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${home}:role/x`, RoleSessionName: 'ann' }),
        ),
      ),
    ).toMatch(/^AccessDenied/);
  });
});

describe('GetSessionToken', () => {
  it('gives temporary credentials of the user, for twelve hours', async () => {
    const answer = await getToken();
    expect(answer.Credentials?.Expiration).toEqual(new Date(sandbox.now() + 43_200_000));
    expect(answer.Credentials?.AccessKeyId).toMatch(/^ASIA/);
    expect(await arnOf(sandbox, issued(answer))).toBe(user.arn);
  });

  it('needs no permission', async () => {
    user.inlinePolicies = { none: JSON.stringify(policyDocument({ Effect: 'Deny', Action: '*', Resource: '*' })) };
    expect(await refusal(withFactor())).toBe('nothing was refused');
  });

  it.each([900, 129_600])('lasts %i seconds when asked to', async (DurationSeconds) => {
    const { Credentials } = await getToken({ DurationSeconds });
    expect(Credentials?.Expiration).toEqual(new Date(sandbox.now() + DurationSeconds * 1000));
  });

  it('ends when its time is up', async () => {
    const session = issued(await getToken({ DurationSeconds: 900 }));
    await sandbox.advance(899_000);
    expect(await arnOf(sandbox, session)).toBe(user.arn);
    await sandbox.advance(1_000);
    expect(await refusal(arnOf(sandbox, session))).toMatch(/^ExpiredToken/);
  });

  it('is not for sessions', async () => {
    const session = issued(await withFactor());
    expect(await refusal(getToken({}, session))).toBe(
      'AccessDenied: Cannot call GetSessionToken with session credentials',
    );
  });

  it.each<[string, GetSessionTokenCommandInput, RegExp]>([
    ['899 seconds', { DurationSeconds: 899 }, /greater than or equal to 900/],
    ['over a day and a half', { DurationSeconds: 129_601 }, /less than or equal to 129600/],
    ['a short serial number', { SerialNumber: 'x', TokenCode: '123456' }, /'serialNumber'/],
    [
      'a code of five digits',
      { SerialNumber: 'GAHT12345678', TokenCode: '12345' },
      /'tokenCode' .* length greater than or equal to 6/,
    ],
    ['a code of letters', { SerialNumber: 'GAHT12345678', TokenCode: 'abcdef' }, /'tokenCode' .* regular expression/],
    ['a code without a device', { TokenCode: '123456' }, /must provide both/],
    ['a device without a code', { SerialNumber: 'GAHT12345678' }, /must provide both/],
    ['the device of nobody', { SerialNumber: 'GAHT12345678', TokenCode: '123456' }, /verify your MFA serial number/],
  ])('refuses %s', async (_, input, message) => {
    expect(await refusal(getToken(input))).toMatch(message);
  });
});

describe('the second factor', () => {
  const wrong = 'AccessDenied: MultiFactorAuthentication failed with invalid MFA one time pass code. ';

  it('is the code of the user’s device at that time', async () => {
    expect(await refusal(withFactor())).toBe('nothing was refused');
  });

  it('counts once, and an older code not after a newer one', async () => {
    const [older, newer] = [code(sandbox.now() - 30_000), code()];
    await withFactor(newer);
    expect(await refusal(withFactor(newer))).toBe(wrong);
    expect(await refusal(withFactor(older))).toBe(wrong);
    await nextCode();
    expect(await refusal(withFactor())).toBe('nothing was refused');
  });

  it('may be half a minute old, not a minute, and not of the future', async () => {
    const shown = code();
    await nextCode();
    expect(await refusal(withFactor(shown))).toBe('nothing was refused');
    const old = code();
    await sandbox.advance(60_000);
    expect(await refusal(withFactor(old))).toBe(wrong);
    expect(await refusal(withFactor(code(sandbox.now() + 30_000)))).toBe(wrong);
  });

  it('opens IAM to the session, which stays closed without', async () => {
    expect(await refusal(listUsers(issued(await getToken())))).toBe(
      'InvalidClientTokenId: The security token included in the request is invalid',
    );
    expect(await refusal(listUsers(issued(await withFactor())))).toBe('nothing was refused');
  });

  it('opens nothing of STS but AssumeRole and GetCallerIdentity', async () => {
    const session = issued(await withFactor());
    const decode = new DecodeAuthorizationMessageCommand({ EncodedMessage: 'x' });
    expect(await refusal(stsAs(sandbox, session).send(decode))).toMatch(/^InvalidClientTokenId/);
  });

  it.each<[string, object, Record<'key' | 'plain' | 'factored', boolean>]>([
    ['present', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }, { key: false, plain: false, factored: true }],
    [
      'present, if anything is said',
      { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } },
      { key: true, plain: false, factored: true },
    ],
    [
      'said to be absent',
      { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
      { key: false, plain: true, factored: false },
    ],
    [
      'less than a minute old',
      { NumericLessThan: { 'aws:MultiFactorAuthAge': '60' } },
      { key: false, plain: false, factored: true },
    ],
    [
      'more than a minute old',
      { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '60' } },
      { key: false, plain: false, factored: false },
    ],
  ])('is asked for in a trust policy: %s', async (_, Condition, expected) => {
    const Statement = { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole', Condition };
    const role = makeRole(sandbox, `factor-${user.name}`, { trust: policyDocument(Statement) });
    const opens = async (as: Credentials) =>
      (await refusal(stsAs(sandbox, as).send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'ann' })))) ===
      'nothing was refused';
    const found = {
      key: await opens(key),
      plain: await opens(issued(await getToken())),
      factored: await opens(issued(await withFactor())),
    };
    expect(found).toEqual(expected);
  });

  it('computes the codes of RFC 6238', () => {
    // Appendix B: the ASCII secret 12345678901234567890, the last six of eight digits.
    const seed = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    const codes = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000];
    expect(codes.map((seconds) => mfaCode(seed, seconds * 1000))).toEqual([
      '287082',
      '081804',
      '050471',
      '005924',
      '279037',
      '353130',
    ]);
  });
});

describe('making users', () => {
  const make = (changes: object) => () =>
    createUser(sandbox, { account: home, name: 'new', path: '/', settings: defaultUserSettings, ...changes });

  it.each<[string, object, RegExp]>([
    ['a name that is taken, in other letters', { name: 'ANN-1' }, /already exists/],
    ['a name with a slash', { name: 'a/b' }, /userName/],
    ['a path without slashes', { path: 'people' }, /path/],
    [
      'a managed policy that is not there',
      { settings: { ...defaultUserSettings, attachedPolicies: ['arn:aws:iam::aws:policy/No'] } },
      /does not exist/,
    ],
    [
      'a boundary that is not there',
      { settings: { ...defaultUserSettings, boundary: 'arn:aws:iam::aws:policy/No' } },
      /does not exist/,
    ],
    ['a policy that is none', { settings: { ...defaultUserSettings, inlinePolicies: { a: {} } } }, /Syntax errors/],
  ])('is refused with %s', (_, changes, message) => {
    expect(make(changes)).toThrow(message);
  });

  it('over the wire takes the right to, which a session without a second factor does not have', async () => {
    const mallory = (as: Credentials) =>
      refusal(iamAs(sandbox, as).send(new CreateUserCommand({ UserName: `mallory-${count}` })));
    expect(await mallory(issued(await getToken()))).toMatch(/^InvalidClientTokenId: /);
    user.inlinePolicies = { some: JSON.stringify(policyDocument(allow('iam:Get*'))) };
    expect(await mallory(key)).toMatch(/^AccessDenied: .* is not authorized to perform: iam:CreateUser on resource: /);
    expect(iamAccount(sandbox.world, home).users[`mallory-${count}`]).toBeUndefined();
    user.inlinePolicies = { some: JSON.stringify(policyDocument(allow('iam:CreateUser'))) };
    expect(await mallory(key)).toBe('nothing was refused');
    expect(iamAccount(sandbox.world, home).users[`mallory-${count}`]).toBeDefined();
  });
});
