import { connect } from 'node:net';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallFault } from '#sandbox/fault.ts';
import type { Call } from '#sandbox/kernel.ts';
import type { RunningSandbox, StartOptions } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import type { HttpApiInput } from '#sandbox/wire/http-api-protocol.ts';
import { credentials, fakeIdentity } from '#test/sandbox/fake-identity.ts';
import { fakeService } from '#test/sandbox/fake-services.ts';
import { signedFetch } from '#test/sandbox/signed-fetch.ts';

let sandbox: RunningSandbox;
afterEach(() => sandbox.close());

async function start(options: Partial<StartOptions> = {}): Promise<RunningSandbox> {
  sandbox = await startSandbox({ seed: 1, services: [], identity: fakeIdentity(), ...options });
  return sandbox;
}

const sts = (run: () => unknown) => fakeService('sts', { GetCallerIdentity: run });
const client = (maxAttempts: number) =>
  new STSClient({ endpoint: sandbox.endpoint, region: 'eu-west-1', credentials, maxAttempts, retryMode: 'standard' });
const identity = { service: 'sts', body: 'Action=GetCallerIdentity&Version=2011-06-15' };

describe('the server', () => {
  it('listens on loopback and carries the virtual clock and a request id', async () => {
    await start({ services: [sts(() => ({}))] });
    await sandbox.advance(1_000);
    const response = await signedFetch(sandbox.endpoint, identity);
    expect(sandbox.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(response.headers.get('date')).toBe('Mon, 05 Jan 2026 09:00:01 GMT');
    expect(response.headers.get('x-amzn-requestid')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(await response.text()).toContain(response.headers.get('x-amzn-requestid'));
  });

  it('refuses a body over 20 MiB and goes on serving', async () => {
    await start({ services: [sts(() => ({}))] });
    const response = await fetch(sandbox.endpoint, { method: 'POST', body: new Uint8Array(20 * 1024 * 1024 + 1) });
    expect(response.status).toBe(413);
    expect((await signedFetch(sandbox.endpoint, identity)).status).toBe(200);
  });

  it('refuses a path that is not percent-encoded', async () => {
    await start();
    expect((await fetch(`${sandbox.endpoint}/%E0%A4%A`)).status).toBe(400);
  });

  it.each([
    [
      'with a target',
      { headers: { 'x-amz-target': 'AmazonSSM.GetParameter' }, body: '{}' },
      '"__type":"UnknownOperationException"',
    ],
    ['with a form', { body: 'Action=GetParameter' }, '<Code>InvalidAction</Code>'],
  ])('says that it has no such service, %s', async (_, request, error) => {
    await start();
    const response = await signedFetch(sandbox.endpoint, { service: 'ssm', ...request });
    const text = await response.text();
    expect([response.status, text]).toEqual([400, expect.stringContaining(error)]);
    expect(text.replaceAll('&apos;', "'")).toContain("The sandbox has no service 'ssm'.");
  });

  it.each([
    ['a target', { target: 'AWSEvents.PutEvents' }, 'MissingAuthenticationTokenException'],
    ['another target', { target: 'Other.PutEvents' }, 'UnknownOperationException'],
    ['a function path', { path: '/2015-03-31/functions/f/invocations' }, 'Missing Authentication Token'],
    ['an object path', { path: '/bucket/key' }, '<Code>AccessDenied</Code>'],
    ['nothing', {}, '<Code>MissingAuthenticationToken</Code>'],
  ] as const)('refuses an unsigned request in the protocol told by %s', async (_, request, error) => {
    await start();
    const { path, target } = { path: '/', target: undefined, ...request };
    const headers = target === undefined ? {} : { 'x-amz-target': target };
    const response = await fetch(`${sandbox.endpoint}${path}`, { method: 'POST', headers, body: '' });
    expect(await response.text()).toContain(error);
  });

  it('ends a request under way when it closes', async () => {
    let entered = () => {};
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    await start({
      services: [
        sts(() => {
          entered();
          return new Promise(() => {});
        }),
      ],
    });
    const pending = signedFetch(sandbox.endpoint, identity).then(
      () => 'answered',
      () => 'ended',
    );
    await inside;
    await sandbox.close();
    expect(await pending).toBe('ended');
  });

  it('closes the connection and tells the journal when an answer cannot be sent', async () => {
    const Invoke = () => ({ status: 200, headers: { 'x-broken': 'a\nb' }, body: '' });
    await start({ services: [fakeService('execute-api', { Invoke })] });
    await expect(fetch(`${sandbox.endpoint}/_api/abc/path`)).rejects.toThrow('fetch failed');
    expect(sandbox.journal().at(-1)).toMatchObject({
      kind: 'log',
      line: expect.stringMatching(/^GET \/_api\/abc\/path: .*x-broken/),
    });
  });

  it('survives a client that hangs up in the middle of its body', async () => {
    await start({ services: [sts(() => ({}))] });
    const { port } = new URL(sandbox.endpoint);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc');
    await new Promise<void>((resolve) => socket.end(() => resolve()));
    socket.destroy();
    expect((await signedFetch(sandbox.endpoint, identity)).status).toBe(200);
  });
});

describe('an SDK client whose clock is behind the virtual one', () => {
  it('corrects it from the Date header and succeeds on its second attempt', async () => {
    await start({ services: [sts(() => ({ Account: '111111111111' }))], machineNow: () => 0 });
    const client2 = client(2);
    const { $metadata } = await client2.send(new GetCallerIdentityCommand());
    expect($metadata.attempts).toBe(2);
    const { $metadata: next } = await client2.send(new GetCallerIdentityCommand());
    expect(next.attempts).toBe(1);
  });
});

describe('an injected fault', () => {
  const fault = (overrides: Partial<CallFault>): CallFault => ({
    kind: 'call',
    service: 'sts',
    operation: 'GetCallerIdentity',
    nth: 1,
    when: 'before',
    what: { error: 'Throttling', message: 'Rate exceeded', status: 400 },
    ...overrides,
  });
  const unavailable = { error: 'ServiceUnavailable', message: 'later', status: 503 };

  it.each([
    { when: 'before it took effect', name: 'Throttling', effects: 0, injected: fault({}) },
    {
      when: 'after it took effect',
      name: 'ServiceUnavailable',
      effects: 1,
      injected: fault({ when: 'after', what: unavailable }),
    },
  ])('fails the call $when', async ({ name, effects, injected }) => {
    let count = 0;
    await start({ services: [sts(() => ({ count: count++ }))], faults: [injected] });
    const response = await signedFetch(sandbox.endpoint, identity);
    expect(await response.text()).toContain(`<Code>${name}</Code>`);
    expect(count).toBe(effects);
    expect((await signedFetch(sandbox.endpoint, identity)).status).toBe(200);
    expect(sandbox.journal().filter(({ kind }) => kind === 'fault')).toHaveLength(1);
  });

  it.each([
    ['before', 1],
    ['after', 2],
  ] as const)('loses the reply %s the effect, and the SDK asks again', async (when, effects) => {
    let count = 0;
    await start({
      services: [sts(() => ({ Account: String(count++) }))],
      faults: [fault({ when, what: 'no-reply' })],
      machineNow: Date.now,
    });
    const { Account, $metadata } = await client(3).send(new GetCallerIdentityCommand());
    expect(Account).toBe(String(effects - 1));
    expect($metadata.attempts).toBeGreaterThan(1);
    expect(count).toBe(effects);
    expect(
      sandbox
        .journal()
        .filter((entry) => entry.kind === 'call')
        .map((entry) => entry.error),
    ).toEqual(['no-reply', undefined]);
  });
});

describe('an HTTP API', () => {
  const echo = fakeService('execute-api', {
    Invoke: ({ body, headers, ...input }: HttpApiInput, { caller }: Call<never>) => ({
      status: 201,
      headers: { 'content-type': 'application/json', 'x-echo': headers['x-custom'] ?? '' },
      body: JSON.stringify({ ...input, text: Buffer.from(body).toString(), caller: caller.kind }),
    }),
  });

  it('is reached by a signed request below its base URL', async () => {
    await start({ services: [echo] });
    const response = await signedFetch(sandbox.endpoint, {
      service: 'execute-api',
      path: '/_api/abc/v1/promotions/a%20b',
      query: { limit: '10' },
      headers: { 'x-custom': 'x' },
      body: '{"a":1}',
    });
    expect([response.status, response.headers.get('x-echo')]).toEqual([201, 'x']);
    expect(await response.json()).toEqual({
      apiId: 'abc',
      method: 'POST',
      path: '/v1/promotions/a%20b',
      query: [['limit', '10']],
      text: '{"a":1}',
      caller: 'session',
    });
  });

  it.each([
    ['without a signature', {}],
    ['with a bearer token', { authorization: 'Bearer abc.def.ghi' }],
  ])('is reached %s, and decides itself', async (_, headers) => {
    await start({ services: [echo] });
    const response = await fetch(`${sandbox.endpoint}/_api/abc`, { headers });
    expect(await response.json()).toMatchObject({ apiId: 'abc', path: '/', caller: 'service' });
  });

  it.each([
    ['a wrong signature', { service: 'execute-api', secretAccessKey: 'x' }],
    ['a signature for another service', { service: 'sts' }],
  ])('refuses %s as API Gateway does', async (_, signature) => {
    await start({ services: [echo] });
    const response = await signedFetch(sandbox.endpoint, { path: '/_api/abc/', body: '', ...signature });
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
  });
});

describe('live mode', () => {
  const post = (path: string, init: RequestInit = {}) =>
    fetch(`${sandbox.endpoint}${path}`, { method: 'POST', ...init });

  it('lets time pass with the machine, and on request', async () => {
    let machine = Date.parse('2026-06-01T00:00:00Z');
    const ran: string[] = [];
    const jobs = {
      mark: (running: { now(): number }, payload: string) =>
        void ran.push(`${payload} ${new Date(running.now()).toISOString()}`),
    };
    await start({ mode: 'live', machineNow: () => machine, services: [fakeService('states', {}, jobs as never)] });
    const at = sandbox.now();
    sandbox.schedule({ at: at + 900_000, service: 'states', name: 'mark', payload: 'a' });
    machine += 2_000;
    expect(sandbox.now()).toBe(at + 2_000);
    const response = await post('/_sandbox/advance?seconds=901');
    expect(await response.json()).toEqual({ now: '2026-01-05T09:15:03.000Z' });
    expect(ran).toEqual(['a 2026-01-05T09:15:00.000Z']);
    machine += 1_000;
    expect(new Date(sandbox.now()).toISOString()).toBe('2026-01-05T09:15:04.000Z');
  });

  it('runs a job when it is due, without being asked', async () => {
    await start({ mode: 'live', services: [fakeService('states', {}, { mark: () => resolveRan() })] });
    let resolveRan = () => {};
    const ran = new Promise<void>((resolve) => {
      resolveRan = resolve;
    });
    sandbox.schedule({ at: sandbox.now(), service: 'states', name: 'mark', payload: null });
    await expect(ran).resolves.toBeUndefined();
  });

  it('says which second it is, in any mode', async () => {
    for (const mode of ['live', 'virtual'] as const) {
      await start({ mode, machineNow: () => 0 });
      const response = await fetch(`${sandbox.endpoint}/_sandbox/clock`);
      expect([response.status, await response.text()]).toEqual([200, '1767603600\n']);
    }
  });

  it.each([
    { what: 'no number', path: '/_sandbox/advance?seconds=soon', status: 400 },
    { what: 'nothing to advance by', path: '/_sandbox/advance', status: 400 },
    { what: 'a negative number', path: '/_sandbox/advance?seconds=-1', status: 400 },
    { what: 'another command', path: '/_sandbox/stop', status: 404 },
    { what: 'another method', path: '/_sandbox/advance?seconds=1', init: { method: 'GET' }, status: 404 },
    {
      what: 'a page in a browser',
      path: '/_sandbox/advance?seconds=1',
      init: { headers: { origin: 'http://example.com' } },
      status: 403,
    },
  ])('refuses $what', async ({ path, init, status }) => {
    await start({ mode: 'live' });
    const before = sandbox.now();
    expect((await post(path, init)).status).toBe(status);
    expect(sandbox.now() - before).toBeLessThan(1_000);
  });

  it('says which job failed', async () => {
    const fail = () => {
      throw new Error('broken');
    };
    await start({ mode: 'live', services: [fakeService('states', {}, { fail })], machineNow: () => 0 });
    sandbox.schedule({ at: sandbox.now() + 500, service: 'states', name: 'fail', payload: null });
    const response = await post('/_sandbox/advance?seconds=1');
    expect([response.status, await response.json()]).toEqual([
      500,
      { message: expect.stringContaining('states/fail') },
    ]);
  });

  it('is the only mode in which time can be moved from outside', async () => {
    await start();
    expect((await post('/_sandbox/advance?seconds=1')).status).toBe(404);
  });
});
