/**
 * Reconcile: on a schedule, finish what something that broke in between left: ask for rollbacks that nobody could ask for, since something bad
 * runs until then; start what was accepted and never started, close what ended without a record, tell what people decided. Bounded: what does
 * not fit into a pass is first in the next one.
 */
import { type Listed, listAccepted, listRunning } from '#shared/aws/ledger/open-promotions.ts';
import { listUnasked, readUnasked, type Unasked } from '#shared/aws/ledger/rollback-intents.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { type Reconciled, reconcile, troubled } from '#shared/aws/reconcile.ts';
import { reconcileDeliveries } from '#shared/aws/reconcile-deliveries.ts';
import { askForRollback } from '#shared/aws/roll-back.ts';
import { tellUnpublished } from '#shared/aws/tell.ts';
import { tellRestrictions } from '#shared/aws/tell-restrictions.ts';
import { DrawbridgeError, problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { onEvent } from '#shared/lambda/event.ts';
import { logFailure } from '#shared/lambda/log.ts';
import { countUnfinished, report, reportRestriction } from '#shared/lambda/report.ts';

/** At most so many promotions of each list in one pass, and for so long: the function ends after 60 s. */
const most = 100;
const budgetMilliseconds = 45_000;
/** Rollbacks that cannot be asked for keep nothing else waiting. */
const rollbackMilliseconds = 15_000;
const tellingMilliseconds = 52_000;

export const handler = onEvent(
  'reconcile',
  async (_event, { ledger, documents, stateMachine, bus, admissionFunction }) => {
    const begun = Date.now();
    const pass = { ledger, documents, stateMachine, at: new Date(begun).toISOString() };
    const done = { started: [], closed: [], told: [], 'given-up': [], quarantined: [], trouble: [], nothing: [] };
    const by: Record<Reconciled, string[]> = done;
    const rollbacks: string[] = [];
    for (const intent of await listUnasked(ledger, most))
      if (Date.now() - begun < rollbackMilliseconds)
        ((await askedFor(ledger, admissionFunction, intent)) ? rollbacks : by.trouble).push(intent.promotion);
    for (const list of [listAccepted, listRunning])
      for (const listed of await list(ledger, most))
        if (Date.now() - begun < budgetMilliseconds) by[await attempted(pass, listed)].push(listed.id);
    const resumed = await delivered(
      { ledger, admissionFunction },
      pass.at,
      () => Date.now() - begun < budgetMilliseconds,
    );
    const told = await tellUnpublished({ ledger, bus }, pass.at, () => Date.now() - begun < tellingMilliseconds);
    told.forEach(report);
    const hasTime = () => Date.now() - begun < tellingMilliseconds;
    (await tellRestrictions({ ledger, bus }, most, hasTime)).forEach(reportRestriction);
    const untold = told.flatMap(({ promotion, trouble }) => (trouble === undefined ? [] : [promotion]));
    countUnfinished('ReconcileTrouble', [...new Set([...by.trouble, ...untold])]);
    countUnfinished('ReconcileGivenUp', [...by['given-up'], ...by.quarantined]);
    const { nothing: _, ...notable } = by;
    return { kind: 'reconciled', ...notable, delivered: resumed, rollbacks };
  },
);

/** One promotion for which nothing can be done must not keep the others waiting. */
async function attempted(pass: Parameters<typeof reconcile>[0], listed: Listed): Promise<Reconciled> {
  try {
    return await reconcile(pass, listed);
  } catch (error) {
    logFailure('could not reconcile', error, { promotion: listed.id });
    return troubled(pass, listed, problemOf(error, listed)).catch(() => 'trouble' as const);
  }
}

/** Deliveries wait for the next pass where admission cannot be asked. */
async function delivered(...asked: Parameters<typeof reconcileDeliveries>): Promise<string[]> {
  return reconcileDeliveries(...asked).catch((error: unknown) => {
    logFailure('could not take up deliveries', error);
    return [];
  });
}

/** A rollback that a failed verification led to and that nobody could ask for then. */
async function askedFor(ledger: Ledger, admissionFunction: string, intent: Unasked): Promise<boolean> {
  try {
    await askForRollback(ledger, admissionFunction, readUnasked(intent));
    return true;
  } catch (error) {
    logFailure('could not ask for a rollback', error, { promotion: intent.promotion });
    return false;
  }
}

/** Whatever breaks us that AWS did not say is something we could not read. */
function problemOf(error: unknown, { id }: Listed): Problem {
  if (error instanceof DrawbridgeError) return error.problem;
  return problem('RECORD_BROKEN', { promotion: id, detail: error instanceof Error ? error.name : 'unknown' });
}
