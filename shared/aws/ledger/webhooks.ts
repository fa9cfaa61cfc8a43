/** Webhooks in the ledger, versioned. Their secrets are in Secrets Manager and nowhere else. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { WebhookRecord } from '#shared/domain/webhook/records.ts';
import { Webhook } from '#shared/domain/webhook/webhook.ts';
import type { Ledger } from './table.ts';
import {
  applyVersion,
  type DocumentKind,
  listCurrent,
  overtaken,
  readCurrent,
  type StoredVersion,
} from './versioned.ts';

const webhooks: DocumentKind<Webhook> = {
  group: 'WEBHOOKS',
  key: 'WEBHOOK',
  field: 'webhook',
  schema: Webhook,
  overtaken: (webhook, seen, now) => failure('WEBHOOK_VERSION', { webhook, seen, now }),
};

/** The webhooks that there are now, by name. */
export async function listWebhooks(ledger: Ledger): Promise<WebhookRecord[]> {
  return (await listCurrent(ledger, webhooks)).flatMap((stored) => recordOf(stored) ?? []);
}

/** The webhook as it is now, or undefined. */
export async function findWebhook(ledger: Ledger, name: string): Promise<WebhookRecord | undefined> {
  const current = await readCurrent(ledger, webhooks, name);
  return current && recordOf(current);
}

export interface AppliedWebhook {
  readonly name: string;
  /** What is to hold from now on; undefined removes the webhook. */
  readonly webhook: Webhook | undefined;
  /** The version that held when it was decided on: 0 where there was no such webhook. */
  readonly seen: number;
  readonly by: string;
  readonly at: string;
}

/** Writes the next version and answers its number. Throws WEBHOOK_VERSION, and changes nothing, when another version came meanwhile. */
export async function applyWebhook(ledger: Ledger, { webhook: document, ...applied }: AppliedWebhook): Promise<number> {
  return applyVersion(ledger, webhooks, { ...applied, document });
}

/** WEBHOOK_VERSION: what was decided on is not what holds. 0 is no webhook. */
export function webhookOvertaken(webhook: string, seen: number, now: number) {
  return overtaken(webhooks, webhook, [seen, now]);
}

function recordOf({ document, name: _, ...applied }: StoredVersion<Webhook>): WebhookRecord | undefined {
  return document === undefined ? undefined : { webhook: document, ...applied };
}
