/** Who sent it: signatures over raw bytes, and everything that is none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pretendToVerify, verdictOn } from '#shared/domain/webhook/claim.ts';
import { sameBytes } from '#shared/domain/webhook/constant-time.ts';
import type { Headers } from '#shared/domain/webhook/delivery.ts';
import { liveSecrets, overlapMilliseconds, secretNameOf } from '#shared/domain/webhook/live-secrets.ts';
import { jsonOf, maxBodyBytes, mediaProblem, rawBodyOf } from '#shared/domain/webhook/raw-body.ts';
import { readClaim } from '#shared/domain/webhook/read-claim.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import {
  aGitLabWebhook,
  aStandardWebhook,
  aWebhook,
  deliveryGuid,
  gitHubHeaders,
  gitHubSecret,
  gitHubSignature,
  mondaySeconds,
  signingKey,
  signingSecret,
  standardHeaders,
  standardSignature,
} from './webhook-builders.ts';

const hello = 'Hello, World!';
const at = mondaySeconds * 1000;

/** The verdict, or the code of the refusal. */
function verify(webhook: Webhook, headers: Headers, { body = hello, secrets = [gitHubSecret] } = {}): string {
  const bytes = Buffer.from(body);
  const read = readClaim(webhook, { headers, body: bytes, at });
  return read.kind === 'refused' ? read.problem.code : verdictOn(read.claim, bytes, secrets);
}

describe("GitHub's signature", () => {
  it('is the one that GitHub publishes for "Hello, World!"', () => {
    const published = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    expect(gitHubSignature(hello)).toBe(published);
    const headers = { 'x-hub-signature-256': published, 'x-github-delivery': deliveryGuid };
    expect(verify(aWebhook(), headers)).toBe('proven');
  });

  const valid = gitHubHeaders(hello);
  const digits = valid['x-hub-signature-256']!.slice('sha256='.length);
  it.each<[string, Headers, string]>([
    ['none', { 'x-hub-signature-256': undefined }, 'SIGNATURE_MISSING'],
    ['only the old one', { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=aa' }, 'SIGNATURE_ALGORITHM'],
    ['the old one in its place', { 'x-hub-signature-256': `sha1=${digits.slice(24)}` }, 'SIGNATURE_ALGORITHM'],
    ['no algorithm', { 'x-hub-signature-256': digits }, 'SIGNATURE_ALGORITHM'],
    ['nothing', { 'x-hub-signature-256': '' }, 'SIGNATURE_ALGORITHM'],
    ['63 digits', { 'x-hub-signature-256': `sha256=${digits.slice(1)}` }, 'SIGNATURE_MISMATCH'],
    ['65 digits', { 'x-hub-signature-256': `sha256=${digits}0` }, 'SIGNATURE_MISMATCH'],
    ['no digits', { 'x-hub-signature-256': `sha256=${'g'.repeat(64)}` }, 'SIGNATURE_MISMATCH'],
    ['capitals', { 'x-hub-signature-256': `sha256=${digits.toUpperCase()}` }, 'SIGNATURE_MISMATCH'],
    ['a line break', { 'x-hub-signature-256': `sha256=${digits}\n` }, 'SIGNATURE_MISMATCH'],
    ['two', { 'x-hub-signature-256': `sha256=${digits},sha256=${digits}` }, 'DUPLICATE_HEADER'],
    ['no delivery id', { 'x-github-delivery': undefined }, 'DELIVERY_ID'],
    ['two delivery ids', { 'x-github-delivery': 'a,b' }, 'DUPLICATE_HEADER'],
  ])('%s', (_, change, code) => {
    expect(verify(aWebhook(), { ...valid, ...change })).toBe(code);
  });

  it('of another body, and with another secret, does not fit', () => {
    expect(verify(aWebhook(), valid, { body: 'Hello, World?' })).toBe('mismatch');
    expect(verify(aWebhook(), valid, { secrets: ['it is another secret'] })).toBe('mismatch');
  });

  it('may be of either secret that is live, and of none that is too short to be one', () => {
    expect(verify(aWebhook(), valid, { secrets: ['the newest secret of it', gitHubSecret] })).toBe('proven');
    expect(verify(aWebhook(), gitHubHeaders(hello, 'short'), { secrets: ['short'] })).toBe('no-key');
    expect(verify(aWebhook(), gitHubHeaders(hello, ''), { secrets: [] })).toBe('no-key');
  });

  it('is checked on bytes: any that are not the same are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (signed, sent) => {
        const read = readClaim(aWebhook(), { headers: gitHubHeaders(signed), body: sent, at });
        const verdict = read.kind === 'claim' ? verdictOn(read.claim, sent, [gitHubSecret]) : read.kind;
        expect(verdict).toBe(Buffer.from(signed).equals(Buffer.from(sent)) ? 'proven' : 'mismatch');
      }),
      { seed: 757_107 },
    );
  });
});

describe.each([
  ['our own', aStandardWebhook()],
  ["GitLab's", aGitLabWebhook()],
  ["GitLab's, though its old token is allowed", aGitLabWebhook({ legacyToken: true })],
])('a Standard Webhooks signature: %s', (_name, webhook) => {
  const secrets = [signingSecret];
  const good = standardSignature({ id: 'msg_1', timestamp: mondaySeconds, body: hello });
  const headers = (change: Headers) => ({ ...standardHeaders(hello), ...change });
  const signedAt = (timestamp: number) => standardHeaders(hello, { timestamp });

  it('fits over id, time and body', () => {
    expect(verify(webhook, headers({}), { secrets })).toBe('proven');
    expect(verify(webhook, headers({}), { secrets, body: 'Hello' })).toBe('mismatch');
    expect(verify(webhook, headers({ 'webhook-id': 'msg_2' }), { secrets })).toBe('mismatch');
    expect(verify(webhook, headers({ 'webhook-timestamp': `${mondaySeconds + 1}` }), { secrets })).toBe('mismatch');
  });

  it.each<[string, Headers, string]>([
    ['with another key', { 'webhook-signature': `v1,${'A'.repeat(43)}=` }, 'mismatch'],
    ['among others', { 'webhook-signature': `v1,${'A'.repeat(43)}= v1a,xyz ${good}` }, 'proven'],
    ['beside one that is none', { 'webhook-signature': `v1,short ${good}` }, 'proven'],
    ['that is none', { 'webhook-signature': 'v1,short' }, 'SIGNATURE_MISMATCH'],
    ['without one', { 'webhook-signature': 'v1' }, 'SIGNATURE_MISMATCH'],
    ['of another version', { 'webhook-signature': good.replace('v1', 'v1a') }, 'SIGNATURE_ALGORITHM'],
    ['twice', { 'webhook-signature': `${good},${good}` }, 'DUPLICATE_HEADER'],
    ['that is empty', { 'webhook-signature': '' }, 'SIGNATURE_MISSING'],
    ['with an id with a dot', { 'webhook-id': 'msg.1' }, 'DELIVERY_ID'],
    ['with an id of 1 KB', { 'webhook-id': 'm'.repeat(1024) }, 'DELIVERY_ID'],
    ['with two ids', { 'webhook-id': 'msg_1,msg_1' }, 'DUPLICATE_HEADER'],
    ['without an id', { 'webhook-id': undefined }, 'DELIVERY_ID'],
    ['without a time', { 'webhook-timestamp': undefined }, 'TIMESTAMP'],
    ['with two times', { 'webhook-timestamp': `${mondaySeconds},${mondaySeconds}` }, 'DUPLICATE_HEADER'],
    ['with a time and more', { 'webhook-timestamp': `${mondaySeconds}abc` }, 'TIMESTAMP'],
    ['with a time in another spelling', { 'webhook-timestamp': '1e9' }, 'TIMESTAMP'],
    ['with a time in milliseconds', { 'webhook-timestamp': `${at}` }, 'TIMESTAMP'],
    ['with a space before the time', { 'webhook-timestamp': ` ${mondaySeconds}` }, 'TIMESTAMP'],
  ])('%s', (_, change, outcome) => {
    expect(verify(webhook, headers(change), { secrets })).toBe(outcome);
  });

  it.each<[string, number, string]>([
    ['five minutes old', -300, 'proven'],
    ['older', -301, 'TIMESTAMP'],
    ['six minutes old', -360, 'TIMESTAMP'],
    ['five minutes ahead', 300, 'proven'],
    ['further ahead', 301, 'TIMESTAMP'],
  ])('that is %s', (_, seconds, outcome) => {
    expect(verify(webhook, signedAt(mondaySeconds + seconds), { secrets })).toBe(outcome);
  });

  it('says by how much its time is off', () => {
    const problemAt = (seconds: number) =>
      readClaim(webhook, { headers: signedAt(mondaySeconds + seconds), body: Buffer.from(hello), at });
    expect(problemAt(-360)).toMatchObject({ problem: { cause: 'The time of the delivery is 360 seconds past.' } });
    expect(problemAt(999)).toMatchObject({ problem: { cause: 'The time of the delivery is 999 seconds ahead.' } });
  });

  it.each<[string, string]>([
    ['without its prefix', signingKey.toString('base64')],
    ['of too few bytes', `whsec_${Buffer.alloc(16, 1).toString('base64')}`],
    ['of too many bytes', `whsec_${Buffer.alloc(65, 1).toString('base64')}`],
    ['that is no base64', 'whsec_it-is-no-base64-but-long-enough'],
  ])('cannot be made with a secret %s', (_, secret) => {
    expect(verify(webhook, headers({}), { secrets: [secret] })).toBe('no-key');
    expect(verify(webhook, headers({}), { secrets: [secret, signingSecret] })).toBe('proven');
  });
});

describe("GitLab's old token", () => {
  const token = 'a-token-of-thirty-two-characters';
  const headers = { 'x-gitlab-token': token, 'idempotency-key': deliveryGuid };
  const legacy = aGitLabWebhook({ legacyToken: true });

  it.each<[string, Webhook, Headers, string]>([
    ['counts where the webhook allows it', legacy, headers, 'proven'],
    ['does not count where it does not', aGitLabWebhook(), headers, 'SIGNATURE_MISSING'],
    ['has to be the same', legacy, { ...headers, 'x-gitlab-token': token.toUpperCase() }, 'mismatch'],
    ['has to be of the same length', legacy, { ...headers, 'x-gitlab-token': `${token}x` }, 'mismatch'],
    ['has to be there', legacy, { ...headers, 'x-gitlab-token': '' }, 'SIGNATURE_MISSING'],
    ['needs a delivery id', legacy, { ...headers, 'idempotency-key': undefined }, 'DELIVERY_ID'],
    ['counts for nothing beside a signature', legacy, { ...headers, ...standardHeaders(hello) }, 'no-key'],
  ])('%s', (_, webhook, sent, outcome) => {
    expect(verify(webhook, sent, { secrets: [token] })).toBe(outcome);
  });

  it('is never a signing key', () => {
    expect(verify(legacy, { ...headers, 'x-gitlab-token': signingSecret }, { secrets: [signingSecret] })).toBe(
      'no-key',
    );
  });
});

describe('secrets', () => {
  const current = { text: 'new', createdAt: at };
  const previous = { text: 'old', createdAt: 0 };

  it('are two for a day after a rotation, and one from then on', () => {
    expect(liveSecrets({ current }, at)).toEqual(['new']);
    expect(liveSecrets({ current, previous }, at + overlapMilliseconds)).toEqual(['new', 'old']);
    expect(liveSecrets({ current, previous }, at + overlapMilliseconds + 1)).toEqual(['new']);
  });

  it('lie below one prefix', () => {
    expect(secretNameOf('orders-ci')).toBe('drawbridge/webhooks/orders-ci');
  });

  it('are compared by length first: unequal lengths are unequal, and no error', () => {
    expect(sameBytes(Buffer.from('ab'), Buffer.from('abc'))).toBe(false);
    expect(sameBytes(Buffer.from('abc'), Buffer.from('abd'))).toBe(false);
    expect(sameBytes(Buffer.from('abc'), Buffer.from('abc'))).toBe(true);
    expect(pretendToVerify(Buffer.from(hello))).toBeUndefined();
  });
});

describe('a body', () => {
  const codeOf = (body: string | undefined, isBase64Encoded = false) => {
    const read = rawBodyOf(body, isBase64Encoded);
    return read.kind === 'refused' ? read.problem.code : Buffer.from(read.bytes).toString('latin1');
  };

  it.each<[string, string | undefined, boolean, string]>([
    ['as text', 'a\u00e9', false, 'a\u00c3\u00a9'],
    ['in base64', Buffer.from([0xff, 0x00]).toString('base64'), true, '\u00ff\u0000'],
    ['that is not there', undefined, false, ''],
    ['in bad base64', 'YWJ', true, 'WEBHOOK_BODY'],
    ['in base64 with something else in it', 'YWJj\n', true, 'WEBHOOK_BODY'],
  ])('%s', (_, body, encoded, outcome) => {
    expect(codeOf(body, encoded)).toBe(outcome);
  });

  it('may have 1 MiB, and not a byte more, in every spelling', () => {
    const whole = 'x'.repeat(maxBodyBytes);
    expect(codeOf(whole)).toBe(whole);
    expect(codeOf(Buffer.from(whole).toString('base64'), true)).toBe(whole);
    expect(codeOf(`${whole}x`)).toBe('WEBHOOK_TOO_LARGE');
    expect(codeOf('\u00e9'.repeat(maxBodyBytes / 2 + 1))).toBe('WEBHOOK_TOO_LARGE');
    expect(codeOf(Buffer.from(`${whole}x`).toString('base64'), true)).toBe('WEBHOOK_TOO_LARGE');
    expect(codeOf(Buffer.from(`${whole}xxxx`).toString('base64'), true)).toBe('WEBHOOK_TOO_LARGE');
  });

  it('is JSON in UTF-8', () => {
    expect(jsonOf(Buffer.from('{"a":1}'))).toEqual({ kind: 'json', value: { a: 1 } });
    for (const bytes of [Buffer.from('{"a":'), Buffer.from([0x22, 0xff, 0x22]), Buffer.alloc(0)])
      expect(jsonOf(bytes)).toMatchObject({ kind: 'refused', problem: { code: 'WEBHOOK_BODY' } });
  });

  it.each<[string | undefined, string | undefined]>([
    ['application/json', undefined],
    ['Application/JSON; charset=utf-8', undefined],
    ['application/x-www-form-urlencoded', 'WEBHOOK_MEDIA_TYPE'],
    [undefined, 'WEBHOOK_MEDIA_TYPE'],
  ])('of media type %s', (type, code) => {
    expect(mediaProblem(type)?.code).toBe(code);
    expect(mediaProblem('text/plain')?.next).toContain('"Content type" to application/json');
  });
});
