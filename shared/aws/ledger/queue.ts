/**
 * Who waits for an environment, in the ledger: one item for each pipeline and environment, an attribute for each waiter. Whether a waiter is
 * admitted or gives way is decided on this item alone, by whoever writes it first.
 */
import * as z from 'zod';
import { Instant, PromotionId } from '#shared/domain/identifiers.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import type { Waiter } from '#shared/domain/promotion/queue.ts';
import { changeItem, getItem, type Ledger, withoutKeys } from './table.ts';

const StoredWaiter = z.strictObject({
  ...{ promotion: PromotionId, requestedAt: Instant, joinedAt: Instant, seenAt: Instant },
  ...{ rollback: z.boolean(), droppable: z.boolean(), whole: z.boolean() },
  ...{ looksAt: Instant.exactOptional(), openSince: Instant.exactOptional() },
  supersededBy: PromotionId.exactOptional(),
});

interface Queue {
  readonly pipeline: string;
  readonly environment: string;
}

/** One that was not seen for a day is over. */
const forgottenSeconds = -86_400;

export async function listWaiters(ledger: Ledger, queue: Queue): Promise<Waiter[]> {
  const item = await getItem(ledger, keyOf(queue));
  return item === undefined ? [] : Object.values(withoutKeys(item)).map((one) => StoredWaiter.parse(one));
}

/** Begins or goes on waiting. One that was told to give way stays so. */
export async function joinQueue(ledger: Ledger, queue: Queue, own: Waiter): Promise<void> {
  const over = (await listWaiters(ledger, queue)).filter(
    ({ promotion, seenAt }) => promotion !== own.promotion && seenAt < after(own.seenAt, forgottenSeconds),
  );
  const names = Object.fromEntries(over.map(({ promotion }, index) => [`#over${index}`, promotion]));
  const remove = over.length === 0 ? '' : ` REMOVE ${Object.keys(names).join(', ')}`;
  await changeItem(ledger, keyOf(queue), {
    UpdateExpression: `SET #own = :own${remove}`,
    ConditionExpression: 'attribute_not_exists(#own.supersededBy)',
    ExpressionAttributeNames: { '#own': own.promotion, ...names },
    ExpressionAttributeValues: { ':own': own },
  });
}

/** It is its turn. Answers false, and changes nothing, when it was told to give way before. */
export async function leaveQueue(ledger: Ledger, queue: Queue, promotion: PromotionId): Promise<boolean> {
  return changeItem(ledger, keyOf(queue), {
    UpdateExpression: 'REMOVE #own',
    ConditionExpression: 'attribute_not_exists(#own.supersededBy)',
    ExpressionAttributeNames: { '#own': promotion },
  });
}

/** Tells a waiter to give way. Answers false when it waits no more. */
export async function supersedeWaiter(
  ledger: Ledger,
  queue: Queue,
  { older, newer }: { older: PromotionId; newer: PromotionId },
): Promise<boolean> {
  return changeItem(ledger, keyOf(queue), {
    UpdateExpression: 'SET #older.supersededBy = :newer',
    ConditionExpression: 'attribute_exists(#older) AND attribute_not_exists(#older.supersededBy)',
    ExpressionAttributeNames: { '#older': older },
    ExpressionAttributeValues: { ':newer': newer },
  });
}

function keyOf({ pipeline, environment }: Queue) {
  return { pk: `QUEUE#${pipeline}#${environment}`, sk: 'QUEUE' };
}
