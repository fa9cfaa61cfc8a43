/** Why targets could not be planned, or their stacks not be brought back: what a child execution tells nobody, in the ledger. */

import * as z from 'zod';
import { Name, PromotionId } from '#shared/domain/identifiers.ts';
import { Reason } from '#shared/domain/promotion/records.ts';
import { type Ledger, putItem, queryItems, withoutKeys } from './table.ts';

const Refusal = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  target: Name,
  /** The one that could not be brought back. */
  stack: Name.optional(),
  round: z.int().positive(),
  reason: Reason,
});
export type Refusal = z.infer<typeof Refusal>;

export async function recordRefusal(ledger: Ledger, refusal: Refusal): Promise<void> {
  const { promotion, environment, target, stack } = refusal;
  const what = stack === undefined ? target : `${target}#${stack}`;
  await putItem(ledger, { pk: `PROMOTION#${promotion}`, sk: `REFUSED#${environment}#${what}`, ...refusal });
}

/** Those of the last round that had any. */
export async function listRefusals(
  ledger: Ledger,
  { promotion, environment }: Pick<Refusal, 'promotion' | 'environment'>,
): Promise<Refusal[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, `REFUSED#${environment}#`);
  const all = items.map((item) => Refusal.parse(withoutKeys(item)));
  const last = Math.max(0, ...all.map(({ round }) => round));
  return all.filter(({ round }) => round === last);
}
