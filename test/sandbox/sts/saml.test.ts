/** People of a corporate identity provider: AssumeRoleWithSAML with signed assertions, asked by an SDK client that has no credentials. */
import { X509Certificate } from 'node:crypto';
import { AssumeRoleWithSAMLCommand, type AssumeRoleWithSAMLCommandInput } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { iamAccount } from '#sandbox/iam/state.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { verifiedResponse } from '#sandbox/sts/saml/assertion.ts';
import {
  type SamlSignIn,
  samlAssertion,
  samlIdentityProvider,
  samlMetadata,
} from '#sandbox/sts/saml/identity-provider.ts';
import type { SamlResponse } from '#sandbox/sts/saml/response-form.ts';
import {
  arnOf,
  home,
  identityWorld,
  issued,
  lastDecision,
  makeResource,
  makeRole,
  policyDocument,
  refusal,
  stsAs,
} from './identity-world.ts';

const entityId = 'https://login.example.org';
const providerArn = `arn:aws:iam::${home}:saml-provider/corp`;
const roleArn = (name = 'people') => `arn:aws:iam::${home}:role/${name}`;
const trust = (Condition: object, ...actions: string[]) =>
  policyDocument({
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: ['sts:AssumeRoleWithSAML', ...actions],
    Condition,
  });
const audience = { StringEquals: { 'saml:aud': 'https://signin.aws.amazon.com/saml' } };
const signIn: SamlSignIn = {
  subject: 'alice@example.org',
  roles: [`${roleArn()},${providerArn}`, `${providerArn}, ${roleArn('tagged')}`, `${roleArn('bob')},${providerArn}`],
  sessionName: 'alice',
};

let sandbox: RunningSandbox;
beforeAll(async () => {
  sandbox = await identityWorld();
  const SamlMetadataDocument = samlMetadata(samlIdentityProvider(sandbox, entityId));
  await makeResource(sandbox, 'AWS::IAM::SAMLProvider', { Name: 'corp', SamlMetadataDocument });
  makeRole(sandbox, 'people', { trust: trust(audience), settings: { maxSessionDuration: 43_200 } });
  makeRole(sandbox, 'tagged', { trust: trust(audience, 'sts:TagSession', 'sts:SetSourceIdentity') });
  makeRole(sandbox, 'bob', { trust: trust({ StringEquals: { 'saml:sub': 'bob@example.org' } }) });
  makeRole(sandbox, 'unnamed', { trust: trust(audience) });
});
afterAll(() => sandbox.close());

interface Asked {
  readonly person?: Partial<SamlSignIn>;
  readonly response?: Partial<SamlResponse>;
  readonly provider?: string;
  readonly edit?: (xml: string) => string;
  readonly input?: Partial<AssumeRoleWithSAMLCommandInput>;
}

function assertion({ person, response = {}, provider = entityId, edit }: Asked): string {
  const made = samlAssertion(sandbox, samlIdentityProvider(sandbox, provider), {
    signIn: { ...signIn, ...person },
    changes: response,
  });
  return edit ? Buffer.from(edit(Buffer.from(made, 'base64').toString())).toString('base64') : made;
}

const ask = (asked: Asked = {}) =>
  stsAs(sandbox).send(
    new AssumeRoleWithSAMLCommand({
      RoleArn: roleArn(),
      PrincipalArn: providerArn,
      SAMLAssertion: assertion(asked),
      ...asked.input,
    }),
  );

describe('somebody the identity provider vouches for', () => {
  it('gets a session of a role the assertion names, under the name it gives', async () => {
    const answer = await ask();
    expect(answer).toMatchObject({
      Subject: 'alice@example.org',
      SubjectType: 'persistent',
      Issuer: entityId,
      Audience: 'https://signin.aws.amazon.com/saml',
      NameQualifier: expect.stringMatching(/^[\w+/]{27}=$/),
      AssumedRoleUser: { Arn: `arn:aws:sts::${home}:assumed-role/people/alice` },
    });
    expect(answer.Credentials?.Expiration).toEqual(new Date(sandbox.now() + 3_600_000));
    expect(await arnOf(sandbox, issued(answer))).toBe(`arn:aws:sts::${home}:assumed-role/people/alice`);
    expect(lastDecision(sandbox)).toMatchObject({ principal: `${providerArn}:alice@example.org`, allowed: true });
  });

  it('brings tags and a source identity, where the role takes them', async () => {
    const person = { tags: { team: 'red & <blue>' }, transitiveTagKeys: ['team'], sourceIdentity: 'alice' };
    const answer = await ask({ person, input: { RoleArn: roleArn('tagged') } });
    expect(answer.SourceIdentity).toBe('alice');
    expect(sandbox.callerOf(answer.Credentials!.AccessKeyId!)).toMatchObject({
      tags: { team: 'red & <blue>' },
      transitiveTagKeys: ['team'],
      federatedProvider: providerArn,
    });
    expect(await refusal(ask({ person: { tags: { team: 'red' } } }))).toBe(
      'AccessDenied: Not authorized to perform sts:TagSession',
    );
  });

  it('stays no longer than the assertion, the role and the request say', async () => {
    const until = sandbox.now() + 1800_000;
    const short = await ask({ response: { sessionNotOnOrAfter: until }, input: { DurationSeconds: 7200 } });
    expect(short.Credentials?.Expiration).toEqual(new Date(until));
    const long = await ask({ input: { DurationSeconds: 43_200 } });
    expect(long.Credentials?.Expiration).toEqual(new Date(sandbox.now() + 43_200_000));
    expect(await refusal(ask({ input: { DurationSeconds: 43_201 } }))).toMatch(/less than or equal to 43200/);
  });

  it('may be a subject of another format, presented at a regional endpoint', async () => {
    const response = {
      recipient: 'https://eu-west-1.signin.aws.amazon.com/saml',
      subjectFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    };
    expect(await refusal(ask({ response }))).toBe('AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML');
    const Statement = { Effect: 'Allow', Principal: { Federated: providerArn }, Action: 'sts:AssumeRoleWithSAML' };
    makeRole(sandbox, 'regional', { trust: policyDocument(Statement) });
    const person = { roles: [`${roleArn('regional')},${providerArn}`] };
    const answer = await ask({
      person,
      response,
      input: {
        RoleArn: roleArn('regional'),
        Policy: JSON.stringify(policyDocument({ Effect: 'Deny', Action: '*', Resource: '*' })),
      },
    });
    expect(answer).toMatchObject({ Audience: response.recipient, SubjectType: response.subjectFormat });
  });
});

describe('an assertion', () => {
  const other = 'https://evil.example';
  it.each<[string, Asked, string]>([
    [
      'for a role it does not name',
      { input: { RoleArn: roleArn('unnamed') } },
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML',
    ],
    [
      'for a role that trusts another subject',
      { input: { RoleArn: roleArn('bob') } },
      'AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML',
    ],
    ['without any role', { person: { roles: [] } }, 'AccessDenied: Not authorized'],
    [
      'for a role of another account',
      {
        person: { roles: [`arn:aws:iam::222222222222:role/people,${providerArn}`] },
        input: { RoleArn: 'arn:aws:iam::222222222222:role/people' },
      },
      'AccessDenied: Not authorized',
    ],
    [
      'of a provider that is not there',
      { input: { PrincipalArn: `${providerArn}2` } },
      "InvalidIdentityToken: Specified provider doesn't exist",
    ],
    [
      'of another identity provider',
      { provider: other },
      'InvalidIdentityToken: Issuer not present in specified provider',
    ],
    [
      'of another identity provider in the name of this',
      { provider: other, response: { issuer: entityId } },
      'InvalidIdentityToken: Response signature invalid',
    ],
    [
      'that says the sign-in failed',
      { response: { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' } },
      'IDPRejectedClaim: The identity provider reported',
    ],
    ['for another service', { response: { audience: 'urn:other' } }, 'InvalidIdentityToken: Audience is invalid'],
    [
      'for another place',
      { response: { recipient: 'https://signin.aws.amazon.com.evil.example/saml' } },
      'InvalidIdentityToken: Recipient is not',
    ],
    [
      'without a session name',
      { response: { attributes: [] } },
      'InvalidIdentityToken: RoleSessionName is required in AuthnResponse',
    ],
    [
      'with a session name of one letter',
      { person: { sessionName: 'a' } },
      'InvalidIdentityToken: RoleSessionName in AuthnResponse must match',
    ],
    [
      'with a blank in the source identity',
      { person: { sourceIdentity: 'a b' } },
      'InvalidIdentityToken: SourceIdentity in AuthnResponse must match',
    ],
    [
      'with a transitive key that is no tag',
      { person: { transitiveTagKeys: ['team'] } },
      'InvalidParameterValue: The specified transitive tag key',
    ],
  ])('%s is refused', async (_, asked, message) => {
    expect(await refusal(ask(asked))).toContain(message);
  });

  it.each<[string, (xml: string) => string, string]>([
    [
      'with a role changed after signing',
      (xml) => xml.replace(`${roleArn()},`, `${roleArn('unnamed')},`),
      'Response signature invalid',
    ],
    ['with another subject', (xml) => xml.replace('alice@', 'bob@'), 'Response signature invalid'],
    [
      'with a longer life',
      (xml) => xml.replace(/NotOnOrAfter="[^"]*"/g, 'NotOnOrAfter="2030-01-01T00:00:00Z"'),
      'Response signature invalid',
    ],
    ['with another digest', (xml) => xml.replace(/(<ds:DigestValue>)./, '$1_'), 'Response signature invalid'],
    ['with another signature', (xml) => xml.replace(/(<ds:SignatureValue>)./, '$1_'), 'Response signature invalid'],
    ['without signature', (xml) => xml.replace(/<ds:Signature .*<\/ds:Signature>/, ''), 'Invalid SAML response'],
    [
      'with a comment in the subject',
      (xml) => xml.replace('alice@example.org', 'alice@example.org<!-- -->.evil'),
      'Invalid SAML response',
    ],
    [
      'with a second assertion before the signed one',
      (xml) => xml.replace('<saml:Assertion ', '<saml:Assertion ID="_x"></saml:Assertion><saml:Assertion '),
      'Invalid SAML response',
    ],
    [
      'with a second assertion after the signed one',
      (xml) => xml.replace('</samlp:Response>', '<saml:Assertion></saml:Assertion></samlp:Response>'),
      'Invalid SAML response',
    ],
    ['with a document type', (xml) => `<!DOCTYPE x>${xml}`, 'Invalid SAML response'],
    ['with white space between elements', (xml) => xml.replaceAll('><', '>\n<'), 'Invalid SAML response'],
    [
      'with a time that is none',
      (xml) => xml.replace(/IssueInstant="[^"]*"/g, 'IssueInstant="now"'),
      'Invalid SAML response',
    ],
    ['that is no XML', () => 'hello', 'Invalid SAML response'],
  ])('%s is refused', async (_, edit, message) => {
    expect(await refusal(ask({ edit }))).toBe(`InvalidIdentityToken: ${message}`);
  });

  it('with any character of it changed is refused', () => {
    const provider = iamAccount(sandbox.world, home).samlProviders![providerArn]!;
    const xml = Buffer.from(assertion({}), 'base64').toString();
    const begin = xml.indexOf('<saml:Assertion ');
    const end = xml.indexOf('</samlp:Response>');
    expect(verifiedResponse(Buffer.from(xml).toString('base64'), provider, sandbox.now()).subject).toBe(signIn.subject);
    fc.assert(
      fc.property(fc.integer({ min: begin, max: end - 1 }), fc.stringMatching(/^[ -~]?$/), (at, put) => {
        fc.pre(xml[at] !== put);
        const changed = Buffer.from(`${xml.slice(0, at)}${put}${xml.slice(at + 1)}`).toString('base64');
        expect(() => verifiedResponse(changed, provider, sandbox.now())).toThrow(/invalid|Invalid|not present/);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('has five minutes, and none before its time', async () => {
    const now = sandbox.now();
    expect(await refusal(ask({ response: { notBefore: now + 1000 } }))).toBe(
      'InvalidIdentityToken: Assertion is not yet valid',
    );
    const late = 'ExpiredTokenException: Token must be redeemed within 5 minutes of issuance';
    expect(await refusal(ask({ response: { issuedAt: now - 300_000, notOnOrAfter: now + 60_000 } }))).toBe(late);
    expect(await refusal(ask({ response: { notOnOrAfter: now } }))).toBe(late);
    expect(await refusal(ask({ response: { sessionNotOnOrAfter: now } }))).toBe(late);
    expect(await refusal(ask({ response: { issuedAt: now - 299_000, notOnOrAfter: now + 60_000 } }))).toBe(
      'nothing was refused',
    );
  });

  it('of more than 100,000 characters is refused without being repeated', async () => {
    const SAMLAssertion = 'secret'.repeat(20_000);
    const message = await refusal(ask({ input: { SAMLAssertion } }));
    expect(message).toContain("Value '***' at 'sAMLAssertion'");
    expect(message).not.toContain('secret');
  });

  it.each<[string, Partial<AssumeRoleWithSAMLCommandInput>, RegExp]>([
    ['a role that is none', { RoleArn: `arn:aws:iam::${home}:user/ann` }, /is invalid/],
    ['an empty session policy', { Policy: '' }, /'policy'/],
    [
      'managed session policies',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
      /does not model PolicyArns/,
    ],
  ])('is of no use with %s', async (_, input, message) => {
    expect(await refusal(ask({ input }))).toMatch(message);
  });
});

describe('the provider in AWS', () => {
  it('knows the identity provider by a certificate that signs itself', () => {
    const { certificate } = samlIdentityProvider(sandbox, entityId);
    const read = new X509Certificate(Buffer.from(certificate, 'base64'));
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.subject).toBe('CN=sandbox identity provider');
  });

  it('takes any of several certificates, and skips what is none', async () => {
    const metadata = samlMetadata(samlIdentityProvider(sandbox, entityId));
    const two = metadata.replace(
      '<ds:X509Certificate>',
      '<ds:X509Certificate>bm9uZQ==</ds:X509Certificate><ds:X509Certificate>',
    );
    await makeResource(
      sandbox,
      'AWS::IAM::SAMLProvider',
      { Name: 'corp', SamlMetadataDocument: two },
      { verb: 'update', physicalId: providerArn },
    );
    expect(await refusal(ask())).toBe('nothing was refused');
  });
});
