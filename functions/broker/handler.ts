/** Broker: what people may have of target accounts, in their own name and on the record. Nothing else in Drawbridge gives credentials out. */
import { decodeMessages } from '#shared/aws/authorization-messages.ts';
import { openOnRecord } from '#shared/aws/brokered-session.ts';
import { readPromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import {
  decodingReason,
  decodingSession,
  messageInText,
  messagesOfPromotion,
} from '#shared/domain/broker/decoded-messages.ts';
import { type BrokerAnswer, BrokerRequest, personSession } from '#shared/domain/broker/person-session.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { onCall } from '#shared/lambda/event.ts';
import type { Resources } from '#shared/lambda/resources.ts';

type Answer = Exclude<BrokerAnswer, { kind: 'refused' }>;

export const handler = onCall('broker', async (event, resources): Promise<Answer> => {
  const request = BrokerRequest.parse(event);
  return request.kind === 'session' ? session(request, resources) : decoding(request, resources);
});

async function session(asked: Extract<BrokerRequest, { kind: 'session' }>, { ledger }: Resources): Promise<Answer> {
  const { actor, at, request } = asked;
  const { reason, use, seconds, target: name } = asked.wish;
  const target = await readTarget(ledger, name);
  const why = { actor, at, request, reason, use };
  const opened = await openOnRecord(ledger, { target, asked: personSession(target, { actor, seconds }), why });
  return { kind: 'opened', ...opened };
}

/** What was decoded goes to who asked and nowhere else; that it was decoded is on the record. */
async function decoding(asked: Extract<BrokerRequest, { kind: 'decoding' }>, { ledger }: Resources): Promise<Answer> {
  const { actor, at, request, message } = asked;
  const target = await readTarget(ledger, asked.target);
  const found = 'text' in message ? messageInText(message.text) : await inPromotion(message.promotion);
  const why = { actor, at, request, reason: decodingReason(message), use: 'decode' } as const;
  const messages = await decodeMessages(found, target, async () => {
    return (await openOnRecord(ledger, { target, asked: decodingSession(target, actor), why })).credentials;
  });
  const { name, account, region } = target;
  return { kind: 'decoded', decoded: { target: name, account, region, messages } };

  async function inPromotion(promotion: string) {
    const record = await readPromotionRecord(ledger, promotion);
    if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion });
    return messagesOfPromotion(record, promotion, target.name);
  }
}
