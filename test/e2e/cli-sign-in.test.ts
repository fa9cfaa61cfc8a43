/** The ways into the account of the API as they are typed, over the wire: CI tokens, SAML assertions, second factors. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { publishRelease } from '#cli/client/releases.ts';
import { deployTemplate } from '#cli/rehearsal/administrator.ts';
import type { CallFault } from '#sandbox/fault.ts';
import { mfaCode } from '#sandbox/iam/mfa.ts';
import { createRole, defaultSettings } from '#sandbox/iam/roles.ts';
import type { MfaDeviceRecord, UserRecord } from '#sandbox/iam/state.ts';
import { createAccessKey, createUser, defaultUserSettings, registerMfaDevice } from '#sandbox/iam/users.ts';
import { sharedServicesAccount as home, homeRegion } from '#sandbox/organization.ts';
import { samlAssertion, samlIdentityProvider, samlMetadata } from '#sandbox/sts/saml/identity-provider.ts';
import type { SamlResponse } from '#sandbox/sts/saml/response-form.ts';
import { type GitHubJob, gitHubToken } from '#sandbox/sts/web-identity/github-token.ts';
import { drawbridgeJson, newFolder } from './cli-world.ts';
import { openRehearsal, type Rehearsal, root } from './rehearsed-world.ts';
import { smallRelease } from './small-release.ts';

const folder = newFolder();
const provider = `arn:aws:iam::${home}:saml-provider/corp`;
const role = (name: string) => `arn:aws:iam::${home}:role/${name}`;
const invoking = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' }],
};
const job: GitHubJob = { repository: 'acme/orders', repositoryId: '424242', environment: 'production' };
let rehearsal: Rehearsal;
let ciRole = '';
let user: UserRecord;
let device: MfaDeviceRecord;
let files = 0;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  rehearsal = await openRehearsal();
  // What is asked below has to be there.
  await publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline: 'small' }));
  const { sandbox, outputs } = rehearsal;
  const ci = await deployTemplate(sandbox, {
    ...{ account: home, region: homeRegion, stackName: 'drawbridge-ci' },
    body: readFileSync(join(root, 'accounts/ci-oidc.yml'), 'utf8'),
    parameters: {
      ...{ Repository: 'acme/orders', RepositoryId: '424242', Environment: 'production' },
      ApiId: outputs['HttpApiId'] ?? '',
    },
  });
  ciRole = ci['RoleArn'] ?? '';
  const SamlMetadataDocument = samlMetadata(samlIdentityProvider(sandbox, 'https://login.example.org'));
  const place = { sandbox, account: home, region: homeRegion, stackId: 'arn:none', stackName: 'none' };
  const properties = { Name: 'corp', SamlMetadataDocument };
  await sandbox.provider('AWS::IAM::SAMLProvider')!.create({ ...place, logicalId: 'Corp', type: '', properties });
  const trusting = (name: string, statement: object) =>
    createRole(sandbox, {
      ...{ account: home, name, path: '/', trust: { Version: '2012-10-17', Statement: [statement] } },
      settings: { ...defaultSettings, inlinePolicies: { api: invoking } },
    });
  const federated = { Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithSAML' };
  trusting('people', {
    ...federated,
    Condition: { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } },
  });
  trusting('others', { ...federated, Condition: { StringEquals: { 'saml:sub': 'bob@example.org' } } });
  user = createUser(sandbox, {
    ...{ account: home, name: 'erin', path: '/' },
    settings: {
      ...defaultUserSettings,
      inlinePolicies: {
        all: {
          Version: '2012-10-17',
          Statement: [
            {
              ...{ Effect: 'Allow', Action: ['execute-api:Invoke', 'sts:AssumeRole'], Resource: '*' },
              Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' } },
            },
          ],
        },
      },
    },
  });
  device = registerMfaDevice(sandbox, user);
  const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
  trusting('factored', { Effect: 'Allow', Principal: { AWS: user.arn }, Action: 'sts:AssumeRole', Condition });
}, 300_000);
afterAll(() => rehearsal.close());

beforeEach(() => {
  const cleared = ['DRAWBRIDGE_API', 'AWS_REGION', 'AWS_PROFILE', 'AWS_ENDPOINT_URL', 'AWS_SESSION_TOKEN'];
  for (const name of [...cleared, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'no-config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'no-credentials'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rehearsal.strike();
});

const file = (content: string): string => {
  files += 1;
  const path = join(folder, `${files}`);
  writeFileSync(path, content);
  return path;
};
/** A command that asks the API one thing. */
async function ask(...words: string[]) {
  const api = `${rehearsal.sandbox.endpoint}/_api/${rehearsal.outputs['HttpApiId']}`;
  const { exit, json, out } = await drawbridgeJson('history', 'small', '--api', api, '--region', homeRegion, ...words);
  return { exit, code: json.problems?.[0]?.code, next: `${json.problems?.[0]?.next}`, out };
}
/** Who called the API last, as IAM saw it. */
const lastCaller = () => {
  const decisions = rehearsal.sandbox.journal().filter((entry) => entry.kind === 'decision');
  return decisions.findLast(({ action }) => action === 'execute-api:Invoke')?.principal;
};
const callsOf = (operation: string) => rehearsal.sandbox.calls()['sts']?.[operation] ?? 0;

describe('a CI runner', () => {
  const runner = (changes: Partial<GitHubJob> = {}) => {
    const token = gitHubToken(rehearsal.sandbox, { ...job, ...changes });
    vi.stubEnv('AWS_WEB_IDENTITY_TOKEN_FILE', file(token));
    vi.stubEnv('AWS_ROLE_ARN', ciRole);
    vi.stubEnv('AWS_ROLE_SESSION_NAME', 'run-17');
    return token;
  };

  it('gets in with its token and nothing else', async () => {
    runner();
    expect(await ask()).toMatchObject({ exit: 0 });
    expect(lastCaller()).toBe(`arn:aws:sts::${home}:assumed-role/drawbridge-ci/run-17`);
  });

  it.each<[string, () => unknown, string]>([
    ['of another environment', () => runner({ environment: 'staging' }), 'IDENTITY_DENIED'],
    ['for another audience', () => runner({ audience: 'https://github.com/acme' }), 'IDENTITY_TOKEN_INVALID'],
    ['that is over', () => rehearsal.sandbox.advance(runner() === '' ? 0 : 301_000), 'IDENTITY_TOKEN_EXPIRED'],
    [
      'that the issuer revoked',
      () => {
        const [, payload = ''] = runner().split('.');
        const { jti } = JSON.parse(Buffer.from(payload, 'base64url').toString());
        rehearsal.sandbox.world.sts.issuers!['token.actions.githubusercontent.com']!.revoked.push(jti);
      },
      'IDENTITY_REJECTED',
    ],
  ])('with a token %s is told so: exit 4', async (_, make, code) => {
    await make();
    expect(await ask()).toMatchObject({ exit: 4, code });
  });

  const unreachable = (nth: number): CallFault => ({
    ...{ kind: 'call', service: 'sts', operation: 'AssumeRoleWithWebIdentity', nth, when: 'before' },
    what: { error: 'IDPCommunicationError', message: 'no answer', status: 400 },
  });

  it('waits for an identity provider that does not answer at once, three times at most', async () => {
    runner();
    rehearsal.strike(unreachable(1));
    expect(await ask()).toMatchObject({ exit: 0 });
    rehearsal.sandbox.resetCalls();
    rehearsal.strike(...[1, 2, 3, 4, 5].map(unreachable));
    expect(await ask()).toMatchObject({ exit: 5, code: 'IDENTITY_PROVIDER_UNREACHABLE' });
    expect(callsOf('AssumeRoleWithWebIdentity')).toBe(3);
  });
});

describe('somebody with a SAML assertion', () => {
  const assertion = (roles = ['people'], changes: Partial<SamlResponse> = {}) =>
    samlAssertion(rehearsal.sandbox, samlIdentityProvider(rehearsal.sandbox, 'https://login.example.org'), {
      signIn: {
        ...{ subject: 'alice@example.org', sessionName: 'alice' },
        roles: roles.map((name) => `${role(name)},${provider}`),
      },
      changes,
    });
  const xml = (encoded: string) => Buffer.from(encoded, 'base64').toString();

  it.each<[string, () => string]>([
    ['as the form carries it', () => assertion()],
    ['as XML', () => xml(assertion())],
  ])('gets in, %s', async (_, text) => {
    rehearsal.sandbox.resetCalls();
    const path = file(text());
    expect(await ask('--saml-assertion', path)).toMatchObject({ exit: 0 });
    expect(lastCaller()).toBe(`arn:aws:sts::${home}:assumed-role/people/alice`);
    expect(callsOf('AssumeRoleWithSAML')).toBe(1);
    vi.stubEnv('DRAWBRIDGE_SAML_ASSERTION', path);
    expect(await ask()).toMatchObject({ exit: 0 });
  });

  it('chooses among the roles that are offered', async () => {
    const path = file(assertion(['others', 'people']));
    const unclear = await ask('--saml-assertion', path);
    expect(unclear).toMatchObject({ exit: 2, code: 'SAML_ROLE' });
    expect(unclear.next).toContain(`${role('others')}, ${role('people')}`);
    expect(await ask('--saml-assertion', path, '--saml-role', role('people'))).toMatchObject({ exit: 0 });
    const pair = `${role('people')},${provider}`;
    expect(await ask('--saml-assertion', path, '--saml-role', pair)).toMatchObject({ exit: 0 });
  });

  it.each<[string, () => Promise<unknown> | unknown, () => string, number, string]>([
    ['of five minutes ago', () => rehearsal.sandbox.advance(301_000), assertion, 4, 'IDENTITY_TOKEN_EXPIRED'],
    [
      'that was changed',
      () => undefined,
      () => xml(assertion()).replace('>alice<', '>carol<'),
      4,
      'IDENTITY_TOKEN_INVALID',
    ],
    [
      'of a sign-in that failed',
      () => undefined,
      () => assertion(['people'], { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
      4,
      'IDENTITY_REJECTED',
    ],
    ['whose role lets somebody else in', () => undefined, () => assertion(['others']), 4, 'IDENTITY_DENIED'],
    ['that is none', () => undefined, () => 'hello!', 2, 'SAML_ASSERTION'],
  ])('%s is told so', async (_, wait, text, exit, code) => {
    const path = file(text());
    await wait();
    const found = await ask('--saml-assertion', path);
    expect(found).toMatchObject({ exit, code });
    expect(found.out).not.toContain(readFileSync(path, 'utf8').slice(0, 60));
  });

  it('is told which file is not there', async () => {
    expect(await ask('--saml-assertion', join(folder, 'nothing'))).toMatchObject({ exit: 2, code: 'FILE_NOT_FOUND' });
  });
});

describe('an IAM user with a second factor', () => {
  const shown = () => mfaCode(device.seed, rehearsal.sandbox.now());
  beforeEach(async () => {
    await rehearsal.sandbox.advance(60_000);
    user.accessKeys = [];
    const { id, secretAccessKey } = createAccessKey(rehearsal.sandbox, user);
    vi.stubEnv('AWS_ACCESS_KEY_ID', id);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  });

  it('gets in with device and code, once for each code', async () => {
    const words = ['--mfa-serial', device.serialNumber, '--mfa-code', shown()];
    expect(await ask(...words)).toMatchObject({ exit: 0 });
    expect(lastCaller()).toBe(user.arn);
    expect(await ask(...words)).toMatchObject({ exit: 4, code: 'MFA_REFUSED' });
  });

  it('is asked for the code, and where nobody can answer, the command ends', async () => {
    expect(await ask('--mfa-serial', device.serialNumber)).toMatchObject({ exit: 2, code: 'MFA_CODE_NEEDED' });
  });

  it.each([
    ['with it', true, { exit: 0 }],
    ['without it', false, { exit: 4, code: 'SIGN_IN_DENIED' }],
  ])('takes the role of a profile that asks for it: %s', async (_, asks, expected) => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
    const serial = asks ? `\nmfa_serial = ${device.serialNumber}` : '';
    vi.stubEnv(
      'AWS_SHARED_CREDENTIALS_FILE',
      file(`[erin]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`),
    );
    vi.stubEnv(
      'AWS_CONFIG_FILE',
      file(`[profile api]\nrole_arn = ${role('factored')}\nsource_profile = erin${serial}\n`),
    );
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    expect(await ask('--profile', 'api', '--mfa-code', shown())).toMatchObject(expected);
  });
});

describe('two ways in at once', () => {
  it.each([
    ['--saml-assertion', 'x', '--mfa-serial', 'y'],
    ['--saml-assertion', 'x', '--sandbox'],
    ['--mfa-serial', 'y', '--sandbox'],
  ])('are refused: %s %s %s', async (...words) => {
    const { exit, json } = await drawbridgeJson('history', 'small', ...words.filter((word) => word !== undefined));
    expect([exit, json.problems[0].code]).toEqual([2, 'USAGE']);
    expect(json.problems[0].cause).toMatch(/two different ways in/);
  });
});
