/** Ends the planning of one target with its reason on record: its child execution cannot hand it to the one that started it. */
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { passesByItself } from '#shared/domain/promotion/caught.ts';
import { type Refusal, recordRefusal } from './ledger/refusals.ts';
import type { Ledger } from './ledger/table.ts';

/** What `plan` answers, or `refused` where it threw a problem that trying again would not mend. Other errors are thrown on. */
export async function orRefused<Answer>(
  ledger: Ledger,
  where: Omit<Refusal, 'reason'>,
  plan: () => Promise<Answer>,
): Promise<Answer | { kind: 'refused' }> {
  try {
    return await plan();
  } catch (error) {
    if (!(error instanceof DrawbridgeError) || passesByItself(error.problem.code)) throw error;
    const { promotion, environment, target, round } = where;
    const reason = { code: error.problem.code, text: error.message };
    await recordRefusal(ledger, { promotion, environment, target, round, reason });
    return { kind: 'refused' };
  }
}
