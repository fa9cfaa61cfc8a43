import { describe, expect, it } from 'vitest';
import {
  answerTo,
  type Decision,
  type DecisionFacts,
  decision,
  isWork,
  rolloutPlanOf,
} from '#shared/domain/plan/decision.ts';
import { foreseenDeployments } from '#shared/domain/plan/foreseen.ts';
import type { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import { monday, promotionId } from '#test/builders.ts';
import { after, rolloutPlan, stackPlan, targetPlan } from './plan-builders.ts';

const environment = { name: 'production', targets: { matchLabels: { env: 'production' } } };
const labelled = (name: string, labels: Record<string, string> = {}) => ({
  name,
  labels: { env: 'production', ...labels },
});
const facts = (more: Partial<DecisionFacts> = {}): DecisionFacts => ({
  mode: 'promote',
  environment,
  stacks: after({ network: [[]], api: [['network'], ['network']] }),
  targets: [labelled('production-a'), labelled('production-b')],
  members: ['production-a', 'production-b'],
  verified: new Set(),
  leftOut: new Set(),
  openness: { kind: 'open' },
  planAge: 0,
  soakAtLeast: 0,
  denied: false,
  ...more,
});
const open = { requirement: { groups: ['release-managers'], because: ['policy x asks'] }, seconds: 3600 };
const recovery: StackPlan['recovery'] = { status: 'ROLLBACK_COMPLETE', action: 'delete', skip: [], approved: true };
const on = (...stacks: StackPlan[]) => rolloutPlan(targetPlan('production-a', ...stacks));
const wave = { maxConcurrency: 1, failureTolerance: 0, soakSeconds: 0, last: true, targets: ['production-a'] };
/** Everything in one wave of one target. */
const going = (...stacks: string[]): Decision => ({
  ...{ kind: 'go', more: false, waves: [wave] },
  assignments: [{ target: 'production-a', stacks, complete: true }],
});
/** The same, with stacks left for a later round. */
const beginning = (...stacks: string[]): Decision => ({
  ...{ kind: 'go', more: true, waves: [{ ...wave, last: false }] },
  assignments: [{ target: 'production-a', stacks, complete: false }],
});

const waiting = { kind: 'wait', until: monday, reason: { code: 'FROZEN', text: 'x' } } as const;
const closed = { kind: 'closed', reason: { code: 'STOPPED', text: 'x' } } as const;
const revoked = { kind: 'closed', reason: { code: 'NOT_ELIGIBLE', text: 'x' } } as const;
const verifying = { ...environment, verify: [{ lambda: 'drawbridge-verify-orders' }] };

describe('the decision on a rollout', () => {
  const idle = on(stackPlan('network', 'unchanged'), stackPlan('api', 'unchanged'));
  const busy = on(stackPlan('network', 'unchanged'), stackPlan('api', 'changes'));
  const broken = on(stackPlan('network', 'recover', { recovery }), stackPlan('api', 'changes'));
  const unplanned = on(stackPlan('api', 'unplanned', { after: ['network'] }));

  it.each<[string, Partial<DecisionFacts>, ReturnType<typeof on>, Decision]>([
    ['is nothing to do when no stack of any target changes', { denied: true, open }, idle, { kind: 'nothing-to-do' }],
    ['is denied by a gate before anything else', { denied: true, open, mode: 'plan' }, broken, { kind: 'denied' }],
    ['ends with the plan where it is only planned', { mode: 'plan', open }, broken, { kind: 'planned' }],
    ['also with one that waits for outputs', { mode: 'plan' }, unplanned, { kind: 'planned' }],
    ['asks people before anything is done', { open }, broken, { kind: 'needs-approval', ...open }],
    [
      'brings stacks back before anything is executed',
      {},
      broken,
      { kind: 'recover', recoveries: [{ target: 'production-a', stack: 'network' }] },
    ],
    ['goes to the stacks that change', {}, busy, going('api')],
    ['waits while rollouts may not start, once people approved', { openness: waiting }, busy, waiting],
    ['brings nothing back meanwhile', { openness: waiting }, broken, waiting],
    ['asks people meanwhile', { openness: waiting, open }, busy, { kind: 'needs-approval', ...open }],
    ['ends where they may not start at all', { openness: closed }, busy, closed],
    ['asks nobody to approve what may go no further', { openness: revoked, open }, busy, revoked],
    ['and nobody to bring back stacks for it', { openness: closed, open }, broken, closed],
    ['is denied by a gate also then', { openness: closed, open, denied: true }, busy, { kind: 'denied' }],
    ['minds no freeze where it is only planned', { openness: waiting, mode: 'plan' }, busy, { kind: 'planned' }],
    ['minds none where nothing is to be done', { openness: closed }, idle, { kind: 'nothing-to-do' }],
    ['goes by a plan of six hours', { planAge: 6 * 3600 }, busy, going('api')],
    ['plans again what is older', { planAge: 6 * 3600 + 1 }, busy, { kind: 'again' }],
    ['verifies what never was, where the environment verifies', { environment: verifying }, idle, going()],
    [
      'has nothing to do where all was verified with this release',
      { environment: verifying, verified: new Set(['production-a']) },
      idle,
      { kind: 'nothing-to-do' },
    ],
    ['verifies nothing where it only plans', { environment: verifying, mode: 'plan' }, idle, { kind: 'nothing-to-do' }],
    [
      'goes to stacks of which only settings change',
      {},
      on(stackPlan('network', 'settings'), stackPlan('api', 'unchanged')),
      going('network'),
    ],
    [
      'goes only to what is certain, and comes back for the rest',
      {},
      on(stackPlan('network', 'changes'), stackPlan('api', 'changes')),
      beginning('network'),
    ],
    [
      'comes back for a stack that takes outputs of one that changes, though it is as it should be now',
      {},
      on(stackPlan('network', 'changes'), stackPlan('api', 'unchanged')),
      beginning('network'),
    ],
    [
      'comes back for what cannot be planned yet',
      {},
      on(stackPlan('network', 'changes'), stackPlan('api', 'unplanned', { after: ['network'] })),
      beginning('network'),
    ],
    [
      'comes back for the stack policy of a new stack',
      {},
      on(stackPlan('api', 'changes', { operation: 'create', settings: [{ name: 'stack policy', after: '{}' }] })),
      beginning('api'),
    ],
    [
      'but not for other settings of it, or for the policy of one that exists',
      {},
      on(
        stackPlan('network', 'changes', {
          operation: 'create',
          settings: [{ name: 'termination protection', after: 'on' }],
        }),
        stackPlan('web', 'changes', { operation: 'update', settings: [{ name: 'stack policy', after: '{}' }] }),
      ),
      going('network', 'web'),
    ],
  ])('%s', (_, more, plan, expected) => {
    expect(decision(facts(more), plan)).toEqual(expected);
  });

  it.each<[string, StackPlan, string]>([
    ['the stack that should bring it', stackPlan('api', 'unplanned', { after: ['network'] }), 'network'],
    ['nothing more where no stack is known', stackPlan('api', 'unplanned'), 'nothing in the plan'],
  ])('ends when an output never comes, naming stack, target and %s', (_, stack, named) => {
    const plan = on(stackPlan('network', 'unchanged'), stack);
    expect(() => decision(facts(), plan)).toThrow(
      expect.objectContaining({
        name: 'OUTPUT_UNKNOWN',
        message: expect.stringMatching(new RegExp(`^Stack api in production-a takes .*${named}`)),
      }),
    );
  });

  it('keeps the order of the waves, leaves empty ones out, and puts last what no wave takes', () => {
    const plan = rolloutPlan(
      ...['production-a', 'production-b', 'production-c'].map((name) => targetPlan(name, stackPlan('api', 'changes'))),
      targetPlan('production-d', stackPlan('api', 'unchanged')),
    );
    const targets = [
      labelled('production-a'),
      labelled('production-b', { canary: 'true' }),
      labelled('production-c', { group: 'x' }),
      labelled('production-d', { canary: 'true' }),
    ];
    const inWaves = [
      { matchLabels: { canary: 'true' } },
      { matchLabels: { group: 'none' } },
      { matchLabels: { group: 'x' }, maxConcurrency: 2 },
    ];
    const decided = decision(facts({ environment: { ...environment, waves: inWaves }, targets }), plan);
    expect(
      decided.kind === 'go' &&
        decided.waves.map(({ maxConcurrency, last, targets: members }) => [maxConcurrency, last, members]),
    ).toEqual([
      [1, false, ['production-b']],
      [2, false, ['production-c']],
      [1, true, ['production-a']],
    ]);
  });

  it.each([
    ['was given other labels', [{ name: 'production-a', labels: {} }]],
    ['was removed', []],
  ])('forgets no planned target that %s since', (_, targets) => {
    expect(decision(facts({ targets }), busy)).toEqual(going('api'));
  });

  it('brings back a hundred stacks in a round, and the others in the next', () => {
    const stacks = Array.from({ length: 101 }, (_, index) => stackPlan(`s${index}`, 'recover', { recovery }));
    const decided = decision(facts(), on(...stacks));
    expect(decided.kind === 'recover' && decided.recoveries.map(({ stack }) => stack)).toEqual(
      stacks.slice(0, 100).map(({ stack }) => stack),
    );
  });

  describe('to verify again', () => {
    const again = (more: Partial<DecisionFacts> = {}) => decision(facts({ mode: 'verify', ...more }), rolloutPlan());

    it('is closed where that would judge another release', () => {
      const elsewhere = { code: 'NOT_RUNNING', text: 'x' };
      expect(again({ elsewhere })).toEqual({ kind: 'closed', reason: elsewhere });
    });

    it('is watched anew where a policy asks for a soak', () => {
      expect(again({ soakAtLeast: 600 })).toMatchObject({
        waves: [{ soakSeconds: 600 }],
        assignments: ['production-a', 'production-b'].map((target) => ({ target, soaks: true })),
      });
    });

    it('verifies every target, be it verified or not, in the waves of the environment, whatever keeps rollouts from starting', () => {
      const waves = [{ matchLabels: { canary: 'true' } }, {}];
      const targets = [labelled('production-a'), labelled('production-b', { canary: 'true' })];
      const verified = new Set(['production-a']);
      expect(
        again({ environment: { ...environment, waves }, targets, verified, openness: closed, denied: true }),
      ).toEqual({
        ...{ kind: 'go', more: false },
        waves: [
          { ...wave, last: false, targets: ['production-b'] },
          { ...wave, last: true, targets: ['production-a'] },
        ],
        assignments: ['production-a', 'production-b'].map((target) => ({ target, stacks: [], complete: true })),
      });
    });

    it('is nothing to do without targets', () => {
      expect(again({ members: [] })).toEqual({ kind: 'nothing-to-do' });
    });
  });

  describe('to look for drift', () => {
    const looking = (more: Partial<DecisionFacts> = {}) => decision(facts({ mode: 'drift', ...more }), rolloutPlan());

    it('looks at every target at once, whatever the others turn out to be, and soaks nothing', () => {
      const waves = [{ matchLabels: { canary: 'true' }, soak: '1h' }, {}];
      const targets = [labelled('production-a'), labelled('production-b', { canary: 'true' })];
      const decided = looking({ environment: { ...environment, waves }, targets, soakAtLeast: 3600, openness: closed });
      expect(decided).toMatchObject({
        ...{ kind: 'go', more: false, idle: true },
        waves: [
          {
            ...{ maxConcurrency: 10, failureTolerance: 2, soakSeconds: 0, last: true },
            targets: ['production-a', 'production-b'],
          },
        ],
        assignments: ['production-a', 'production-b'].map((target) => ({ target, stacks: [], complete: true })),
      });
      // Nothing was executed, so that nothing is cleaned up.
      expect(answerTo(decided, { digest: `sha256:${'1'.repeat(64)}`, nextRound: 2, leftOut: new Set() })).toMatchObject(
        {
          tolerant: false,
        },
      );
      // How many may change at once says nothing of how many may be looked at.
      expect(looking({ environment: { ...environment, maxConcurrency: 1 }, targets })).toMatchObject({
        waves: [{ maxConcurrency: 10 }],
      });
    });

    it('is nothing to do without targets', () => {
      expect(looking({ members: [] })).toEqual({ kind: 'nothing-to-do' });
    });
  });

  it('is about one plan, whichever target was planned first', () => {
    const { targets, ...rollout } = rolloutPlan(targetPlan('a', stackPlan('api', 'changes')), targetPlan('b'));
    expect(rolloutPlanOf(rollout, targets.toReversed())).toEqual(rolloutPlanOf(rollout, targets));
    expect(rolloutPlanOf(rollout, targets)).toEqual({ ...rollout, targets });
  });
});

describe('the answer of the step', () => {
  const plan = { digest: `sha256:${'2'.repeat(64)}`, nextRound: 4 };
  const { digest } = plan;
  const reason = { code: 'FROZEN', text: 'x' };

  it.each<[string, Decision, object]>([
    [
      'that nothing comes after a plan without anything to do',
      { kind: 'nothing-to-do' },
      { kind: 'nothing-to-do', digest, more: false, tolerant: false },
    ],
    ['the plan alone where it was denied', { kind: 'denied' }, { kind: 'denied', digest }],
    ['likewise where it was only planned', { kind: 'planned' }, { kind: 'planned', digest }],
    [
      'how long to wait, and not of whom, which stays in the ledger',
      { kind: 'needs-approval', ...open },
      { kind: 'needs-approval', ...plan, seconds: 3600 },
    ],
    [
      'what to bring back',
      { kind: 'recover', recoveries: [{ target: 'production-a', stack: 'api' }] },
      { kind: 'recover', ...plan, recoveries: [{ target: 'production-a', stack: 'api' }] },
    ],
    [
      'what to execute',
      beginning('api'),
      { kind: 'go', ...plan, more: true, tolerant: false, waves: [{ ...wave, last: false }] },
    ],
    [
      'whether a target may fail',
      { kind: 'go', more: false, waves: [wave, { ...wave, failureTolerance: 2 }], assignments: [] },
      { kind: 'go', ...plan, more: false, tolerant: true, waves: [wave, { ...wave, failureTolerance: 2 }] },
    ],
    [
      'when to ask again whether it may start',
      { kind: 'wait', until: monday, reason },
      { kind: 'wait', digest, until: monday },
    ],
    ['that it was denied where it may not start at all', { kind: 'closed', reason }, { kind: 'denied', digest }],
    ['that it has to be planned again', { kind: 'again' }, { kind: 'again', ...plan }],
  ])('says %s', (_, decided, answer) => {
    expect(answerTo(decided, { ...plan, leftOut: new Set() })).toEqual(answer);
  });

  it.each<Decision>([{ kind: 'nothing-to-do' }, going('api')])(
    'says of $kind that it is cleaned up after where a target failed in an earlier round',
    (decided) => {
      const answer = answerTo(decided, { ...plan, leftOut: new Set(['production-b']) });
      expect(answer).toMatchObject({ kind: decided.kind, digest, more: false, tolerant: true });
      expect(answer).not.toHaveProperty('leftOut');
    },
  );
});

it('foresees a deployment for each stack, told apart by what it will be', () => {
  const plan = targetPlan(
    'production-a',
    stackPlan('network', 'unchanged'),
    stackPlan('api', 'changes'),
    stackPlan('web', 'unplanned'),
    stackPlan('jobs', 'settings'),
  );
  const foreseen = foreseenDeployments({ promotion: promotionId, environment: 'production', at: monday }, [plan]);
  expect(
    foreseen.map(({ stack, status, outcome, role, sessionName }) => [stack, status, outcome, role, sessionName]),
  ).toEqual([
    ['network', 'UNCHANGED', 'unchanged', 'drawbridge-preview', `${promotionId}-plan`],
    ['api', 'PLANNED', 'pending', 'drawbridge-deploy', `${promotionId}-execute`],
    ['web', 'PLANNED', 'pending', 'drawbridge-deploy', `${promotionId}-execute`],
    ['jobs', 'PLANNED', 'pending', 'drawbridge-deploy', `${promotionId}-execute`],
  ]);
  expect(foreseen[0]).toMatchObject({
    target: 'production-a',
    account: '333333333333',
    stackName: 'orders-network',
    at: monday,
  });
});

it.each([
  ['unchanged', false],
  ['changes', true],
  ['settings', true],
  ['unplanned', true],
  ['recover', true],
] as const)('a stack of kind %s has work: %s', (kind, work) => {
  expect(isWork(stackPlan('api', kind))).toBe(work);
});
