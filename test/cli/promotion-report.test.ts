/** What a person reads at the end of a promotion: why, where to look, and what to do next. */
import { describe, expect, it } from 'vitest';
import { promotionJson, promotionText } from '#cli/client/promotion-report.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Deployment } from '#shared/domain/promotion/records.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import type { AttemptSeen } from '#shared/domain/verification/attempt.ts';
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
  attempts: [],
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

describe('probes that were asked', () => {
  const asked = {
    promotion: promotionId,
    environment: 'production',
    target: 'eu-1',
    series: 1,
    index: 0,
    probe: 'pays',
  };
  const attempts: AttemptSeen[] = [
    { ...asked, attempt: 1, startedAt: monday, outcome: 'error', endedAt: monday, reason: 'it timed out' },
    { ...asked, attempt: 2, startedAt: monday, outcome: 'failed', endedAt: monday, reason: 'nobody can pay' },
    { ...asked, target: 'eu-2', attempt: 1, startedAt: monday, outcome: 'passed', endedAt: monday },
    { ...asked, target: 'eu-3', attempt: 1, startedAt: monday },
  ];

  it('are told one by one unless they passed', () => {
    expect(linesOf({ attempts }).filter((line) => line.startsWith('asked'))).toEqual([
      'asked pays in eu-1, attempt 1: error: it timed out',
      'asked pays in eu-1, attempt 2: failed: nobody can pay',
      `asked pays in eu-3, attempt 1: under way since ${monday}`,
    ]);
    expect(linesOf({ attempts: [{ ...attempts[0]!, environment: 'elsewhere' }] }).join()).not.toContain('asked pays');
  });

  it('are all in the JSON form, and nothing is where none was asked', () => {
    const environments = (change: Partial<PromotionRecord>) => promotionJson(recordOf(change)).environments;
    const shown = environments({ attempts }).flatMap((environment) => environment.attempts ?? []);
    expect(shown).toEqual([
      {
        target: 'eu-1',
        probe: 'pays',
        attempt: 1,
        outcome: 'error',
        startedAt: monday,
        endedAt: monday,
        reason: 'it timed out',
      },
      {
        target: 'eu-1',
        probe: 'pays',
        attempt: 2,
        outcome: 'failed',
        startedAt: monday,
        endedAt: monday,
        reason: 'nobody can pay',
      },
      { target: 'eu-2', probe: 'pays', attempt: 1, outcome: 'passed', startedAt: monday, endedAt: monday },
      { target: 'eu-3', probe: 'pays', attempt: 1, outcome: 'under-way', startedAt: monday },
    ]);
    expect(environments({}).every((environment) => !('attempts' in environment))).toBe(true);
  });
});

describe('a target that waits to be started', () => {
  it('is told beside what the rollout waits for', () => {
    const wait = {
      environment: 'production',
      since: monday,
      until: monday,
      reason: { code: 'FROZEN', text: 'Year end.' },
    };
    expect(linesOf({ waiting: [wait, { ...wait, target: 'eu-1' }] }).filter((line) => line.includes('waits'))).toEqual([
      `waits since ${monday}, until ${monday} at least: FROZEN: Year end.`,
      `eu-1 waits since ${monday}, until ${monday} at least: FROZEN: Year end.`,
    ]);
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
