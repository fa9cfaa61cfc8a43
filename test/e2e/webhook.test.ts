/** Webhooks over the wire: who holds the secret starts a promotion, and nobody else does; the walk-through of the documentation among them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPromotions } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { deleteWebhook, listWebhooks, putWebhook } from '#cli/client/webhooks.ts';
import { heldWebhookSecrets, holdWebhooks } from '#cli/rehearsal/set-up-webhooks.ts';
import { sharedServicesAccount as home } from '#sandbox/organization.ts';
import { callApi } from '#shared/aws/api.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import { leaksIn } from '#test/canary/watch.ts';
import { codeBlocks, pageAt } from '#test/docs/pages.ts';
import {
  aDeployment,
  aGitLabWebhook,
  aPipelineEvent,
  aStandardWebhook,
  aWebhook,
  gitHubHeaders,
  gitHubSecret,
  signingKey,
  signingSecret,
  standardHeaders,
} from '#test/domain/webhook/webhook-builders.ts';
import { clientsAs, ledgerOf, person } from './clients.ts';
import { calls } from './faults.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { ended, smallRelease } from './small-release.ts';

let rehearsal: Rehearsal;
let release = '';
const secrets = () => clientsAs(rehearsal, person(rehearsal, 'carol')).secrets;
const named = (name: string, webhook: Webhook): Webhook => ({ ...webhook, metadata: { name }, pipeline: 'small' });

beforeAll(async () => {
  rehearsal = await openRehearsal();
  release = (await publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline: 'small' }))).digest;
  const carol = rehearsal.apiAs('carol');
  const kept: [Webhook, string][] = [
    [named('github-ci', aWebhook()), gitHubSecret],
    [named('gitlab-ci', aGitLabWebhook()), signingSecret],
    [named('any-ci', aStandardWebhook()), signingSecret],
  ];
  for (const [webhook, SecretString] of kept) {
    await putWebhook(carol, webhook, 0);
    const Name = `drawbridge/webhooks/${webhook.metadata.name}`;
    await secrets().send(new CreateSecretCommand({ Name, SecretString }));
  }
}, 180_000);
afterAll(() => rehearsal.close());

/** A delivery as it comes from outside: over the wire, without an identity at AWS. */
async function deliver(source: string, body: string | Uint8Array, headers: Record<string, string>) {
  const url = `${rehearsal.apiAs('alice').endpoint}/v1/webhooks/${source}`;
  const response = await fetch(url, { method: 'POST', body: Buffer.from(body), headers });
  const answer = (await response.json()) as Promotion & { code?: string; reason?: string };
  return { status: response.status, code: answer.code, replayed: response.headers.get('idempotency-replayed'), answer };
}

/** What GitHub sends for a deployment of our release. */
function deploymentOf(
  id: number,
  change: Record<string, unknown> = {},
): { body: string; headers: Record<string, string> } {
  const body = JSON.stringify(aDeployment(change, { id, payload: { release } }));
  return { body, headers: { ...gitHubHeaders(body), 'x-github-delivery': `delivery-${id}` } };
}

const send = ({ body, headers }: { body: string; headers: Record<string, string> }) =>
  deliver('github-ci', body, headers);
const seconds = () => Math.floor(rehearsal.sandbox.now() / 1000);
const promotions = () => listPromotions(rehearsal.apiAs('alice'), 'small');

describe('a delivery over the wire', () => {
  it('starts a promotion, which ends as any other, and leaves no secret anywhere', async () => {
    const first = await send(deploymentOf(1));
    expect(first).toMatchObject({ status: 202, replayed: null, answer: { pipeline: 'small', status: 'running' } });
    const { promotion } = await ended(rehearsal, first.answer.id);
    expect(promotion).toMatchObject({
      status: 'succeeded',
      requestedBy: 'webhook:github-ci',
      trigger: { kind: 'webhook', source: 'github-ci' },
      release,
    });
    const again = await send(deploymentOf(1));
    expect(again).toMatchObject({ status: 202, replayed: 'true', answer: first.answer });
    expect(await promotions()).toHaveLength(1);
    expect(await leaksIn(rehearsal.sandbox, rehearsal.sandbox.journal())).toEqual([]);
  });

  it('is one promotion though it comes fifty times at once', async () => {
    const sent = deploymentOf(2);
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(sent)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ answer }) => answer.id)).size).toBe(1);
    expect(await promotions()).toHaveLength(2);
    await ended(rehearsal, answers[0]!.answer.id);
  });

  it('that admission never heard of is taken up by reconcile', async () => {
    rehearsal.strike(...calls('lambda:Invoke', { nths: [2, 3, 4, 5], account: home, when: 'before' }));
    const { status } = await send(deploymentOf(3));
    rehearsal.strike();
    expect(status).toBe(503);
    const before = (await promotions()).map(({ id }) => id);
    await rehearsal.sandbox.advance(400_000);
    const [taken, ...others] = (await promotions()).map(({ id }) => id).filter((id) => !before.includes(id));
    expect([typeof taken, others]).toEqual(['string', []]);
    expect(await send(deploymentOf(3))).toMatchObject({ status: 202, replayed: 'true', answer: { id: taken } });
    await ended(rehearsal, `${taken}`);
  });

  it("is verified by the bytes: those of GitHub's own example, and bytes that are no text", async () => {
    const published = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const hello = { ...gitHubHeaders('Hello, World!'), 'x-hub-signature-256': published };
    expect(await deliver('github-ci', 'Hello, World!', hello)).toMatchObject({ status: 400, code: 'WEBHOOK_BODY' });
    expect(await deliver('github-ci', 'Hello, World?', hello)).toMatchObject({
      status: 401,
      code: 'SIGNATURE_MISMATCH',
    });
    const bytes = Uint8Array.from([0xff, 0xfe, 0x00, 0x7b]);
    expect(await deliver('github-ci', bytes, gitHubHeaders(bytes))).toMatchObject({
      status: 400,
      code: 'WEBHOOK_BODY',
    });
  });

  it('is accepted of GitLab and of anything that signs, each by its own webhook', async () => {
    const pipeline = JSON.stringify(aPipelineEvent({}, { variables: [{ key: 'DRAWBRIDGE_RELEASE', value: release }] }));
    const fromGitLab = standardHeaders(pipeline, { id: 'gl-1', timestamp: seconds() });
    expect(await deliver('any-ci', pipeline, fromGitLab)).toMatchObject({ status: 200, code: 'IGNORED' });
    const accepted = await deliver('gitlab-ci', pipeline, fromGitLab);
    expect(accepted).toMatchObject({ status: 202, answer: { requestedBy: 'webhook:gitlab-ci' } });
    await ended(rehearsal, accepted.answer.id);
  });

  it.each<[string, () => Promise<{ status: number; code?: string | undefined }>, number, string | undefined]>([
    [
      'without a signature',
      () => deliver('github-ci', '{}', { 'content-type': 'application/json' }),
      401,
      'SIGNATURE_MISSING',
    ],
    [
      'with the secret of another webhook',
      () => deliver('github-ci', '{}', gitHubHeaders('{}', signingSecret)),
      401,
      'SIGNATURE_MISMATCH',
    ],
    [
      'with two signatures',
      async () => {
        const { body, headers } = deploymentOf(3);
        const twice = `${headers['x-hub-signature-256']},${headers['x-hub-signature-256']}`;
        return send({ body, headers: { ...headers, 'x-hub-signature-256': twice } });
      },
      400,
      'DUPLICATE_HEADER',
    ],
    ['to no webhook', () => deliver('nobody', '{}', gitHubHeaders('{}')), 404, 'WEBHOOK_UNKNOWN'],
    [
      'of a fork',
      () => send(deploymentOf(4, { repository: { id: 7, full_name: 'mallory/orders' } })),
      403,
      'REPO_NOT_ALLOWED',
    ],
    [
      'for a release that there is not',
      () => {
        const body = JSON.stringify(aDeployment());
        return deliver('github-ci', body, gitHubHeaders(body));
      },
      404,
      'RELEASE_UNKNOWN',
    ],
    [
      'of more than 1 MiB',
      () => deliver('github-ci', 'x'.repeat(1_048_577), gitHubHeaders('')),
      413,
      'WEBHOOK_TOO_LARGE',
    ],
    [
      'as a form',
      () =>
        deliver('github-ci', 'payload=1', {
          ...gitHubHeaders('payload=1'),
          'content-type': 'application/x-www-form-urlencoded',
        }),
      415,
      'WEBHOOK_MEDIA_TYPE',
    ],
  ])('%s starts nothing', async (_, sent, status, code) => {
    const before = await promotions();
    expect(await sent()).toMatchObject({ status, code });
    expect(await promotions()).toEqual(before);
  });

  it('cannot ask for a release of another pipeline', async () => {
    const { digest } = await publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline: 'others' }));
    const body = JSON.stringify(aDeployment({}, { payload: { release: digest } }));
    const headers = { ...gitHubHeaders(body), 'x-github-delivery': 'other-pipeline' };
    expect(await deliver('github-ci', body, headers)).toMatchObject({ status: 403, code: 'RELEASE_NOT_ALLOWED' });
    expect(await listPromotions(rehearsal.apiAs('alice'), 'others')).toEqual([]);
  });

  it('is the only thing that needs no identity', async () => {
    const { endpoint } = rehearsal.apiAs('alice');
    for (const [method, path] of [
      ['GET', '/v1/webhooks/github-ci'],
      ['PUT', '/v1/webhooks/github-ci'],
      ['POST', '/v1/webhooks/github-ci/x'],
      ['POST', '/v1/promotions'],
    ])
      expect((await fetch(`${endpoint}${path}`, { method: method! })).status).toBe(403);
  });
});

describe('the secret of a webhook', () => {
  const ping = (key: Buffer, id: string) => {
    const body = JSON.stringify({ type: 'ping' });
    return deliver('any-ci', body, standardHeaders(body, { id, timestamp: seconds(), key }));
  };

  it('is rotated in Secrets Manager: both count from then on', async () => {
    const key = Buffer.alloc(32, 7);
    expect(await ping(key, 'a')).toMatchObject({ status: 401, code: 'SIGNATURE_MISMATCH' });
    const SecretString = `whsec_${key.toString('base64')}`;
    await secrets().send(new PutSecretValueCommand({ SecretId: 'drawbridge/webhooks/any-ci', SecretString }));
    await rehearsal.sandbox.advance(5 * 60_000);
    expect([(await ping(key, 'b')).status, (await ping(signingKey, 'c')).status]).toEqual([200, 200]);
  });

  it('that is not there lets nobody in', async () => {
    await putWebhook(rehearsal.apiAs('carol'), named('bare-ci', aWebhook()), 0);
    const { body, headers } = deploymentOf(5);
    expect(await deliver('bare-ci', body, headers)).toMatchObject({ status: 503, code: 'WEBHOOK_SECRET' });
  });
});

describe('webhooks are administered', () => {
  it('by those who may, and removed ones are as if they had never been', async () => {
    const carol = rehearsal.apiAs('carol');
    await putWebhook(carol, named('short-lived', aWebhook()), 0);
    const dave = rehearsal.apiAs('dave');
    expect((await listWebhooks(dave)).map(({ webhook }) => webhook.metadata.name)).toContain('short-lived');
    await expect(putWebhook(dave, named('short-lived', aWebhook({ mode: 'plan' })), 1)).rejects.toMatchObject({
      name: 'ACCESS_DENIED',
    });
    await expect(callApi(dave, { method: 'POST', path: '/v1/webhooks/short-lived', body: {} })).rejects.toMatchObject({
      name: 'SIGNATURE_MISSING',
    });
    await deleteWebhook(carol, 'short-lived', 1);
    expect(await deliver('short-lived', '{}', gitHubHeaders('{}'))).toMatchObject({ status: 404 });
  });
});

describe('docs/how-to/start-from-ci.md', () => {
  const blocks = codeBlocks(pageAt('docs/how-to/start-from-ci.md')).filter(({ language }) => language === 'sh');
  const blockWith = (text: string) => blocks.find((block) => block.text.includes(text))?.text ?? '';

  it('signs and sends as it says, word for word, in a sandbox that gave the secret', async () => {
    const { sandbox } = rehearsal;
    await holdWebhooks(sandbox, ledgerOf(rehearsal), {
      wanted: [named('orders-ci', aStandardWebhook())],
      by: 'carol',
    });
    const secret = new Map(heldWebhookSecrets(sandbox)).get('ORDERS_CI');
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const environment = {
      PATH: process.env['PATH'],
      RELEASE: release,
      AWS_ENDPOINT_URL: sandbox.endpoint,
      DRAWBRIDGE_API: rehearsal.apiAs('alice').endpoint,
      DRAWBRIDGE_WEBHOOK_ORDERS_CI: secret,
    };
    const script = ['set -euo pipefail', blockWith('_sandbox/clock'), blockWith('openssl dgst')].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: environment as NodeJS.ProcessEnv });
    const promotion = JSON.parse(stdout) as Promotion;
    expect(promotion).toMatchObject({ requestedBy: 'webhook:orders-ci', release, status: 'running' });
    expect((await ended(rehearsal, promotion.id)).promotion.status).toBe('unchanged');
    expect(await leaksIn(sandbox, sandbox.journal())).toEqual([]);
  });
});
