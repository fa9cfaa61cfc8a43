/** Every operation of the committed OpenAPI document, called over the wire: what is answered is what the document says, whatever is sent. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { getPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { waitsForPeople } from '#cli/rehearsal/waits-for-people.ts';
import { callApi } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { type RestrictionKind, type RestrictionWish, restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { signedFetch } from '../sandbox/signed-fetch.ts';
import { openRehearsal, type Rehearsal, root } from './rehearsed-world.ts';
import { begin, ended, promote, smallRelease } from './small-release.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly content?: Record<string, { schema: object }>;
        readonly headers?: Record<string, { readonly required: boolean }>;
      }
    >
  >;
}
interface Sent {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What is sent as it is. */
  readonly text?: string;
  readonly as?: string;
}

const document = JSON.parse(readFileSync(join(root, 'docs/reference/openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ id: operation.operationId, method, path, operation })),
);
type Called = (typeof operations)[number];

let rehearsal: Rehearsal;
let record: PromotionRecord;
let manifest: object;
const guard = { apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: 'guard' }, approval: {} };

beforeAll(async () => {
  rehearsal = await openRehearsal();
  // Two releases, so that there is one to go back to.
  for (const text of ['one', 'two']) await promote(rehearsal, { pipeline: 'twice', text });
  await callApi(rehearsal.apiAs('carol'), { method: 'PUT', path: '/v1/policies/guard', body: guard });
  await publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline: 'idle' }));
  const id = await begin(rehearsal, { pipeline: 'small' });
  await rehearsal.sandbox.run(() => waitsForPeople(rehearsal.sandbox.world));
  record = await getPromotion(rehearsal.apiAs('alice'), id);
  const { release } = record.promotion;
  const {
    id: _id,
    digest: _digest,
    ...rest
  } = await callApi<Record<string, unknown>>(rehearsal.apiAs('alice'), {
    method: 'GET',
    path: `/v1/releases/${release}`,
  });
  manifest = rest;
}, 400_000);
afterAll(() => rehearsal.close());

const target = {
  ...{ apiVersion: 'drawbridge/v1', kind: 'Target', metadata: { name: 'production', labels: { env: 'production' } } },
  ...{ account: '333333333333', region: 'eu-west-1' },
};

const webhook = {
  ...{ apiVersion: 'drawbridge/v1', kind: 'Webhook', metadata: { name: 'ci' }, provider: 'github', pipeline: 'small' },
  ...{ repository: { id: 7, fullName: 'acme/small' }, refs: ['refs/heads/main'], events: ['deployment'] },
};
const schedule = {
  ...{ apiVersion: 'drawbridge/v1', kind: 'Schedule', metadata: { name: 'mornings' }, pipeline: 'small' },
  expression: 'cron(0 8 ? * MON-FRI *)',
};
/** Of a pipeline of which nothing is promoted, so that nothing else here is in its way. */
const place = { pipeline: 'idle', environment: 'production', reason: 'only a test' };
const freeze = { ...place, until: '2099-01-01T00:00:00Z' };
const idOf = (kind: RestrictionKind, wish: RestrictionWish) =>
  restrictionOf(kind, wish, { by: 'carol', key: `${kind}-1`, at: '2026-01-05T09:00:00.000Z' }).id;
/** Lists that every name has, if it is none an empty one. */
const lists = ['get-policies-name-versions', 'get-schedules-name-firings'];

/** A request of each operation that is as it should be, in the order in which they can be made. */
const valid: Record<string, () => Sent> = {
  'get-openapi-json': () => ({}),
  'post-releases': () => ({ body: manifest }),
  'post-releases-completions': () => ({ body: manifest }),
  'get-releases-digest': () => ({ path: { digest: record.promotion.release } }),
  'get-promotions': () => ({ query: { pipeline: 'small', limit: '1' } }),
  'get-promotions-id': () => ({ path: { id: record.promotion.id } }),
  'get-promotions-id-plans-environment': () => ({
    path: { id: record.promotion.id, environment: record.approvals[0]?.environment ?? '' },
  }),
  'get-promotions-id-approvals': () => ({ path: { id: record.promotion.id } }),
  'post-promotions-id-approvals': () => ({
    path: { id: record.promotion.id },
    as: 'bob',
    body: {
      ...{ environment: record.approvals[0]?.environment, digest: record.approvals[0]?.digest },
      ...{ decision: 'reject', reason: 'only a test' },
    },
  }),
  'post-promotions-id-retries': () => ({
    path: { id: record.promotion.id },
    headers: { 'idempotency-key': 'retry-1' },
    body: {},
  }),
  'get-promotions-id-evidence': () => ({ path: { id: record.promotion.id } }),
  'post-promotions': () => ({
    headers: { 'idempotency-key': 'plan-1' },
    body: { release: record.promotion.release, mode: 'plan' },
  }),
  'post-rollbacks': () => ({
    as: 'carol',
    headers: { 'idempotency-key': 'rollback-1' },
    body: { pipeline: 'twice', environment: 'pre-production', reason: 'only a test' },
  }),
  'get-environments': () => ({ query: { pipeline: 'small' } }),
  'get-policies': () => ({}),
  'get-policies-name': () => ({ path: { name: 'guard' } }),
  'get-policies-name-versions': () => ({ path: { name: 'guard' } }),
  'get-policy-sets-digest': () => ({ path: { digest: record.rollouts[0]?.policyDigest ?? '' } }),
  'put-policies-name': () => ({
    as: 'carol',
    path: { name: 'guard' },
    body: { ...guard, approval: { expires: '2d' } },
  }),
  'delete-policies-name': () => ({ as: 'carol', path: { name: 'guard' } }),
  'get-webhooks': () => ({}),
  'put-webhooks-name': () => ({ as: 'carol', path: { name: 'ci' }, body: webhook }),
  'get-webhooks-name': () => ({ path: { name: 'ci' } }),
  'delete-webhooks-name': () => ({ as: 'carol', path: { name: 'ci' } }),
  'get-schedules': () => ({}),
  'put-schedules-name': () => ({ as: 'carol', path: { name: 'mornings' }, body: schedule }),
  'get-schedules-name': () => ({ path: { name: 'mornings' } }),
  'get-schedules-name-firings': () => ({ path: { name: 'mornings' } }),
  'delete-schedules-name': () => ({ as: 'carol', path: { name: 'mornings' } }),
  'get-freezes': () => ({}),
  'post-freezes': () => ({ as: 'carol', headers: { 'idempotency-key': 'freeze-1' }, body: freeze }),
  'post-freezes-id-lifts': () => ({ as: 'carol', path: { id: idOf('freeze', freeze) }, body: { reason: 'a test' } }),
  'get-stops': () => ({ query: { all: 'true' } }),
  'post-stops': () => ({ as: 'carol', headers: { 'idempotency-key': 'stop-1' }, body: place }),
  'post-stops-id-lifts': () => ({ as: 'carol', path: { id: idOf('stop', place) }, body: { reason: 'a test' } }),
  'get-holds': () => ({}),
  'post-holds': () => ({ as: 'carol', headers: { 'idempotency-key': 'hold-1' }, body: place }),
  'post-holds-id-lifts': () => ({ as: 'carol', path: { id: idOf('hold', place) }, body: { reason: 'a test' } }),
  'get-targets': () => ({}),
  'put-targets-name': () => ({ as: 'carol', path: { name: 'production' }, body: target }),
  'get-targets-target-trust': () => ({ path: { target: 'production' } }),
  'post-targets-target-decoded-messages': () => ({ path: { target: 'production' }, body: { text: 'nothing encoded' } }),
  'post-diagnoses': () => ({ body: { target: 'production' } }),
  'post-sessions': () => ({ body: { target: 'production', reason: 'only a test', use: 'exec' } }),
  'get-sessions': () => ({ query: { target: 'production' } }),
};
const inOrder = Object.keys(valid).map((id) => operations.find((operation) => operation.id === id) as Called);

async function call({ method, path, operation }: Called, sent: Sent): Promise<{ status: number; problem?: string }> {
  const { endpoint, credentials } = rehearsal.apiAs(sent.as ?? 'alice');
  const { pathname, origin } = new URL(endpoint);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(sent.path?.[name] ?? 'x'));
  const body = sent.text ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
  const response = await signedFetch(origin, {
    ...{ service: 'execute-api', method: method.toUpperCase(), path: `${pathname}${filled}`, query: { ...sent.query } },
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...sent.headers },
    ...(body === undefined ? {} : { body }),
    ...{ at: new Date(rehearsal.sandbox.now()), ...credentials },
  });
  const answer = (await response.json()) as { code?: string };
  const declared = operation.responses[`${response.status}`];
  const content = declared?.content ?? { 'application/problem+json': { schema: ref('Problem') } };
  const [[type, { schema }]] = Object.entries(content) as [[string, { schema: object }]];
  expect(response.headers.get('content-type')).toBe(type);
  for (const [name, { required }] of Object.entries(declared?.headers ?? {}))
    if (required) expect({ name, value: response.headers.get(name) }).toEqual({ name, value: expect.any(String) });
  expect(z.fromJSONSchema(resolved(schema) as never).safeParse(answer).error?.issues).toBeUndefined();
  return { status: response.status, ...(declared === undefined ? { problem: `${answer.code}` } : {}) };
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The schema with what it refers to in place. */
function resolved(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(resolved);
  const name = /^#\/components\/schemas\/(\w+)$/.exec(`${(schema as { $ref?: string }).$ref}`)?.[1];
  if (name !== undefined) return document.components.schemas[name];
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value)]));
}

it('has a valid request of every operation', () => {
  expect(Object.keys(valid).toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
});

describe('what is wrong is answered with a problem, and never with a defect', () => {
  const samples = <Value>(arbitrary: fc.Arbitrary<Value>, numRuns: number) =>
    fc.sample(arbitrary, { seed: 5, numRuns });
  const refused = async (called: Called, sent: Sent) => {
    const { status, problem } = await call(called, sent);
    expect.soft({ sent, status }).toEqual({ sent, status: expect.toSatisfy((code) => code >= 400 && code < 500) });
    return problem;
  };

  it.each(inOrder.filter(({ operation }) => operation.requestBody))('$id with any other body', async (called) => {
    const sent = valid[called.id]?.() ?? {};
    const body = sent.body as Record<string, unknown>;
    const texts = [
      '',
      '{"a":',
      'null',
      '[]',
      '"x"',
      '{"a":1,"a":2}',
      '{"__proto__":{}}',
      '['.repeat(200),
      '{"n":12345678901234567890}',
    ];
    for (const text of texts) await refused(called, { ...sent, text });
    for (const value of samples(fc.jsonValue(), 10)) await refused(called, { ...sent, text: JSON.stringify([value]) });
    for (const key of Object.keys(body)) {
      await refused(called, { ...sent, body: { ...body, [`${key}x`]: 1 } });
      for (const value of samples(fc.oneof(fc.double(), fc.constant(null), fc.constant(true), fc.constant([[]])), 3))
        await refused(called, { ...sent, body: { ...body, [key]: value } });
    }
  });

  it.each(inOrder.filter(({ path }) => path.includes('{')))('$id of what is not there', async (called) => {
    const sent = valid[called.id]?.() ?? {};
    const names = [
      '%',
      '\u0000',
      'prm-0000000000000000',
      'é',
      'x'.repeat(500),
      ...samples(fc.string({ minLength: 1 }), 5),
    ];
    // A dot segment is taken out of the address before it is sent.
    for (const name of names.filter((one) => !/^\.+$/.test(one))) {
      const path = Object.fromEntries(Object.keys(sent.path ?? {}).map((parameter) => [parameter, name]));
      const { status } = await call(called, { ...sent, path });
      expect.soft({ name, status }).toEqual({ name, status: expect.toSatisfy((code) => code < 500) });
      if (!lists.includes(called.id)) expect.soft({ name, status }).not.toMatchObject({ status: 200 });
    }
  });

  it.each(inOrder.filter(({ operation }) => operation.parameters?.some(({ name }) => name === 'limit')))(
    '$id with a page that cannot be',
    async (called) => {
      const sent = valid[called.id]?.() ?? {};
      for (const limit of ['0', '-1', '1e9', 'x'])
        expect(await refused(called, { ...sent, query: { ...sent.query, limit } })).toBe('PAGE_LIMIT');
      for (const cursor of ['x', ...samples(fc.base64String({ minLength: 4 }), 5)])
        expect(await refused(called, { ...sent, query: { ...sent.query, cursor } })).toBe('PAGE_CURSOR');
    },
  );

  it.each(
    inOrder.filter(({ operation }) =>
      operation.parameters?.some(({ required, in: where }) => required && where === 'header'),
    ),
  )('$id without a key, or with one that is none', async (called) => {
    const sent = valid[called.id]?.() ?? {};
    for (const headers of [{}, { 'idempotency-key': 'k'.repeat(300) }, { 'idempotency-key': 'a b' }])
      expect(await refused(called, { ...sent, headers })).toBe('IDEMPOTENCY_KEY');
  });
});

describe('what is right is answered as the document says', () => {
  it.each(inOrder)(
    '$id',
    async (called) => {
      const { status, problem } = await call(called, valid[called.id]?.() ?? {});
      expect({ status, problem }).toEqual({
        status: expect.toSatisfy((code) => code >= 200 && code < 300),
        problem: undefined,
      });
      if (called.id === 'post-promotions-id-approvals') await ended(rehearsal, record.promotion.id);
    },
    60_000,
  );
});
