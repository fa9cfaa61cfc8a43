/** Deliveries that were accepted and not answered: whoever sent them may never send them again, so they are taken up here. */

import { admissionOf, type DeliveryRecord, isAbandoned } from '#shared/domain/webhook/records.ts';
import { requestPromotion } from './admission.ts';
import { answerDelivery, forgetDelivery, listUnanswered } from './ledger/deliveries.ts';
import type { Ledger } from './ledger/table.ts';
import { findWebhook } from './ledger/webhooks.ts';

interface Around {
  readonly ledger: Ledger;
  readonly admissionFunction: string;
}

/** Below what a function may take: whoever was asked may still be at it. */
const waitMilliseconds = 60_000;

/**
 * Asks admission for each of the oldest deliveries that nobody answered in a minute, as long as `goOn` says. Answers the promotions. What is
 * refused, came an hour ago, or was read by a webhook that is another one now, is asked for no more.
 */
export async function reconcileDeliveries(around: Around, now: string, goOn: () => boolean): Promise<string[]> {
  const before = new Date(Date.parse(now) - waitMilliseconds).toISOString();
  const promotions: string[] = [];
  for (const delivery of await listUnanswered(around.ledger, before))
    if (goOn()) promotions.push(...(await taken(around, delivery, now)));
  return promotions;
}

async function taken({ ledger, admissionFunction }: Around, delivery: DeliveryRecord, now: string): Promise<string[]> {
  const record = await findWebhook(ledger, delivery.webhook);
  if (record === undefined || isAbandoned(delivery, record, now)) {
    await forgetDelivery(ledger, delivery);
    return [];
  }
  const answer = await requestPromotion(admissionFunction, admissionOf(record.webhook, delivery));
  if (answer.kind === 'refused') await forgetDelivery(ledger, delivery);
  else await answerDelivery(ledger, delivery, answer.promotion);
  return answer.kind === 'refused' ? [] : [answer.promotion.id];
}
