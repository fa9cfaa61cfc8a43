/** The targets in which a promotion began to execute something: whatever becomes of it, their accounts are audited afterwards. */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { getItem, type Ledger, putItem, queryItems } from './table.ts';

interface Touched {
  readonly promotion: PromotionId;
  readonly environment: string;
  readonly target: string;
  readonly at: string;
}

type Where = Omit<Touched, 'at'>;

/** Written before anything is executed or recovered, so that a crash in between leaves no target unaudited. */
export async function recordTouched(ledger: Ledger, { promotion, environment, target, at }: Touched): Promise<void> {
  const touched = { promotion, environment, target, at };
  await putItem(ledger, { ...keyOf(touched), ...touched });
}

export async function wasTouched(ledger: Ledger, where: Where): Promise<boolean> {
  return (await getItem(ledger, keyOf(where))) !== undefined;
}

/** Every target of a rollout in which something was executed. */
export async function listTouched(
  ledger: Ledger,
  { promotion, environment }: Pick<Where, 'promotion' | 'environment'>,
): Promise<string[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, `TOUCHED#${environment}#`);
  return items.map(({ target }) => `${target}`);
}

function keyOf({ promotion, environment, target }: Where) {
  return { pk: `PROMOTION#${promotion}`, sk: `TOUCHED#${environment}#${target}` };
}
