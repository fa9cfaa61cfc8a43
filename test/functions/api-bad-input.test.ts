/** What comes to the door and is sent away, each with a status and a code of its own, before anything is done. */
import { describe, expect, it } from 'vitest';
import { handler } from '#functions/api/handler.ts';
import { applyPolicy, listPolicies } from '#shared/aws/ledger/policies.ts';
import { largestBody } from '#shared/domain/http/read-body.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { monday, promotionId } from '#test/builders.ts';
import { lambda, s3 } from '../aws/fake-aws.ts';
import { aPolicy } from '../domain/policy/policy-builders.ts';
import { answerOf } from './answer-of.ts';
import { person } from './api-call.ts';
import { deployment } from './deployment.ts';

const { found, ledger } = deployment();
const digest = digestOf('release');

interface Sent {
  readonly route?: string;
  readonly query?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** The flag as API Gateway would set it by mistake. */
  readonly isBase64Encoded?: boolean;
}

async function send({ route = 'POST /v1/promotions', query = '', body, headers = {}, isBase64Encoded }: Sent) {
  const [method, path] = route.split(' ') as [string, string];
  const bytes = typeof body === 'object';
  const event = {
    ...{ version: '2.0', routeKey: 'ANY /v1/{proxy+}', rawPath: path, rawQueryString: query },
    headers: { host: 'api.example', 'content-type': 'application/json', 'idempotency-key': 'key-1', ...headers },
    requestContext: {
      ...{ accountId: '111111111111', apiId: 'api', authorizer: { iam: { userArn: person('alice') } } },
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      ...{ domainName: 'api.example', requestId: 'r-1', stage: '$default', timeEpoch: Date.parse(monday) },
    },
    ...(body === undefined ? {} : { body: bytes ? body.toString('base64') : body }),
    isBase64Encoded: isBase64Encoded ?? bytes,
  };
  return answerOf(handler, event);
}

const json = (value: unknown): string => JSON.stringify(value);
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const padded = (bytes: number) => json({ release: digest }).padEnd(bytes, ' ');

describe('a request is sent away before admission is asked', () => {
  it.each<[string, Sent, number, string, object]>([
    ['B-01 no body', {}, 400, 'BODY_REQUIRED', {}],
    ['B-01 an empty body', { body: '' }, 400, 'BODY_REQUIRED', {}],
    ['B-02 truncated JSON', { body: '{"a":' }, 400, 'JSON_INVALID', { detail: expect.stringContaining('byte 5') }],
    ['B-03 bytes that are no UTF-8', { body: Buffer.from('{"a":"\xff"}', 'latin1') }, 400, 'ENCODING', {}],
    [
      'B-04 a member twice',
      { body: `{"release":"${digest}","release":"${digestOf('other')}"}` },
      400,
      'DUPLICATE_KEY',
      { errors: [{ code: 'DUPLICATE_KEY', pointer: '/release', detail: expect.stringContaining('release') }] },
    ],
    [
      'B-05 a prototype',
      { body: `{"release":"${digest}","__proto__":{"mode":"plan"}}` },
      400,
      'FIELD_UNKNOWN',
      { errors: [{ code: 'FIELD_UNKNOWN', pointer: '/__proto__', detail: expect.any(String) }] },
    ],
    [
      'B-05 a constructor',
      { body: `{"release":"${digest}","constructor":{"prototype":{}}}` },
      400,
      'FIELD_UNKNOWN',
      { errors: [expect.objectContaining({ pointer: '/constructor' })] },
    ],
    [
      'B-06 a byte more than 1 MiB',
      { body: padded(largestBody + 1) },
      413,
      'BODY_TOO_LARGE',
      { detail: expect.stringContaining('1048576') },
    ],
    ['B-07 200 levels', { body: nested(200) }, 400, 'BODY_DEPTH', { detail: expect.stringContaining('64') }],
    ['B-08 plain text', { body: padded(1), headers: { 'content-type': 'text/plain' } }, 415, 'CONTENT_TYPE', {}],
    [
      'B-08 a form',
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'CONTENT_TYPE',
      {},
    ],
    ['B-08 no type', { body: padded(1), headers: { 'content-type': '' } }, 415, 'CONTENT_TYPE', {}],
    [
      'B-08 another charset',
      { body: padded(1), headers: { 'content-type': 'application/json; charset=utf-16' } },
      415,
      'CONTENT_TYPE',
      {},
    ],
    [
      'B-09 a field nobody knows',
      { body: json({ release: digest, force: true }) },
      400,
      'FIELD_UNKNOWN',
      { errors: [expect.objectContaining({ pointer: '/force' })] },
    ],
    [
      'B-09 a slip of the pen',
      { body: json({ release: digest, enviroments: ['production'] }) },
      400,
      'FIELD_UNKNOWN',
      { detail: expect.stringContaining('Did you mean environments?') },
    ],
    [
      'B-10 an environment with a capital and a space',
      { body: json({ release: digest, environments: ['Prod '] }) },
      400,
      'BODY_INVALID',
      { errors: [expect.objectContaining({ pointer: '/environments/0' })] },
    ],
    [
      'B-11 a release that is a path',
      { body: json({ release: '../x' }) },
      400,
      'BODY_INVALID',
      { errors: [expect.objectContaining({ pointer: '/release' })] },
    ],
    ['B-11 one that is an escaped path', { body: json({ release: '%2e%2e' }) }, 400, 'BODY_INVALID', {}],
    [
      'B-12 a number that loses digits',
      { body: '{"release":12345678901234567890}' },
      400,
      'NUMBER_PRECISION',
      { errors: [expect.objectContaining({ pointer: '/release' })] },
    ],
    [
      'B-13 a key of 300 characters',
      { body: padded(1), headers: { 'idempotency-key': 'k'.repeat(300) } },
      400,
      'IDEMPOTENCY_KEY',
      {},
    ],
    ['B-13 a key with an emoji', { body: padded(1), headers: { 'idempotency-key': '🔑' } }, 400, 'IDEMPOTENCY_KEY', {}],
    [
      'B-14 a role',
      { body: json({ release: digest, roleArn: 'arn:aws:iam::333333333333:role/x' }) },
      400,
      'FIELD_NOT_ALLOWED',
      { errors: [expect.objectContaining({ pointer: '/roleArn' })] },
    ],
    ['B-14 an actor', { body: json({ release: digest, actor: 'bob' }) }, 400, 'FIELD_NOT_ALLOWED', {}],
    ['B-19 base64 that is none', { body: '!!!', isBase64Encoded: true }, 400, 'BODY_ENCODING', {}],
    ['B-19 base64 without its end', { body: 'e30', isBase64Encoded: true }, 400, 'BODY_ENCODING', {}],
  ])('%s', async (_name, sent, status, code, document) => {
    const answer = await send(sent);
    expect(answer).toMatchObject({
      status,
      body: { code, status, title: code, next: expect.any(String), ...document },
    });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json' });
    expect(lambda.calls()).toEqual([]);
    expect(found.log.lines()).toEqual([]);
  });

  it('B-17 for a promotion that nobody knows, as for one with a name that none has', async () => {
    const paths = ['/v1/promotions/prm-0000000000000000', '/v1/promotions/..%2fpolicies', '/v1/promotions/%00'];
    for (const path of paths)
      expect(await send({ route: `GET ${path}` })).toMatchObject({ status: 404, body: { code: 'PROMOTION_UNKNOWN' } });
  });

  it.each([
    ['..', 'ROUTE_UNKNOWN'],
    ['%2e%2e', 'ROUTE_UNKNOWN'],
    ['.%2E', 'ROUTE_UNKNOWN'],
    ['..%2fplans', 'RELEASE_UNKNOWN'],
    ['sha256:xyz', 'RELEASE_UNKNOWN'],
    ['orders-%00', 'RELEASE_UNKNOWN'],
    [digest, 'RELEASE_UNKNOWN'],
  ])('B-11 for a release named %s: %s', async (name, code) => {
    expect(await send({ route: `GET /v1/releases/${name}` })).toMatchObject({ status: 404, body: { code } });
    expect(s3.calls()).toHaveLength(name === digest ? 1 : 0);
  });

  it.each([
    ['POST', '/v1/promotions/../releases/..'],
    ['DELETE', '/v1/policies/x/../guard'],
    ['DELETE', '/v1/policies/%2e%2e/policies/guard'],
    ['DELETE', '/v1/policies/x\\..\\guard'],
    ['DELETE', '/v1/policies/guard?x'],
    ['DELETE', '/v1/policies/guard#x'],
    ['DELETE', '/v1/policies/%67uard'],
    ['DELETE', '/v1/%70olicies/guard'],
    ['DELETE', '/v1/policies/gu\tard'],
    ['TRACE', '/v1/policies/guard'],
  ])('B-11 %s %s, which IAM read otherwise than it would be served', async (method, path) => {
    const guard = aPolicy('guard', { approval: {} });
    await applyPolicy(ledger, { name: 'guard', policy: guard, seen: 0, by: 'root', at: monday });
    const answer = await send({ route: `${method} ${path}`, body: json({ release: digest }) });
    expect(answer).toMatchObject({ status: 404, body: { code: 'ROUTE_UNKNOWN', instance: path } });
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json' });
    expect((await listPolicies(ledger)).map(({ policy }) => policy)).toEqual([guard]);
    expect(lambda.calls()).toEqual([]);
  });

  it.each<[string, string]>([
    ['policies', 'POLICY_UNKNOWN'],
    ['webhooks', 'WEBHOOK_UNKNOWN'],
    ['schedules', 'SCHEDULE_UNKNOWN'],
    ['promotions', 'PROMOTION_UNKNOWN'],
  ])('%s with a name longer than any: %s', async (list, code) => {
    for (const name of ['x'.repeat(1100), 'x'.repeat(3000), 'Guard', 'a%20b'])
      expect(await send({ route: `GET /v1/${list}/${name}` })).toMatchObject({ status: 404, body: { code } });
    if (list !== 'promotions') {
      const answer = await send({ route: `DELETE /v1/${list}/${'x'.repeat(3000)}` });
      expect(answer).toMatchObject({ status: 404, body: { code } });
    }
  });

  it('what belongs to a name longer than any is not there either', async () => {
    const name = 'x'.repeat(3000);
    const unknown = { status: 404, body: { code: 'PROMOTION_UNKNOWN' } };
    for (const part of ['approvals', 'evidence', 'plans/production'])
      expect(await send({ route: `GET /v1/promotions/${name}/${part}` })).toMatchObject(unknown);
    const wish = { environment: 'production', decision: 'approve', digest, reason: 'x' };
    expect(await send({ route: `POST /v1/promotions/${name}/approvals`, body: json(wish) })).toMatchObject(unknown);
    expect(await send({ route: `POST /v1/promotions/${name}/retries`, body: '{}' })).toMatchObject(unknown);
    for (const list of [`policies/${name}/versions`, `schedules/${name}/firings`])
      expect(await send({ route: `GET /v1/${list}` })).toMatchObject({ status: 200, body: { items: [] } });
  });

  it.each<[string, string, string]>([
    ['DELETE', `/v1/promotions/${promotionId}/approvals`, 'GET, HEAD, POST'],
    ['GET', `/v1/promotions/${promotionId}/retries`, 'POST'],
    ['PATCH', '/v1/policies/guard', 'DELETE, GET, HEAD, PUT'],
  ])('B-19 %s of %s, which takes %s', async (method, path, allow) => {
    const answer = await send({ route: `${method} ${path}`, body: json({ release: digest }) });
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers).toMatchObject({ allow });
    expect(lambda.calls()).toEqual([]);
  });
});

describe('a request is let in', () => {
  const taken = async (sent: Sent) => (await send(sent)).body['code'];

  it.each<[string, Sent]>([
    ['with a body of exactly 1 MiB', { body: padded(largestBody) }],
    ['with its charset', { body: padded(1), headers: { 'content-type': 'Application/JSON; charset="UTF-8"' } }],
    ['in base64', { body: Buffer.from(padded(1)) }],
  ])('%s', async (_name, sent) => {
    // Admission does not answer here: so far it came.
    expect(await taken(sent)).not.toMatch(/BODY|JSON|CONTENT|FIELD/);
    expect(lambda.calls()).toHaveLength(1);
  });

  it('though a GET brings a body, which means nothing', async () => {
    expect(await send({ route: 'GET /v1/targets', body: '{' })).toMatchObject({ status: 200 });
  });
});
