/** What the ledger keeps of webhooks: the documents as they were applied, and the deliveries that asked for a promotion. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Digest, Instant, Name } from '../identifiers.ts';
import { Commit, Promotion } from '../promotion/records.ts';
import type { AdmissionRequest } from '../promotion/request.ts';
import type { Webhook } from './webhook.ts';

export interface WebhookRecord {
  readonly webhook: Webhook;
  /** From 1, one more with each change. */
  readonly version: number;
  readonly appliedBy: string;
  /** An instant. */
  readonly appliedAt: string;
}

/** Neither headers nor body: nothing of it is a secret. */
export const DeliveryRecord = z.strictObject({
  webhook: Name,
  /** The version of the webhook it was read by. */
  version: z.int().positive(),
  id: z.string(),
  body: Digest,
  release: z.string(),
  commit: Commit.exactOptional(),
  at: Instant,
  /** What was answered, once it was. */
  answer: Promotion.exactOptional(),
});
export type DeliveryRecord = z.infer<typeof DeliveryRecord>;

const anHour = 3_600_000;

/** Whether nobody expects its promotion any more: it came long ago, or the webhook that read it is another one now. */
export function isAbandoned(
  { at, version }: Pick<DeliveryRecord, 'at' | 'version'>,
  record: Pick<WebhookRecord, 'version'>,
  now: string,
): boolean {
  return version !== record.version || Date.parse(now) - Date.parse(at) > anHour;
}

/** The identity of a body. An id that is not signed can be made up by whoever holds one signed body; this cannot. */
export function bodyDigestOf(body: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/** What a delivery asks admission for. The same body of the same webhook is the same promotion, whatever becomes of the record of it. */
export function admissionOf(
  { metadata, pipeline, environments, mode }: Webhook,
  delivery: DeliveryRecord,
): AdmissionRequest {
  return {
    request: {
      release: delivery.release,
      ...(environments === undefined ? {} : { environments }),
      ...(mode === undefined ? {} : { mode }),
    },
    pipeline,
    actor: `webhook:${metadata.name}`,
    idempotencyKey: delivery.body,
    trigger: {
      ...{ kind: 'webhook', source: metadata.name },
      ...(delivery.commit === undefined ? {} : { commit: delivery.commit }),
    },
    at: delivery.at,
  };
}
