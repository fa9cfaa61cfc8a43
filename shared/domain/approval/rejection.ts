/** How a rejection is told where a rollout's reasons are. */
import { problem } from '../errors/catalogue.ts';
import type { ApprovalDecision } from './records.ts';

export function rejectionText(environment: string, no: ApprovalDecision | undefined): string {
  return problem('APPROVAL_REJECTED', { environment, by: no?.actor ?? 'Somebody', reason: no?.reason ?? 'no reason' })
    .cause;
}
