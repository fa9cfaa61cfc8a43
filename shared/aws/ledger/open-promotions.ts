/**
 * Promotions that are not over, as the reconciler goes through them: a few at a time, those first that were looked at longest ago, so that
 * none keeps the others waiting.
 */
import type { Problem } from '#shared/domain/errors/problem.ts';
import { type Promotion, Trouble } from '#shared/domain/promotion/records.ts';
import { troubleOf } from '#shared/domain/promotion/trouble.ts';
import { open, outbox, promotionOf } from './promotions.ts';
import { changeItem, type Item, type Key, type Ledger, queryFirst } from './table.ts';

/** A promotion as an index lists it. It is read one by one: an item that cannot be read must not hide the others. */
export interface Listed {
  readonly id: string;
  readonly list: 'accepted' | 'running';
  readonly item: Item;
}

/** Promotions that were accepted and not started. */
export async function listAccepted(ledger: Ledger, limit: number): Promise<Listed[]> {
  const items = await queryFirst(ledger, { index: 'by-pipeline', group: outbox, limit });
  return items.map((item) => ({ id: idOf(item), list: 'accepted', item }));
}

/** Promotions whose execution was started and that have not ended. */
export async function listRunning(ledger: Ledger, limit: number): Promise<Listed[]> {
  const items = await queryFirst(ledger, { index: 'open', group: open, limit });
  return items.map((item) => ({ id: idOf(item), list: 'running', item }));
}

/** Throws RECORD_BROKEN. */
export function readListed({ item }: Listed): Promotion {
  return promotionOf(item);
}

/** Nothing is to be done for it now: it waits for its turn behind the others. */
export async function noteLook(ledger: Ledger, { item }: Listed, at: string): Promise<void> {
  await changeItem(ledger, keyOf(item), {
    UpdateExpression: 'SET gsi2sk = :look REMOVE trouble',
    ConditionExpression: 'gsi2pk = :open',
    ExpressionAttributeValues: { ':look': lookOf(item, at), ':open': open },
  });
}

/** Counts an attempt in vain, keeps what came of it, and lets the others go first. */
export async function noteTrouble(
  ledger: Ledger,
  { item, list }: Listed,
  { problem, at }: { problem: Problem; at: string },
): Promise<Trouble> {
  const before = Trouble.safeParse(item['trouble']);
  const trouble = troubleOf(before.data, problem, at);
  const place = list === 'accepted' ? 'gsi1' : 'gsi2';
  await changeItem(ledger, keyOf(item), {
    UpdateExpression: `SET trouble = :trouble, ${place}sk = :look`,
    ConditionExpression: `${place}pk = :group`,
    ExpressionAttributeValues: {
      ':trouble': trouble,
      ':look': lookOf(item, at),
      ':group': list === 'accepted' ? outbox : open,
    },
  });
  return trouble;
}

/** Sets aside what can be neither read nor finished: it is on no list any more, and stays as it is for whoever repairs it. */
export async function quarantine(ledger: Ledger, { item }: Listed): Promise<void> {
  await changeItem(ledger, keyOf(item), {
    UpdateExpression: 'SET gsi1pk = :aside REMOVE gsi2pk, gsi2sk',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':aside': 'QUARANTINE' },
  });
}

function keyOf(item: Item): Key {
  return { pk: `${item['pk']}`, sk: `${item['sk']}` };
}

function idOf(item: Item): string {
  return `${item['pk']}`.slice('PROMOTION#'.length);
}

function lookOf(item: Item, at: string): string {
  return `${at}#${idOf(item)}`;
}
