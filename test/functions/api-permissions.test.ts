/** Who may do what: taken from what API Gateway authenticated, judged by the policies as they are at that moment. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { applyPolicy, listPolicies } from '#shared/aws/ledger/policies.ts';
import { operations } from '#shared/domain/http/operations.ts';
import { Permission, type Policy } from '#shared/domain/policy/policy.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, monday, promotionId } from '#test/builders.ts';
import { lambda } from '../aws/fake-aws.ts';
import { aPolicy } from '../domain/policy/policy-builders.ts';
import { callHandler, person } from './api-call.ts';
import { deployment } from './deployment.ts';

const { ledger, found } = deployment();
const holds = (policy: Policy, seen = 0) =>
  applyPolicy(ledger, { name: policy.metadata.name, policy, seen, by: 'root', at: monday });
const people = aPolicy('people', {
  permissions: {
    ...{ viewer: ['vera', 'jwt:issuer.example#vera'], requester: ['rita', 'github:42:production'], approver: ['paul'] },
    ...{ operator: ['olga'], admin: ['ada'] },
  },
});
const digest = digestOf('plan');
const as = (name: string, route: string, body?: unknown) =>
  callHandler(route, { userArn: person(name), body, headers: { 'idempotency-key': 'key-1' } });

const requests: [route: string, body: unknown, permission: string][] = [
  ['GET /v1/promotions', undefined, 'viewer'],
  [`GET /v1/promotions/${promotionId}`, undefined, 'viewer'],
  ['GET /v1/policies', undefined, 'viewer'],
  ['POST /v1/promotions', { release: digest }, 'requester'],
  [`POST /v1/promotions/${promotionId}/retries`, {}, 'requester'],
  ['POST /v1/releases', {}, 'requester'],
  [
    `POST /v1/promotions/${promotionId}/approvals`,
    { environment: 'production', decision: 'approve', digest, reason: 'x' },
    'approver',
  ],
  ['POST /v1/sessions', { target: 'production', reason: 'x', use: 'exec' }, 'operator'],
  ['POST /v1/rollbacks', { pipeline: 'orders', environment: 'production', reason: 'x' }, 'operator'],
  ['POST /v1/diagnoses', { target: 'production' }, 'operator'],
  ['PUT /v1/policies/mine', aPolicy('mine', { permissions: { admin: ['vera'] } }), 'admin'],
  ['DELETE /v1/policies/people', undefined, 'admin'],
  ['PUT /v1/targets/production', {}, 'admin'],
];
/** What each operation of the API wants: whoever adds one says it here too. */
const wanted: Readonly<Record<Permission, readonly string[]>> = {
  viewer: [
    ...['GET /v1/openapi.json', 'GET /v1/releases/:digest', 'GET /v1/environments', 'GET /v1/targets'],
    ...['GET /v1/promotions', 'GET /v1/promotions/:id', 'GET /v1/promotions/:id/plans/:environment'],
    ...['GET /v1/promotions/:id/approvals', 'GET /v1/promotions/:id/evidence', 'GET /v1/sessions'],
    ...['GET /v1/policies', 'GET /v1/policies/:name', 'GET /v1/policies/:name/versions', 'GET /v1/policy-sets/:digest'],
    ...['GET /v1/webhooks', 'GET /v1/webhooks/:name', 'GET /v1/targets/:target/trust'],
    ...['GET /v1/schedules', 'GET /v1/schedules/:name', 'GET /v1/schedules/:name/firings'],
    ...['GET /v1/freezes', 'GET /v1/stops', 'GET /v1/holds'],
  ],
  requester: [
    ...['POST /v1/releases', 'POST /v1/releases/completions', 'POST /v1/promotions'],
    'POST /v1/promotions/:id/retries',
  ],
  approver: ['POST /v1/promotions/:id/approvals'],
  operator: [
    ...['POST /v1/sessions', 'POST /v1/diagnoses', 'POST /v1/targets/:target/decoded-messages'],
    ...['POST /v1/rollbacks', 'POST /v1/freezes', 'POST /v1/freezes/:id/lifts'],
    ...['POST /v1/stops', 'POST /v1/stops/:id/lifts', 'POST /v1/holds', 'POST /v1/holds/:id/lifts'],
  ],
  admin: [
    ...['PUT /v1/policies/:name', 'DELETE /v1/policies/:name', 'PUT /v1/targets/:name'],
    ...['PUT /v1/webhooks/:name', 'DELETE /v1/webhooks/:name'],
    ...['PUT /v1/schedules/:name', 'DELETE /v1/schedules/:name'],
  ],
};
const every = Permission.options.flatMap((permission) =>
  wanted[permission].map((route): [string, Permission] => [route, permission]),
);
const holders = { viewer: 'vera', requester: 'rita', approver: 'paul', operator: 'olga', admin: 'ada' };
/** Whoever may do anything may look; operators may ask for promotions, administrators may do all. */
const having: Readonly<Record<Permission, readonly string[]>> = {
  viewer: ['vera', 'rita', 'paul', 'olga', 'ada'],
  requester: ['rita', 'olga', 'ada'],
  approver: ['paul', 'ada'],
  operator: ['olga', 'ada'],
  admin: ['ada'],
};

describe('B-16 permissions', () => {
  it('are known of every operation', () => {
    expect(every.map(([route]) => route).toSorted()).toEqual(Object.keys(operations).toSorted());
  });

  it.each(every)('%s wants %s: only who has it gets on', async (route, permission) => {
    await holds(people);
    const path = route.replaceAll(/:\w+/g, 'x');
    const passes = async (name: string) => (await as(name, path)).body['code'] !== 'PERMISSION_MISSING';
    const passed: string[] = [];
    for (const name of ['mallory', ...Object.values(holders)]) if (await passes(name)) passed.push(name);
    expect(passed).toEqual(having[permission]);
  });

  it.each(requests.filter(([, , permission]) => permission !== 'viewer'))(
    'a viewer may not %s, and is told what is missing',
    async (route, body, permission) => {
      await holds(people);
      const answer = await as('vera', route, body);
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'PERMISSION_MISSING', detail: `vera has not the permission ${permission}.` },
      });
      expect(lambda.calls()).toEqual([]);
      expect((await listPolicies(ledger)).map(({ policy }) => policy)).toEqual([people]);
    },
  );

  it.each(requests)('whoever holds it may %s', async (route, body, permission) => {
    await holds(people);
    const { body: answer } = await as(holders[permission as keyof typeof holders], route, body);
    expect(answer['code']).not.toBe('PERMISSION_MISSING');
  });

  it.each(requests)('nobody else may %s', async (route, body) => {
    await holds(people);
    expect(await as('mallory', route, body)).toMatchObject({ status: 403, body: { code: 'PERMISSION_MISSING' } });
  });

  it.each(requests)('as long as no policy speaks of them, IAM alone decides on %s', async (route, body) => {
    await holds(aPolicy('people', { approval: {} }));
    expect((await as('mallory', route, body)).body['code']).not.toBe('PERMISSION_MISSING');
  });

  it('that are missing are in the log: who wanted what, and in which request', async () => {
    await holds(people);
    await as('mallory', 'DELETE /v1/policies/people');
    await callHandler('GET /v1/targets', { authorizer: null });
    const refused = { message: 'request refused', request: 'r-1' };
    expect(found.log.lines()).toMatchObject([
      { ...refused, actor: 'mallory', route: 'DELETE /v1/policies/people', code: 'PERMISSION_MISSING' },
      { ...refused, actor: 'nobody', route: 'GET /v1/targets', code: 'ACTOR_UNKNOWN' },
    ]);
  });

  it('are read anew for each request', async () => {
    await holds(people);
    expect(await as('vera', 'GET /v1/targets')).toMatchObject({ status: 200 });
    await holds(aPolicy('people', { permissions: { admin: ['ada'] } }), 1);
    expect(await as('vera', 'GET /v1/targets')).toMatchObject({ status: 403 });
  });

  it('say nothing about what is not there', async () => {
    await holds(people);
    expect(await as('mallory', 'GET /v1/nothing')).toMatchObject({ status: 404, body: { code: 'ROUTE_UNKNOWN' } });
  });

  it('cannot be given so that nobody could change them again', async () => {
    const viewers = aPolicy('viewers', { permissions: { viewer: ['*'] } });
    const conflict = {
      status: 409,
      body: { code: 'POLICY_CONFLICT', detail: expect.stringMatching(/admin to nobody/) },
    };
    expect(await as('ada', 'PUT /v1/policies/viewers', viewers)).toMatchObject(conflict);
    await holds(people);
    expect(await as('ada', 'PUT /v1/policies/viewers', viewers)).toMatchObject({ status: 201 });
    expect(await as('ada', 'DELETE /v1/policies/people')).toMatchObject(conflict);
  });

  it('are never those of some environments only', async () => {
    const policy = { ...people, selector: { environments: ['production'] } };
    expect(await as('ada', 'PUT /v1/policies/people', policy)).toMatchObject({
      status: 400,
      body: { code: 'BODY_INVALID', errors: [{ code: 'FIELD_INVALID', pointer: '/permissions' }] },
    });
  });
});

describe('a caller with a token', () => {
  const github = { iss: 'https://token.actions.githubusercontent.com', sub: 'repo:acme/orders:environment:production' };
  const job = { ...github, repository_id: '42', environment: 'production' };
  const withToken = (claims: object, route = 'GET /v1/targets', body?: unknown) =>
    callHandler(route, {
      authorizer: { jwt: { claims, scopes: null } },
      body,
      headers: { 'idempotency-key': 'key-1' },
    });

  it('of a job of GitHub Actions is known by repository id and environment', async () => {
    await holds(people);
    const promotion = aPromotion({ requestedBy: 'github:42:production' });
    lambda.on(InvokeCommand).resolves({
      Payload: { transformToString: () => JSON.stringify({ kind: 'accepted', promotion, replayed: false }) } as never,
    });
    expect(await withToken(job, 'POST /v1/promotions', { release: digest })).toMatchObject({ status: 202 });
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(JSON.parse(String(call?.args[0].input.Payload))).toMatchObject({ actor: 'github:42:production' });
  });

  it.each<[string, object, number, string]>([
    ['of another repository', { ...job, repository_id: '421' }, 403, 'PERMISSION_MISSING'],
    ['of a fork with the same name', { ...job, repository_id: '7' }, 403, 'PERMISSION_MISSING'],
    ['of another environment', { ...job, environment: 'preview' }, 403, 'PERMISSION_MISSING'],
    ['of a job without an environment', { ...github, repository_id: '42' }, 401, 'ACTOR_UNKNOWN'],
    ['with an environment that is two', { ...job, environment: 'x:production' }, 401, 'ACTOR_UNKNOWN'],
    ['that names itself like a person', { iss: 'https://issuer.example', sub: 'ada' }, 403, 'PERMISSION_MISSING'],
    [
      'that names itself like a job',
      { iss: 'https://issuer.example', sub: 'github:42:production' },
      403,
      'PERMISSION_MISSING',
    ],
    [
      'of another issuer with the same subject',
      { iss: 'https://issuer.example/other', sub: 'vera' },
      403,
      'PERMISSION_MISSING',
    ],
    ['of an issuer that is none', { iss: 'issuer.example#x', sub: 'vera' }, 401, 'ACTOR_UNKNOWN'],
    ['without a subject', { iss: 'https://issuer.example' }, 401, 'ACTOR_UNKNOWN'],
    ['with a subject of two lines', { iss: 'https://issuer.example', sub: 'vera\nada' }, 401, 'ACTOR_UNKNOWN'],
  ])('%s is not let in', async (_name, claims, status, code) => {
    await holds(people);
    expect(await withToken(claims)).toMatchObject({ status, body: { code } });
  });

  it.each(['https://issuer.example', 'https://issuer.example/'])(
    'of another issuer (%s) is known by it and its subject',
    async (iss) => {
      await holds(people);
      expect(await withToken({ iss, sub: 'vera' })).toMatchObject({ status: 200 });
    },
  );

  it('has nothing as long as no policy gives it anything', async () => {
    expect(await withToken(job)).toMatchObject({ status: 403, body: { code: 'PERMISSION_MISSING' } });
  });

  it.each([[undefined], [{}], [{ iam: {} }], [{ jwt: {} }]])(
    'B-15 that nobody checked (%j) is told nothing',
    async (authorizer) => {
      await holds(people);
      const answer = await callHandler('GET /v1/targets', { authorizer: authorizer ?? null });
      expect(answer).toMatchObject({ status: 401, body: { code: 'ACTOR_UNKNOWN', detail: 'Who asks is not known.' } });
    },
  );
});
