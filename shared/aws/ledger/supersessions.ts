/** That a promotion was dropped in favour of another one, on the records of both. */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { changeItem, type Ledger } from './table.ts';

/** Noting it again changes nothing. */
export async function recordSupersession(
  ledger: Ledger,
  { older, newer }: { older: PromotionId; newer: PromotionId },
): Promise<void> {
  await changeItem(ledger, keyOf(newer), {
    UpdateExpression: 'SET supersedes = list_append(if_not_exists(supersedes, :none), :one)',
    ConditionExpression: 'attribute_exists(pk) AND NOT contains(supersedes, :older)',
    ExpressionAttributeValues: { ':none': [], ':one': [older], ':older': older },
  });
  await changeItem(ledger, keyOf(older), {
    UpdateExpression: 'SET supersededBy = :newer',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(supersededBy)',
    ExpressionAttributeValues: { ':newer': newer },
  });
}

function keyOf(id: PromotionId) {
  return { pk: `PROMOTION#${id}`, sk: 'PROMOTION' };
}
