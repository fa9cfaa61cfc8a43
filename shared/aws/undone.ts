/** What was to be done after a rollout and could not: accounts that nobody looked at, change sets that may still be there. */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import type { Undone } from '#shared/domain/promotion/verdict.ts';
import { listAudits } from './ledger/audits.ts';
import { type Cleanup, listCleanups } from './ledger/cleanups.ts';
import { listPlannedTargets } from './ledger/plans.ts';
import type { Ledger } from './ledger/table.ts';
import { listTouched } from './ledger/touched-targets.ts';

/** A step that never began left no word of why. */
const noWord = 'NO_ANSWER';

/** For a rollout that was cleaned up after. */
export async function undoneIn(
  ledger: Ledger,
  rollout: { readonly promotion: PromotionId; readonly environment: string },
): Promise<{ readonly unaudited: Undone[]; readonly left: Undone[] }> {
  const { promotion, environment } = rollout;
  const [touched, audits, planned, cleanups] = await Promise.all([
    listTouched(ledger, rollout),
    listAudits(ledger, promotion),
    listPlannedTargets(ledger, promotion),
    listCleanups(ledger, rollout),
  ]);
  const audited = new Set(
    audits.filter((audit) => audit.environment === environment && audit.moment === 'after').map(({ target }) => target),
  );
  const discarded = new Set(
    cleanups.filter(({ step, code }) => step === 'discard' && code === undefined).map(({ target }) => target),
  );
  const here = planned.filter((one) => one.environment === environment).map(({ target }) => target);
  const undone = (targets: readonly string[], step: Cleanup['step']) =>
    targets.map((target) => ({ target, code: whyNot(cleanups, target, step) }));
  return {
    unaudited: undone(
      touched.filter((target) => !audited.has(target)),
      'audit',
    ),
    left: undone(
      here.filter((target) => !discarded.has(target)),
      'discard',
    ),
  };
}

function whyNot(cleanups: readonly Cleanup[], target: string, step: Cleanup['step']): string {
  return cleanups.find((one) => one.target === target && one.step === step)?.code ?? noWord;
}
