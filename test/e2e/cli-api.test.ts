/** Commands against a deployed API: which one, as whom, and what its answers mean to a script. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { jsonServer, signedIn } from '#test/json-server.ts';
import { drawbridgeJson } from './cli-world.ts';

const real = 'https://a1b2c3.execute-api.eu-west-1.amazonaws.com';
const id = 'prm-0123456789abcdef';
const promotion = {
  id,
  pipeline: 'orders',
  release: `sha256:${'0'.repeat(64)}`,
  releaseId: 'orders-000000000000',
  environments: ['production'],
  requestedBy: 'alice',
  requestedAt: '2026-01-05T09:00:00.000Z',
  trigger: { kind: 'api' },
  status: 'running',
};
/** As `GET /v1/promotions/:id` answers it; asking for one answers the promotion alone. */
const recorded = {
  ...{ ...promotion, promotion, rollouts: [], rounds: [], progress: [], waiting: [], attempts: [], rollbacks: [] },
  ...{ deployments: [], approvals: [], decisions: [] },
};

let answer: { status: number; body: unknown };

signedIn();
const api = jsonServer(() => answer);

beforeEach(() => {
  answer = { status: 200, body: { items: [] } };
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'CANARY-SECRET');
  vi.stubEnv('AWS_SESSION_TOKEN', 'CANARY-TOKEN');
});

const codes = async (...words: string[]) => {
  const { exit, json, out } = await drawbridgeJson(...words);
  expect(out).not.toContain('CANARY');
  return { exit, code: json.problems?.[0]?.code, text: JSON.stringify(json.problems) };
};
const history = ['history', 'orders'];

describe('where a command works', () => {
  it.each([
    ['release', ['release', 'examples/orders']],
    ['plan', ['plan', 'orders-000000000000', '--to', 'production']],
    ['promote', ['promote', 'orders-000000000000']],
    ['status', ['status', id]],
    ['history', history],
  ])('is never guessed: %s exits 2 when neither an API nor the sandbox is named', async (_name, words) => {
    const found = await codes(...words);
    expect(found).toMatchObject({ exit: 2, code: 'WORLD_NOT_CHOSEN' });
    expect(found.text).toMatch(/--api or DRAWBRIDGE_API.*--sandbox/);
  });

  it.each<[string, string[], Record<string, string>, string]>([
    [
      'an API over http on another machine',
      ['--api', 'http://api.example.com', '--region', 'eu-west-1'],
      {},
      'ENDPOINT_INVALID',
    ],
    [
      'the same in the environment',
      ['--region', 'eu-west-1'],
      { DRAWBRIDGE_API: 'http://api.example.com' },
      'ENDPOINT_INVALID',
    ],
    [
      'a real API while AWS calls go to a sandbox',
      ['--api', real, '--region', 'eu-west-1'],
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' },
      'WORLDS_MIXED',
    ],
    [
      'AWS calls over http to another machine',
      ['--api', real, '--region', 'eu-west-1'],
      { AWS_ENDPOINT_URL_STS: 'http://10.1.2.3' },
      'ENDPOINT_INVALID',
    ],
    ['an API without its region', ['--api', real], {}, 'USAGE'],
    ['an API and the sandbox', ['--api', real, '--region', 'eu-west-1', '--sandbox'], {}, 'USAGE'],
  ])('%s: exit 2', async (_name, words, environment, code) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(await codes(...history, ...words)).toMatchObject({ exit: 2, code });
    expect(api.received).toEqual([]);
  });

  it('is what DRAWBRIDGE_API and AWS_REGION say when the command line says nothing', async () => {
    vi.stubEnv('DRAWBRIDGE_API', `${api.endpoint}/`);
    vi.stubEnv('AWS_REGION', 'eu-south-2');
    expect((await drawbridgeJson(...history)).exit).toBe(0);
    const [request] = api.received;
    expect(request?.call).toBe('GET /v1/promotions?pipeline=orders&limit=100');
    expect(request?.headers.authorization).toMatch(
      /Credential=ASIAX{16}\/\d{8}\/eu-south-2\/execute-api\/aws4_request/,
    );
    expect(request?.headers['x-amz-security-token']).toBe('CANARY-TOKEN');
  });

  it('is the command line before the environment', async () => {
    vi.stubEnv('DRAWBRIDGE_API', real);
    vi.stubEnv('AWS_REGION', 'eu-south-2');
    expect((await drawbridgeJson(...history, '--api', api.endpoint, '--region', 'eu-north-1')).exit).toBe(0);
    expect(api.received[0]?.headers.authorization).toContain('/eu-north-1/');
  });
});

describe('without credentials', () => {
  it.each([
    ['the profile on the command line', ['--profile', 'nobody'], {}, 'the profile nobody'],
    ['the profile in the environment', [], { AWS_PROFILE: 'nobody' }, 'the profile nobody'],
    ['the default profile', [], {}, 'the environment and the default profile'],
  ])('a command exits 4 and names %s', async (_name, words, environment, named) => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const found = await codes(...history, '--api', api.endpoint, '--region', 'eu-west-1', ...words);
    expect(found).toMatchObject({ exit: 4, code: 'CREDENTIALS_MISSING' });
    expect(found.text).toContain(named);
    expect(api.received).toEqual([]);
  });
});

describe("the API's answers", () => {
  const problem = (code: string) => ({ code, detail: 'so it is', next: 'do this', place: {} });
  it.each([
    [
      'a permission that is missing',
      403,
      { message: 'User: arn:aws:sts::1:assumed-role/x/y is not authorized' },
      4,
      'ACCESS_DENIED',
    ],
    [
      'a session that is over',
      403,
      { message: 'The security token included in the request is expired' },
      4,
      'ACCESS_DENIED',
    ],
    ['throttling', 429, { message: 'Too Many Requests' }, 5, 'AWS_REFUSED'],
    ['a broken API', 500, problem('INTERNAL'), 5, 'INTERNAL'],
    ['what is not there', 404, problem('RELEASE_UNKNOWN'), 2, 'RELEASE_UNKNOWN'],
    ['a refusal by a gate', 409, problem('NOT_ELIGIBLE'), 3, 'NOT_ELIGIBLE'],
    ['a release that misses files', 409, problem('RELEASE_INCOMPLETE'), 2, 'RELEASE_INCOMPLETE'],
    ['a problem of a newer version', 409, problem('NEW_GATE'), 3, 'NEW_GATE'],
  ])('%s: HTTP %i', async (_name, status, body, exit, code) => {
    answer = { status, body };
    const found = await codes('promote', 'orders-000000000000', '--api', api.endpoint, '--region', 'eu-west-1');
    expect(found).toMatchObject({ exit, code });
    expect(api.received.map(({ call }) => call)).toEqual(['POST /v1/promotions']);
  });

  it('none at all: exit 5', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const found = await codes(...history, '--api', `http://127.0.0.1:${port}`, '--region', 'eu-west-1');
    expect(found).toMatchObject({ exit: 5, code: 'API_UNREACHABLE' });
  });
});

describe('waiting for a promotion', () => {
  it('asks with a new idempotency key for each wish', async () => {
    answer = {
      status: 202,
      body: recorded,
    };
    const words = ['promote', 'orders-000000000000', '--no-wait', '--api', api.endpoint, '--region', 'eu-west-1'];
    const first = await drawbridgeJson(...words);
    await drawbridgeJson(...words);
    expect(first.json).toMatchObject({ simulated: true, outcome: 'running', promotion: id });
    const keys = api.received.flatMap(({ call, headers }) =>
      call.startsWith('POST') ? [headers['idempotency-key']] : [],
    );
    expect(keys).toEqual([expect.stringMatching(/^[\w-]{36}$/), expect.stringMatching(/^[\w-]{36}$/)]);
    expect(new Set(keys).size).toBe(2);
  });

  it('ends with 130 on Ctrl-C; the promotion goes on, and how to look at it was said', async () => {
    answer = {
      status: 202,
      body: recorded,
    };
    const words = ['cli/main.ts', 'promote', 'orders-000000000000', '--api', api.endpoint, '--region', 'eu-west-1'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = createInterface(child.stderr);
    const [line] = await once(said, 'line');
    expect(line).toBe(
      `promotion ${id} goes on whether you wait or not; see it with: npm run -s drawbridge -- status ${id} --api ${api.endpoint} --region eu-west-1`,
    );
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(api.received.filter(({ call }) => call.startsWith('DELETE'))).toEqual([]);
  });
});

describe('words that are not understood', () => {
  it.each([
    ['a misspelt command', ['rehearze'], /Did you mean rehearse\?/],
    ['a misspelt option', ['rehearse', '--fualt', 'x'], /Did you mean --fault\?/],
    ['a seed that is no number', ['rehearse', '--seed', 'x'], /--seed <number>.*whole number from 0/],
    ['a seed below 0', ['rehearse', '--seed', '-1'], /--seed/],
    ['a span with a unit', ['rehearse', '--serve', '--for', '1h'], /--for <minutes>.*whole number from 0 to 1440/],
    ['a span beyond a day', ['rehearse', '--serve', '--for', '1441'], /whole number from 0 to 1440/],
    ['no release to promote', ['promote', '--sandbox'], /[Mm]issing required argument 'release'/],
    ['nothing to show', ['status', '--sandbox'], /Give the id of a promotion, or --pipeline/],
  ])('%s: exit 2 and the next step', async (_name, words, text) => {
    const found = await codes(...words);
    expect(found).toMatchObject({ exit: 2, code: 'USAGE' });
    expect(found.text).toMatch(text);
  });
});
