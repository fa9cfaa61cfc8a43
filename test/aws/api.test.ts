import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Api, callApi, upload } from '#shared/aws/api.ts';
import { throughSdk } from '#shared/aws/sign-in.ts';

interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
}
const received: Received[] = [];
let answer: { status: number; body: string };
let endpoint = '';

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  received.push({ request, body: Buffer.concat(chunks).toString() });
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  received.length = 0;
  answer = { status: 200, body: '{}' };
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const credentials = { accessKeyId: 'ASIACALLER', secretAccessKey: 'CANARY-SECRET-KEY', sessionToken: 'CANARY-TOKEN' };
const api = (more: Partial<Api> = {}): Api => ({ endpoint, region: 'eu-west-1', credentials, ...more });
const last = () => received.at(-1)!;

/** The signature that the caller's secret gives for the request as it arrived. */
async function expectedSignature({ request, body }: Received): Promise<string> {
  const url = new URL(String(request.url), endpoint);
  const names = /SignedHeaders=([^,]+)/.exec(String(request.headers.authorization))?.[1]?.split(';') ?? [];
  const signer = new SignatureV4({
    service: 'execute-api',
    region: 'eu-west-1',
    credentials,
    sha256: Hash.bind(null, 'sha256'),
  });
  const date = String(request.headers['x-amz-date']).replace(
    /(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/,
    '$1-$2-$3T$4:$5:$6Z',
  );
  const signed = await signer.sign(
    {
      method: String(request.method),
      protocol: 'http:',
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(names.map((name) => [name, String(request.headers[name])])),
      ...(body === '' ? {} : { body }),
    },
    { signingDate: new Date(date) },
  );
  return String(signed.headers['authorization']);
}

describe('a call of the API', () => {
  it('is signed as the caller, with all it says', async () => {
    answer = { status: 202, body: '{"id":"prm-1"}' };
    const asked = callApi(api(), {
      method: 'POST',
      path: '/v1/promotions',
      body: { release: 'orders-1' },
      headers: { 'idempotency-key': 'key-1' },
    });
    expect(await asked).toEqual({ id: 'prm-1' });
    const { request, body } = last();
    expect([request.method, request.url, body]).toEqual(['POST', '/v1/promotions', '{"release":"orders-1"}']);
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'key-1',
      'x-amz-security-token': 'CANARY-TOKEN',
      authorization: await expectedSignature(last()),
    });
    expect(request.headers.authorization).toMatch(/Credential=ASIACALLER\/\d{8}\/eu-west-1\/execute-api\/aws4_request/);
    expect(JSON.stringify(request.headers)).not.toContain('CANARY-SECRET');
  });

  it('without a body signs its query', async () => {
    await callApi(api(), { method: 'GET', path: '/v1/promotions', query: { pipeline: 'orders & more' } });
    expect(last().request.url).toBe('/v1/promotions?pipeline=orders+%26+more');
    expect(last().request.headers).not.toHaveProperty('content-type');
  });

  it('is made as whoever is signed in, unless it is said as whom', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAENVIRONMENT');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
    await callApi({ endpoint, region: 'eu-west-1' }, { method: 'GET', path: '/v1/environments' });
    expect(last().request.headers.authorization).toContain('Credential=AKIAENVIRONMENT/');
  });

  it('of a deployment goes to its usual port', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json({ items: [] }));
    const there = api({ endpoint: 'https://api.example' });
    expect(await callApi(there, { method: 'GET', path: '/v1/environments' })).toEqual({ items: [] });
    expect(fetching).toHaveBeenCalledWith(
      'https://api.example/v1/environments',
      expect.objectContaining({ method: 'GET' }),
    );
    fetching.mockRestore();
  });

  it.each([
    [undefined, 'the environment and the default profile'],
    ['production', 'the profile production'],
  ])('is not made when nobody is signed in (profile %s)', async (profile, looked) => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    const place = { endpoint, region: 'eu-west-1' };
    const signIn = profile === undefined ? {} : { signIn: throughSdk({ region: 'eu-west-1', profile }) };
    const nobody = { ...place, ...signIn };
    await expect(callApi(nobody, { method: 'GET', path: '/v1/environments' })).rejects.toMatchObject({
      name: 'CREDENTIALS_MISSING',
      message: expect.stringContaining(looked),
    });
    expect(received).toEqual([]);
  });
});

describe('an answer that is no success', () => {
  const ask = () => callApi(api(), { method: 'GET', path: '/v1/promotions' });

  it.each([
    ['TARGET_UNKNOWN', 404, 2],
    ['ENVIRONMENT_BUSY', 409, 3],
    ['STACK_STUCK', 409, 3],
    ['CODE_OF_A_LATER_VERSION', 400, 2],
    ['CODE_OF_A_LATER_VERSION', 401, 4],
    ['CODE_OF_A_LATER_VERSION', 403, 4],
    ['CODE_OF_A_LATER_VERSION', 409, 3],
    ['CODE_OF_A_LATER_VERSION', 429, 5],
    ['CODE_OF_A_LATER_VERSION', 503, 5],
  ])('with the problem %s (%i) is that problem, with exit code %i', async (code, status, exit) => {
    const place = { stack: 'orders-api' };
    answer = { status, body: JSON.stringify({ code, detail: 'The cause.', next: 'The next step.', place }) };
    await expect(ask()).rejects.toMatchObject({
      name: code,
      problem: { code, cause: 'The cause.', next: 'The next step.', place, status, exit },
    });
  });

  it('with a problem of which only the code is said is that problem', async () => {
    answer = { status: 404, body: '{"code":"TARGET_UNKNOWN"}' };
    await expect(ask()).rejects.toMatchObject({ problem: { code: 'TARGET_UNKNOWN', cause: '', next: '', place: {} } });
  });

  it.each([
    [401, '{"message":"Unauthorized"}', 'ACCESS_DENIED', 'GET /v1/promotions was answered with HTTP 401: Unauthorized'],
    [403, '{"message":"Forbidden"}', 'ACCESS_DENIED', 'HTTP 403: Forbidden'],
    [403, '{"message":"Forbidden"}', 'ACCESS_DENIED', 'may not GET /v1/promotions: give them execute-api:Invoke'],
    [429, '{"message":"Too Many Requests"}', 'AWS_REFUSED', 'Too Many Requests'],
    [503, 'upstream is gone', 'AWS_REFUSED', 'no message'],
    [502, 'null', 'AWS_REFUSED', 'no message'],
  ])('of API Gateway itself (%i %s) is %s', async (status, body, code, said) => {
    answer = { status, body };
    await expect(ask()).rejects.toMatchObject({ name: code, message: expect.stringContaining(said) });
  });

  it.each<[string, Error, string]>([
    [
      'nobody listens',
      Object.assign(new TypeError('fetch failed'), { cause: new Error('connect ECONNREFUSED') }),
      'ECONNREFUSED',
    ],
    ['it took too long', new DOMException('The operation was aborted due to timeout', 'TimeoutError'), 'timeout'],
  ])('because %s is told', async (_, error, said) => {
    const fetching = vi.spyOn(globalThis, 'fetch').mockRejectedValue(error);
    await expect(ask()).rejects.toMatchObject({ name: 'API_UNREACHABLE', message: expect.stringContaining(said) });
    fetching.mockRestore();
  });
});

describe('an upload', () => {
  const send = () => upload({ url: `${endpoint}/assets/1`, headers: { 'if-none-match': '*' } }, Buffer.from('code'));

  it('sends the bytes with the signed headers', async () => {
    await send();
    expect([last().request.method, last().request.url, last().body]).toEqual(['PUT', '/assets/1', 'code']);
    expect(last().request.headers).toMatchObject({ 'if-none-match': '*' });
  });

  it('that is refused repeats what S3 says, and not the signed address in it', async () => {
    const said = '<Code>Denied</Code><Message>The signature does not match.</Message>';
    answer = {
      status: 403,
      body: `<Error>${said}<CanonicalRequest>X-Amz-Security-Token=CANARY</CanonicalRequest></Error>`,
    };
    const thrown = (await send().catch((error: unknown) => error)) as Error;
    expect(thrown.message).toContain('Denied: The signature does not match.');
    expect(thrown.message).not.toContain('CANARY');
    answer = { status: 403, body: 'CANARY' };
    await expect(send()).rejects.toThrow('S3 gave no reason');
  });

  it('to an address that has its bytes already is fine', async () => {
    answer = { status: 412, body: '' };
    await expect(send()).resolves.toBeUndefined();
  });

  it('that is refused says how', async () => {
    answer = { status: 403, body: '<Code>SignatureDoesNotMatch</Code>' };
    await expect(send()).rejects.toMatchObject({
      name: 'AWS_REFUSED',
      message: expect.stringContaining('HTTP 403: SignatureDoesNotMatch'),
    });
  });
});
