import { describe, expect, it } from 'vitest';
import type { PromotionEvent } from '#shared/domain/events/event.ts';
import { measuresOf, waitingOf } from '#shared/domain/events/metrics.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import { monday } from '#test/builders.ts';

const at = (seconds: number) => after(monday, seconds);
const event = (detailType: PromotionEvent['detailType'], state: string, change: object = {}) => {
  const detail = { mode: 'promote', state, requestedAt: monday, occurredAt: at(90), approval: { requestedAt: at(60) } };
  return { detailType, detail: { ...detail, ...change } } as unknown as PromotionEvent;
};
const told = (...given: Parameters<typeof event>) =>
  measuresOf(event(...given)).map(({ name, value }) => `${name} ${value}`);

describe('what is measured of an event', () => {
  it.each<[PromotionEvent['detailType'], string, string[]]>([
    ['Drawbridge Promotion State Change', 'accepted', []],
    ['Drawbridge Promotion State Change', 'running', ['PromotionStarted 1']],
    ['Drawbridge Promotion State Change', 'succeeded', ['PromotionSucceeded 1', 'DurationSeconds 90']],
    ['Drawbridge Promotion State Change', 'unchanged', ['PromotionSucceeded 1', 'DurationSeconds 90']],
    ['Drawbridge Promotion State Change', 'failed', ['PromotionFailed 1', 'DurationSeconds 90']],
    ['Drawbridge Promotion State Change', 'errored', ['PromotionFailed 1', 'DurationSeconds 90']],
    ['Drawbridge Promotion State Change', 'rejected', ['GateBlocked 1', 'DurationSeconds 90']],
    ['Drawbridge Promotion State Change', 'aborted', []],
    ['Drawbridge Rollout State Change', 'running', []],
    ['Drawbridge Rollout State Change', 'unchanged', ['EmptyPlan 1']],
    ['Drawbridge Approval Requested', 'open', []],
    ['Drawbridge Approval Decided', 'approved', ['ApprovalWaitSeconds 30']],
    ['Drawbridge Approval Decided', 'rejected', ['ApprovalWaitSeconds 30']],
    ['Drawbridge Approval Decided', 'expired', []],
    ['Drawbridge Approval Decided', 'void', []],
  ])('%s %s: %j', (detailType, state, expected) => {
    expect(told(detailType, state)).toEqual(expected);
    expect(told(detailType, state, { mode: 'plan' })).toEqual([]);
    expect(told(detailType, state, { mode: 'drift' })).toEqual([]);
  });
});

describe('how long people are waited for', () => {
  it.each<[string, [string, number][], object[]]>([
    ['nothing was asked', [], []],
    ['everything is answered', [['approved', 0]], []],
    [
      'the oldest open request counts',
      [
        ['open', 50],
        ['open', 10],
        ['void', 0],
      ],
      [{ name: 'ApprovalPendingSeconds', unit: 'Seconds', value: 90 }],
    ],
  ])('%s', (_, asked, expected) => {
    const approvals = asked.map(([status, since]) => ({ status, requestedAt: at(since) }));
    expect(waitingOf({ approvals } as never, at(100))).toEqual(expected);
  });
});
