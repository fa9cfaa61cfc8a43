/** Webhooks over the API, as an administrator applies them. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { WebhookRecord } from '#shared/domain/webhook/records.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';

export async function listWebhooks(api: Api): Promise<WebhookRecord[]> {
  return (await callApi<{ items: WebhookRecord[] }>(api, { method: 'GET', path: '/v1/webhooks' })).items;
}

/** Applies a webhook on the version that was seen, 0 for none; refused when another one holds by now. */
export async function putWebhook(api: Api, webhook: Webhook, seen: number): Promise<WebhookRecord> {
  const path = `/v1/webhooks/${webhook.metadata.name}`;
  return callApi(api, { method: 'PUT', path, body: webhook, headers: precondition(seen) });
}

export async function deleteWebhook(api: Api, name: string, seen: number): Promise<{ version: number }> {
  const path = `/v1/webhooks/${encodeURIComponent(name)}`;
  return callApi(api, { method: 'DELETE', path, headers: precondition(seen) });
}

function precondition(seen: number): Record<string, string> {
  return seen === 0 ? { 'if-none-match': '*' } : { 'if-match': `"${seen}"` };
}
