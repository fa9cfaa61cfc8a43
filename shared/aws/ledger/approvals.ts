/** Approvals in the ledger: what a rollout waits for, and who decided what. The task token stays here until it is answered. */
import type { ApprovalAnswer, ApprovalDecision, ApprovalRequest } from '#shared/domain/approval/records.ts';
import { rejection, supersession } from '#shared/domain/approval/rejection.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { unreachableGroups } from '#shared/domain/policy/approvals.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { decisionOf, requestOf } from './approval-items.ts';
import { readPromotion } from './promotions.ts';
import { changeItem, getItem, type Ledger, putItem, putNew, queryItems } from './table.ts';

type Where = Pick<ApprovalRequest, 'promotion' | 'environment'>;
type About = Pick<ApprovalRequest, 'promotion' | 'environment' | 'digest'>;

export interface ApprovalWish extends About {
  readonly pipeline: string;
  readonly requirement: ApprovalRequest['requirement'];
  readonly seconds: number;
  readonly policies: readonly Policy[];
  readonly at: string;
}

/**
 * Asks for a decision on the plan with this digest. What was asked before and is still open is void: the plan is another one now. A request
 * for the same digest stays as it is, decided or not, unless it had become void. Throws APPROVAL_UNREACHABLE where nobody could give it.
 */
export async function askForApproval(ledger: Ledger, wish: ApprovalWish): Promise<void> {
  const promotion = await readPromotion(ledger, wish.promotion);
  if (promotion === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: wish.promotion });
  const before = await listApprovalRequests(ledger, wish);
  for (const { digest, status } of before)
    if (status === 'open' && digest !== wish.digest) await closeApprovalRequest(ledger, { ...wish, digest }, 'void');
  const same = before.find(({ digest }) => digest === wish.digest);
  if (same !== undefined && same.status !== 'void') return;
  demandReachable(promotion, wish);
  await putItem(ledger, { ...requestKey(wish), ...requestFor(promotion, wish) });
}

/** Better said now than after a wait in vain. */
function demandReachable({ requestedBy: requester }: Pick<Promotion, 'requestedBy'>, wish: ApprovalWish): void {
  const { environment, requirement, policies } = wish;
  const groups = unreachableGroups({ requester, requirement, policies });
  if (groups.length > 0) throw failure('APPROVAL_UNREACHABLE', { environment, requester, groups });
}

function requestFor(
  { requestedBy }: Pick<Promotion, 'requestedBy'>,
  { promotion, pipeline, environment, digest, requirement, seconds, at }: ApprovalWish,
): ApprovalRequest {
  const where = { promotion, pipeline, environment, digest };
  return { ...where, requirement, requestedBy, requestedAt: at, expiresAt: after(at, seconds), status: 'open' };
}

/** Leaves word where to answer. Answers the request as it is then. Throws APPROVAL_UNKNOWN. */
export async function waitForApproval(ledger: Ledger, about: About, token: string): Promise<ApprovalRequest> {
  await changeItem(ledger, requestKey(about), {
    UpdateExpression: 'SET #token = :token',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: { '#token': 'token' },
    ExpressionAttributeValues: { ':token': token },
  });
  const request = await readApprovalRequest(ledger, about);
  if (request !== undefined) return request;
  throw failure('APPROVAL_UNKNOWN', { promotion: about.promotion, environment: about.environment });
}

/** What the waiting step is answered, or undefined while nothing is decided. */
export async function answerOf(ledger: Ledger, request: ApprovalRequest): Promise<ApprovalAnswer | undefined> {
  if (request.status === 'approved') return { kind: 'approved' };
  const { environment, supersededBy } = request;
  if (supersededBy !== undefined) return supersession(environment, supersededBy);
  if (request.status !== 'rejected') return undefined;
  const decisions = await listApprovalDecisions(ledger, request);
  const no = decisions.find(({ decision }) => decision === 'reject');
  return rejection(environment, no);
}

export async function readApprovalRequest(ledger: Ledger, about: About): Promise<ApprovalRequest | undefined> {
  const item = await getItem(ledger, requestKey(about));
  return item === undefined ? undefined : requestOf(item);
}

/** Everything that was asked for a rollout, oldest first. */
export async function listApprovalRequests(ledger: Ledger, where: Where): Promise<ApprovalRequest[]> {
  const items = await queryItems(ledger, `PROMOTION#${where.promotion}`, `APPROVAL#${where.environment}#`);
  return items.map(requestOf).sort((a, b) => (a.requestedAt < b.requestedAt ? -1 : 1));
}

/** The token of the step that waits for this decision, or undefined when none does. */
export async function readApprovalToken(ledger: Ledger, about: About): Promise<string | undefined> {
  return (await getItem(ledger, requestKey(about)))?.['token'] as string | undefined;
}

/** The step was told: what it waited with is of no use any more. A newer attempt's token stays. */
export async function forgetApprovalToken(ledger: Ledger, about: About, token: string): Promise<void> {
  await changeItem(ledger, requestKey(about), {
    UpdateExpression: 'REMOVE #token',
    ConditionExpression: '#token = :token',
    ExpressionAttributeNames: { '#token': 'token' },
    ExpressionAttributeValues: { ':token': token },
  });
}

/** Ends an open request once: the first end stands. Answers whether this call ended it. */
export async function closeApprovalRequest(
  ledger: Ledger,
  about: About,
  status: Exclude<ApprovalRequest['status'], 'open'>,
): Promise<boolean> {
  return changeItem(ledger, requestKey(about), {
    UpdateExpression: 'SET #status = :status',
    ConditionExpression: '#status = :open',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':status': status, ':open': 'open' },
  });
}

/** Ends an open request because a newer promotion takes the place of its own. Answers it as it is then; undefined where it was not open. */
export async function supersedeApproval(
  ledger: Ledger,
  request: ApprovalRequest,
  supersededBy: PromotionId,
): Promise<ApprovalRequest | undefined> {
  const ended = await changeItem(ledger, requestKey(request), {
    UpdateExpression: 'SET #status = :void, supersededBy = :newer',
    ConditionExpression: '#status = :open',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':void': 'void', ':newer': supersededBy, ':open': 'open' },
  });
  return ended ? { ...request, status: 'void', supersededBy } : undefined;
}

/** Of a rollout that has ended, nothing is to be decided any more. */
export async function endApprovalRequests(ledger: Ledger, { at, ...where }: Where & { at: string }): Promise<void> {
  const open = (await listApprovalRequests(ledger, where)).filter(({ status }) => status === 'open');
  await Promise.all(
    open.map((request) => closeApprovalRequest(ledger, request, at >= request.expiresAt ? 'expired' : 'void')),
  );
}

/** Records one person's decision, once. Answers false when they decided on this plan before. */
export async function recordApprovalDecision(ledger: Ledger, decision: ApprovalDecision): Promise<boolean> {
  return putNew(ledger, { ...decisionKey(decision), ...decision });
}

/** The decisions on one plan, in the order in which they were made. */
export async function listApprovalDecisions(ledger: Ledger, about: About): Promise<ApprovalDecision[]> {
  const items = await queryItems(ledger, groupOf(about.promotion), `DECISION#${about.environment}#${about.digest}#`);
  return items.map(decisionOf).sort((a, b) => (a.at < b.at ? -1 : 1));
}

function groupOf(promotion: PromotionId): string {
  return `PROMOTION#${promotion}`;
}

function requestKey({ promotion, environment, digest }: About) {
  return { pk: groupOf(promotion), sk: `APPROVAL#${environment}#${digest}` };
}

function decisionKey({ promotion, environment, digest, actor }: ApprovalDecision) {
  return { pk: groupOf(promotion), sk: `DECISION#${environment}#${digest}#${actor}` };
}
