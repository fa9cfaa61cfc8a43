import { describe, expect, it } from 'vitest';
import type { PromotionEvent } from '#shared/domain/events/event.ts';
import { summaryOf } from '#shared/domain/events/summary.ts';
import { monday } from '#test/builders.ts';

const approval = { groups: ['managers', 'security'], because: ['policy x asks.', 'a role is made'], expiresAt: monday };
const base = { releaseId: 'orders-1', actor: 'alice', reasons: [], environment: 'production' };
const promotion = { ...base, environment: undefined };

describe('an event in one line', () => {
  it.each<[PromotionEvent['detailType'], object, string]>([
    [
      'Drawbridge Promotion State Change',
      { ...promotion, state: 'accepted' },
      'alice asked for a promotion of orders-1.',
    ],
    [
      'Drawbridge Promotion State Change',
      { ...promotion, state: 'accepted', rollback: { automatic: false, reason: 'customers cannot pay' } },
      'alice asked for a rollback to orders-1: customers cannot pay.',
    ],
    [
      'Drawbridge Promotion State Change',
      { ...promotion, state: 'accepted', rollback: { automatic: true, reason: 'orders-2 was found bad' } },
      'Targets go back to orders-1 by themselves: orders-2 was found bad.',
    ],
    [
      'Drawbridge Rollout State Change',
      { ...base, state: 'succeeded', rollback: { automatic: true, reason: 'orders-2 was found bad' } },
      'The rollback to orders-1 in production has succeeded.',
    ],
    [
      'Drawbridge Promotion State Change',
      { ...base, state: 'failed', rollback: { automatic: true, reason: 'orders-2 was found bad' } },
      'The rollback to orders-1 has failed in production.',
    ],
    ['Drawbridge Promotion State Change', { ...promotion, state: 'running' }, 'The promotion of orders-1 has begun.'],
    [
      'Drawbridge Promotion State Change',
      { ...promotion, state: 'succeeded' },
      'The promotion of orders-1 has succeeded.',
    ],
    [
      'Drawbridge Promotion State Change',
      { ...base, state: 'aborted' },
      'The promotion of orders-1 was aborted in production.',
    ],
    [
      'Drawbridge Rollout State Change',
      { ...base, state: 'unchanged' },
      'The rollout of orders-1 to production had nothing to change.',
    ],
    [
      'Drawbridge Approval Requested',
      { ...base, state: 'open', approval },
      `orders-1 needs an approval for production of managers and security until ${monday}: policy x asks; a role is made.`,
    ],
    [
      'Drawbridge Approval Requested',
      { ...base, state: 'open', approval: { ...approval, groups: [], because: ['policy x asks.'] } },
      `orders-1 needs an approval for production of anybody else until ${monday}: policy x asks.`,
    ],
    [
      'Drawbridge Approval Decided',
      { ...base, actor: 'bob', state: 'approved', approval: { ...approval, reason: 'reviewed' } },
      'The approval of orders-1 for production was given by bob. reviewed',
    ],
    [
      'Drawbridge Approval Decided',
      { ...base, actor: 'bob', state: 'rejected', approval: { ...approval, reason: 'too late' } },
      'The approval of orders-1 for production was refused by bob. too late',
    ],
    [
      'Drawbridge Approval Decided',
      { ...base, state: 'expired', approval },
      'The approval of orders-1 for production was not given in time.',
    ],
    [
      'Drawbridge Approval Decided',
      { ...base, state: 'void', approval },
      'The approval of orders-1 for production is not needed any more.',
    ],
  ])('%s: %o', (detailType, event, expected) => {
    expect(summaryOf(detailType, event)).toBe(expected);
  });
});
