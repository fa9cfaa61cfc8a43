/** Deliveries of webhooks that asked for a promotion: each is known by its id and by its body. */
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { DeliveryRecord } from '#shared/domain/webhook/records.ts';
import { changeItem, getItem, type Ledger, putNew, withoutKeys } from './table.ts';

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
  if (await putNew(ledger, { ...bodyKey(delivery), ...delivery })) return { kind: 'open', delivery };
  const first = DeliveryRecord.parse(withoutKeys((await getItem(ledger, bodyKey(delivery))) ?? {}));
  return first.answer === undefined ? { kind: 'open', delivery: first } : { kind: 'answered', answer: first.answer };
}

/** Keeps what was answered; the first answer stands. */
export async function answerDelivery(ledger: Ledger, delivery: DeliveryRecord, answer: Promotion): Promise<void> {
  await changeItem(ledger, bodyKey(delivery), {
    UpdateExpression: 'SET answer = :answer',
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
