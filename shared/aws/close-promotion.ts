/** Ending a promotion whose execution has ended without saying how: what Settle would have done, as far as it can still be known. */
import { closing, type ExecutionEnd } from '#shared/domain/promotion/closing.ts';
import type { Outcome } from '#shared/domain/promotion/records.ts';
import { endApprovalRequests } from './ledger/approvals.ts';
import { listAudits } from './ledger/audits.ts';
import { freeLease } from './ledger/leases.ts';
import { type PromotionRecord, recordEnd, recordOutcome } from './ledger/promotions.ts';
import type { Ledger } from './ledger/table.ts';
import { recordVerified } from './ledger/verified.ts';

/**
 * Settles open rollouts, ends open approval requests, frees the leases and ends the promotion, in this order, so that a crash in between is
 * finished by the next pass. Only for an execution that Step Functions says has ended: nothing of it may hold an environment then.
 */
export async function closePromotion(
  ledger: Ledger,
  record: PromotionRecord,
  { end, at }: { end: ExecutionEnd; at: string },
): Promise<Outcome> {
  const { promotion, rollouts } = record;
  const { id, pipeline, release, mode, environments } = promotion;
  const closed = closing({ ...record, audits: await listAudits(ledger, id) }, end);
  for (const { environment, outcome, reasons } of closed.rollouts)
    await recordOutcome(ledger, { promotion: id, environment }, { outcome, reasons, at });
  for (const { environment, settledAt } of rollouts)
    if (mode !== 'drift' && closed.verified.includes(environment))
      await recordVerified(ledger, { release, environment, at: settledAt ?? at });
  for (const environment of environments) {
    await endApprovalRequests(ledger, { promotion: id, environment, at });
    // Whichever epoch it was: the holder is this promotion, and it has ended.
    await freeLease(ledger, { pipeline, environment, promotion: id, mode, epoch: 0 });
  }
  await recordEnd(ledger, promotion, { status: closed.status, at, reasons: closed.reasons });
  return closed.status;
}
