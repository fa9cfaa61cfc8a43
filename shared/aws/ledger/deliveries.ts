/** Deliveries of webhooks that asked for a promotion: each is known by its id and by its body. */
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { DeliveryRecord } from '#shared/domain/webhook/records.ts';
import { changeItem, getItem, type Ledger, putNew, queryFirst, withoutKeys } from './table.ts';

/** Group in the index for deliveries that were not answered yet. */
const unanswered = 'DELIVERIES';

export type RecordedDelivery =
  /** Recorded now or before, and not answered yet: whoever has it goes on, since the same body is the same promotion. */
  | { readonly kind: 'open'; readonly delivery: DeliveryRecord }
  | { readonly kind: 'answered'; readonly answer: Promotion }
  /** The id belongs to a delivery with another body. */
  | { readonly kind: 'conflict' };

/** Records a delivery before anything is done for it. A body that came before is that delivery, whatever id it has now. */
export async function recordDelivery(ledger: Ledger, delivery: DeliveryRecord): Promise<RecordedDelivery> {
  const { webhook, id, body, at } = delivery;
  const idKey = { pk: groupOf(webhook), sk: `DELIVERY#${id}` };
  if (!(await putNew(ledger, { ...idKey, body, at })) && (await getItem(ledger, idKey))?.['body'] !== body)
    return { kind: 'conflict' };
  const place = { gsi1pk: unanswered, gsi1sk: `${at}#${webhook}#${body}` };
  if (await putNew(ledger, { ...bodyKey(delivery), ...place, ...delivery })) return { kind: 'open', delivery };
  const first = DeliveryRecord.parse(withoutKeys((await getItem(ledger, bodyKey(delivery))) ?? {}));
  return first.answer === undefined ? { kind: 'open', delivery: first } : { kind: 'answered', answer: first.answer };
}

/** Deliveries that came before an instant and were not answered, the oldest first, a few. */
export async function listUnanswered(ledger: Ledger, before: string): Promise<DeliveryRecord[]> {
  const items = await queryFirst(ledger, { index: 'by-pipeline', group: unanswered, limit: 25 });
  return items.map((item) => DeliveryRecord.parse(withoutKeys(item))).filter(({ at }) => at < before);
}

/** Nobody takes it up by itself any more; what is sent again is answered as before. */
export async function forgetDelivery(ledger: Ledger, delivery: DeliveryRecord): Promise<void> {
  await changeItem(ledger, bodyKey(delivery), {
    UpdateExpression: 'REMOVE gsi1pk, gsi1sk',
    ConditionExpression: 'attribute_exists(pk)',
  });
}

/** Keeps what was answered; the first answer stands. */
export async function answerDelivery(ledger: Ledger, delivery: DeliveryRecord, answer: Promotion): Promise<void> {
  await changeItem(ledger, bodyKey(delivery), {
    UpdateExpression: 'SET answer = :answer REMOVE gsi1pk, gsi1sk',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(answer)',
    ExpressionAttributeValues: { ':answer': answer },
  });
}

function groupOf(webhook: string): string {
  return `WEBHOOK#${webhook}`;
}

function bodyKey({ webhook, body }: Pick<DeliveryRecord, 'webhook' | 'body'>) {
  return { pk: groupOf(webhook), sk: `BODY#${body}` };
}
