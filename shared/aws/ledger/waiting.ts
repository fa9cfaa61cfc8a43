/** What rollouts wait for, in the ledger: one item for each environment of a promotion, so that whoever looks at the promotion is told. */
import { Waiting } from '#shared/domain/promotion/waiting.ts';
import { changeItem, getItem, type Item, type Ledger, withoutKeys } from './table.ts';

type Where = { readonly promotion: string; readonly environment: string };

/** Notes that a rollout waits, and what for. Answers it with the time since when it has waited without going on. */
export async function recordWaiting(
  ledger: Ledger,
  { promotion, environment, at, until, reason }: Where & Pick<Waiting, 'until' | 'reason'> & { readonly at: string },
): Promise<Waiting> {
  await changeItem(ledger, keyOf({ promotion, environment }), {
    UpdateExpression:
      'SET environment = :environment, #until = :until, reason = :reason, since = if_not_exists(since, :at)',
    ExpressionAttributeNames: { '#until': 'until' },
    ExpressionAttributeValues: { ':environment': environment, ':until': until, ':reason': reason, ':at': at },
  });
  const item = (await getItem(ledger, keyOf({ promotion, environment }))) as Item;
  return Waiting.parse(withoutKeys(item));
}

/** Notes that it goes on. */
export async function endWaiting(ledger: Ledger, where: Where): Promise<void> {
  await changeItem(ledger, keyOf(where), {
    UpdateExpression: 'REMOVE since',
    ConditionExpression: 'attribute_exists(since)',
  });
}

/** Among the items of a promotion, those that say that something waits now. */
export function waitingIn(items: readonly Item[]): Waiting[] {
  return items
    .filter(({ sk, since }) => String(sk).startsWith('WAITING#') && since !== undefined)
    .map((item) => Waiting.parse(withoutKeys(item)));
}

function keyOf({ promotion, environment }: Where) {
  return { pk: `PROMOTION#${promotion}`, sk: `WAITING#${environment}` };
}
