/** The transitions of approvals: asked for, and how that ended. */
import type { ApprovalDecision, ApprovalRequest } from '../approval/records.ts';
import { ownActor } from './event.ts';
import { toldText } from './told-reasons.ts';
import type { Happened, Recorded } from './transitions.ts';

export function approvalTransitions(record: Recorded): Happened[] {
  return record.approvals.flatMap((request) => [
    requested(request),
    ...(request.status === 'open' ? [] : [ended(request, record)]),
  ]);
}

function requested(request: ApprovalRequest): Happened {
  const { environment, requestedAt } = request;
  const detail = { environment, state: 'open', occurredAt: requestedAt, approval: approvalOf(request) };
  return { key: keyOf(request, 'open'), detailType: 'Drawbridge Approval Requested', detail, part: 'between' };
}

function ended(request: ApprovalRequest, record: Recorded): Happened {
  const { environment, status } = request;
  const detail = { environment, state: status, previousState: 'open', ...endOf(request, record) };
  return { key: keyOf(request, status), detailType: 'Drawbridge Approval Decided', detail, part: 'between' };
}

/** By whom and when. The decision that completed it is the newest of its kind; a void request ended with its plan or its rollout. */
function endOf(request: ApprovalRequest, { decisions, approvals, rollouts }: Recorded) {
  const { environment, status, digest, expiresAt } = request;
  const approval = approvalOf(request);
  if (status === 'approved' || status === 'rejected') {
    const kind = status === 'approved' ? 'approve' : 'reject';
    const own = decisions.filter((one) => one.environment === environment && one.digest === digest);
    const last = newest(own.filter(({ decision }) => decision === kind));
    return { occurredAt: last.at, actor: last.actor, approval: { ...approval, reason: toldText(last.reason) } };
  }
  if (status === 'expired') return { occurredAt: expiresAt, actor: ownActor, approval };
  const next = approvals
    .filter((other) => other.environment === environment && other.requestedAt > request.requestedAt)
    .map(({ requestedAt }) => requestedAt)
    .sort();
  const settledAt = rollouts.find((rollout) => rollout.environment === environment)?.settledAt;
  return { occurredAt: next[0] ?? settledAt ?? request.requestedAt, actor: ownActor, approval };
}

/** A request is closed as decided only after a decision of that kind was recorded. */
function newest(decisions: readonly ApprovalDecision[]): ApprovalDecision {
  return decisions.reduce((a, b) => (a.at > b.at ? a : b));
}

function approvalOf({ digest, requirement: { groups, because }, requestedAt, expiresAt }: ApprovalRequest) {
  return { digest, groups, because: because.map(toldText), requestedAt, expiresAt };
}

/** A request for the same plan may be made again once it was void. */
function keyOf({ environment, digest, requestedAt }: ApprovalRequest, state: string): string {
  return `approval ${environment} ${digest} ${requestedAt} ${state}`;
}
