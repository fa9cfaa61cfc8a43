import { describe, expect, it } from 'vitest';
import type { Deployment, Outcome, Promotion, Reason, Rollout } from '#shared/domain/promotion/records.ts';
import type { TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import {
  leftBehind,
  promotionEnd,
  type RolloutFacts,
  reasonText,
  targetsMixed,
  targetsRunning,
  unaudited,
  verdict,
} from '#shared/domain/promotion/verdict.ts';
import { promotionId } from '#test/builders.ts';
import { anAudit } from '#test/domain/audit/audit-builders.ts';

const deployment = (stack: string, outcome: Deployment['outcome'], target = 'production') =>
  ({
    stack,
    target,
    outcome,
    ...(outcome === 'failed' ? { reason: { code: 'STACK_FAILED', text: `${stack} failed` } } : {}),
  }) as Deployment;
const rollout = (more: Partial<Rollout> = {}) => ({ status: 'running', reasons: [], ...more }) as Rollout;
const lambdaError = (name: string, message: string) => ({
  Error: name,
  Cause: JSON.stringify({ errorType: name, errorMessage: message }),
});
const progress = (more: Partial<TargetProgress> = {}): TargetProgress => ({
  ...{ promotion: promotionId, environment: 'production', target: 'production', digest: `sha256:${'2'.repeat(64)}` },
  ...{ round: 1, wave: 0, stacks: ['a'], complete: true, status: 'stopped', reasons: [], ...more },
});
/** A wave that stopped because of targets with these reasons. */
const stopped = (...reasons: Reason[]) => ({
  progress: reasons.map((reason, index) =>
    progress({ target: index === 0 ? 'production' : `t${index}`, reasons: [reason] }),
  ),
  caught: { Error: 'WaveStopped', Cause: 'Why is on record.' },
});
const because = (code: string): Reason => ({ code, text: 'x' });
const refusedRecovery = { Error: 'RecoveryRefused', Cause: 'Why is on record.' };
const childFailed = { Error: 'States.ExceedToleratedFailureThreshold', Cause: 'The threshold was exceeded.' };

const unclean = anAudit({ moment: 'after', findings: ['IAM user eve with 1 access key'] });

describe('how a rollout ended', () => {
  const facts: RolloutFacts = {
    ...{
      mode: 'promote',
      rollout: rollout(),
      caught: {},
      rounds: [
        { round: 2, decision: 'go' },
        { round: 1, decision: 'recover' },
      ],
    },
    ...{ deployments: [], progress: [], refusals: [], audits: [] },
  };

  it.each<[string, Partial<RolloutFacts>, string, string[]]>([
    ['every stack was as desired', { deployments: [deployment('a', 'unchanged')] }, 'unchanged', []],
    [
      'one stack was deployed',
      { deployments: [deployment('a', 'unchanged'), deployment('b', 'deployed')] },
      'succeeded',
      [],
    ],
    [
      'a stack failed',
      { deployments: [deployment('a', 'failed')], ...stopped(because('STACK_FAILED')) },
      'failed',
      ['STACK_FAILED'],
    ],
    ['a stack failed and nobody caught it', { deployments: [deployment('a', 'failed')] }, 'failed', ['STACK_FAILED']],
    ['verification said no', stopped(because('NOT_VERIFIED')), 'failed', ['NOT_VERIFIED']],
    [
      'drift was looked for and found in a target, although all were looked at',
      { mode: 'drift', progress: [progress({ reasons: [because('DRIFTED')] }), progress({ status: 'done' })] },
      'failed',
      ['DRIFTED'],
    ],
    [
      'drift was looked for and there is none',
      { mode: 'drift', progress: [progress({ status: 'done' })] },
      'unchanged',
      [],
    ],
    [
      'drift was looked for in some targets, and then something more urgent came',
      { mode: 'drift', progress: [progress({ status: 'done' }), progress({ reasons: [because('SUPERSEDED')] })] },
      'rejected',
      ['SUPERSEDED'],
    ],
    [
      'drift was found before something more urgent came',
      {
        mode: 'drift',
        progress: [progress({ reasons: [because('DRIFTED')] }), progress({ reasons: [because('SUPERSEDED')] })],
      },
      'failed',
      ['DRIFTED', 'SUPERSEDED'],
    ],
    [
      'drift was looked for and a target could not be reached',
      { mode: 'drift', progress: [progress({ reasons: [because('ASSUME_ROLE_DENIED')] })] },
      'errored',
      ['ASSUME_ROLE_DENIED'],
    ],
    [
      'a target stopped, and others were not started because of it',
      stopped(because('NOT_VERIFIED'), because('TARGET_NOT_STARTED')),
      'failed',
      ['NOT_VERIFIED'],
    ],
    [
      'the work in a target never ended',
      { progress: [progress({ status: 'open' })], caught: stopped().caught },
      'errored',
      ['TARGET_LOST'],
    ],
    [
      'no more targets stopped than are tolerated: told, and no failure',
      {
        progress: [progress({ reasons: [because('STACK_FAILED')] }), progress({ target: 't', status: 'done' })],
        deployments: [deployment('a', 'failed'), deployment('b', 'deployed', 't')],
      },
      'succeeded',
      ['STACK_FAILED'],
    ],
    ...['STACK_FAILED', 'NOT_VERIFIED'].map((code): [string, Partial<RolloutFacts>, string, string[]] => [
      `every target stopped (${code}), however many are tolerated`,
      { progress: [progress({ reasons: [because(code)] }), progress({ target: 't', reasons: [because(code)] })] },
      'failed',
      [code, code],
    ]),
    [
      'the only target with work stopped, which is tolerated, and others run the release',
      {
        progress: [progress({ reasons: [because('STACK_FAILED')] })],
        deployments: [deployment('a', 'failed'), deployment('a', 'unchanged', 't')],
      },
      'unchanged',
      ['STACK_FAILED'],
    ],
    [
      'every target was kept from starting, however many are tolerated',
      { progress: [progress({ reasons: [because('STOPPED')] })] },
      'rejected',
      ['STOPPED'],
    ],
    ['nothing was ever decided', { rounds: [] }, 'errored', ['UNDECIDED']],
    ['the last that was decided led nowhere', { rounds: [{ round: 1, decision: 'again' }] }, 'errored', ['UNDECIDED']],
    [
      'whoever watched a target after it was done ended without a word',
      {
        ...stopped(),
        progress: [progress({ status: 'done', soaked: false }), progress({ target: 't', status: 'done' })],
      },
      'errored',
      ['TARGET_LOST'],
    ],
    [
      'targets could not be planned',
      { refusals: [because('CHANGE_SET_REFUSED'), because('STACK_BUSY')], caught: childFailed },
      'failed',
      ['CHANGE_SET_REFUSED', 'STACK_BUSY'],
    ],
    [
      'a target could not be planned, and another one had been tried again',
      { refusals: [because('THROTTLED'), because('STACK_BUSY')], caught: childFailed },
      'rejected',
      ['STACK_BUSY'],
    ],
    [
      'a target was tried again, and it did not pass',
      { refusals: [because('THROTTLED')], caught: childFailed },
      'errored',
      ['THROTTLED'],
    ],
    ['a soak could not be watched', { ...stopped(), refusals: [because('THROTTLED')] }, 'errored', ['THROTTLED']],
    [
      'stacks could not be brought back',
      { refusals: [because('RECOVERY_FAILED'), because('STOPPED')], caught: refusedRecovery },
      'failed',
      ['RECOVERY_FAILED', 'STOPPED'],
    ],
    [
      'a stack could not be brought back, and nobody said why',
      { caught: refusedRecovery },
      'errored',
      ['RecoveryRefused'],
    ],
    ['something more urgent ended a soak', stopped(because('SUPERSEDED')), 'rejected', ['SUPERSEDED']],
    [
      'a target could not be planned, and nobody said why',
      { caught: childFailed },
      'errored',
      ['States.ExceedToleratedFailureThreshold'],
    ],
    [
      'a soak failed, whatever an earlier round could not plan',
      { ...stopped(because('NOT_VERIFIED')), refusals: [because('STACK_BUSY')], caught: childFailed },
      'failed',
      ['NOT_VERIFIED'],
    ],
    ['a step of ours broke', { caught: lambdaError('LEASE_LOST', 'The lease is gone.') }, 'errored', ['LEASE_LOST']],
    [
      'one target failed, another broke',
      {
        deployments: [deployment('a', 'failed')],
        ...stopped(because('STACK_FAILED'), because('THROTTLED')),
      },
      'errored',
      ['STACK_FAILED', 'THROTTLED'],
    ],
    ['a wave stopped without words', stopped(), 'failed', []],
    ['a gate said no while planning', { caught: lambdaError('STACK_BUSY', 'x') }, 'rejected', ['STACK_BUSY']],
    [
      'a gate said no after a stack failed',
      { deployments: [deployment('a', 'failed')], caught: lambdaError('PLAN_CHANGED', 'x') },
      'failed',
      ['STACK_FAILED', 'PLAN_CHANGED'],
    ],
    [
      'CloudFormation refused a change set',
      { caught: lambdaError('CHANGE_SET_REFUSED', 'x') },
      'failed',
      ['CHANGE_SET_REFUSED'],
    ],
    [
      'a stack failed, and the account was found unclean afterwards',
      {
        deployments: [deployment('a', 'failed')],
        audits: [unclean],
        ...stopped(because('STACK_FAILED')),
      },
      'failed',
      ['STACK_FAILED', 'ACCOUNT_NOT_CLEAN'],
    ],
    [
      'the account was found unclean between two rounds, which is told once and no refusal',
      { audits: [unclean], caught: lambdaError('ACCOUNT_NOT_CLEAN', 'x') },
      'failed',
      ['ACCOUNT_NOT_CLEAN'],
    ],
    [
      'a step of ours broke in an account that was found unclean afterwards',
      { audits: [unclean], caught: lambdaError('LEASE_LOST', 'x') },
      'errored',
      ['ACCOUNT_NOT_CLEAN', 'LEASE_LOST'],
    ],
    [
      'the lease was lost in an account that was found unclean afterwards',
      { audits: [unclean], leaseLost: { code: 'LEASE_LOST', text: 'x' } },
      'errored',
      ['LEASE_LOST', 'ACCOUNT_NOT_CLEAN'],
    ],
    [
      'the account was unclean before',
      { audits: [anAudit({ findings: ['x'] })], caught: lambdaError('ACCOUNT_NOT_CLEAN', 'x') },
      'rejected',
      ['ACCOUNT_NOT_CLEAN'],
    ],
    ['the account is clean after it', { audits: [anAudit({ moment: 'after' })] }, 'unchanged', []],
    ['the account is unclean and nobody caught it', { audits: [unclean] }, 'failed', ['ACCOUNT_NOT_CLEAN']],
    [
      'a target stopped because its account was found unclean, which is told once and no refusal',
      { ...stopped(because('ACCOUNT_NOT_CLEAN')), audits: [unclean] },
      'failed',
      ['ACCOUNT_NOT_CLEAN'],
    ],
    [
      'it was rejected',
      { rollout: rollout({ status: 'rejected', reasons: [{ code: 'NOT_ELIGIBLE', text: 'x' }] }) },
      'rejected',
      ['NOT_ELIGIBLE'],
    ],
    [
      'it was settled before',
      { rollout: rollout({ status: 'succeeded', settledAt: '2026-01-05T09:00:00Z' }), caught: lambdaError('X', 'y') },
      'succeeded',
      [],
    ],
    [
      'the lease went to another',
      { leaseLost: { code: 'LEASE_LOST', text: 'x' }, deployments: [deployment('a', 'deployed')] },
      'errored',
      ['LEASE_LOST'],
    ],
    [
      'nobody answered in time',
      { caught: { Error: 'APPROVAL_EXPIRED', Cause: 'Nobody answered in time.' } },
      'rejected',
      ['APPROVAL_EXPIRED'],
    ],
    ['somebody said no', { caught: { Error: 'APPROVAL_REJECTED', Cause: 'x' } }, 'rejected', ['APPROVAL_REJECTED']],
    [
      'a stack could not be brought back',
      { caught: lambdaError('RECOVERY_FAILED', 'x') },
      'failed',
      ['RECOVERY_FAILED'],
    ],
    ['an output never came', { caught: lambdaError('OUTPUT_UNKNOWN', 'x') }, 'failed', ['OUTPUT_UNKNOWN']],
    ['it was only planned', { mode: 'plan', deployments: [deployment('a', 'pending')] }, 'planned', []],
    ['there was nothing to plan', { mode: 'plan', deployments: [deployment('a', 'unchanged')] }, 'planned', []],
    [
      'it was only planned, and a gate said no',
      { mode: 'plan', rollout: rollout({ status: 'rejected', reasons: [{ code: 'CHANGE_DENIED', text: 'x' }] }) },
      'rejected',
      ['CHANGE_DENIED'],
    ],
    [
      'planning failed',
      { mode: 'plan', caught: lambdaError('CHANGE_SET_REFUSED', 'x') },
      'failed',
      ['CHANGE_SET_REFUSED'],
    ],
    [
      'it never began',
      { rollout: undefined, caught: lambdaError('RELEASE_UNKNOWN', 'x') },
      'errored',
      ['RELEASE_UNKNOWN'],
    ],
  ])('%s', (_, change, outcome, codes) => {
    const ended = verdict({ ...facts, ...change });
    expect([ended.outcome, ended.reasons.map((reason) => reason.code)]).toEqual([outcome, codes]);
  });

  it('says what broke in the words of the step, or of Step Functions where no step spoke', () => {
    expect(verdict({ ...facts, caught: lambdaError('LEASE_LOST', 'The lease is gone.') }).reasons[0]?.text).toBe(
      'The lease is gone.',
    );
    expect(verdict({ ...facts, caught: { Error: 'States.Timeout', Cause: 'no answer' } }).reasons[0]?.text).toBe(
      'no answer',
    );
    expect(verdict({ ...facts, caught: { Error: 'X', Cause: '{"other":1}' } }).reasons[0]?.text).toBe('{"other":1}');
  });

  it('puts the reasons into one text for the execution', () => {
    expect(
      reasonText([
        { code: 'A', text: 'a' },
        { code: 'B', text: 'b' },
      ]),
    ).toBe('A: a\nB: b');
    expect(reasonText([])).toBe('No reason was recorded.');
    const many = Array.from({ length: 1000 }, () => ({ code: 'STACK_FAILED', text: 'x'.repeat(100) }));
    expect(reasonText(many)).toMatch(/^STACK_FAILED: x{100}\n[\s\S]{7885}…$/);
    const text = `denied. Encoded authorization failure message: ${'m'.repeat(10_240)}`;
    expect(reasonText([{ code: 'STACK_FAILED', text }])).toMatch(/^STACK_FAILED: denied\. Encoded .*: m{24}…$/);
  });
});

describe('how a promotion ends', () => {
  const promotion = { environments: ['pre-production', 'production'] } as Promotion;
  const last = (outcome: Outcome, environment = 'production') => ({
    environment,
    outcome,
    reasons: [],
  });

  it.each<[string, ReturnType<typeof last>, Rollout[], string | undefined]>([
    ['at once when a rollout does not end well', last('failed', 'pre-production'), [], 'failed'],
    ['not while environments follow', last('succeeded', 'pre-production'), [], undefined],
    ['succeeded with its last environment', last('succeeded'), [], 'succeeded'],
    [
      'succeeded when an earlier environment changed',
      last('unchanged'),
      [rollout({ status: 'succeeded' })],
      'succeeded',
    ],
    ['planned with its last environment', last('planned'), [rollout({ status: 'planned' })], 'planned'],
    ['not while environments are still to be planned', last('planned', 'pre-production'), [], undefined],
    ['unchanged when no environment changed', last('unchanged'), [rollout({ status: 'unchanged' })], 'unchanged'],
  ])('%s', (_, ended, rollouts, status) => {
    expect(promotionEnd(promotion, rollouts, ended)).toBe(status);
  });
});

it('counts a target as running the release only when all its stacks arrived', () => {
  const deployments = [
    deployment('a', 'deployed', 'one'),
    deployment('b', 'unchanged', 'one'),
    deployment('a', 'deployed', 'two'),
    deployment('b', 'failed', 'two'),
  ];
  expect(targetsRunning(deployments)).toEqual(['one']);
});

describe('what was left undone after a rollout', () => {
  const left = [
    { target: 'one', code: 'ASSUME_ROLE_DENIED' },
    { target: 'two', code: 'CHANGE_SET_BUSY' },
  ];

  it('is told of each target in which change sets may still be', () => {
    expect(leftBehind(promotionId, left, [])).toMatchObject([
      { code: 'NOT_DISCARDED', target: 'one', text: expect.stringMatching(/ASSUME_ROLE_DENIED/) },
      { code: 'NOT_DISCARDED', target: 'two', text: expect.stringContaining(promotionId) },
    ]);
  });

  it('is told once: who cannot get into an account planned nothing there', () => {
    expect(leftBehind(promotionId, left, [because('ASSUME_ROLE_DENIED')])).toMatchObject([{ target: 'two' }]);
  });

  it('is told of each account that nobody looked at', () => {
    expect(unaudited(left.slice(0, 1))).toMatchObject([
      { code: 'NOT_AUDITED', target: 'one', text: expect.stringContaining('ASSUME_ROLE_DENIED') },
    ]);
  });
});

it.each<[string, Deployment[], string[]]>([
  ['all arrived', [deployment('a', 'deployed'), deployment('b', 'unchanged')], []],
  ['nothing was changed', [deployment('a', 'unchanged'), deployment('b', 'pending')], []],
  [
    'one was changed, and one was not reached',
    [deployment('a', 'deployed'), deployment('b', 'pending')],
    ['production'],
  ],
  ['one is still being changed', [deployment('a', 'in-progress')], ['production']],
  ['one failed and went back', [{ ...deployment('a', 'failed'), status: 'UPDATE_ROLLBACK_COMPLETE' }], []],
  [
    'one failed and could not go back',
    [{ ...deployment('a', 'failed'), status: 'UPDATE_ROLLBACK_FAILED' }],
    ['production'],
  ],
])('a target runs parts of a release, or not, where %s', (_, deployments, expected) => {
  expect(targetsMixed(deployments)).toEqual(expected);
});
