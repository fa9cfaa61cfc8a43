/** Ending a promotion whose execution has ended without saying how: what Settle would have done, as far as it can still be known. */
import { closing, type ExecutionEnd } from '#shared/domain/promotion/closing.ts';
import type { Outcome } from '#shared/domain/promotion/records.ts';
import type { Verdict } from '#shared/domain/promotion/verdict.ts';
import type { Documents } from './documents.ts';
import { endApprovalRequests } from './ledger/approvals.ts';
import { listAudits } from './ledger/audits.ts';
import { freeLease, leaseLost } from './ledger/leases.ts';
import { type PromotionRecord, recordEnd, recordOutcome } from './ledger/promotions.ts';
import { leaveQueue } from './ledger/queue.ts';
import type { Ledger } from './ledger/table.ts';
import { noteTargets } from './note-targets.ts';

interface Places {
  readonly ledger: Ledger;
  readonly documents: Documents;
}

/**
 * Notes what open rollouts left in their targets and settles them, ends open approval requests, leaves the queues, frees the leases and ends the promotion, in this
 * order, so that a crash in between is finished by the next pass. Only for an execution that Step Functions says has ended: nothing of it may
 * hold an environment then. What Settle noted before stands as it is: it may have been taken back since.
 */
export async function closePromotion(
  places: Places,
  record: PromotionRecord,
  { end, at }: { end: ExecutionEnd; at: string },
): Promise<Outcome> {
  const { ledger } = places;
  const { id, pipeline, mode, environments } = record.promotion;
  const closed = closing({ ...record, audits: await listAudits(ledger, id) }, end);
  for (const one of closed.rollouts) await settle(places, record, { ...one, at });
  for (const environment of environments) {
    await endApprovalRequests(ledger, { promotion: id, environment, at });
    await leaveQueue(ledger, { pipeline, environment }, id);
    // Whichever epoch it was: the holder is this promotion, and it has ended.
    await freeLease(ledger, { pipeline, environment, promotion: id, mode, epoch: 0 });
  }
  await recordEnd(ledger, record.promotion, { status: closed.status, at, reasons: closed.reasons });
  return closed.status;
}

/** Who has the lease now knows better what runs there. */
async function settle(
  places: Places,
  { promotion, rollouts, progress, deployments }: PromotionRecord,
  { environment, outcome, reasons, at }: Verdict & { readonly environment: string; readonly at: string },
): Promise<void> {
  const { ledger } = places;
  const here = <Kind extends { environment: string }>(all: readonly Kind[]) =>
    all.filter((one) => one.environment === environment);
  const [rollout] = here(rollouts);
  const { id, pipeline, mode } = promotion;
  const holding = { pipeline, environment, promotion: id, mode, epoch: rollout?.epoch ?? 0 };
  const found = { environment, outcome, reasons, at, rollout };
  const told =
    (await leaseLost(ledger, holding)) === undefined
      ? await noteTargets(places, promotion, { ...found, progress: here(progress), deployments: here(deployments) })
      : [];
  await recordOutcome(ledger, { promotion: id, environment }, { outcome, reasons: [...reasons, ...told], at });
}
