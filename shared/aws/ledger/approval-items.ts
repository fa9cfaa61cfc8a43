/** Approvals as they are kept in the ledger. */
import { ApprovalDecision, ApprovalRequest } from '#shared/domain/approval/records.ts';
import { type Item, withoutKeys } from './table.ts';

/** A request without its task token, which nobody but Step Functions may see. */
export function requestOf(item: Item): ApprovalRequest {
  const { token: _token, ...rest } = withoutKeys(item);
  return ApprovalRequest.parse(rest);
}

export function decisionOf(item: Item): ApprovalDecision {
  return ApprovalDecision.parse(withoutKeys(item));
}
