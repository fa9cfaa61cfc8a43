/** What is counted and measured of promotions. Each number belongs to an event, so that it is told once. */
import type { PromotionEvent } from './event.ts';
import type { Recorded } from './transitions.ts';

export interface Measure {
  readonly name:
    | 'PromotionStarted'
    | 'PromotionSucceeded'
    | 'PromotionFailed'
    | 'GateBlocked'
    | 'EmptyPlan'
    | 'DurationSeconds'
    | 'ApprovalWaitSeconds'
    | 'ApprovalPendingSeconds';
  readonly unit: 'Count' | 'Seconds';
  readonly value: number;
}

/** Of promotions that only plan or look for drift, nothing is counted: they start nothing and end nothing. */
export function measuresOf({ detailType, detail }: PromotionEvent): Measure[] {
  if (detail.mode === 'plan' || detail.mode === 'drift') return [];
  switch (detailType) {
    case 'Drawbridge Promotion State Change':
      return ofPromotion(detail);
    case 'Drawbridge Rollout State Change':
      return detail.state === 'unchanged' ? [count('EmptyPlan')] : [];
    case 'Drawbridge Approval Requested':
      return [];
    case 'Drawbridge Approval Decided':
      return isDecision(detail.state)
        ? [seconds('ApprovalWaitSeconds', detail.approval.requestedAt, detail.occurredAt)]
        : [];
  }
}

/** How long the oldest open request of a promotion has waited for an answer; nothing where none is open. */
export function waitingOf({ approvals }: Pick<Recorded, 'approvals'>, now: string): Measure[] {
  const [oldest] = approvals.flatMap(({ status, requestedAt }) => (status === 'open' ? [requestedAt] : [])).sort();
  return oldest === undefined ? [] : [seconds('ApprovalPendingSeconds', oldest, now)];
}

type PromotionChange = Extract<PromotionEvent, { detailType: 'Drawbridge Promotion State Change' }>['detail'];

function ofPromotion({ state, requestedAt, occurredAt }: PromotionChange): Measure[] {
  const took = seconds('DurationSeconds', requestedAt, occurredAt);
  switch (state) {
    case 'running':
      return [count('PromotionStarted')];
    case 'succeeded':
    case 'unchanged':
      return [count('PromotionSucceeded'), took];
    case 'failed':
    case 'errored':
      return [count('PromotionFailed'), took];
    case 'rejected':
      return [count('GateBlocked'), took];
    case 'accepted':
    case 'planned':
    case 'aborted':
      return [];
  }
}

function isDecision(state: string): boolean {
  return state === 'approved' || state === 'rejected';
}

function count(name: Measure['name']): Measure {
  return { name, unit: 'Count', value: 1 };
}

function seconds(name: Measure['name'], from: string, to: string): Measure {
  return { name, unit: 'Seconds', value: Math.round((Date.parse(to) - Date.parse(from)) / 1000) };
}
