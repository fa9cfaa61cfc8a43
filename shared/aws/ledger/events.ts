/**
 * Events in the ledger: numbered and kept before they are published, so that they can be published again as they were. What is published
 * is noted in one more item, which is listed in the index until the promotion's end is.
 */
import { type DetailType, PromotionEvent } from '#shared/domain/events/event.ts';
import { numbered, transitionsIn } from '#shared/domain/events/transitions.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { outbox, type PromotionRecord, recordIn } from './promotions.ts';
import { type Item, type Ledger, putHigher, putNew, queryIndex, queryItems } from './table.ts';

/** Group in the index for promotions of which something may still have to be published. */
const unpublished = 'UNPUBLISHED';

export interface Events {
  readonly record: PromotionRecord;
  /** All of the promotion's, in order. */
  readonly events: readonly PromotionEvent[];
  /** Those among them that this call was the first to record. */
  readonly fresh: readonly PromotionEvent[];
  /** Up to which number they were published. */
  readonly published: number;
}

/**
 * Records an event for each transition that has none yet. Whoever writes a number first has it; the other looks again what is left, so
 * that a transition gets one number however many steps see it. Undefined where there is no such promotion.
 */
export async function recordEvents(
  ledger: Ledger,
  id: PromotionId,
  own: readonly PromotionEvent[] = [],
): Promise<Events | undefined> {
  const items = await queryItems(ledger, groupOf(id), '');
  const record = recordIn(items);
  if (record === undefined) return undefined;
  const kept = items.filter(({ sk }) => String(sk).startsWith('EVENT#'));
  const events = kept.map(({ detailType, detail }) => PromotionEvent.parse({ detailType, detail }));
  const known = new Set(kept.map(({ transition }) => transition));
  const missing = transitionsIn(record).filter(({ key }) => !known.has(key));
  const cursor = items.find(({ sk }) => sk === 'PUBLISHED');
  if (cursor === undefined) await putNew(ledger, cursorItem(record.promotion, 0, true));

  const fresh = [...own];
  for (const transition of missing) {
    const event = numbered(transition, events.length + 1);
    if (!(await putNew(ledger, eventItem(id, transition.key, event)))) return recordEvents(ledger, id, fresh);
    events.push(event);
    fresh.push(event);
  }
  return { record, events, fresh, published: Number(cursor?.['published'] ?? 0) };
}

/** Notes that all of these were published. A note of fewer that comes later changes nothing. */
export async function recordPublished(ledger: Ledger, { record, events, published }: Events): Promise<void> {
  if (events.length === published) return;
  const more = !events.some(isEnd);
  await putHigher(ledger, cursorItem(record.promotion, events.length, more), 'published');
}

/** Promotions of which something may still have to be published, oldest first: all that have not ended, and a few more. */
export async function listUnpublished(ledger: Ledger): Promise<PromotionId[]> {
  const groups = [outbox, unpublished].map((group) => queryIndex(ledger, group));
  const items = (await Promise.all(groups)).flat();
  return [...new Set(items.map(({ pk }) => String(pk).slice('PROMOTION#'.length)))];
}

const promotionChange: DetailType = 'Drawbridge Promotion State Change';

function isEnd({ detailType, detail }: PromotionEvent): boolean {
  return detailType === promotionChange && detail.state !== 'accepted' && detail.state !== 'running';
}

function eventItem(id: PromotionId, transition: string, { detailType, detail }: PromotionEvent) {
  const sk = `EVENT#${String(detail.sequence).padStart(8, '0')}`;
  return { pk: groupOf(id), sk, transition, detailType, detail };
}

function cursorItem(
  { id, requestedAt }: Promotion,
  published: number,
  listed: boolean,
): { pk: string; sk: string } & Item {
  const listing = { gsi1pk: unpublished, gsi1sk: `${requestedAt}#${id}` };
  return { pk: groupOf(id), sk: 'PUBLISHED', published, ...(listed ? listing : {}) };
}

function groupOf(id: PromotionId): string {
  return `PROMOTION#${id}`;
}
