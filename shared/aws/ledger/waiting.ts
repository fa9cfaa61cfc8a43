/**
 * What rollouts wait for, in the ledger: one item for each environment of a promotion, and for each target that waits alone, so that whoever looks at the
 * promotion is told.
 */
import { Waiting } from '#shared/domain/promotion/waiting.ts';
import { changeItem, getItem, type Item, type Ledger, withoutKeys } from './table.ts';

type Where = { readonly promotion: string } & Pick<Waiting, 'environment' | 'target'>;

/** Notes that a rollout or one of its targets waits, and what for. Answers it with the time since when it has waited without going on. */
export async function recordWaiting(
  ledger: Ledger,
  {
    promotion,
    environment,
    target,
    at,
    until,
    reason,
  }: Where & Pick<Waiting, 'until' | 'reason'> & { readonly at: string },
): Promise<Waiting> {
  const where = { promotion, environment, ...(target !== undefined && { target }) };
  const own = target === undefined ? '' : ', #target = :target';
  await changeItem(ledger, keyOf(where), {
    UpdateExpression: `SET environment = :environment, #until = :until, reason = :reason, since = if_not_exists(since, :at)${own}`,
    ExpressionAttributeNames: { '#until': 'until', ...(target !== undefined && { '#target': 'target' }) },
    ExpressionAttributeValues: {
      ...{ ':environment': environment, ':until': until, ':reason': reason, ':at': at },
      ...(target !== undefined && { ':target': target }),
    },
  });
  const item = (await getItem(ledger, keyOf(where))) as Item;
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

function keyOf({ promotion, environment, target }: Where) {
  return { pk: `PROMOTION#${promotion}`, sk: `WAITING#${environment}${target === undefined ? '' : `#${target}`}` };
}
