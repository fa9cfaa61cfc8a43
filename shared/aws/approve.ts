/** Deciding on a plan: checked against who may, recorded once, and told to the step that waits. */
import type { ApprovalDecision, ApprovalRequest } from '#shared/domain/approval/records.ts';
import { type ApprovalWish, reasonOf } from '#shared/domain/approval/wish.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { approvalStanding, type MayApprove, mayApprove } from '#shared/domain/policy/approvals.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import {
  answerOf,
  closeApprovalRequest,
  forgetApprovalToken,
  listApprovalDecisions,
  listApprovalRequests,
  readApprovalRequest,
  readApprovalToken,
  recordApprovalDecision,
} from './ledger/approvals.ts';
import { listPolicyDocuments } from './ledger/policies.ts';
import { readPromotion } from './ledger/promotions.ts';
import type { Ledger } from './ledger/table.ts';
import { answerTask } from './state-machine.ts';

export interface Decided extends ApprovalWish {
  readonly promotion: PromotionId;
  /** From the authenticated context. */
  readonly actor: string;
  readonly at: string;
}

/**
 * Records the decision and, when it completes or ends the approval, lets the promotion go on. Repeating one's own decision is harmless and
 * finishes what a crash left. Throws PROMOTION_UNKNOWN, APPROVAL_UNKNOWN, DIGEST_OF_RELEASE, DIGEST_CHANGED, SELF_APPROVAL, NOT_AN_APPROVER,
 * ALREADY_DECIDED, APPROVAL_OVER, APPROVAL_EXPIRED, APPROVAL_REASON.
 */
export async function decide(ledger: Ledger, wish: Decided): Promise<{ request: ApprovalRequest; repeated: boolean }> {
  const decision = decisionOf(wish);
  const request = await requestOf(ledger, wish);
  const [decisions, policies] = await Promise.all([
    listApprovalDecisions(ledger, request),
    listPolicyDocuments(ledger),
  ]);
  const before = decisions.find(({ actor }) => actor === wish.actor);
  const repeated = before?.decision === wish.decision;
  const { requestedBy: requester, requirement } = request;
  if (!repeated) {
    assertOpen(request, { decisions, at: wish.at });
    refuse(mayApprove(wish.actor, { requester, requirement, decisions, policies }), wish.actor);
    const first = await recordApprovalDecision(ledger, decision);
    if (!first) throw decidedBefore(await listApprovalDecisions(ledger, request), wish.actor);
  }
  const now = await conclude(ledger, request, policies);
  // Two people decided at once: the first who ended it is right, and the other is told.
  if (isOpposite(now.status, wish.decision)) throw alreadyEnded(now, await listApprovalDecisions(ledger, request));
  return { request: now, repeated };
}

/**
 * Ends the request if its decisions do, and tells the step that waits. Done again it is harmless, and finishes what a crash left between a
 * decision and its effect. Answers the request as it is then.
 */
export async function conclude(
  ledger: Ledger,
  request: ApprovalRequest,
  policies: readonly Policy[],
): Promise<ApprovalRequest> {
  const { requestedBy: requester, requirement } = request;
  const decisions = await listApprovalDecisions(ledger, request);
  const standing = approvalStanding({ requester, requirement, policies, decisions });
  if (standing.kind !== 'open') await closeApprovalRequest(ledger, request, standing.kind);
  const now = (await readApprovalRequest(ledger, request)) ?? request;
  await tellWaiting(ledger, now);
  return now;
}

function decisionOf({ promotion, environment, digest, actor, decision, reason, at }: Decided): ApprovalDecision {
  return { promotion, environment, digest, actor, decision, reason: reasonOf(reason), at };
}

/** The newest request of the environment has to be about the digest that was seen. */
async function requestOf(ledger: Ledger, wish: Decided): Promise<ApprovalRequest> {
  const { promotion, environment, digest } = wish;
  const record = await readPromotion(ledger, promotion);
  if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion });
  const requests = await listApprovalRequests(ledger, wish);
  const found = requests.find((request) => request.digest === digest && request.status !== 'void');
  if (found !== undefined) return found;
  const newest = requests.findLast(({ status }) => status !== 'void');
  if (newest === undefined && requests.length > 0 && record.settledAt !== undefined)
    throw failure('APPROVAL_OVER', { promotion, environment, status: record.status });
  if (newest === undefined) throw failure('APPROVAL_UNKNOWN', { promotion, environment });
  if (digest === record.release) throw failure('DIGEST_OF_RELEASE', { digest, plan: newest.digest });
  throw failure('DIGEST_CHANGED', { seen: digest, now: newest.digest });
}

function assertOpen(
  request: ApprovalRequest,
  { decisions, at }: { decisions: readonly ApprovalDecision[]; at: string },
): void {
  const { status, environment, expiresAt, requirement } = request;
  const late = status === 'expired' || (status === 'open' && at > expiresAt);
  if (!late && status !== 'open') throw alreadyEnded(request, decisions);
  if (late) throw failure('APPROVAL_EXPIRED', { environment, expiresAt, missing: requirement.groups });
}

function refuse(may: MayApprove, actor: string): void {
  if (may.kind === 'allowed') return;
  switch (may.why) {
    case 'self-approval':
      throw failure('SELF_APPROVAL', { actor });
    case 'not-an-approver':
      throw failure('NOT_AN_APPROVER', { actor, groups: may.groups });
    case 'already-decided':
      throw failure('ALREADY_DECIDED', { by: actor, decision: may.earlier.decision, at: may.earlier.at });
  }
}

function isOpposite(status: ApprovalRequest['status'], decision: ApprovalWish['decision']): boolean {
  return decision === 'approve' ? status === 'rejected' : status === 'approved';
}

/** Names whose decision it was that ended the request: of two at once, the other one is on record as well. */
function alreadyEnded({ status }: ApprovalRequest, decisions: readonly ApprovalDecision[]) {
  return alreadyDecided(decisions.findLast(({ decision }) => !isOpposite(status, decision)));
}

function decidedBefore(decisions: readonly ApprovalDecision[], actor: string) {
  return alreadyDecided(decisions.find((decision) => decision.actor === actor));
}

function alreadyDecided(found: ApprovalDecision | undefined) {
  return failure('ALREADY_DECIDED', {
    by: found?.actor ?? 'Somebody',
    decision: found?.decision ?? 'unknown',
    at: found?.at ?? 'the same moment',
  });
}

/** Tells the step that waits how its request ended. Answers whether there was one to be told, and none had told it before. */
export async function tellWaiting(ledger: Ledger, request: ApprovalRequest): Promise<boolean> {
  const answer = await answerOf(ledger, request);
  const token = answer === undefined ? undefined : await readApprovalToken(ledger, request);
  if (token === undefined) return false;
  await answerTask(token, answer);
  await forgetApprovalToken(ledger, request, token);
  return true;
}
