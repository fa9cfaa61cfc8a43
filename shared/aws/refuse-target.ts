/** Ends the planning or soak of one target, or the recovery of one stack, with its reason on record: a child execution cannot hand it to the one that started it. */
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { passesByItself } from '#shared/domain/promotion/caught.ts';
import { type Refusal, recordRefusal } from './ledger/refusals.ts';
import type { Ledger } from './ledger/table.ts';

/** What the work answers, or `refused` where it threw a problem that trying again would not mend. Other errors
 * are thrown on, to be tried again; problems are on record then as well, for they may not pass. */
export async function orRefused<Answer>(
  ledger: Ledger,
  where: Omit<Refusal, 'reason'>,
  work: () => Promise<Answer>,
): Promise<Answer | { kind: 'refused' }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DrawbridgeError)) throw error;
    const { promotion, environment, target, stack, round } = where;
    const reason = { code: error.problem.code, text: error.message };
    await recordRefusal(ledger, {
      promotion,
      environment,
      target,
      round,
      reason,
      ...(stack !== undefined && { stack }),
    });
    if (passesByItself(error.problem.code)) throw error;
    return { kind: 'refused' };
  }
}
