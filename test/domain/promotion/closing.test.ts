import { describe, expect, it } from 'vitest';
import type { AccountAudit } from '#shared/domain/audit/account-audit.ts';
import { closing, type ExecutionEnd } from '#shared/domain/promotion/closing.ts';
import type { Deployment, Promotion, Rollout } from '#shared/domain/promotion/records.ts';
import type { TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import { isHopeless, mostAttempts, troubleOf } from '#shared/domain/promotion/trouble.ts';
import { aDeployment, aPromotion, aRollout, monday } from '#test/builders.ts';
import { anAudit } from '#test/domain/audit/audit-builders.ts';

const stopped: ExecutionEnd = { status: 'ABORTED', error: 'Stopped', cause: 'by carol' };
const broken: ExecutionEnd = { status: 'FAILED', error: 'States.Runtime' };
const settled = (environment: string, status: Rollout['status'], reasons: Rollout['reasons'] = []) =>
  aRollout({ environment, status, settledAt: monday, reasons });
const running = (environment: string) => aRollout({ environment });
interface Evidence {
  readonly deployments: Deployment[];
  readonly progress: TargetProgress[];
  readonly audits: AccountAudit[];
}
const close = (
  rollouts: Rollout[],
  end: ExecutionEnd,
  { deployments = [], progress = [], audits = [], ...change }: Partial<Promotion> & Partial<Evidence> = {},
) => closing({ promotion: aPromotion({ status: 'running', ...change }), rollouts, deployments, progress, audits }, end);

describe('a promotion whose execution ended without a record of its end', () => {
  it.each<[string, Rollout[], ExecutionEnd, object]>([
    [
      'before any rollout began: the promotion itself says why',
      [],
      { status: 'TIMED_OUT' },
      {
        status: 'errored',
        rollouts: [],
        reasons: [
          {
            code: 'EXECUTION_ENDED',
            text: expect.stringContaining('ended (TIMED_OUT) before an outcome was recorded.'),
          },
        ],
      },
    ],
    [
      'in a rollout, stopped by a person: aborted, with what they said',
      [settled('pre-production', 'succeeded'), running('production')],
      stopped,
      {
        status: 'aborted',
        reasons: [],
        rollouts: [
          {
            environment: 'production',
            outcome: 'aborted',
            reasons: [{ code: 'EXECUTION_ENDED', text: expect.stringContaining('Stopped by carol') }],
          },
        ],
      },
    ],
    [
      'in a rollout, by a failure of ours: errored',
      [running('pre-production')],
      broken,
      { status: 'errored', rollouts: [{ environment: 'pre-production', outcome: 'errored' }] },
    ],
    [
      'after a gate had said no: rejected, as was recorded',
      [aRollout({ status: 'rejected', reasons: [{ code: 'CHANGE_DENIED', text: 'No.' }] })],
      stopped,
      { status: 'rejected', rollouts: [{ outcome: 'rejected', reasons: [{ code: 'CHANGE_DENIED', text: 'No.' }] }] },
    ],
    [
      'after its last rollout was settled well',
      [settled('pre-production', 'unchanged'), settled('production', 'succeeded')],
      { status: 'SUCCEEDED' },
      { status: 'succeeded', reasons: [], rollouts: [] },
    ],
    [
      'after a rollout was settled as failed',
      [settled('pre-production', 'failed', [{ code: 'STACK_FAILED', text: 'x' }])],
      broken,
      { status: 'failed', reasons: [], rollouts: [] },
    ],
    [
      'between two environments',
      [settled('pre-production', 'succeeded')],
      broken,
      { status: 'errored', reasons: [{ code: 'EXECUTION_ENDED' }] },
    ],
    [
      'and Step Functions knows nothing of it',
      [running('pre-production')],
      { status: 'UNKNOWN' },
      { status: 'errored', rollouts: [{ reasons: [{ code: 'EXECUTION_UNKNOWN' }] }] },
    ],
  ])('%s', (_, rollouts, end, expected) => {
    expect(close(rollouts, end)).toMatchObject(expected);
  });

  it('tells first which stack had failed, of its own environment only', () => {
    const reason = { code: 'STACK_FAILED', text: 'Queue is taken.' };
    const deployments = [
      aDeployment({ outcome: 'failed', reason }),
      aDeployment({ environment: 'pre-production', outcome: 'failed', reason: { ...reason, text: 'Elsewhere.' } }),
    ];
    const { rollouts } = close([running('production')], broken, { deployments });
    expect(rollouts[0]?.reasons.map(({ text }) => text)).toEqual([
      'Queue is taken.',
      expect.stringContaining('ended (FAILED)'),
    ]);
  });

  it('tells what was found in an account afterwards, of its own environment only', () => {
    const unclean: Partial<AccountAudit> = { moment: 'after', findings: ['IAM user eve with 1 access key'] };
    const audits = [anAudit(unclean), anAudit({ ...unclean, environment: 'pre-production' })];
    const { rollouts } = close([running('production')], broken, { audits });
    expect(rollouts[0]?.reasons.map(({ code }) => code).toSorted()).toEqual(['ACCOUNT_NOT_CLEAN', 'EXECUTION_ENDED']);
  });

  it('ends a promotion that only planned in the same way', () => {
    expect(close([running('production')], broken, { mode: 'plan' })).toMatchObject({ status: 'errored' });
    expect(close([settled('production', 'planned')], broken, { mode: 'plan' })).toMatchObject({ status: 'planned' });
  });

  it('keeps neither long causes nor encoded messages', () => {
    const cause = `Encoded authorization failure message: ${'A'.repeat(300)} ${'x'.repeat(2000)}`;
    const { reasons } = close([], { status: 'FAILED', cause });
    expect(reasons[0]?.text.length).toBeLessThan(900);
    expect(reasons[0]?.text).not.toContain('A'.repeat(25));
  });
});

describe('what is tried in vain', () => {
  const refused = { code: 'AWS_REFUSED', cause: 'No.' };
  const away = { code: 'AWS_UNREACHABLE', cause: 'Nobody there.' };

  it('is counted, with what came of it last', () => {
    const first = troubleOf(undefined, refused, monday);
    expect(first).toEqual({ attempts: 1, code: 'AWS_REFUSED', text: 'No.', at: monday });
    expect(troubleOf(first, refused, monday).attempts).toBe(2);
  });

  it('is outwaited where AWS is away or busy, which says nothing about the promotion', () => {
    const outwaited = troubleOf({ attempts: 3, code: 'AWS_REFUSED' }, away, monday);
    expect(outwaited).toMatchObject({ attempts: 3, code: 'AWS_UNREACHABLE', counted: 'AWS_REFUSED' });
    expect(troubleOf(outwaited, { ...away, code: 'THROTTLED' }, monday)).toMatchObject({ counted: 'AWS_REFUSED' });
    expect(troubleOf(outwaited, refused, monday)).toEqual({ ...troubleOf(undefined, refused, monday), attempts: 4 });
    expect(troubleOf(troubleOf(undefined, away, monday), away, monday)).not.toHaveProperty('counted');
    expect(troubleOf(undefined, { ...away, code: 'THROTTLED' }, monday)).toMatchObject({ attempts: 0 });
  });

  it('is counted by problem: eleven of one and one of another give nothing up', () => {
    const before = { attempts: mostAttempts - 1, code: 'EXECUTION_UNKNOWN' };
    const after = troubleOf(before, refused, monday);
    expect([after.attempts, isHopeless(after)]).toEqual([1, false]);
    expect(troubleOf({ ...before, code: 'THROTTLED', counted: 'EXECUTION_UNKNOWN' }, refused, monday).attempts).toBe(1);
  });

  it('is given up after an hour of passes', () => {
    const given = (attempts: number) =>
      isHopeless(troubleOf({ attempts: attempts - 1, code: refused.code }, refused, monday));
    expect([given(mostAttempts - 1), given(mostAttempts)]).toEqual([false, true]);
  });
});
