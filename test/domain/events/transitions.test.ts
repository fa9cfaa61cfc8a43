import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApprovalDecision, ApprovalRequest } from '#shared/domain/approval/records.ts';
import type { PromotionEvent } from '#shared/domain/events/event.ts';
import { numbered, type Recorded, transitionsIn } from '#shared/domain/events/transitions.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import type { Outcome } from '#shared/domain/promotion/records.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDeployment, aPromotion, aRollout, monday, otherPromotionId, promotionId } from '#test/builders.ts';

const at = (seconds: number) => after(monday, seconds);
const where = { promotion: promotionId, environment: 'production', digest: digestOf('plan') };

function anApproval(change: Partial<ApprovalRequest> = {}): ApprovalRequest {
  const requirement = { groups: ['managers'], because: ['policy x asks.'] };
  const times = { requestedAt: at(20), expiresAt: at(3620) };
  return { ...where, pipeline: 'orders', requirement, requestedBy: 'alice', ...times, status: 'open', ...change };
}
function aDecision(change: Partial<ApprovalDecision> = {}): ApprovalDecision {
  return { ...where, actor: 'bob', decision: 'approve', reason: 'reviewed', at: at(60), ...change };
}
const records = (change: Partial<Recorded> = {}): Recorded => ({
  ...{ promotion: aPromotion(), rollouts: [], deployments: [], approvals: [], decisions: [], ...change },
});
const events = (record: Recorded): PromotionEvent[] =>
  transitionsIn(record).map((transition, index) => numbered(transition, index + 1));
const lines = (record: Recorded) =>
  events(record).map(({ detailType, detail }) =>
    [detailType.replace('Drawbridge ', ''), detail.environment ?? '-', detail.state, detail.actor].join(' '),
  );
const lastOf = (record: Recorded) => events(record).at(-1)!.detail as Record<string, unknown>;
const ended = (status: Outcome, settledAt = at(100)) => ({
  promotion: aPromotion({ status, settledAt }),
  rollouts: [aRollout({ status, startedAt: at(10), settledAt })],
});

describe('what happened to a promotion', () => {
  it.each<[string, Recorded, string[]]>([
    ['it was accepted', records(), ['Promotion State Change - accepted alice']],
    [
      'it runs from its first rollout on',
      records({ rollouts: [aRollout({ startedAt: at(10) })] }),
      [
        'Promotion State Change - accepted alice',
        'Promotion State Change - running alice',
        'Rollout State Change production running alice',
      ],
    ],
    [
      'one environment after the other, all in one moment',
      records({
        ...{ promotion: aPromotion({ status: 'succeeded', settledAt: monday }) },
        rollouts: [
          aRollout({ status: 'succeeded', settledAt: monday }),
          aRollout({ environment: 'pre-production', status: 'unchanged', settledAt: monday }),
        ],
      }),
      [
        'Promotion State Change - accepted alice',
        'Promotion State Change - running alice',
        'Rollout State Change pre-production running alice',
        'Rollout State Change pre-production unchanged alice',
        'Rollout State Change production running alice',
        'Rollout State Change production succeeded alice',
        'Promotion State Change - succeeded alice',
      ],
    ],
    [
      'a gate turned a rollout away at the door',
      records({
        promotion: aPromotion({ status: 'rejected', settledAt: at(20) }),
        rollouts: [aRollout({ epoch: 0, status: 'rejected', startedAt: at(10), settledAt: at(20) })],
      }),
      [
        'Promotion State Change - accepted alice',
        'Promotion State Change - running alice',
        'Rollout State Change production rejected alice',
        'Promotion State Change production rejected alice',
      ],
    ],
    [
      'it was closed before anything began',
      records({ promotion: aPromotion({ status: 'errored', settledAt: at(20) }) }),
      ['Promotion State Change - accepted alice', 'Promotion State Change - errored alice'],
    ],
  ])('%s', (_, record, expected) => {
    expect(lines(record)).toEqual(expected);
  });

  it('tells why a promotion ended where no rollout says so', () => {
    const reasons = [{ code: 'START_GIVEN_UP', text: 'It could not be started.' }];
    const closed = records({ promotion: aPromotion({ status: 'errored', settledAt: at(20), reasons }) });
    expect(lastOf(closed)).toMatchObject({ state: 'errored', reasons });
  });

  it.each<[ApprovalRequest['status'], Partial<Recorded>, string[]]>([
    ['open', {}, []],
    ['approved', { decisions: [aDecision()] }, ['production approved bob']],
    [
      'approved',
      {
        decisions: [
          aDecision({ actor: 'dora', at: at(50) }),
          aDecision({ actor: 'carol', at: at(90) }),
          aDecision(),
          aDecision({ decision: 'reject', at: at(99) }),
        ],
      },
      ['production approved carol'],
    ],
    [
      'rejected',
      { decisions: [aDecision({ decision: 'reject' }), aDecision({ actor: 'carol' })] },
      ['production rejected bob'],
    ],
    ['expired', {}, ['production expired drawbridge']],
    ['void', {}, ['production void drawbridge']],
  ])('an approval is asked for and is %s', (status, change, expected) => {
    const told = lines(records({ approvals: [anApproval({ status })], ...change }));
    expect(told.slice(1)).toEqual([
      'Approval Requested production open alice',
      ...expected.map((line) => `Approval Decided ${line}`),
    ]);
  });

  it.each<[string, Partial<Recorded>, string]>([
    ['its plan is another one', { approvals: [anApproval({ digest: digestOf('next'), requestedAt: at(50) })] }, at(50)],
    ['its rollout has ended', ended('failed'), at(100)],
    ['nothing says why', {}, at(20)],
  ])('an approval is void since %s', (_, change, occurredAt) => {
    const record = records(change);
    const all = events({ ...record, approvals: [...record.approvals, anApproval({ status: 'void' })] });
    expect(all.find(({ detail }) => detail.state === 'void')?.detail).toMatchObject({
      occurredAt,
      previousState: 'open',
    });
  });

  it('says of a failure what a person needs, and of stacks how many stand how', () => {
    const reasons = [
      { code: 'STACK_FAILED', text: 'Queue is taken.', resource: 'Queue', target: 'production' },
      { code: 'STACK_FAILED', text: 'Topic too.' },
    ];
    const outcomes = ['deployed', 'unchanged', 'failed', 'failed', 'pending', 'in-progress'] as const;
    const statuses = [
      'UPDATE_COMPLETE',
      'CREATE_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_FAILED',
      'PLANNED',
      'X',
    ];
    const deployments = outcomes.map((outcome, index) =>
      aDeployment({ stack: `stack-${index}`, outcome, status: `${statuses[index]}` }),
    );
    const { promotion, rollouts } = ended('failed');
    const elsewhere = aDeployment({ environment: 'pre-production', outcome: 'deployed' });
    const record = records({
      promotion,
      rollouts: [{ ...rollouts[0]!, reasons }],
      deployments: [...deployments, elsewhere],
    });
    expect(lastOf(record)).toEqual({
      version: 1,
      sequence: 5,
      promotion: promotionId,
      pipeline: 'orders',
      release: digestOf('release'),
      releaseId: 'orders-0123456789ab',
      mode: 'promote',
      trigger: { kind: 'api' },
      requestedAt: monday,
      actor: 'alice',
      occurredAt: at(100),
      environment: 'production',
      state: 'failed',
      previousState: 'running',
      reasons,
      stacks: { deployed: 1, unchanged: 1, failed: 2, rolledBack: 1, left: 2 },
      summary:
        'The promotion of orders-0123456789ab has failed in production. CloudFormation rolled back 1 of its stacks. STACK_FAILED: Queue is taken. (and 1 more)',
    });
  });

  it('names the promotion that is taken up again', () => {
    expect(lastOf(records({ promotion: aPromotion({ retryOf: otherPromotionId }) }))).toMatchObject({
      retryOf: otherPromotionId,
    });
    const rollback = { of: otherPromotionId, automatic: true, reason: 'orders-2 was\nfound bad' };
    const from = [{ release: digestOf('2'), releaseId: 'orders-2', targets: ['production'] }];
    const told = lastOf(records({ promotion: aPromotion({ rollback: { ...rollback, from } }) }));
    expect(told).toMatchObject({ rollback: { ...rollback, reason: 'orders-2 was found bad' } });
    expect(told).not.toHaveProperty('rollback.from');
  });
});

describe('what leaves', () => {
  const message = 'x'.repeat(200);
  const record = (text: string) => {
    const { promotion, rollouts } = ended('errored');
    const reasons = [{ code: 'ACCESS_DENIED', text }];
    return records({ promotion, rollouts: [{ ...rollouts[0]!, reasons }] });
  };

  it.each<[string, string, string]>([
    ['an encoded message', `Encoded authorization failure message: ${message}`, message],
    [
      'the second of two',
      `Encoded authorization failure message: a-b. Encoded authorization failure message: ${message}`,
      message,
    ],
    ['an access key', 'AKIAIOSFODNN7EXAMPLE is not known', 'AKIAIOSFODNN7EXAMPLE'],
    ['a line break', 'one\ntwo', '\n'],
    ['a text without end', 'y'.repeat(5000), 'y'.repeat(1001)],
  ])('is not %s', (_, text, secret) => {
    const told = JSON.stringify(lastOf(record(text)));
    expect(told).toContain('ACCESS_DENIED');
    expect(told).not.toContain(JSON.stringify(secret).slice(1, -1));
  });

  it('has no quotes or backslashes in what a rule puts between quotes', () => {
    expect(lastOf(record('a "b" \\ c'))['summary']).toBe(
      "The promotion of orders-0123456789ab broke in production. ACCESS_DENIED: a 'b' ' c",
    );
  });

  it('is bounded, however much went wrong', () => {
    const { promotion, rollouts } = ended('failed');
    const reasons = Array.from({ length: 400 }, () => ({ code: 'STACK_FAILED', text: 'z'.repeat(4000) }));
    const told = lastOf(records({ promotion, rollouts: [{ ...rollouts[0]!, reasons }] }));
    expect(JSON.stringify(told).length).toBeLessThan(64_000);
    expect(String(told['summary']).length).toBeLessThanOrEqual(1500);
  });

  it('is nothing that the schema does not name', () => {
    const [first] = transitionsIn(records());
    expect(numbered({ ...first!, detail: { ...first!.detail, externalId: 'CANARY' } }, 1).detail).not.toHaveProperty(
      'externalId',
    );
  });
});

describe('however often it is looked at', () => {
  const outcome = fc.constantFrom<Outcome>(
    'succeeded',
    'unchanged',
    'failed',
    'rejected',
    'errored',
    'aborted',
    'planned',
  );
  const anyRecord = fc
    .record({
      times: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 7, maxLength: 7 }),
      ends: fc.tuple(outcome, outcome),
      steps: fc.integer({ min: 0, max: 7 }),
    })
    .map(({ times, ends, steps }) => historyOf(times, ends).slice(0, steps + 1));

  it('a transition keeps its key and its content, and no two share a key', () => {
    void fc.assert(
      fc.property(anyRecord, (history) => {
        const looks = history.map((record) => transitionsIn(record));
        for (const [earlier, later] of looks.slice(1).map((look, index) => [looks[index]!, look] as const)) {
          const known = new Map(later.map((transition) => [transition.key, transition]));
          expect(known.size).toBe(later.length);
          expect(earlier.map(({ key }) => known.get(key))).toEqual(earlier);
        }
      }),
    );
  });

  it('what is seen later happened later, so that numbers order events by time', () => {
    void fc.assert(
      fc.property(anyRecord, (history) => {
        const seen: string[] = [];
        for (const record of history)
          for (const { key } of transitionsIn(record)) if (!seen.includes(key)) seen.push(key);
        expect(seen).toEqual(transitionsIn(history.at(-1)!).map(({ key }) => key));
      }),
    );
  });

  /** The records of one promotion after each of its steps: accepted, first rollout, its end, second rollout, asked, answered, ended. */
  function historyOf(pauses: readonly number[], [first, second]: readonly [Outcome, Outcome]): Recorded[] {
    const times = pauses.map((_, index) => at(pauses.slice(0, index + 1).reduce((sum, pause) => sum + pause, 0)));
    const [t1, t2, t3, t4, t5, t6] = times as [string, string, string, string, string, string];
    const before = { environment: 'pre-production', startedAt: t1 };
    const running = [aRollout(before)];
    const settled = [aRollout({ ...before, status: first, settledAt: t2 })];
    const both = [...settled, aRollout({ startedAt: t3 })];
    const asked = { requestedAt: t4, expiresAt: at(9999) };
    const answered = { approvals: [anApproval({ ...asked, status: 'approved' })], decisions: [aDecision({ at: t5 })] };
    const done = [...settled, aRollout({ startedAt: t3, status: second, settledAt: t6 })];
    return [
      records(),
      records({ rollouts: running }),
      records({ rollouts: settled }),
      records({ rollouts: both }),
      records({ rollouts: both, approvals: [anApproval(asked)] }),
      records({ rollouts: both, ...answered }),
      records({ rollouts: done, ...answered }),
      records({ promotion: aPromotion({ status: second, settledAt: t6 }), rollouts: done, ...answered }),
    ];
  }
});
