/** Rollouts that hold an environment and only wait there: whoever goes before them takes their place. */
import type { ApprovalRequest } from '#shared/domain/approval/records.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import type { Decision } from '#shared/domain/plan/decision.ts';
import { type Openness, reasonFor } from '#shared/domain/promotion/openness.ts';
import { replaces, waitingChange, waitingRollback } from '#shared/domain/promotion/queue.ts';
import type { Mode, Promotion, Reason } from '#shared/domain/promotion/records.ts';
import { tellWaiting } from './approve.ts';
import { listApprovalRequests, supersedeApproval } from './ledger/approvals.ts';
import { listDeployments } from './ledger/deployments.ts';
import { readPromotion } from './ledger/promotions.ts';
import { listWaiters } from './ledger/queue.ts';
import { recordSupersession } from './ledger/supersessions.ts';
import type { Ledger } from './ledger/table.ts';
import { listTouched } from './ledger/touched-targets.ts';
import { readStop } from './openness.ts';

interface Where {
  readonly promotion: PromotionId;
  readonly environment: string;
}

/** A holder that waits for an approval gives way; one that has changed anything is left to finish. */
export async function dropHolder(ledger: Ledger, newer: Promotion, where: Where): Promise<void> {
  const holder = await readPromotion(ledger, where.promotion);
  if (holder === undefined || !replaces(newer, holder) || (await hasChanged(ledger, where))) return;
  for (const request of await listApprovalRequests(ledger, where)) {
    const superseded = await supersededFor(ledger, request, newer.id);
    if (superseded === undefined) continue;
    await recordSupersession(ledger, { older: holder.id, newer: newer.id });
    await tellWaiting(ledger, superseded);
  }
}

/**
 * The request as it gives way, or gave way to the same one before: a crash may have kept that from the records, and from the step. Undefined
 * where somebody decided: then it goes on, or ends by that.
 */
async function supersededFor(
  ledger: Ledger,
  request: ApprovalRequest,
  newer: PromotionId,
): Promise<ApprovalRequest | undefined> {
  if (request.status === 'open') return supersedeApproval(ledger, request, newer);
  return request.supersededBy === newer ? request : undefined;
}

interface Rollout extends Where {
  readonly pipeline: string;
  readonly at: string;
}

/** The decision as it is, unless it is to wait, nothing was changed, and a rollback waits for the environment: then it gives way. */
export async function givingWay(ledger: Ledger, rollout: Rollout, decided: Decision): Promise<Decision> {
  if (decided.kind !== 'wait' || (await hasChanged(ledger, rollout))) return decided;
  const rollback = await rollbackBehind(ledger, rollout);
  return rollback === undefined ? decided : closeFor(ledger, rollout, rollback);
}

/** A target that would wait is not started any more where a rollback waits for the environment. */
export async function unlessRollback(ledger: Ledger, rollout: Rollout, open: Openness): Promise<Openness> {
  const rollback = open.kind === 'wait' ? await rollbackBehind(ledger, rollout) : undefined;
  return rollback === undefined ? open : closeFor(ledger, rollout, rollback);
}

/**
 * A target of what changes nothing is not started any more where a rollback waits for the environment. What looks for drift gives way to
 * whatever would change something: it can look again.
 */
export async function unlessPressed(ledger: Ledger, rollout: Rollout & { readonly mode: Mode }): Promise<Openness> {
  const next = rollout.mode === 'drift' ? waitingChange : waitingRollback;
  const other = next(await listWaiters(ledger, rollout), rollout.at);
  return other === undefined ? { kind: 'open' } : closeFor(ledger, rollout, other);
}

/**
 * Why a target is not watched any longer, or undefined: an emergency stop, or a rollback that waits for the environment. Neither is a word on the
 * release. A stop is none of the business of what changes nothing.
 */
export async function reasonToStopWatching(
  ledger: Ledger,
  rollout: Rollout & { readonly mode: Mode },
): Promise<Reason | undefined> {
  const stop = rollout.mode === 'promote' ? await readStop(ledger, rollout) : undefined;
  if (stop !== undefined) return reasonFor(stop);
  const rollback = await rollbackBehind(ledger, rollout);
  return rollback === undefined ? undefined : (await closeFor(ledger, rollout, rollback)).reason;
}

async function rollbackBehind(ledger: Ledger, rollout: Rollout): Promise<PromotionId | undefined> {
  return waitingRollback(await listWaiters(ledger, rollout), rollout.at);
}

/** It gives way, or something of it does, and both promotions say so. */
async function closeFor(ledger: Ledger, { promotion, environment }: Where, by: PromotionId) {
  await recordSupersession(ledger, { older: promotion, newer: by });
  return { kind: 'closed', reason: reasonFor(problem('SUPERSEDED', { environment, by })) } as const;
}

/** Anything of the environment was executed or brought back. */
async function hasChanged(ledger: Ledger, where: Where): Promise<boolean> {
  const deployments = await listDeployments(ledger, where);
  const changed = deployments.some(({ outcome }) => outcome !== 'pending' && outcome !== 'unchanged');
  return changed || (await listTouched(ledger, where)).length > 0;
}
