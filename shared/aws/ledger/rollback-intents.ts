/**
 * Rollbacks that a failed verification leads to, in the ledger: written before they are asked for, and listed in the index until they were, so
 * that whoever breaks in between leaves them to the reconciler.
 */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { RollbackIntent } from '#shared/domain/promotion/rollback.ts';
import { changeItem, type Item, type Ledger, putNew, queryFirst, queryItems, withoutKeys } from './table.ts';

const unasked = 'ROLLBACKS';

/** Writes an intent once; the first stands. */
export async function recordIntent(ledger: Ledger, intent: RollbackIntent): Promise<void> {
  const { promotion, at } = intent;
  await putNew(ledger, { ...keyOf(intent), gsi1pk: unasked, gsi1sk: `${at}#${promotion}`, ...intent });
}

/** Every intent that a rollout left, asked for or not. */
export async function listIntents(
  ledger: Ledger,
  { promotion, environment }: { readonly promotion: PromotionId; readonly environment: string },
): Promise<RollbackIntent[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, `ROLLBACK#${environment}#`);
  return items.map((item) => RollbackIntent.parse(withoutKeys(item)));
}

/** An intent as the index lists it. It is read one by one: an item that cannot be read must not hide the others. */
export interface Unasked {
  readonly promotion: string;
  readonly item: Item;
}

/** Intents that nobody asked for yet, oldest first. */
export async function listUnasked(ledger: Ledger, limit: number): Promise<Unasked[]> {
  const items = await queryFirst(ledger, { index: 'by-pipeline', group: unasked, limit });
  return items.map((item) => ({ promotion: `${item['pk']}`.slice('PROMOTION#'.length), item }));
}

/** Throws where somebody wrote it past Drawbridge. */
export function readUnasked({ item }: Unasked): RollbackIntent {
  return RollbackIntent.parse(withoutKeys(item));
}

/** Notes what came of asking: the promotion that rolls back, or why there is none. */
export async function concludeIntent(
  ledger: Ledger,
  intent: RollbackIntent,
  end: Pick<RollbackIntent, 'rollback'> | Pick<RollbackIntent, 'refused'>,
): Promise<void> {
  const [[name, value] = ['', undefined]] = Object.entries(end);
  await changeItem(ledger, keyOf(intent), {
    UpdateExpression: 'SET #end = :end REMOVE gsi1pk, gsi1sk',
    ConditionExpression: 'attribute_exists(gsi1pk)',
    ExpressionAttributeNames: { '#end': name },
    ExpressionAttributeValues: { ':end': value },
  });
}

function keyOf({ promotion, environment, release }: RollbackIntent) {
  return { pk: `PROMOTION#${promotion}`, sk: `ROLLBACK#${environment}#${release}` };
}
