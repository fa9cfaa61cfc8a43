/** Webhooks over the API: applied like policies, by people. */
import { describe, expect, it } from 'vitest';
import { findWebhook, listWebhooks } from '#shared/aws/ledger/webhooks.ts';
import { monday } from '#test/builders.ts';
import { aStandardWebhook, aWebhook } from '#test/domain/webhook/webhook-builders.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { callHandler, person } from './api-call.ts';
import { deployment } from './deployment.ts';

const { ledger, item } = deployment();
const webhook = aWebhook();
const changed = aWebhook({ refs: ['refs/heads/release'] });
const put = (body: unknown, headers: Record<string, string> = {}, name = 'orders-ci') =>
  callHandler(`PUT /v1/webhooks/${name}`, { body, headers, userArn: person('carol') });

describe('a webhook over the API', () => {
  it('is created, with its version as ETag and who applied it', async () => {
    const record = { webhook, version: 1, appliedBy: 'carol', appliedAt: monday };
    expect(await put(webhook, { 'if-none-match': '*' })).toMatchObject({
      status: 201,
      body: record,
      headers: { etag: '"1"' },
    });
    expect(await callHandler('GET /v1/webhooks/orders-ci')).toMatchObject({
      status: 200,
      body: record,
      headers: { etag: '"1"' },
    });
    await put(aStandardWebhook({ metadata: { name: 'any-ci' } }), {}, 'any-ci');
    expect(await callHandler('GET /v1/webhooks')).toMatchObject({ body: { items: [{ version: 1 }, record] } });
    expect((await listWebhooks(ledger)).map((one) => one.webhook.metadata.name)).toEqual(['any-ci', 'orders-ci']);
  });

  it('applied again is the same; changed, it is the next version, and the one before stays on record', async () => {
    await put(webhook);
    expect(await put(webhook)).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await put(changed, { 'if-match': '"1"' })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await findWebhook(ledger, 'orders-ci')).toMatchObject({ webhook: changed, version: 2 });
    expect(await item('WEBHOOK#orders-ci', 'VERSION#00000001')).toMatchObject({ webhook, appliedBy: 'carol' });
  });

  it('that somebody else changed meanwhile is left as it is', async () => {
    await put(webhook);
    beforeNextWrite(() => put(changed));
    const late = { status: 412, body: { code: 'WEBHOOK_VERSION' } };
    expect(await put(aWebhook({ mode: 'plan' }), { 'if-match': '"1"' })).toMatchObject(late);
    expect(await put(webhook, { 'if-none-match': '*' })).toMatchObject(late);
    expect(await findWebhook(ledger, 'orders-ci')).toMatchObject({ webhook: changed });
  });

  it('that is removed is unknown, and can be applied anew', async () => {
    await put(webhook);
    expect(await callHandler('DELETE /v1/webhooks/orders-ci')).toMatchObject({ status: 200, body: { version: 2 } });
    for (const route of ['GET /v1/webhooks/orders-ci', 'DELETE /v1/webhooks/orders-ci'])
      expect(await callHandler(route)).toMatchObject({ status: 404, body: { code: 'WEBHOOK_UNKNOWN' } });
    expect(await put(webhook)).toMatchObject({ status: 201, body: { version: 3 } });
  });

  it.each<[string, unknown, string, string?]>([
    ['of another name than its path', webhook, 'others-ci'],
    ['with its secret', { ...webhook, secret: 'x' }, 'orders-ci', 'FIELD_UNKNOWN'],
    ['with a wildcard', { ...webhook, refs: ['refs/heads/*'] }, 'orders-ci'],
    ['without a repository', { ...webhook, repository: undefined }, 'orders-ci'],
    ['with a role', { ...webhook, roleArn: 'arn:aws:iam::333333333333:role/admin' }, 'orders-ci', 'FIELD_NOT_ALLOWED'],
  ])('%s is refused', async (_, body, name, code = 'BODY_INVALID') => {
    expect(await put(body, {}, name)).toMatchObject({ status: 400, body: { code } });
    expect(await listWebhooks(ledger)).toEqual([]);
  });

  it.each([['http://deploys.example.com'], ['https://169.254.169.254/'], ['https://a@b']])(
    'B-47 that links to %s is refused with URL_NOT_ALLOWED at its place',
    async (link) => {
      expect(await put(aWebhook({ link }))).toMatchObject({
        status: 400,
        body: { code: 'BODY_INVALID', errors: [{ code: 'URL_NOT_ALLOWED', pointer: '/link' }] },
      });
      expect(await listWebhooks(ledger)).toEqual([]);
    },
  );

  it('is not what deliveries go to', async () => {
    await put(webhook);
    expect(await callHandler('POST /v1/webhooks/orders-ci', { body: {} })).toMatchObject({ status: 405 });
  });
});
