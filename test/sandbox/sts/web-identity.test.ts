/** CI runners: AssumeRoleWithWebIdentity with tokens of a GitHub-like issuer, asked by an unmodified SDK client that has no credentials. */
import { createHmac } from 'node:crypto';
import { AssumeRoleWithWebIdentityCommand, type AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { iamAccount } from '#sandbox/iam/state.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { type GitHubJob, gitHubIssuer, gitHubToken } from '#sandbox/sts/web-identity/github-token.ts';
import { issuerOf, signToken } from '#sandbox/sts/web-identity/issuer.ts';
import { readToken, verifiedToken } from '#sandbox/sts/web-identity/token.ts';
import {
  allow,
  arnOf,
  home,
  iamAs,
  identityWorld,
  issued,
  lastDecision,
  makeResource,
  makeRole,
  policyDocument,
  refusal,
  stsAs,
} from './identity-world.ts';

const providerArn = `arn:aws:iam::${home}:oidc-provider/${gitHubIssuer}`;
const job: GitHubJob = { repository: 'acme/orders', repositoryId: '424242', environment: 'production' };
const roleArn = (name = 'ci') => `arn:aws:iam::${home}:role/${name}`;
const trust = (...actions: string[]) =>
  policyDocument({
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: ['sts:AssumeRoleWithWebIdentity', ...actions],
    Condition: {
      StringEquals: {
        [`${gitHubIssuer}:aud`]: 'sts.amazonaws.com',
        [`${gitHubIssuer}:sub`]: 'repo:acme/orders:environment:production',
        [`${gitHubIssuer}:repository_id`]: '424242',
        [`${gitHubIssuer}:environment`]: 'production',
      },
    },
  });

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await identityWorld();
  await makeResource(sandbox, 'AWS::IAM::OIDCProvider', {
    Url: `https://${gitHubIssuer}`,
    ClientIdList: ['sts.amazonaws.com', 'both'],
  });
  const settings = { inlinePolicies: { read: policyDocument(allow('iam:ListUsers')) }, maxSessionDuration: 7200 };
  makeRole(sandbox, 'ci', { trust: trust(), settings });
  makeRole(sandbox, 'tagged', { trust: trust('sts:TagSession', 'sts:SetSourceIdentity'), settings });
  makeRole(sandbox, 'elsewhere', { account: '222222222222', trust: trust() });
});
afterAll(() => sandbox.close());

type Changes = Partial<AssumeRoleWithWebIdentityCommandInput>;
const ask = (token: string, changes: Changes = {}, region = 'eu-west-1') =>
  stsAs(sandbox, 'nobody', region).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn(),
      RoleSessionName: 'run-17',
      WebIdentityToken: token,
      ...changes,
    }),
  );
const tokenWith = (changes: Partial<GitHubJob>) => gitHubToken(sandbox, { ...job, ...changes });

describe('a job of the trusted repository and environment', () => {
  it('gets a session of the role, without any credentials before', async () => {
    const answer = await ask(gitHubToken(sandbox, job));
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: 'repo:acme/orders:environment:production',
      Provider: providerArn,
      Audience: 'sts.amazonaws.com',
      AssumedRoleUser: { Arn: `arn:aws:sts::${home}:assumed-role/ci/run-17` },
    });
    expect(answer.Credentials?.Expiration).toEqual(new Date(sandbox.now() + 3_600_000));
    expect(await arnOf(sandbox, issued(answer))).toBe(`arn:aws:sts::${home}:assumed-role/ci/run-17`);
  });

  it('is in the journal under provider, audience and subject', async () => {
    await ask(gitHubToken(sandbox, job));
    expect(lastDecision(sandbox)).toMatchObject({
      principal: `${providerArn}:sts.amazonaws.com:${'repo:acme/orders:environment:production'}`,
      action: 'sts:AssumeRoleWithWebIdentity',
      allowed: true,
    });
  });

  it('may use another audience of the provider only where the trust policy takes it', async () => {
    expect(await refusal(ask(tokenWith({ audience: 'both' })))).toBe(
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
  });

  it('lasts as long as it asks for, up to what the role allows', async () => {
    const { Credentials } = await ask(gitHubToken(sandbox, job), { DurationSeconds: 7200 });
    expect(Credentials?.Expiration).toEqual(new Date(sandbox.now() + 7_200_000));
    expect(await refusal(ask(gitHubToken(sandbox, job), { DurationSeconds: 7201 }))).toBe(
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  });

  it('is narrowed by a session policy, and its session knows the provider', async () => {
    const Policy = JSON.stringify(
      policyDocument(
        allow('iam:ListUsers', '*', { Condition: { StringEquals: { 'aws:FederatedProvider': providerArn } } }),
      ),
    );
    const { ListUsersCommand } = await import('@aws-sdk/client-iam');
    const list = async (changes: Changes) =>
      iamAs(sandbox, issued(await ask(gitHubToken(sandbox, job), changes))).send(new ListUsersCommand({}));
    expect(await list({ Policy })).toMatchObject({ Users: [] });
    const narrow = JSON.stringify(policyDocument(allow('s3:GetObject')));
    expect(await refusal(list({ Policy: narrow }))).toMatch(/no session policy allows/);
  });

  it('brings tags and a source identity in its token', async () => {
    const claims = {
      'https://aws.amazon.com/tags': { principal_tags: { team: ['red'] }, transitive_tag_keys: ['team'] },
      'https://aws.amazon.com/source_identity': 'alice',
    };
    const answer = await ask(tokenWith({ claims }), { RoleArn: roleArn('tagged') });
    expect(answer).toMatchObject({ SourceIdentity: 'alice', PackedPolicySize: expect.any(Number) });
    expect(sandbox.callerOf(answer.Credentials!.AccessKeyId!)).toMatchObject({
      tags: { team: 'red' },
      transitiveTagKeys: ['team'],
      sourceIdentity: 'alice',
      federatedProvider: providerArn,
    });
    expect(await refusal(ask(tokenWith({ claims })))).toMatch(
      /^AccessDenied: Not authorized to perform sts:SetSourceIdentity/,
    );
  });
});

describe('the trust policy', () => {
  it.each<[string, Partial<GitHubJob>]>([
    ['a pull request', { environment: undefined as never, event: 'pull_request' }],
    ['a branch without environment', { environment: undefined as never }],
    ['another environment', { environment: 'staging' }],
    ['a renamed repository', { repository: 'acme/shop' }],
    ['another repository under the old name', { repositoryId: '777777' }],
    ['a token without repository id', { claims: { repository_id: null } }],
    ['a token without environment', { claims: { environment: null } }],
    ['an environment that is no text', { claims: { environment: ['production'] } }],
  ])('refuses %s, telling no reason', async (_, changes) => {
    const { environment, ...rest } = { ...job, ...changes };
    const token = gitHubToken(sandbox, environment === undefined ? rest : { ...rest, environment });
    expect(await refusal(ask(token))).toBe('AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity');
    expect(lastDecision(sandbox)).toMatchObject({ allowed: false });
  });

  it('cannot look at a claim that STS does not offer', async () => {
    const condition = { StringEquals: { [`${gitHubIssuer}:runner_environment`]: 'github-hosted' } };
    const Statement = {
      Effect: 'Allow',
      Principal: { Federated: providerArn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: condition,
    };
    makeRole(sandbox, 'unseen', { trust: policyDocument(Statement) });
    expect(await refusal(ask(gitHubToken(sandbox, job), { RoleArn: roleArn('unseen') }))).toMatch(/^AccessDenied/);
  });

  it('of a role that is not there is told apart from none', async () => {
    expect(await refusal(ask(gitHubToken(sandbox, job), { RoleArn: roleArn('gone') }))).toBe(
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
  });
});

describe('a token that is not right', () => {
  const now = () => Math.floor(sandbox.now() / 1000);
  const notJwt =
    'InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)';
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payloadOf = (token: string) => token.split('.')[1]!;

  it.each<[string, () => string, string]>([
    ['no token at all', () => 'opaque-access-token', notJwt],
    ['too many parts', () => `${gitHubToken(sandbox, job)}.x`, notJwt],
    ['no JSON', () => 'e30x.e30x.e30x', notJwt],
    ['no algorithm', () => `${part({ alg: 'none' })}.${payloadOf(gitHubToken(sandbox, job))}.`, notJwt],
    [
      'signed with the public key as a shared secret',
      () => {
        const signed = `${part({ alg: 'HS256' })}.${payloadOf(gitHubToken(sandbox, job))}`;
        const { n } = issuerOf(sandbox, gitHubIssuer).privateKey;
        return `${signed}.${createHmac('sha256', n).update(signed).digest('base64url')}`;
      },
      notJwt,
    ],
    [
      'claims changed after signing',
      () => {
        const [header, payload = '', signature] = gitHubToken(sandbox, { ...job, environment: 'staging' }).split('.');
        const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), environment: 'production' };
        return `${header}.${part(claims)}.${signature}`;
      },
      'InvalidIdentityToken: Token signature is invalid',
    ],
    [
      'signed by another issuer',
      () => {
        const claims = JSON.parse(Buffer.from(payloadOf(gitHubToken(sandbox, job)), 'base64url').toString());
        return signToken(sandbox, 'evil.example', claims);
      },
      "InvalidIdentityToken: Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    ],
    [
      'another issuer',
      () => tokenWith({ claims: { iss: 'https://gitlab.com' } }),
      'InvalidIdentityToken: No OpenIDConnect provider found in your account for https://gitlab.com',
    ],
    [
      'an issuer without TLS',
      () => tokenWith({ claims: { iss: `http://${gitHubIssuer}` } }),
      'InvalidIdentityToken: Issuer must be a valid URL',
    ],
    ['no issuer', () => tokenWith({ claims: { iss: null } }), 'InvalidIdentityToken: Missing a required claim: iss'],
    ['no subject', () => tokenWith({ claims: { sub: null } }), 'InvalidIdentityToken: Missing a required claim: sub'],
    ['no audience', () => tokenWith({ claims: { aud: null } }), 'InvalidIdentityToken: Missing a required claim: aud'],
    ['no expiry', () => tokenWith({ claims: { exp: null } }), 'InvalidIdentityToken: Missing a required claim: exp'],
    ['two audiences', () => tokenWith({ claims: { aud: ['a', 'b'] } }), 'InvalidIdentityToken: Invalid claim: aud'],
    [
      'another audience',
      () => tokenWith({ audience: 'https://github.com/acme' }),
      'InvalidIdentityToken: Incorrect token audience',
    ],
    ['expired', () => tokenWith({ claims: { exp: now() } }), 'ExpiredTokenException: Token expired: current date/time'],
    [
      'not yet valid',
      () => tokenWith({ claims: { nbf: now() + 301 } }),
      'InvalidIdentityToken: Token is not yet valid',
    ],
    [
      'issued in the future',
      () => tokenWith({ claims: { iat: now() + 301 } }),
      'InvalidIdentityToken: Token is not yet valid',
    ],
    [
      'tags of AWS’s own',
      () => tokenWith({ claims: { 'https://aws.amazon.com/tags': { principal_tags: { 'aws:x': ['y'] } } } }),
      'InvalidParameterValue: System tags cannot be added',
    ],
  ])('is refused: %s', async (_, token, message) => {
    expect(await refusal(ask(token()))).toContain(message);
  });

  it('is refused with any character changed', () => {
    const provider = iamAccount(sandbox.world, home).oidcProviders![providerArn]!;
    const verified = (text: string) => verifiedToken(sandbox, readToken(text), provider);
    const token = gitHubToken(sandbox, job);
    expect(verified(token).sub).toBe('repo:acme/orders:environment:production');
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.stringMatching(/^[\w.=-]?$/), (at, put) => {
        fc.pre(token[at] !== put);
        expect(() => verified(`${token.slice(0, at)}${put}${token.slice(at + 1)}`)).toThrow();
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('is taken in the second before it expires, with an audience in a list', async () => {
    const claims = { exp: now() + 1, aud: ['sts.amazonaws.com'], nbf: null, amr: ['authenticated'] };
    expect((await ask(tokenWith({ claims }))).Audience).toBe('sts.amazonaws.com');
  });

  it('is refused once the issuer revoked it, and its time is up five minutes after it was issued', async () => {
    const token = tokenWith({ claims: { jti: 'job-1' } });
    await ask(token);
    issuerOf(sandbox, gitHubIssuer).revoked.push('job-1');
    expect(await refusal(ask(token))).toMatch(/^IDPRejectedClaim/);
    const other = tokenWith({});
    await sandbox.advance(299_000);
    await ask(other);
    await sandbox.advance(1_000);
    expect(await refusal(ask(other))).toMatch(
      /^ExpiredTokenException: Token expired: current date\/time \d+ must be before/,
    );
  });
});

describe('a request that is not right', () => {
  let token = '';
  beforeEach(() => {
    token = gitHubToken(sandbox, job);
  });

  it.each<[string, Changes, RegExp]>([
    ['a short session name', { RoleSessionName: 'x' }, /'roleSessionName' .* length greater than or equal to 2/],
    ['899 seconds', { DurationSeconds: 899 }, /greater than or equal to 900/],
    ['over twelve hours', { DurationSeconds: 43_201 }, /less than or equal to 43200/],
    ['no token', { WebIdentityToken: 'x' }, /'webIdentityToken'/],
    ['no role', { RoleArn: `arn:aws:iam::${home}:user/ann` }, /is invalid/],
    ['an empty session policy', { Policy: '' }, /'policy'/],
    ['a session policy that is none', { Policy: '{}' }, /^MalformedPolicyDocument/],
    [
      'managed session policies',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
      /does not model PolicyArns/,
    ],
    ['an OAuth provider', { ProviderId: 'www.amazon.com' }, /does not model ProviderId/],
    [
      'an account without the provider',
      { RoleArn: 'arn:aws:iam::222222222222:role/elsewhere' },
      /^InvalidIdentityToken: No OpenIDConnect provider found/,
    ],
  ])('is refused: %s', async (_, changes, message) => {
    expect(await refusal(ask(token, changes))).toMatch(message);
  });
});

describe('the issuer', () => {
  it('has the same key under the same seed, kept with the world', async () => {
    const [first, again] = [await identityWorld(3), await identityWorld(3)];
    expect(gitHubToken(first, job)).toBe(gitHubToken(again, job));
    const other = await identityWorld(2);
    expect(issuerOf(other, gitHubIssuer).keyId).not.toBe(issuerOf(again, gitHubIssuer).keyId);
    expect(JSON.parse(JSON.stringify(again.world.sts))).toEqual(again.world.sts);
    await Promise.all([first.close(), again.close(), other.close()]);
  });
});
