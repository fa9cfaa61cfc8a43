import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { ACCESS_KEY, fakeIdentity } from '#test/sandbox/fake-identity.ts';
import { fakeService } from '#test/sandbox/fake-services.ts';
import { type SignedRequest, sign } from '#test/sandbox/signed-fetch.ts';

const BEGINNING = Date.parse('2026-01-05T09:00:00Z');
const MACHINE = Date.parse('2026-06-01T12:00:00Z');
const minutes = (count: number) => count * 60_000;

let sandbox: RunningSandbox;
let calls = 0;
const count = () => {
  calls += 1;
  return {};
};

beforeAll(async () => {
  sandbox = await startSandbox({
    seed: 1,
    identity: fakeIdentity({ caller: { expiresAt: BEGINNING + minutes(60) } }),
    machineNow: () => MACHINE,
    services: [
      fakeService('sts', { GetCallerIdentity: count }),
      fakeService('states', { ListStateMachines: () => ({ stateMachines: [], ...count() }) }),
      fakeService('s3', { HeadBucket: count, PutObject: count, GetObject: count }),
      fakeService('lambda', { Invoke: count }),
    ],
  });
});
afterAll(() => sandbox.close());
beforeEach(() => {
  calls = 0;
});

const requests = {
  sts: { service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15' },
  states: {
    service: 'states',
    headers: { 'x-amz-target': 'AWSStepFunctions.ListStateMachines', 'content-type': 'application/x-amz-json-1.0' },
    body: '{}',
  },
  lambda: { service: 'lambda', path: '/2015-03-31/functions/f/invocations', body: '{}' },
  s3: { service: 's3', method: 'PUT', path: '/bucket/a%20key%2Fwith%20%2B', body: 'content' },
} as const satisfies Record<string, SignedRequest>;
type Name = keyof typeof requests;
type Signed = Awaited<ReturnType<typeof sign>>;

/** Signs, lets `tamper` change what was signed, sends, and gives back status and error code. */
async function send(request: SignedRequest, tamper: (signed: Signed) => void = () => undefined) {
  const signed = await sign(sandbox.endpoint, request);
  tamper(signed);
  const { url, method, headers, body } = signed;
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  const code =
    /<Code>(\w+)</.exec(text)?.[1] ?? /"__type":"(\w+)"/.exec(text)?.[1] ?? response.headers.get('x-amzn-errortype');
  return { status: response.status, code: code ?? undefined, text };
}

describe('a correctly signed request', () => {
  it.each(Object.keys(requests) as Name[])('to %s is let in', async (name) => {
    await expect(send(requests[name])).resolves.toMatchObject({ status: 200, code: undefined });
    expect(calls).toBe(1);
  });

  it('is let in with query parameters, repeated spaces and reserved characters', async () => {
    const request: SignedRequest = {
      service: 's3',
      method: 'GET',
      path: "/bucket/%C3%A4/(1)'!*~",
      query: { versionId: 'a b+c/d=&*', partNumber: '1' },
      headers: { 'if-match': ' a   b ' },
    };
    await expect(send(request)).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    ['4 minutes behind the virtual clock', BEGINNING - minutes(4)],
    ['4 minutes ahead of the virtual clock', BEGINNING + minutes(4)],
    ["near the machine's clock", MACHINE - minutes(4)],
  ])('is let in when signed %s', async (_, at) => {
    await expect(send({ ...requests.sts, at: new Date(at) })).resolves.toMatchObject({ status: 200 });
  });
});

type Codes = Record<Name, string>;
const wrongSignature: Codes = {
  sts: 'SignatureDoesNotMatch',
  states: 'InvalidSignatureException',
  lambda: 'InvalidSignatureException',
  s3: 'SignatureDoesNotMatch',
};
const wrongPayload: Codes = { ...wrongSignature, s3: 'XAmzContentSHA256Mismatch' };
const unknownKey: Codes = {
  sts: 'InvalidClientTokenId',
  states: 'UnrecognizedClientException',
  lambda: 'UnrecognizedClientException',
  s3: 'InvalidAccessKeyId',
};
const unsignedHeaders: Codes = { ...wrongSignature, s3: 'AccessDenied' };
const wrongClock: Codes = { ...wrongSignature, s3: 'RequestTimeTooSkewed' };

const header = (name: string, value: string | undefined) => (signed: Signed) => {
  if (value === undefined) delete signed.headers[name];
  else signed.headers[name] = value;
};
const appendToUrl = (text: string) => (signed: Signed) => {
  signed.url += text;
};
const inAuthorization = (from: string | RegExp, to: string) => (signed: Signed) => {
  signed.headers['authorization'] = signed.headers['authorization']!.replace(from, to);
};

interface Tampering {
  readonly title: string;
  readonly change?: Partial<SignedRequest>;
  readonly tamper?: (signed: Signed) => void;
  readonly codes: Codes;
}

const tamperings: readonly Tampering[] = [
  { title: 'a wrong secret', change: { secretAccessKey: 'guess' }, codes: wrongSignature },
  { title: 'an unknown key', change: { accessKeyId: 'ASIAUNKNOWN' }, codes: unknownKey },
  { title: 'a wrong session token', change: { sessionToken: 'other' }, codes: { ...unknownKey, s3: 'InvalidToken' } },
  {
    title: 'a session token exchanged after signing',
    tamper: header('x-amz-security-token', 'other'),
    codes: { ...unknownKey, s3: 'InvalidToken' },
  },
  {
    title: 'no session token',
    tamper: header('x-amz-security-token', undefined),
    codes: { ...unknownKey, s3: 'InvalidToken' },
  },
  {
    title: 'one byte of the body changed',
    tamper: (signed) => void Object.assign(signed, { body: `${signed.body} ` }),
    codes: wrongPayload,
  },
  { title: 'another digest of the body', tamper: header('x-amz-content-sha256', 'e'.repeat(64)), codes: wrongPayload },
  { title: 'an added amz header', tamper: header('x-amz-meta-extra', 'x'), codes: unsignedHeaders },
  { title: 'an added query parameter', tamper: appendToUrl('?a=b'), codes: wrongSignature },
  { title: 'another path', tamper: appendToUrl('x'), codes: wrongSignature },
  {
    title: 'another method',
    tamper: (signed) => void Object.assign(signed, { method: 'PATCH' }),
    codes: wrongSignature,
  },
  {
    title: 'another region in the scope',
    tamper: inAuthorization('/eu-west-1/', '/us-east-1/'),
    codes: wrongSignature,
  },
  { title: 'another date in the scope', tamper: inAuthorization('/20260105/', '/20260106/'), codes: wrongSignature },
  { title: 'another time', tamper: header('x-amz-date', '20260105T090001Z'), codes: wrongSignature },
  {
    title: 'one digit of the signature changed',
    tamper: inAuthorization(/Signature=(.)/, 'Signature=x'),
    codes: wrongSignature,
  },
  { title: 'a shorter signature', tamper: inAuthorization(/Signature=\w+/, 'Signature=ab'), codes: wrongSignature },
  { title: 'a host that is not signed', tamper: inAuthorization('host;', ''), codes: wrongSignature },
  { title: 'a time 6 minutes ago', change: { at: new Date(BEGINNING - minutes(6)) }, codes: wrongClock },
  { title: 'a time 6 minutes ahead', change: { at: new Date(BEGINNING + minutes(6)) }, codes: wrongClock },
  {
    title: 'a malformed date',
    tamper: header('x-amz-date', 'today'),
    codes: {
      sts: 'IncompleteSignature',
      states: 'IncompleteSignatureException',
      lambda: 'IncompleteSignatureException',
      s3: 'AuthorizationQueryParametersError',
    },
  },
  {
    title: 'a credential without a scope',
    tamper: inAuthorization(/Credential=[^,]+/, `Credential=${ACCESS_KEY}`),
    codes: {
      sts: 'IncompleteSignature',
      states: 'IncompleteSignatureException',
      lambda: 'IncompleteSignatureException',
      s3: 'AuthorizationQueryParametersError',
    },
  },
  {
    title: 'no signature',
    tamper: header('authorization', undefined),
    codes: {
      sts: 'MissingAuthenticationToken',
      states: 'MissingAuthenticationTokenException',
      lambda: 'MissingAuthenticationTokenException',
      s3: 'AccessDenied',
    },
  },
];

const cases = tamperings.flatMap(({ title, ...rest }) =>
  (Object.keys(requests) as Name[]).map((name) => ({ title: `${title} to ${name}`, name, ...rest })),
);

describe('a request that is refused and never reaches the operation', () => {
  it.each(cases)('$title', async ({ name, change, tamper, codes }) => {
    await expect(send({ ...requests[name], ...change }, tamper)).resolves.toMatchObject({ code: codes[name] });
    expect(calls).toBe(0);
  });

  it.each([
    ['sts', 403],
    ['states', 400],
    ['lambda', 403],
    ['s3', 403],
  ] as const)('by %s with status %i when the signature is wrong', async (name, status) => {
    await expect(send({ ...requests[name], secretAccessKey: 'guess' })).resolves.toMatchObject({ status });
  });

  it('with the times in the text when the clock is wrong', async () => {
    const late = await send({ ...requests.sts, at: new Date(BEGINNING - minutes(10)) });
    expect(late.text).toContain(
      'Signature expired: 20260105T085000Z is now earlier than 20260105T085500Z (20260105T090000Z - 5 min.)',
    );
    const early = await send({ ...requests.sts, at: new Date(BEGINNING + minutes(10)) });
    expect(early.text).toContain(
      'Signature not yet current: 20260105T091000Z is still later than 20260105T090500Z (20260105T090000Z + 5 min.)',
    );
  });

  it('is told in the journal', async () => {
    await send({ ...requests.sts, secretAccessKey: 'guess' });
    expect(sandbox.journal().at(-1)).toMatchObject({
      kind: 'log',
      source: 'wire',
      line: expect.stringContaining('wrong signature (SignatureDoesNotMatch'),
    });
  });
});

describe('an unsigned payload', () => {
  const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  it('is let in by S3', async () => {
    await expect(send({ ...requests.s3, headers: unsigned })).resolves.toMatchObject({ status: 200 });
  });
  it.each(['sts', 'states', 'lambda'] as const)('is refused by %s', async (name) => {
    const { headers } = { headers: {}, ...requests[name] };
    await expect(send({ ...requests[name], headers: { ...headers, ...unsigned } })).resolves.toMatchObject({
      code: wrongSignature[name],
    });
  });
});

describe('an expired session', () => {
  it.each([
    ['sts', 'ExpiredToken', 403],
    ['states', 'ExpiredTokenException', 400],
    ['lambda', 'ExpiredTokenException', 403],
    ['s3', 'ExpiredToken', 400],
  ] as const)('is refused by %s as %s', async (name, code, status) => {
    await sandbox.advance(Math.max(0, BEGINNING + minutes(60) - sandbox.now()));
    const at = new Date(sandbox.now());
    await expect(send({ ...requests[name], at })).resolves.toMatchObject({ code, status });
    expect(calls).toBe(0);
  });
});
