/**
 * What happened to a promotion, read from its records: each transition once, under a key by which it is known again. So nothing that was
 * recorded can be forgotten, whatever broke between a record and its event.
 */
import type { ApprovalDecision, ApprovalRequest } from '../approval/records.ts';
import type { Deployment, Promotion, Rollback, Rollout } from '../promotion/records.ts';
import { approvalTransitions } from './approval-transitions.ts';
import { PromotionEvent } from './event.ts';
import { promotionTransitions } from './promotion-transitions.ts';
import { rolloutTransitions } from './rollout-transitions.ts';
import { summaryOf } from './summary.ts';
import { toldText } from './told-reasons.ts';

/** The records of one promotion. */
export interface Recorded {
  readonly promotion: Promotion;
  readonly rollouts: readonly Rollout[];
  readonly deployments: readonly Deployment[];
  readonly approvals: readonly ApprovalRequest[];
  readonly decisions: readonly ApprovalDecision[];
}

/** An event that lacks its place in the sequence. */
export interface Transition {
  /** The same for the same transition, however often it is looked at. */
  readonly key: string;
  readonly detailType: PromotionEvent['detailType'];
  readonly detail: object;
}

/** Something that happened, and where it stands among what happened in the same moment. */
export interface Happened {
  readonly key: string;
  readonly detailType: PromotionEvent['detailType'];
  /** What of the event is not the promotion's own. */
  readonly detail: {
    readonly state: string;
    readonly occurredAt: string;
    readonly environment?: string;
    readonly [field: string]: unknown;
  };
  /** Whether it opens a promotion or rollout, ends one, or lies between. */
  readonly part: 'opens' | 'between' | 'ends';
}

/** Every transition on record, in order of time; of one moment, in the order of the journey. */
export function transitionsIn(record: Recorded): Transition[] {
  const happened = [...promotionTransitions(record), ...rolloutTransitions(record), ...approvalTransitions(record)];
  const placed = happened.map((one, index) => ({ one, place: [...placeOf(one, record.promotion), index] }));
  return placed.sort((a, b) => inOrder(a.place, b.place)).map(({ one }) => transitionOf(one, record.promotion));
}

/** The transition as the event with that place in the sequence. Nothing but the fields of its schema gets into it. */
export function numbered({ detailType, detail }: Transition, sequence: number): PromotionEvent {
  return PromotionEvent.parse({ detailType, detail: { ...detail, sequence } });
}

const parts = ['opens', 'between', 'ends'];

/** A promotion opens before its first rollout and ends after its last. */
function placeOf({ detailType, detail, part }: Happened, { environments }: Promotion): number[] {
  const own = detailType === 'Drawbridge Promotion State Change';
  const outside = part === 'opens' ? -1 : environments.length;
  const stop = own ? outside : environments.indexOf(`${detail.environment}`);
  return [Date.parse(detail.occurredAt), stop, parts.indexOf(part)];
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return Number(a[at]) - Number(b[at]);
}

function transitionOf({ key, detailType, detail }: Happened, promotion: Promotion): Transition {
  const { id, pipeline, release, releaseId, mode, retryOf, rollback, trigger, requestedAt, requestedBy } = promotion;
  const whole = {
    version: 1,
    promotion: id,
    ...{ pipeline, release, releaseId, mode },
    ...(retryOf === undefined ? {} : { retryOf }),
    ...(rollback === undefined ? {} : { rollback: toldRollback(rollback) }),
    ...{ trigger, requestedAt, actor: requestedBy, reasons: [] },
    ...detail,
  };
  return { key, detailType, detail: { ...whole, summary: summaryOf(detailType, whole) } };
}

/** What its targets ran is on the promotion: of a thousand targets it is too much for an event. */
function toldRollback({ from: _, ...rollback }: Rollback): Omit<Rollback, 'from'> {
  return { ...rollback, reason: toldText(rollback.reason) };
}
