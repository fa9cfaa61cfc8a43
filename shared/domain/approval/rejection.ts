/** How a step that waits for an approval is told that there will be none. The text is a reason of the rollout. */
import { problem } from '../errors/catalogue.ts';
import type { PromotionId } from '../identifiers.ts';
import type { ApprovalAnswer, ApprovalDecision } from './records.ts';

/** Somebody said no. */
export function rejection(environment: string, no: ApprovalDecision | undefined): ApprovalAnswer {
  const said = { environment, by: no?.actor ?? 'Somebody', reason: no?.reason ?? 'no reason' };
  return { kind: 'rejected', code: 'APPROVAL_REJECTED', reason: problem('APPROVAL_REJECTED', said).cause };
}

/** A newer promotion took its place. */
export function supersession(environment: string, by: PromotionId): ApprovalAnswer {
  return { kind: 'rejected', code: 'SUPERSEDED', reason: problem('SUPERSEDED', { environment, by }).cause };
}
