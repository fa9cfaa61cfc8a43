/**
 * Deliveries of CI systems. Each is verified on its raw bytes, read, recorded, and handed to admission, which starts what is asked for. No
 * call to CloudFormation or a target account is made here.
 */
import { requestPromotion } from '#shared/aws/admission.ts';
import { answerDelivery, forgetDelivery, recordDelivery } from '#shared/aws/ledger/deliveries.ts';
import { findWebhook } from '#shared/aws/ledger/webhooks.ts';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { pretendToVerify } from '#shared/domain/webhook/claim.ts';
import { jsonOf, mediaProblem, rawBodyOf } from '#shared/domain/webhook/raw-body.ts';
import { readEvent } from '#shared/domain/webhook/read-event.ts';
import { admissionOf, bodyDigestOf, type DeliveryRecord, type WebhookRecord } from '#shared/domain/webhook/records.ts';
import { type DeliveryEvent, jsonAnswer, onDelivery } from '#shared/lambda/delivery.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { verified } from './verify.ts';

export const handler = onDelivery(async (event, resources) => {
  const body = accepted(rawBodyOf(event.body, event.isBase64Encoded)).bytes;
  const record = await webhookOf(event, body, resources);
  const unread = mediaProblem(event.headers['content-type']);
  if (unread !== undefined) throw new DrawbridgeError(unread);
  const at = event.requestContext.timeEpoch;
  const id = await verified(record.webhook, { headers: event.headers, body, at });

  const said = { body: accepted(jsonOf(body)).value, event: event.headers['x-github-event'] };
  const reading = accepted(readEvent(record.webhook, said));
  if (reading.kind === 'ignored') return jsonAnswer(200, { code: 'IGNORED', reason: reading.reason });
  const { name: webhook } = record.webhook.metadata;
  const { version } = record;
  const { kind: _kind, ...named } = reading;
  const delivery = { webhook, version, id, body: bodyDigestOf(body), ...named };
  return promoted(record, { ...delivery, at: new Date(at).toISOString() }, resources);
});

/** Throws WEBHOOK_UNKNOWN, no sooner than a signature would have been looked at. */
async function webhookOf(event: DeliveryEvent, body: Uint8Array, resources: Resources): Promise<WebhookRecord> {
  const name = event.pathParameters?.['source'] ?? '';
  const record = await findWebhook(resources.ledger, name);
  if (record !== undefined) return record;
  pretendToVerify(body);
  throw failure('WEBHOOK_UNKNOWN', { webhook: name });
}

/** What was answered to the delivery before, or what admission answers now. A refusal is not kept: it may be otherwise when sent again. */
async function promoted({ webhook }: WebhookRecord, asked: DeliveryRecord, resources: Resources) {
  const recorded = await recordDelivery(resources.ledger, asked);
  if (recorded.kind === 'conflict') throw failure('DELIVERY_CONFLICT', { delivery: asked.id });
  if (recorded.kind === 'answered') return answerWith(recorded.answer, true);
  const answer = await requestPromotion(resources.admissionFunction, admissionOf(webhook, recorded.delivery));
  if (answer.kind === 'refused') {
    await forgetDelivery(resources.ledger, recorded.delivery);
    throw new DrawbridgeError(answer.problem);
  }
  await answerDelivery(resources.ledger, recorded.delivery, answer.promotion);
  return answerWith(answer.promotion, answer.replayed);
}

function answerWith(promotion: Promotion, replayed: boolean) {
  const Location = `/v1/promotions/${promotion.id}`;
  return jsonAnswer(202, promotion, { Location, ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}) });
}

/** What was not refused; a refusal is thrown. */
function accepted<Read extends { readonly kind: string }>(read: Read): Exclude<Read, { kind: 'refused' }> {
  if (read.kind === 'refused')
    throw new DrawbridgeError((read as Read & { problem: DrawbridgeError['problem'] }).problem);
  return read as Exclude<Read, { kind: 'refused' }>;
}
