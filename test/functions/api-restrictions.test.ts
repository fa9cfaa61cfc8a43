import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler as reconcile } from '#functions/reconcile/handler.ts';
import { recordPlaces } from '#shared/aws/ledger/places.ts';
import { applyPolicy } from '#shared/aws/ledger/policies.ts';
import { recordRelease } from '#shared/aws/ledger/releases.ts';
import { listRestrictions, listUntold } from '#shared/aws/ledger/restrictions.ts';
import { aRelease, aReleaseRecord, monday } from '#test/builders.ts';
import { eventBridge } from '../aws/fake-account.ts';
import { awsError } from '../aws/fake-aws.ts';
import { aPolicy } from '../domain/policy/policy-builders.ts';
import { callHandler, person } from './api-call.ts';
import { context, deployment } from './deployment.ts';

const { ledger } = deployment();
const put = (list: string, body: object, key = 'k-1') =>
  callHandler(`POST /v1/${list}`, { body, headers: { 'idempotency-key': key } });
const lift = (list: string, id: unknown, name = 'alice') =>
  callHandler(`POST /v1/${list}/${id}/lifts`, { body: { reason: 'all is well' }, userArn: person(name) });
const itemsOf = async (route: string, query = '') => (await callHandler(route, { query })).body['items'] as object[];

beforeEach(async () => {
  await recordRelease(ledger, aReleaseRecord());
  await recordPlaces(ledger, aRelease());
  await recordPlaces(
    ledger,
    aRelease({ pipeline: 'web', environments: [{ name: 'demo', targets: { matchLabels: {} } }] }),
  );
});

describe('freezes, stops and holds', () => {
  it.each<[string, string, object, string]>([
    ['a pipeline without a release', 'stops', { pipeline: 'ordres' }, 'PIPELINE_UNKNOWN'],
    ['an environment that nobody has', 'stops', { environment: 'prodution' }, 'PLACE_UNKNOWN'],
    ['one that the pipeline has not', 'freezes', { pipeline: 'orders', environment: 'demo' }, 'PLACE_UNKNOWN'],
    ['one for a hold', 'holds', { pipeline: 'orders', environment: 'prodution' }, 'PLACE_UNKNOWN'],
  ])('refuse %s: it would stop nothing', async (_, list, wish, code) => {
    expect(await put(list, { ...wish, reason: 'x' })).toMatchObject({ status: 404, body: { code } });
    expect(await listRestrictions(ledger)).toEqual([]);
  });

  it('are of an environment of whichever pipeline', async () => {
    expect(await put('stops', { environment: 'demo', reason: 'x' })).toMatchObject({ status: 201 });
  });

  it.each<[string, string, object]>([
    ['freezes', 'freeze', { until: '2026-02-01T00:00:00.000Z', reason: 'year end' }],
    ['stops', 'stop', { pipeline: 'orders', reason: 'incident 12' }],
    ['holds', 'hold', { pipeline: 'orders', environment: 'production', reason: 'was rolled back' }],
  ])('%s are put, listed and lifted, with who and why', async (list, kind, wish) => {
    const { status, body } = await put(list, wish);
    expect([status, body]).toEqual([
      201,
      { id: expect.stringMatching(`^${kind}-`), kind, ...wish, by: 'alice', at: monday },
    ]);
    expect(await itemsOf(`GET /v1/${list}`)).toEqual([body]);
    const lifted = await lift(list, body['id'], 'bob');
    expect([lifted.status, lifted.body]).toEqual([
      201,
      { ...body, lifted: { by: 'bob', at: monday, reason: 'all is well' } },
    ]);
    expect(await itemsOf(`GET /v1/${list}`)).toEqual([]);
    expect(await itemsOf(`GET /v1/${list}`, 'all=true')).toEqual([lifted.body]);
    expect(await listRestrictions(ledger)).toEqual([]);
  });

  it('are told on the bus when they are put and when they are lifted, not again when they are asked for again', async () => {
    eventBridge.on(PutEventsCommand).resolves({});
    const wish = { pipeline: 'orders', reason: 'incident 12' };
    const { body } = await put('stops', wish);
    await put('stops', wish);
    await lift('stops', body['id']);
    await lift('stops', body['id']);
    const told = eventBridge.commandCalls(PutEventsCommand).flatMap(({ args: [{ input }] }) => input.Entries ?? []);
    expect(told.map(({ DetailType, Detail }) => [DetailType, JSON.parse(`${Detail}`).state])).toEqual([
      ['Drawbridge Restriction State Change', 'put'],
      ['Drawbridge Restriction State Change', 'lifted'],
    ]);
  });

  it('hold also where nobody can be told, and are told by reconcile', async () => {
    eventBridge.on(PutEventsCommand).rejects(awsError('ServiceUnavailable', 'not now', 503));
    const { status, body } = await put('stops', { reason: 'incident 13' });
    expect([status, await listUntold(ledger, 5)]).toEqual([201, [body['id']]]);
    eventBridge.on(PutEventsCommand).resolves({});
    await reconcile({}, context);
    expect(await listUntold(ledger, 5)).toEqual([]);
  });

  it('are one with one key, and answered again', async () => {
    const first = await put('stops', { reason: 'incident' });
    const again = await put('stops', { reason: 'incident' });
    expect([again.status, again.body, again.headers['idempotency-replayed']]).toEqual([200, first.body, 'true']);
    expect(await put('stops', { reason: 'other' })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_CONFLICT' },
    });
  });

  it('are lifted once', async () => {
    const { body } = await put('stops', { reason: 'incident' });
    await lift('stops', body['id']);
    expect(await lift('stops', body['id'])).toMatchObject({ status: 200 });
    expect(await lift('stops', body['id'], 'bob')).toMatchObject({ status: 409, body: { code: 'RESTRICTION_LIFTED' } });
    expect(await lift('stops', 'stop-0123456789abcdef')).toMatchObject({
      status: 404,
      body: { code: 'RESTRICTION_UNKNOWN' },
    });
  });

  it.each<[string, string, object, string, string]>([
    ['a freeze in the past', 'freezes', { until: '2026-01-05T08:00:00Z', reason: 'x' }, 'BODY_INVALID', '/until'],
    [
      'a freeze that ends before it begins',
      'freezes',
      { from: '2026-03-02T00:00:00Z', until: '2026-03-01T00:00:00Z', reason: 'x' },
      'BODY_INVALID',
      '/until',
    ],
    ['a day that does not exist', 'freezes', { until: '2026-02-30T00:00:00Z', reason: 'x' }, 'BODY_INVALID', '/until'],
    ['no reason', 'stops', {}, 'BODY_INVALID', '/reason'],
    ['a hold without a place', 'holds', { reason: 'x', pipeline: 'orders' }, 'BODY_INVALID', '/environment'],
    ['an actor of their own', 'stops', { reason: 'x', actor: 'bob' }, 'FIELD_NOT_ALLOWED', '/actor'],
  ])('refuse %s', async (_, list, body, code, pointer) => {
    expect(await put(list, body)).toMatchObject({ status: 400, body: { code, errors: [{ pointer }] } });
    expect(await listRestrictions(ledger)).toEqual([]);
  });

  it('are refused as freezes that overlap one of the same scope, until that is lifted', async () => {
    const freeze = { environment: 'production', until: '2026-02-01T00:00:00.000Z', reason: 'year end' };
    const { body } = await put('freezes', freeze);
    const longer = { ...freeze, until: '2026-03-01T00:00:00.000Z' };
    expect(await put('freezes', longer, 'k-2')).toMatchObject({
      status: 400,
      body: { code: 'BODY_INVALID', errors: [{ pointer: '/from', detail: expect.stringContaining(`${body['id']}`) }] },
    });
    expect(await itemsOf('GET /v1/freezes')).toEqual([body]);
    // The same again is no other one, and what comes afterwards or is of another place is none either.
    expect((await put('freezes', freeze)).status).toBe(200);
    expect((await put('freezes', { ...longer, from: freeze.until }, 'k-3')).status).toBe(201);
    expect((await put('freezes', { reason: 'everything' }, 'k-4')).status).toBe(201);
    expect(await put('stops', { reason: 'incident' }, 'k-5')).toMatchObject({ status: 201 });
    expect(await put('stops', { reason: 'another incident' }, 'k-6')).toMatchObject({ status: 201 });
    await lift('freezes', body['id']);
    expect((await put('freezes', { ...freeze, until: '2026-01-20T00:00:00Z' }, 'k-7')).status).toBe(201);
  });

  it('want a key', async () => {
    const answer = await callHandler('POST /v1/stops', { body: { reason: 'x' } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY' } });
  });

  it('want the permission of an operator, once permissions are given', async () => {
    const policy = aPolicy('people', { permissions: { requester: ['alice'], operator: ['bob'], admin: ['carol'] } });
    await applyPolicy(ledger, { name: 'people', policy, seen: 0, by: 'carol', at: monday });
    expect(await put('stops', { reason: 'x' })).toMatchObject({ status: 403, body: { code: 'PERMISSION_MISSING' } });
    const asBob = { body: { reason: 'x' }, headers: { 'idempotency-key': 'k' }, userArn: person('bob') };
    const { status, body } = await callHandler('POST /v1/stops', asBob);
    expect(status).toBe(201);
    expect(await lift('stops', body['id'])).toMatchObject({ status: 403 });
    expect(await itemsOf('GET /v1/stops')).toHaveLength(1);
  });
});
