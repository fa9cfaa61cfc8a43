/** Deliveries, as the function for them answers: bad ones each with a status and a code, good ones once. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as admission } from '#functions/admission/handler.ts';
import { handler as reconcile } from '#functions/reconcile/handler.ts';
import { recordDelivery } from '#shared/aws/ledger/deliveries.ts';
import { applyWebhook } from '#shared/aws/ledger/webhooks.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { bodyDigestOf } from '#shared/domain/webhook/records.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import { aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import {
  aDeployment,
  aGitLabWebhook,
  aPipelineEvent,
  aPromotionEvent,
  aStandardWebhook,
  aWebhook,
  deliveryGuid,
  gitHubHeaders,
  gitHubSecret,
  gitHubSignature,
  mondaySeconds,
  releaseDigest,
  signingSecret,
  standardHeaders,
} from '#test/domain/webhook/webhook-builders.ts';
import { awsError, lambda, secretsManager, stepFunctions } from '../aws/fake-aws.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { deliver } from './delivery-call.ts';
import { context, deployment } from './deployment.ts';

const { ledger, item, found, release } = deployment();
const day = 24 * 3_600_000;
const flips = 1_500;
const flipSeed = 20_260_105;
const at = mondaySeconds * 1000;

/** A stored secret is its value, or its value and when it was created. */
function secretsAre(current: string | Error, previous?: string, rotatedAt = 0): void {
  const SecretId = 'drawbridge/webhooks/orders-ci';
  const on = (VersionStage: string) => secretsManager.on(GetSecretValueCommand, { SecretId, VersionStage });
  if (current instanceof Error) on('AWSCURRENT').rejects(current);
  else on('AWSCURRENT').resolves({ SecretString: current, CreatedDate: new Date(rotatedAt) });
  if (previous === undefined) on('AWSPREVIOUS').rejects(awsError('ResourceNotFoundException'));
  else on('AWSPREVIOUS').resolves({ SecretString: previous, CreatedDate: new Date(0) });
}

function admissionAnswers(answer: unknown): void {
  lambda.on(InvokeCommand).resolves({ Payload: { transformToString: () => JSON.stringify(answer) } as never });
}

const accepted = (change: Partial<Promotion> = {}) => ({
  kind: 'accepted',
  promotion: aPromotion(change),
  replayed: false,
});
const asked = () =>
  lambda.commandCalls(InvokeCommand).map(({ args }) => JSON.parse(String(args[0].input.Payload)) as object);
const apply = (webhook: Webhook, seen = 0) =>
  applyWebhook(ledger, { name: webhook.metadata.name, webhook, seen, by: 'carol', at: monday });
const remove = (name: string, seen: number) =>
  applyWebhook(ledger, { name, webhook: undefined, seen, by: 'carol', at: monday });
const signed = (event: unknown, headers: Record<string, string | undefined> = {}) => {
  const body = JSON.stringify(event);
  return { body, headers: { ...gitHubHeaders(body), ...headers } };
};

/** The admission function itself behind the call to it: a release to ask for, and the executions that are started. */
async function realAdmission() {
  const starts: unknown[] = [];
  stepFunctions.on(StartExecutionCommand).callsFake(({ name }: { name: string }) => {
    starts.push(name);
    return { executionArn: `arn:aws:states:eu-west-1:111111111111:execution:drawbridge-promotion:${name}` };
  });
  lambda.on(InvokeCommand).callsFake(askAdmission);
  return { digest: await release(), starts };
}

async function askAdmission({ Payload }: { Payload: string }) {
  const answer = await admission(JSON.parse(Payload), context);
  return { Payload: { transformToString: () => JSON.stringify(answer) } };
}

/** A pass of reconcile, so many seconds after the deliveries came. */
async function reconcileAt(seconds: number) {
  vi.useFakeTimers({ toFake: ['Date'], now: at + seconds * 1000 });
  try {
    return await reconcile({}, context);
  } finally {
    vi.useRealTimers();
  }
}

beforeEach(() => {
  secretsAre(gitHubSecret);
  admissionAnswers(accepted());
});

describe("GitHub's deliveries", () => {
  beforeEach(async () => void (await apply(aWebhook({ environments: ['pre-production'] }))));

  it('that ask for a promotion are handed to admission and answered with it', async () => {
    const sent = signed(aDeployment());
    expect(await deliver(sent)).toMatchObject({
      status: 202,
      headers: { Location: `/v1/promotions/${promotionId}` },
      body: { id: promotionId },
    });
    expect(lambda).toHaveReceivedCommandWith(InvokeCommand, { FunctionName: 'drawbridge-admission' });
    expect(asked()).toEqual([
      {
        request: { release: releaseDigest, environments: ['pre-production'] },
        pipeline: 'orders',
        actor: 'webhook:orders-ci',
        idempotencyKey: bodyDigestOf(Buffer.from(sent.body)),
        trigger: { kind: 'webhook', source: 'orders-ci' },
        at: monday,
      },
    ]);
  });

  it('hand on the commit of a deployment, or of a dispatch that names one', async () => {
    const commit = 'c'.repeat(40);
    await deliver(signed(aDeployment({}, { sha: commit })));
    const dispatch = { ...aDeployment(), deployment: undefined, action: 'drawbridge', branch: 'main' };
    const payload = { release: releaseDigest };
    await deliver(
      signed(
        { ...dispatch, client_payload: { ...payload, commit } },
        { 'x-github-event': 'repository_dispatch', 'x-github-delivery': 'd-2' },
      ),
    );
    await deliver(
      signed(
        { ...dispatch, client_payload: { ...payload, commit: 'main' } },
        { 'x-github-event': 'repository_dispatch', 'x-github-delivery': 'd-3' },
      ),
    );
    const trigger = { kind: 'webhook', source: 'orders-ci' };
    expect(asked()).toMatchObject([
      { trigger: { ...trigger, commit } },
      { trigger: { ...trigger, commit } },
      { trigger },
    ]);
    expect(asked()[2]).toEqual(expect.objectContaining({ trigger }));
  });

  it('are taken as the bytes they are, in base64 too', async () => {
    const { body, headers } = signed(aDeployment());
    const encoded = Buffer.from(body).toString('base64');
    expect(await deliver({ body: encoded, headers, isBase64Encoded: true })).toMatchObject({ status: 202 });
    const rewritten = JSON.stringify(JSON.parse(body), undefined, 1);
    expect(await deliver({ body: rewritten, headers })).toMatchObject({
      status: 401,
      body: { code: 'SIGNATURE_MISMATCH' },
    });
  });

  it('are recorded before anything is asked for, without what they were proven by', async () => {
    const sent = signed(aDeployment());
    const sk = `BODY#${bodyDigestOf(Buffer.from(sent.body))}`;
    const seen: unknown[] = [];
    lambda.on(InvokeCommand).callsFake(async () => {
      seen.push(await item('WEBHOOK#orders-ci', sk));
      return { Payload: { transformToString: () => JSON.stringify(accepted()) } };
    });
    await deliver(sent);
    const record = { webhook: 'orders-ci', version: 1, id: deliveryGuid, release: releaseDigest, at: monday };
    const body = sk.slice('BODY#'.length);
    const listed = { gsi1pk: 'DELIVERIES', gsi1sk: `${monday}#orders-ci#${body}` };
    expect(seen).toEqual([{ pk: 'WEBHOOK#orders-ci', sk, ...listed, ...record, body }]);
    expect(await item('WEBHOOK#orders-ci', sk)).not.toHaveProperty('gsi1pk');
    expect(await item('WEBHOOK#orders-ci', sk)).toMatchObject({ ...record, answer: { id: promotionId } });
    expect(JSON.stringify(await item('WEBHOOK#orders-ci', sk))).not.toContain(gitHubSignature(sent.body).slice(7));
  });

  it('that are repeated are answered with the first result, and ask for nothing', async () => {
    const sent = signed(aDeployment());
    const first = await deliver(sent);
    admissionAnswers(accepted({ id: otherPromotionId }));
    const again = await deliver({ ...sent, at: at + day });
    expect(again).toMatchObject({ status: 202, headers: { 'Idempotency-Replayed': 'true' } });
    expect(again.body).toEqual(first.body);
    expect(first.headers).not.toHaveProperty('Idempotency-Replayed');
    expect(asked()).toHaveLength(1);
  });

  it('cannot be made new by an id, which is not signed', async () => {
    const first = await deliver(signed(aDeployment()));
    const again = await deliver(signed(aDeployment(), { 'x-github-delivery': 'ffffffff-cc78-11e3-81ab-4c9367dc0958' }));
    expect(again).toMatchObject({ status: 202, headers: { 'Idempotency-Replayed': 'true' }, body: first.body });
    expect(asked()).toHaveLength(1);
  });

  it('with the id of another one are refused', async () => {
    await deliver(signed(aDeployment()));
    const other = signed(aDeployment({}, { id: 2 }));
    expect(await deliver(other)).toMatchObject({ status: 409, body: { code: 'DELIVERY_CONFLICT' } });
    expect(asked()).toHaveLength(1);
  });

  it('at once are one promotion: admission knows them by the body', async () => {
    const sent = signed(aDeployment());
    admissionAnswers({ ...accepted(), replayed: true });
    beforeNextWrite(() => deliver(sent));
    expect(await deliver(sent)).toMatchObject({ status: 202, headers: { 'Idempotency-Replayed': 'true' } });
    expect(new Set(asked().map((request) => JSON.stringify(request))).size).toBe(1);
  });

  it('fifty times at once are one promotion, started once', async () => {
    const { digest, starts } = await realAdmission();
    const sent = signed(aDeployment({}, { payload: { release: digest } }));
    const answers = await Promise.all(Array.from({ length: 50 }, () => deliver(sent)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const ids = new Set(answers.map(({ body }) => body['id']));
    expect([ids.size, starts]).toEqual([1, [...ids]]);
  });

  it('whose function ended before it had answered are finished when they come again', async () => {
    const sent = signed(aDeployment());
    lambda.on(InvokeCommand).rejectsOnce(awsError('ServiceException', 'arn:aws:lambda:secret', 500));
    const broken = await deliver(sent);
    expect(broken).toMatchObject({ status: 503, body: { code: 'AWS_BUSY' }, headers: { 'retry-after': '5' } });
    expect(JSON.stringify(broken.body)).not.toContain('arn:');
    admissionAnswers({ ...accepted(), replayed: true });
    expect(await deliver({ ...sent, at: at + 60_000 })).toMatchObject({ status: 202, body: { id: promotionId } });
    expect(asked().map((request) => (request as { at: string }).at)).toEqual([monday, monday]);
  });

  it('that nobody answered are taken up by reconcile after a minute, once', async () => {
    const { digest, starts } = await realAdmission();
    const sent = signed(aDeployment({}, { payload: { release: digest } }));
    lambda
      .on(InvokeCommand)
      .rejectsOnce(awsError('ServiceException', 'x', 500))
      .callsFake(askAdmission);
    expect(await deliver(sent)).toMatchObject({ status: 503 });
    expect(await reconcileAt(30)).toMatchObject({ delivered: [] });
    expect(starts).toEqual([]);
    const { delivered } = (await reconcileAt(90)) as unknown as { delivered: string[] };
    expect([delivered.length, starts]).toEqual([1, delivered]);
    expect(await reconcileAt(120)).toMatchObject({ delivered: [] });
    expect(await deliver(sent)).toMatchObject({
      status: 202,
      headers: { 'Idempotency-Replayed': 'true' },
      body: { id: delivered[0] },
    });
  });

  it.each<[string, number, () => Promise<unknown>]>([
    ['an hour ago', 3700, async () => {}],
    ['for a webhook that has changed', 90, () => apply(aWebhook({ refs: ['refs/heads/release'] }), 1)],
    ['for a webhook that was removed', 90, () => remove('orders-ci', 1)],
  ])('that came %s are not taken up', async (_name, seconds, change) => {
    lambda.on(InvokeCommand).rejects(awsError('ServiceException', 'x', 500));
    await deliver(signed(aDeployment()));
    lambda.resetHistory();
    await change();
    for (const later of [0, 60]) expect(await reconcileAt(seconds + later)).toMatchObject({ delivered: [] });
    expect(asked()).toEqual([]);
  });

  it('while admission cannot be asked wait for the next pass, which does all else it has to do', async () => {
    lambda.on(InvokeCommand).rejects(awsError('ServiceException', 'x', 500));
    await deliver(signed(aDeployment()));
    expect(await reconcileAt(90)).toMatchObject({ kind: 'reconciled', delivered: [] });
    admissionAnswers(accepted());
    expect(await reconcileAt(390)).toMatchObject({ delivered: [promotionId] });
  });

  it('that admission refused are not taken up', async () => {
    admissionAnswers({ kind: 'refused', problem: problem('RELEASE_UNKNOWN', { release: releaseDigest }) });
    expect(await deliver(signed(aDeployment()))).toMatchObject({ status: 404 });
    admissionAnswers(accepted());
    expect(await reconcileAt(90)).toMatchObject({ delivered: [] });
  });

  it('that admission refuses are told so, and may be sent again', async () => {
    const sent = signed(aDeployment());
    const refusal = problem('RELEASE_NOT_ALLOWED', { release: releaseDigest, pipeline: 'orders' });
    admissionAnswers({ kind: 'refused', problem: refusal });
    expect(await deliver(sent)).toMatchObject({ status: 403, body: { code: 'RELEASE_NOT_ALLOWED' } });
    admissionAnswers(accepted());
    expect(await deliver(sent)).toMatchObject({ status: 202 });
  });

  it.each<[string, unknown, Record<string, string>]>([
    ['B-29 a ping', { zen: 'Keep it logically awesome.' }, { 'x-github-event': 'ping' }],
    ['B-29 an unknown event', { action: 'created' }, { 'x-github-event': 'star' }],
    ['B-29 the deletion of a branch', { ref: 'main', ref_type: 'branch' }, { 'x-github-event': 'delete' }],
    ['B-29 a tag', { ref: 'refs/tags/v1' }, { 'x-github-event': 'push' }],
    ['B-30 a pull request from a fork', { action: 'opened', pull_request: {} }, { 'x-github-event': 'pull_request' }],
    ['B-33 a ref with a line break', aDeployment({}, { ref: 'refs/heads/main\n' }), {}],
    ['B-33 a bare branch', aDeployment({}, { ref: 'main' }), {}],
    ['B-33 a ref below', aDeployment({}, { ref: 'refs/heads/main/x' }), {}],
  ])('about %s are ignored, and say why', async (_, event, headers) => {
    expect(await deliver(signed(event, headers))).toMatchObject({
      status: 200,
      body: { code: 'IGNORED', reason: expect.stringMatching(/\w+ \w+/) },
    });
    expect(asked()).toEqual([]);
  });

  const good = signed(aDeployment());
  const withHeaders = (headers: Record<string, string | undefined>) => ({
    ...good,
    headers: { ...good.headers, ...headers },
  });
  it.each<[string, Parameters<typeof deliver>[0], number, string]>([
    ['B-23 without a signature', withHeaders({ 'x-hub-signature-256': undefined }), 401, 'SIGNATURE_MISSING'],
    [
      'B-23 with the old one',
      withHeaders({ 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=0' }),
      401,
      'SIGNATURE_ALGORITHM',
    ],
    [
      'B-24 with 63 digits',
      withHeaders({ 'x-hub-signature-256': `sha256=${'a'.repeat(63)}` }),
      401,
      'SIGNATURE_MISMATCH',
    ],
    [
      'B-24 with 65 digits',
      withHeaders({ 'x-hub-signature-256': `sha256=${'a'.repeat(65)}` }),
      401,
      'SIGNATURE_MISMATCH',
    ],
    [
      'B-24 with letters',
      withHeaders({ 'x-hub-signature-256': `sha256=${'x'.repeat(64)}` }),
      401,
      'SIGNATURE_MISMATCH',
    ],
    ['B-25 with one byte changed', { ...good, body: good.body.replace('main', 'mail') }, 401, 'SIGNATURE_MISMATCH'],
    [
      'B-26 with two signatures',
      withHeaders({ 'x-hub-signature-256': `${gitHubSignature('')},${gitHubSignature('')}` }),
      400,
      'DUPLICATE_HEADER',
    ],
    ['B-28 with an id of 1 KB', withHeaders({ 'x-github-delivery': 'a'.repeat(1024) }), 400, 'DELIVERY_ID'],
    [
      'B-31 of a repository with another number',
      signed(aDeployment({ repository: { id: 7, full_name: 'acme/orders' } })),
      403,
      'REPO_NOT_ALLOWED',
    ],
    [
      'B-31 of a repository with another name',
      signed(aDeployment({ repository: { id: 424242, full_name: 'acme/other' } })),
      403,
      'REPO_NOT_ALLOWED',
    ],
    ['B-34 as a form', withHeaders({ 'content-type': 'application/x-www-form-urlencoded' }), 415, 'WEBHOOK_MEDIA_TYPE'],
    ['B-34 of a source that there is not', { ...good, source: 'others-ci' }, 404, 'WEBHOOK_UNKNOWN'],
    ['B-34 of a name longer than any', { ...good, source: 'x'.repeat(1100) }, 404, 'WEBHOOK_UNKNOWN'],
    ['B-34 of one much longer', { ...good, source: 'x'.repeat(3000) }, 404, 'WEBHOOK_UNKNOWN'],
    ['B-34 of no name at all', { ...good, source: '../orders-ci' }, 404, 'WEBHOOK_UNKNOWN'],
    ['B-06 with more than 1 MiB', { ...good, body: 'x'.repeat(1_048_577) }, 413, 'WEBHOOK_TOO_LARGE'],
    ['B-19 with bad base64', { ...good, body: '!', isBase64Encoded: true }, 400, 'WEBHOOK_BODY'],
    ['that are signed and no JSON', { body: '{', headers: gitHubHeaders('{') }, 400, 'WEBHOOK_BODY'],
    ['that are signed and empty', { headers: gitHubHeaders('') }, 400, 'WEBHOOK_BODY'],
    [
      'deep as a well',
      {
        body: '['.repeat(100_000) + ']'.repeat(100_000),
        headers: gitHubHeaders('['.repeat(100_000) + ']'.repeat(100_000)),
      },
      200,
      'IGNORED',
    ],
  ])('%s', async (_, sent, status, code) => {
    const answer = await deliver(sent);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(JSON.stringify(answer)).not.toContain(gitHubSecret);
    expect(asked()).toEqual([]);
  });

  it('B-32 of an actor whose number contains a trusted one are refused', async () => {
    await applyWebhook(ledger, {
      name: 'orders-ci',
      webhook: aWebhook({ actors: [8323] }),
      seen: 1,
      by: 'carol',
      at: monday,
    });
    expect(await deliver(signed(aDeployment()))).toMatchObject({ status: 403, body: { code: 'ACTOR_NOT_ALLOWED' } });
  });

  it(`with any bit flipped are refused, each time with 401 (${flips} flips, seed ${flipSeed})`, async () => {
    const body = Buffer.from(signed(aDeployment()).body);
    const headers = gitHubHeaders(body);
    let state = flipSeed;
    const outcomes = new Map<number, number>();
    for (let round = 0; round < flips; round += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const bit = state % (body.length * 8);
      const flipped = Buffer.from(body);
      flipped[bit >> 3] = flipped[bit >> 3]! ^ (1 << (bit & 7));
      const sent = { body: flipped.toString('base64'), headers, isBase64Encoded: true };
      const { status } = await deliver(sent);
      outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
    }
    expect([...outcomes]).toEqual([[401, flips]]);
    expect(asked()).toEqual([]);
  });
});

describe('Standard Webhooks deliveries', () => {
  beforeEach(async () => {
    secretsAre(signingSecret);
    await apply(aStandardWebhook());
  });
  const body = JSON.stringify(aPromotionEvent());

  it('are accepted for five minutes, and their repetitions for ever after under a new time', async () => {
    expect(await deliver({ body, headers: standardHeaders(body) })).toMatchObject({ status: 202 });
    const late = { body, headers: standardHeaders(body), at: at + 301_000 };
    expect(await deliver(late)).toMatchObject({ status: 401, body: { code: 'TIMESTAMP' } });
    const again = { body, headers: standardHeaders(body, { timestamp: mondaySeconds + 301 }), at: at + 301_000 };
    expect(await deliver(again)).toMatchObject({ status: 202, headers: { 'Idempotency-Replayed': 'true' } });
    expect(asked()).toHaveLength(1);
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['B-27 six minutes old', standardHeaders(body, { timestamp: mondaySeconds - 360 }), 401, 'TIMESTAMP'],
    ['B-27 from the future', standardHeaders(body, { timestamp: mondaySeconds + 360 }), 401, 'TIMESTAMP'],
    ['B-27 with a time and more', { ...standardHeaders(body), 'webhook-timestamp': '1674087231abc' }, 401, 'TIMESTAMP'],
    ['B-27 with 1e9', { ...standardHeaders(body), 'webhook-timestamp': '1e9' }, 401, 'TIMESTAMP'],
    ['B-28 with an id with a dot', standardHeaders(body, { id: 'msg.1' }), 400, 'DELIVERY_ID'],
  ])('%s', async (_, headers, status, code) => {
    const answer = await deliver({ body, headers });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });
});

describe("GitLab's deliveries", () => {
  const body = JSON.stringify(aPipelineEvent());

  it('ask for a promotion when a pipeline has succeeded', async () => {
    secretsAre(signingSecret);
    await apply(aGitLabWebhook());
    expect(await deliver({ body, headers: standardHeaders(body) })).toMatchObject({ status: 202 });
    expect(asked()).toMatchObject([{ request: { release: releaseDigest }, actor: 'webhook:orders-ci' }]);
  });

  it('with the old token count only where the webhook says so', async () => {
    const token = 'a-token-of-thirty-two-characters';
    secretsAre(token);
    const headers = { 'content-type': 'application/json', 'x-gitlab-token': token, 'idempotency-key': deliveryGuid };
    await apply(aGitLabWebhook());
    expect(await deliver({ body, headers })).toMatchObject({ status: 401, body: { code: 'SIGNATURE_MISSING' } });
    await applyWebhook(ledger, {
      name: 'orders-ci',
      webhook: aGitLabWebhook({ legacyToken: true }),
      seen: 1,
      by: 'carol',
      at: monday,
    });
    expect(await deliver({ body, headers })).toMatchObject({ status: 202 });
    const madeUp = { ...headers, ...standardHeaders(body) };
    expect(await deliver({ body, headers: madeUp })).toMatchObject({
      status: 401,
      body: { code: 'SIGNATURE_MISMATCH' },
    });
  });
});

describe('the secret', () => {
  beforeEach(async () => void (await apply(aWebhook())));
  const status = async (secret: string, seconds = 0) => {
    const body = JSON.stringify(aDeployment());
    return (await deliver({ body, headers: gitHubHeaders(body, secret), at: at + seconds * 1000 })).status;
  };
  const newSecret = 'the secret after the rotation';

  it('is read by the name of the webhook, and not for what is no signature', async () => {
    await deliver({ ...signed(aDeployment()), headers: { 'content-type': 'application/json' } });
    expect(secretsManager).not.toHaveReceivedCommand(GetSecretValueCommand);
    await deliver(signed(aDeployment()));
    expect(secretsManager).toHaveReceivedCommandWith(GetSecretValueCommand, {
      SecretId: 'drawbridge/webhooks/orders-ci',
      VersionStage: 'AWSCURRENT',
    });
  });

  it('before the rotation counts for a day, beside the new one', async () => {
    secretsAre(newSecret, gitHubSecret, at);
    expect([await status(newSecret), await status(gitHubSecret)]).toEqual([202, 202]);
    expect([await status(newSecret, 86_400), await status(gitHubSecret, 86_400)]).toEqual([202, 202]);
    expect([await status(newSecret, 86_401), await status(gitHubSecret, 86_401)]).toEqual([202, 401]);
  });

  it('is known for five minutes, and read again after that', async () => {
    expect(await status(gitHubSecret)).toBe(202);
    secretsAre(newSecret);
    expect([await status(gitHubSecret, 299), await status(newSecret, 299)]).toEqual([202, 401]);
    expect([await status(gitHubSecret, 300), await status(newSecret, 300)]).toEqual([401, 202]);
    expect(secretsManager.commandCalls(GetSecretValueCommand)).toHaveLength(4);
  });

  it.each<[string, () => void]>([
    ['cannot be read', () => secretsAre(awsError('AccessDeniedException', 'no'))],
    ['is not there', () => secretsAre(awsError('ResourceNotFoundException'))],
    ['is too short', () => secretsAre('short')],
    ['is binary', () => secretsAre('')],
    [
      'before cannot be read',
      () => {
        secretsAre(gitHubSecret);
        secretsManager
          .on(GetSecretValueCommand, { SecretId: 'drawbridge/webhooks/orders-ci', VersionStage: 'AWSPREVIOUS' })
          .rejects(awsError('InternalServiceError', 'x', 500));
      },
    ],
  ])('that %s lets nothing through: 503', async (_, given) => {
    given();
    expect(await deliver(signed(aDeployment()))).toMatchObject({ status: 503, body: { code: 'WEBHOOK_SECRET' } });
    expect(asked()).toEqual([]);
    expect(found.log.text()).not.toContain(gitHubSecret);
  });

  it('that could not be read is read again at once', async () => {
    secretsAre(awsError('InternalServiceError', 'x', 500));
    expect(await status(gitHubSecret)).toBe(503);
    secretsAre(gitHubSecret);
    expect(await status(gitHubSecret, 1)).toBe(202);
  });
});

describe('a delivery in the ledger', () => {
  const delivery = {
    ...{ webhook: 'orders-ci', version: 1, release: releaseDigest, at: monday },
    id: 'one',
    body: bodyDigestOf(Buffer.from('{}')),
  };

  it('is open until it is answered', async () => {
    expect(await recordDelivery(ledger, delivery)).toEqual({ kind: 'open', delivery });
    expect(await recordDelivery(ledger, { ...delivery, id: 'two', at: '2026-01-05T10:00:00.000Z' })).toEqual({
      kind: 'open',
      delivery,
    });
    expect(await recordDelivery(ledger, { ...delivery, body: bodyDigestOf(Buffer.from('[]')) })).toEqual({
      kind: 'conflict',
    });
  });
});
