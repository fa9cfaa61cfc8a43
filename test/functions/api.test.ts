import { InvokeCommand } from '@aws-sdk/client-lambda';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { handler } from '#functions/api/handler.ts';
import { putDocument } from '#shared/aws/documents.ts';
import { recordDeployment } from '#shared/aws/ledger/deployments.ts';
import { recordPlan, recordPromotion, recordRollout, recordStarted } from '#shared/aws/ledger/promotions.ts';
import { findReleaseDigest } from '#shared/aws/ledger/releases.ts';
import { recordRound } from '#shared/aws/ledger/rounds.ts';
import { recordRunning } from '#shared/aws/ledger/targets.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import { promotionIdOf } from '#shared/domain/promotion/request.ts';
import { canonicalJson, digestOf, hexOf } from '#shared/domain/release/canonical-json.ts';
import { releaseDigest, releaseId } from '#shared/domain/release/release.ts';
import {
  aDeployment,
  anArtifact,
  aPromotion,
  aRelease,
  aRollout,
  monday,
  otherPromotionId,
  promotionId,
} from '#test/builders.ts';
import { awsError, lambda, s3 } from '../aws/fake-aws.ts';
import { answerOf } from './answer-of.ts';
import { deployment } from './deployment.ts';

const { ledger, documents, release, found } = deployment();
const person = (name: string) =>
  `arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_ReleaseManager_3f1c9a7be2d04856/${name}`;

interface Asked {
  readonly body?: unknown;
  readonly rawBody?: string;
  readonly query?: string;
  readonly headers?: Record<string, string>;
  readonly userArn?: string;
}

/** What API Gateway hands over (payload format 2.0, IAM authorizer), and what it is answered. */
async function ask(route: string, { body, rawBody, query = '', headers = {}, userArn = person('alice') }: Asked = {}) {
  const [method, path] = route.split(' ') as [string, string];
  const event = {
    version: '2.0',
    routeKey: 'ANY /v1/{proxy+}',
    rawPath: path,
    rawQueryString: query,
    headers: { host: 'api.example', 'content-type': 'application/json', ...headers },
    requestContext: {
      accountId: '111111111111',
      apiId: 'api',
      authorizer: { iam: { userArn } },
      domainName: 'api.example',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'r-1',
      routeKey: 'ANY /v1/{proxy+}',
      stage: '$default',
      time: '05/Jan/2026:09:00:00 +0000',
      timeEpoch: Date.parse(monday),
    },
    ...(body === undefined && rawBody === undefined ? {} : { body: rawBody ?? JSON.stringify(body) }),
    isBase64Encoded: false,
  };
  return answerOf(handler, event);
}

const admissionAnswers = (answer: unknown) =>
  lambda.on(InvokeCommand).resolves({ Payload: { transformToString: () => JSON.stringify(answer) } as never });
const admissionWasAsked = () => {
  const [call] = lambda.commandCalls(InvokeCommand);
  return JSON.parse(String(call?.args[0].input.Payload)) as Record<string, unknown>;
};

describe('asking for a promotion', () => {
  const digest = digestOf('release');
  const post = (asked: Asked = {}) =>
    ask('POST /v1/promotions', { body: { release: digest }, headers: { 'idempotency-key': 'key-1' }, ...asked });

  it('is accepted with its address, by whom API Gateway says, at the time it says', async () => {
    const promotion = aPromotion({ status: 'running' });
    admissionAnswers({ kind: 'accepted', promotion, replayed: false });
    const answer = await post();
    expect(answer).toMatchObject({ status: 202, body: promotion });
    expect(answer.headers).toMatchObject({ location: `/v1/promotions/${promotionId}` });
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    expect(admissionWasAsked()).toEqual({
      request: { release: digest },
      actor: 'alice',
      idempotencyKey: 'key-1',
      trigger: { kind: 'api' },
      at: monday,
    });
    expect(lambda).toHaveReceivedCommandWith(InvokeCommand, { FunctionName: 'drawbridge-admission' });
  });

  it('again with the same key says that it is an earlier answer', async () => {
    admissionAnswers({ kind: 'accepted', promotion: aPromotion(), replayed: true });
    const answer = await post();
    expect(answer.status).toBe(202);
    expect(answer.headers).toMatchObject({ 'idempotency-replayed': 'true' });
  });

  it.each<[string, Asked, string]>([
    ['a header', { headers: { 'idempotency-key': 'key-1', 'x-actor': 'bob' } }, 'alice'],
    ['the query', { query: 'actor=bob' }, 'alice'],
    [
      'another session of a machine’s role',
      { userArn: 'arn:aws:sts::111111111111:assumed-role/ci/bob' },
      'arn:aws:iam::111111111111:role/ci',
    ],
  ])('cannot be made in another name by %s', async (_, asked, actor) => {
    admissionAnswers({ kind: 'accepted', promotion: aPromotion(), replayed: false });
    await post(asked);
    expect(admissionWasAsked()).toMatchObject({ actor });
  });

  it.each<[string, Asked, number, string]>([
    ['no key', { headers: {} }, 400, 'IDEMPOTENCY_KEY'],
    ['a malformed key', { headers: { 'idempotency-key': 'a b' } }, 400, 'IDEMPOTENCY_KEY'],
    ['no body', { body: undefined }, 400, 'BODY_REQUIRED'],
    ['a body that is not JSON', { rawBody: '{' }, 400, 'JSON_INVALID'],
    ['an actor in the body', { body: { release: digest, actor: 'bob' } }, 400, 'FIELD_NOT_ALLOWED'],
    [
      'a role in the body',
      { body: { release: digest, roleArn: 'arn:aws:iam::333333333333:role/x' } },
      400,
      'FIELD_NOT_ALLOWED',
    ],
    ['a URL for a release', { body: { release: 'https://mallory.example/t.yaml' } }, 400, 'BODY_INVALID'],
    ['no environments', { body: { release: digest, environments: [] } }, 400, 'BODY_INVALID'],
  ])('with %s is refused before admission is asked', async (_, asked, status, code) => {
    const answer = await post(asked);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(lambda.calls()).toEqual([]);
  });

  it('names the place of what is wrong in the body', async () => {
    const { body } = await post({ body: { release: digest, environments: ['Production'] } });
    expect(body['detail']).toMatch(/\/environments\/0 lower-case letters/);
  });

  it.each([
    ['IDEMPOTENCY_CONFLICT', 422, problem('IDEMPOTENCY_CONFLICT', { earlier: `promotion ${promotionId}` })],
    ['RELEASE_UNKNOWN', 404, problem('RELEASE_UNKNOWN', { release: 'x' })],
  ])('that admission refuses is answered with its problem: %s', async (code, status, refused) => {
    admissionAnswers({ kind: 'refused', problem: refused });
    expect(await post()).toMatchObject({ status, body: { code, detail: refused.cause, next: refused.next } });
  });

  it('is answered as a broken service when admission does not answer', async () => {
    lambda.on(InvokeCommand).rejects(awsError('ServiceException', 'x', 500));
    expect(await post()).toMatchObject({ status: 503, body: { code: 'AWS_BUSY' } });
  });
});

describe('taking up a promotion', () => {
  const stopped = async () =>
    recordPromotion(ledger, aPromotion({ status: 'failed', release: await release(), settledAt: monday }));
  const newer = {
    ...{ pipeline: 'orders', environment: 'production', target: 'production', release: digestOf('newer') },
    ...{ releaseId: 'orders-newer', promotion: otherPromotionId, since: '2026-01-06T09:00:00.000Z' },
  };
  const retry = (body: object, id = promotionId) =>
    ask(`POST /v1/promotions/${id}/retries`, { body, headers: { 'idempotency-key': 'key-1' } });

  it('may skip resources of the stacks of its release, and of no other', async () => {
    await stopped();
    admissionAnswers({ kind: 'accepted', promotion: aPromotion({ retryOf: promotionId }), replayed: false });
    expect(await retry({ recovery: { skip: { api: ['Queue'] } } })).toMatchObject({ status: 202 });
    const refused = await retry({ recovery: { skip: { nonsense: ['Queue'] } } });
    expect(refused).toMatchObject({ status: 400, body: { code: 'BODY_INVALID' } });
    expect(refused.body['detail']).toContain('/recovery/skip names nonsense, but the stacks of the release are ');
  });

  it('again with the same key answers what it was, whatever came since; for anything else the key is taken', async () => {
    await stopped();
    const recovery = { skip: { api: ['Queue'] } };
    const key = { actor: 'alice', idempotencyKey: 'key-1' };
    const before = aPromotion({ id: promotionIdOf(key), retryOf: promotionId, recovery, status: 'running' });
    await recordPromotion(ledger, before);
    await recordRunning(ledger, newer);
    const again = await retry({ recovery });
    expect(again).toMatchObject({
      status: 202,
      headers: { 'idempotency-replayed': 'true', location: `/v1/promotions/${before.id}` },
    });
    expect(again.body).toEqual(before);
    for (const [body, of] of [
      [{}, promotionId],
      [{ recovery: { skip: { api: ['Topic'] } } }, promotionId],
      [{ recovery }, otherPromotionId],
    ] as const)
      expect(await retry(body, of)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_CONFLICT' } });
    expect(lambda.calls()).toEqual([]);
  });

  it('is refused where another release arrived since', async () => {
    await stopped();
    await recordRunning(ledger, newer);
    expect(await retry({})).toMatchObject({ status: 409, body: { code: 'RETRY_SUPERSEDED' } });
  });
});

describe('looking at promotions', () => {
  it('lists those of a pipeline, newest first', async () => {
    for (const [id, hour] of [
      [promotionId, '08'],
      [otherPromotionId, '10'],
    ] as const) {
      const promotion = aPromotion({ id, requestedAt: `2026-01-05T${hour}:00:00.000Z` });
      await recordPromotion(ledger, promotion);
      await recordStarted(ledger, promotion, 'arn:execution');
    }
    const { body } = await ask('GET /v1/promotions', { query: 'pipeline=orders' });
    expect((body['items'] as { id: string }[]).map(({ id }) => id)).toEqual([otherPromotionId, promotionId]);
    for (const query of ['', 'pipeline=', 'pipeline=Orders', `pipeline=${'x'.repeat(3000)}`])
      expect(await ask('GET /v1/promotions', { query })).toMatchObject({
        status: 400,
        body: { code: 'QUERY_INVALID' },
      });
    expect(await ask('GET /v1/promotions', { query: 'pipeline=other' })).toMatchObject({
      status: 404,
      body: { code: 'PIPELINE_UNKNOWN' },
    });
  });

  it('shows one with its rollouts and deployments', async () => {
    await recordPromotion(ledger, aPromotion());
    await recordRollout(ledger, aRollout());
    await recordDeployment(ledger, aDeployment());
    expect(await ask(`GET /v1/promotions/${promotionId}`)).toMatchObject({
      status: 200,
      body: { promotion: aPromotion(), rollouts: [aRollout()], deployments: [aDeployment()] },
    });
  });

  it('shows the plan that a rollout is bound to', async () => {
    await recordPromotion(ledger, aPromotion());
    await recordRollout(ledger, aRollout());
    const digest = await putDocument(documents, 'plans', { schemaVersion: 1 });
    await recordPlan(ledger, aRollout(), { digest, policyDigest: digestOf('policies'), cleared: true });
    expect(await ask(`GET /v1/promotions/${promotionId}/plans/production`)).toMatchObject({
      status: 200,
      body: { digest, plan: { schemaVersion: 1 } },
    });
    expect(await ask(`GET /v1/promotions/${promotionId}/plans/pre-production`)).toMatchObject({ status: 404 });
  });

  it('shows the plan of an earlier round of the same rollout, and of no other', async () => {
    await recordPromotion(ledger, aPromotion());
    await recordRollout(ledger, aRollout());
    const [earlier, newest, foreign] = await Promise.all(
      ['earlier', 'newest', 'foreign'].map((text) => putDocument(documents, 'plans', { text })),
    );
    const round = { promotion: promotionId, environment: 'production', decision: 'go', at: monday } as const;
    await recordRound(ledger, { ...round, round: 1, digest: `${earlier}` });
    await recordRound(ledger, { ...round, round: 2, digest: `${newest}` });
    await recordPlan(ledger, aRollout(), { digest: `${newest}`, policyDigest: digestOf('policies'), cleared: true });
    const route = `GET /v1/promotions/${promotionId}/plans/production`;
    const planOf = async (digest: string | undefined) => (await ask(route, { query: `digest=${digest}` })).body['plan'];
    expect([await planOf(earlier), await planOf(newest)]).toEqual([{ text: 'earlier' }, { text: 'newest' }]);
    expect(await ask(route, { query: `digest=${foreign}` })).toMatchObject({ status: 404 });
    const { body } = await ask(`GET /v1/promotions/${promotionId}`);
    expect(body['rounds']).toMatchObject([
      { round: 1, digest: earlier },
      { round: 2, digest: newest },
    ]);
  });

  it.each([`GET /v1/promotions/${otherPromotionId}`, `GET /v1/promotions/${otherPromotionId}/plans/production`])(
    '%s is not there',
    async (route) => {
      expect(await ask(route)).toMatchObject({ status: 404, body: { code: 'PROMOTION_UNKNOWN' } });
    },
  );

  it('shows what is where', async () => {
    const running = {
      pipeline: 'orders',
      environment: 'production',
      target: 'production',
      release: digestOf('release'),
      releaseId: 'orders-1',
      promotion: promotionId,
      since: monday,
    };
    await recordRunning(ledger, running);
    expect(await ask('GET /v1/environments', { query: 'pipeline=orders' })).toMatchObject({
      body: { items: [running] },
    });
    expect(await ask('GET /v1/environments')).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } });
  });
});

describe('making a release', () => {
  const code = anArtifact('assets', 'code');
  const manifest = aRelease({ assets: [code] });
  const digest = releaseDigest(manifest);
  const checksumOf = (of: string) => Buffer.from(hexOf(of), 'hex').toString('base64');
  const bucketHas = (...artifacts: { key: string; digest: string }[]) => {
    s3.on(HeadObjectCommand).rejects(awsError('NotFound', 'x', 404));
    for (const { key, digest: content } of artifacts)
      s3.on(HeadObjectCommand, { Key: key }).resolves({ ChecksumSHA256: checksumOf(content) });
  };

  it('gives an address for each file that is missing, and records nothing', async () => {
    bucketHas(code);
    const { status, body } = await ask('POST /v1/releases', { body: manifest });
    expect({ status, ...body }).toMatchObject({ status: 200, id: releaseId(manifest), digest });
    expect((body['uploads'] as { key: string; region: string }[]).map(({ key, region }) => [key, region])).toEqual([
      [manifest.stacks[0]!.template.key, 'eu-west-1'],
    ]);
    expect(s3).not.toHaveReceivedCommand(PutObjectCommand);
    expect(await findReleaseDigest(ledger, releaseId(manifest))).toBeUndefined();
  });

  it('is completed once every file is there, under the name of its digest', async () => {
    bucketHas(code, manifest.stacks[0]!.template);
    const answer = await ask('POST /v1/releases/completions', { body: manifest });
    expect(answer).toMatchObject({ status: 201, body: { id: releaseId(manifest), digest } });
    expect(answer.headers).toMatchObject({ location: `/v1/releases/${digest}` });
    expect(found.objects.get(`releases/${hexOf(digest)}.json`)).toBe(canonicalJson(manifest));
    expect(await findReleaseDigest(ledger, releaseId(manifest))).toBe(digest);
    const provenance = { commit: 'a'.repeat(40) };
    const again = await ask('POST /v1/releases/completions', { body: { ...manifest, provenance } });
    expect(again).toMatchObject({ status: 201, body: { digest } });
    expect(await ask(`GET /v1/releases/${digest}`)).toMatchObject({ status: 200, body: { ...manifest, digest } });
  });

  it.each<[string, { key: string; digest: string }[]]>([
    ['is missing', [code]],
    ['has other bytes', [code, { key: manifest.stacks[0]!.template.key, digest: digestOf('other') }]],
  ])('is not completed while a file %s', async (_, there) => {
    bucketHas(...there);
    const answer = await ask('POST /v1/releases/completions', { body: manifest });
    expect(answer).toMatchObject({ status: 409, body: { code: 'RELEASE_INCOMPLETE' } });
    expect(answer.body['detail']).toContain(`${manifest.stacks[0]!.template.key} in eu-west-1`);
    expect(found.objects.size).toBe(0);
    expect(await findReleaseDigest(ledger, releaseId(manifest))).toBeUndefined();
  });

  it('refuses a manifest that says more than it may', async () => {
    const wrong = { ...manifest, provenance: { commit: 'main' } };
    expect(await ask('POST /v1/releases/completions', { body: wrong })).toMatchObject({ status: 400 });
    const body = { ...manifest, roleArn: 'arn:aws:iam::333333333333:role/admin' };
    for (const route of ['POST /v1/releases', 'POST /v1/releases/completions'])
      expect(await ask(route, { body })).toMatchObject({ status: 400, body: { code: 'FIELD_NOT_ALLOWED' } });
    expect(s3.calls()).toEqual([]);
  });

  it('that was never completed is not there', async () => {
    await release();
    expect(await ask(`GET /v1/releases/${digest}`)).toMatchObject({ status: 404, body: { code: 'RELEASE_UNKNOWN' } });
  });
});

describe('every problem', () => {
  it('is a document of application/problem+json with cause, place and next step', async () => {
    const answer = await ask('DELETE /v1/nothing');
    expect(answer.status).toBe(404);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json' });
    const { cause, next } = problem('ROUTE_UNKNOWN', { method: 'DELETE', path: '/v1/nothing' });
    expect(answer.body).toEqual({
      type: 'about:blank',
      title: 'ROUTE_UNKNOWN',
      status: 404,
      detail: cause,
      code: 'ROUTE_UNKNOWN',
      next,
      place: {},
      instance: '/v1/nothing',
    });
  });

  it.each(['GET /', 'GET /v2/promotions', 'POST /v1/environment'])('%s is nothing we have', async (route) => {
    expect(await ask(route)).toMatchObject({ status: 404, body: { code: 'ROUTE_UNKNOWN' } });
  });

  it('of a defect tells nothing of it to who asked, and everything to the log', async () => {
    s3.on(HeadObjectCommand).callsFake(() => {
      throw new TypeError('CANARY of a defect');
    });
    const answer = await ask('POST /v1/releases', { body: aRelease() });
    expect(answer).toMatchObject({
      status: 500,
      body: { code: 'INTERNAL', detail: expect.stringContaining('request r-1'), next: expect.stringContaining('r-1') },
    });
    expect(JSON.stringify(answer)).not.toContain('CANARY');
    expect(found.log.lines()).toContainEqual(
      expect.objectContaining({
        message: 'request broke',
        ...{ request: 'r-1', actor: 'alice', route: 'POST /v1/releases' },
        error: expect.objectContaining({ message: 'CANARY of a defect' }),
      }),
    );
  });

  it('that AWS made tells who asked nothing of what AWS said, and the log everything', async () => {
    const said =
      'User: arn:aws:sts::111111111111:assumed-role/drawbridge-api/x is not authorized to perform: s3:GetObject';
    s3.on(HeadObjectCommand).rejects(awsError('AccessDenied', said, 403));
    const answer = await ask('POST /v1/releases', { body: aRelease() });
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer)).not.toContain('arn:');
    expect(found.log.lines()).toContainEqual(
      expect.objectContaining({ message: said, code: 'ACCESS_DENIED', request: 'r-1', route: 'POST /v1/releases' }),
    );
  });

  it('that another function of ours made tells nothing of it either', async () => {
    lambda.on(InvokeCommand).resolves({
      FunctionError: 'Unhandled',
      Payload: { transformToString: () => JSON.stringify({ errorMessage: 'table arn:aws:dynamodb:secret' }) } as never,
    });
    const body = { release: digestOf('release') };
    const answer = await ask('POST /v1/promotions', { body, headers: { 'idempotency-key': 'key-1' } });
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer)).not.toContain('arn:');
    expect(found.log.text()).toContain('table arn:aws:dynamodb:secret');
  });

  it.each([
    ['busy', awsError('SlowDown', 'arn:aws:s3:::artifacts', 503)],
    ['away', awsError('InternalError', 'arn:aws:s3:::artifacts', 500)],
  ])('while AWS is %s says when to ask again', async (_name, error) => {
    s3.on(HeadObjectCommand).rejects(error);
    const answer = await ask('POST /v1/releases', { body: aRelease() });
    expect(answer).toMatchObject({ status: 503, body: { code: 'AWS_BUSY' }, headers: { 'retry-after': '5' } });
    expect(JSON.stringify(answer)).not.toContain('arn:');
  });
});
