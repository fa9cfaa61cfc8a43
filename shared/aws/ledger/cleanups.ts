/** What was done after a rollout, target by target: accounts looked at once more, change sets taken away; or why not. */
import * as z from 'zod';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { Name, PromotionId } from '#shared/domain/identifiers.ts';
import { type Ledger, putItem, queryItems, withoutKeys } from './table.ts';

const Cleanup = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  target: Name,
  step: z.enum(['audit', 'discard']),
  /** Why it could not be done; absent when it was. */
  code: z.string().optional(),
});
export type Cleanup = z.infer<typeof Cleanup>;

/** Does the work and notes whether it could be done: a child execution cannot tell the one that started it. Throws what the work throws. */
export async function noted<Answer>(
  ledger: Ledger,
  { promotion, environment, target, step }: Omit<Cleanup, 'code'>,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const record = (code?: string) =>
    putItem(ledger, {
      ...{ pk: `PROMOTION#${promotion}`, sk: `CLEANUP#${environment}#${step}#${target}` },
      ...{ promotion, environment, target, step, ...(code !== undefined && { code }) },
    });
  try {
    const answer = await work();
    await record();
    return answer;
  } catch (error) {
    await record(error instanceof DrawbridgeError ? error.problem.code : 'INTERNAL');
    throw error;
  }
}

export async function listCleanups(
  ledger: Ledger,
  { promotion, environment }: Pick<Cleanup, 'promotion' | 'environment'>,
): Promise<Cleanup[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, `CLEANUP#${environment}#`);
  return items.map((item) => Cleanup.parse(withoutKeys(item)));
}
