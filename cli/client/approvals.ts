/** Approvals over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { askedOf } from '#shared/domain/approval/asked-of.ts';
import type { ApprovalRequest } from '#shared/domain/approval/records.ts';
import type { ApprovalWish } from '#shared/domain/approval/wish.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';

/** Decides on what a promotion waits for. Sending the same decision again is harmless. */
export async function sendDecision(api: Api, promotion: string, body: ApprovalWish): Promise<ApprovalRequest> {
  const path = `/v1/promotions/${encodeURIComponent(promotion)}/approvals`;
  return callApi(api, { method: 'POST', path, body });
}

/** The one open request of a promotion, or of one of its environments. Throws ALREADY_DECIDED, APPROVAL_UNKNOWN; USAGE when there are several. */
export function openRequest(
  { promotion, approvals, decisions }: PromotionRecord,
  environment?: string,
): ApprovalRequest {
  const open = approvals.filter(
    (request) => request.status === 'open' && (environment ?? request.environment) === request.environment,
  );
  const [only, ...others] = open;
  if (only !== undefined && others.length === 0) return only;
  const decided = decidedLast({ approvals, decisions }, environment);
  if (only === undefined && decided !== undefined)
    throw failure('ALREADY_DECIDED', { by: decided.actor, decision: decided.decision, at: decided.at });
  if (only === undefined)
    throw failure('APPROVAL_UNKNOWN', { promotion: promotion.id, environment: environment ?? 'anything' });
  const names = open.map((request) => request.environment).join(' or ');
  throw failure('USAGE', {
    detail: 'Several environments wait for an approval.',
    hint: `Name --environment ${names}.`,
  });
}

/** The newest decision that ended a request. */
function decidedLast({ approvals, decisions }: Pick<PromotionRecord, 'approvals' | 'decisions'>, environment?: string) {
  const ended = new Set(
    approvals.flatMap(({ status, digest }) => (status === 'approved' || status === 'rejected' ? [digest] : [])),
  );
  return decisions
    .filter((decision) => ended.has(decision.digest) && (environment ?? decision.environment) === decision.environment)
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .at(-1);
}

/** What is asked, and of whom, as lines. */
export function requestLines({ environment, digest, requirement, requestedBy, expiresAt }: ApprovalRequest): string[] {
  return [
    `${environment} waits for the approval of ${askedOf(requirement, requestedBy)}, until ${expiresAt}`,
    ...requirement.because.map((reason) => `  because ${reason}`),
    `  plan ${digest}`,
  ];
}
