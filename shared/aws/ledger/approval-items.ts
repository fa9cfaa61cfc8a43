/** Approvals as they are kept in the ledger. */
import { ApprovalDecision, ApprovalRequest } from '#shared/domain/approval/records.ts';
import type { Item } from './table.ts';

/** A request without its task token, which nobody but Step Functions may see. */
export function requestOf(item: Item): ApprovalRequest {
  const { pk: _pk, sk: _sk, token: _token, ...rest } = item;
  return ApprovalRequest.parse(rest);
}

export function decisionOf(item: Item): ApprovalDecision {
  const { pk: _pk, sk: _sk, ...rest } = item;
  return ApprovalDecision.parse(rest);
}
