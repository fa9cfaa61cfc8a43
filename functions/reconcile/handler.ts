/** Reconcile: on a schedule, start what was accepted and, because something broke in between, never started. */
import { listAccepted, recordStarted } from '#shared/aws/ledger/promotions.ts';
import { startPromotion } from '#shared/aws/state-machine.ts';
import { tellUnpublished } from '#shared/aws/tell.ts';
import { executionInputOf, isOverdue } from '#shared/domain/promotion/request.ts';
import { onEvent } from '#shared/lambda/event.ts';
import { logFailure } from '#shared/lambda/log.ts';
import { report } from '#shared/lambda/report.ts';

export const handler = onEvent('reconcile', async (_event, { ledger, stateMachine, bus }) => {
  const now = new Date().toISOString();
  const overdue = (await listAccepted(ledger)).filter((promotion) => isOverdue(promotion, now));
  const started: string[] = [];
  for (const promotion of overdue) {
    // One promotion that cannot be started must not keep the others waiting.
    try {
      await recordStarted(ledger, promotion, await startPromotion(stateMachine, executionInputOf(promotion)));
      started.push(promotion.id);
    } catch (error) {
      logFailure('could not start', error, { promotion: promotion.id });
    }
  }
  for (const told of await tellUnpublished({ ledger, bus }, now)) report(told);
  return { kind: 'reconciled', started };
});
