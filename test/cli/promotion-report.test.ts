/** What a person reads at the end of a promotion: why, where to look, and what to do next. */
import { describe, expect, it } from 'vitest';
import { promotionText } from '#cli/client/promotion-report.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Deployment } from '#shared/domain/promotion/records.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDeployment, aPromotion, aRollout, monday, promotionId } from '#test/builders.ts';

const here = '--sandbox --world w';
const digest = digestOf('plan');
const reason = { code: 'STACK_FAILED', text: 'Queue (AWS::SQS::Queue) UPDATE_FAILED: no', resource: 'Queue' };
const recordOf = (change: Partial<PromotionRecord>): PromotionRecord => ({
  promotion: aPromotion({ status: 'failed', environments: ['production'] }),
  rollouts: [aRollout({ status: 'failed', reasons: [reason] })],
  rounds: [],
  progress: [],
  waiting: [],
  rollbacks: [],
  deployments: [],
  approvals: [],
  decisions: [],
  ...change,
});
const failed = (status: string, region = 'eu-west-1'): Deployment =>
  aDeployment({ stack: 'api', stackName: 'orders-api', outcome: 'failed', status, region, reason });
const linesOf = (record: Partial<PromotionRecord>, options = here) =>
  promotionText(recordOf(record), options)
    .split('\n')
    .map((line) => line.trim());

describe('a promotion that failed', () => {
  it('names the reason, the stack in the console, and the command that takes it up, as it can be run', () => {
    const lines = linesOf({ deployments: [failed('UPDATE_ROLLBACK_COMPLETE')] });
    expect(lines.slice(lines.findIndex((line) => line.startsWith('because')))).toEqual([
      'because STACK_FAILED: Queue (AWS::SQS::Queue) UPDATE_FAILED: no',
      'see orders-api in 333333333333: https://console.aws.amazon.com/cloudformation/home?region=eu-west-1#/stacks/events?stackId=orders-api',
      `next, once the cause is gone: npm run -s drawbridge -- retry ${promotionId} ${here}`,
    ]);
  });

  it('links into the partition of the stack', () => {
    const text = linesOf({ deployments: [failed('ROLLBACK_COMPLETE', 'cn-north-1')] }).join('\n');
    expect(text).toContain('https://console.amazonaws.cn/cloudformation/home?region=cn-north-1#');
  });

  it('says how a rollback that failed can leave out what cannot be rolled back', () => {
    expect(linesOf({ deployments: [failed('UPDATE_ROLLBACK_FAILED')] }).at(-1)).toBe(
      `or leave what is in UPDATE_FAILED as it is: npm run -s drawbridge -- retry ${promotionId} --skip api:LOGICALID ${here}`,
    );
  });

  it('without a failed stack links nowhere', () => {
    expect(linesOf({ deployments: [aDeployment()] }).join('\n')).not.toContain('https://');
  });
});

describe('a promotion that waits for people', () => {
  const request = {
    ...{ promotion: promotionId, pipeline: 'orders', environment: 'production', digest },
    ...{ requirement: { groups: [], because: [] }, requestedBy: 'alice', requestedAt: monday, expiresAt: monday },
    status: 'open' as const,
  };
  it.each([
    ['in the sandbox', 'alice', here, `${here} --as bob`],
    ['in the sandbox, for another person', 'bob', here, `${here} --as alice`],
    ['on AWS', 'alice', '--api https://a --region r', '--api https://a --region r'],
  ])('names the command of somebody else %s', (_, requestedBy, options, shown) => {
    const promotion = aPromotion({ status: 'running', environments: ['production'], requestedBy });
    expect(linesOf({ promotion, approvals: [request] }, options)).toContain(
      `next: npm run -s drawbridge -- approve ${promotionId} --reason '…' ${shown} (or reject)`,
    );
  });

  it('says which plan a decision is about', () => {
    const decision = { promotion: promotionId, environment: 'production', digest, actor: 'bob', at: monday };
    const decisions = [{ ...decision, decision: 'approve' as const, reason: 'looked at it' }];
    expect(linesOf({ approvals: [{ ...request, status: 'approved' }], decisions })).toContain(
      `approved by bob: looked at it (plan ${digest})`,
    );
  });
});
