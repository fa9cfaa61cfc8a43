import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DesiredStack } from '#shared/domain/plan/comparison.ts';
import { decision, foreseenDeployments, rolloutPlanOf } from '#shared/domain/plan/decision.ts';
import {
  digestOfChanges,
  emptyChangeSets,
  type Preparation,
  plannedStacks,
  progressOf,
  targetPlanOf,
} from '#shared/domain/plan/preparation.ts';
import { normaliseChanges, type PlannedChange, summarise, TargetPlan } from '#shared/domain/plan/stack-plan.ts';

const target = { name: 'production', account: '333333333333', region: 'eu-west-1' };
const change = (logicalId: string, more: Partial<PlannedChange> = {}): PlannedChange => ({
  action: 'Modify',
  logicalId,
  type: 'AWS::SQS::Queue',
  replacement: 'False',
  scope: ['Tags', 'Properties'],
  details: [
    { attribute: 'Properties', name: 'B' },
    { attribute: 'Properties', name: 'A' },
  ],
  ...more,
});
const ready = (stack: string, changes: PlannedChange[]): Preparation => ({
  kind: 'ready',
  stack,
  stackName: `orders-${stack}`,
  stackId: `arn:${stack}`,
  changeSetName: 'drawbridge-prm-1',
  changeSetId: `arn:change-set/${stack}`,
  changes,
});
const desired = (stack: string) => ({ stack, stackName: `orders-${stack}` }) as DesiredStack;
const unchanged = (stack: string): Preparation => ({ kind: 'unchanged', stack });

describe('the plan of a target', () => {
  const plan = targetPlanOf(
    target,
    [desired('network'), desired('api')],
    [ready('api', [change('Queue')]), unchanged('network')],
  );

  it('has every stack in the order of dependencies, and fits its schema', () => {
    expect(plan.stacks.map(({ stack, kind }) => [stack, kind])).toEqual([
      ['network', 'unchanged'],
      ['api', 'changes'],
    ]);
    expect(TargetPlan.parse(plan)).toEqual(plan);
  });

  it('has no id, name or time in it that a second preparation would give anew', () => {
    expect(JSON.stringify(plan)).not.toMatch(/arn:|drawbridge-prm/);
  });

  it('keeps the handles apart, each with the digest of what was seen', () => {
    expect(plannedStacks([unchanged('network'), ready('api', [change('Queue')])])).toEqual([
      {
        stack: 'api',
        stackName: 'orders-api',
        stackId: 'arn:api',
        changeSetName: 'drawbridge-prm-1',
        changeSetId: 'arn:change-set/api',
        digest: digestOfChanges([change('Queue')]),
      },
    ]);
  });

  it('is the same whatever order CloudFormation lists changes, scopes and details in', () => {
    const changes = [change('B'), change('A'), change('A', { action: 'Remove' }), change('A')];
    const expected = digestOfChanges(normaliseChanges(changes));
    fc.assert(
      fc.property(fc.shuffledSubarray(changes, { minLength: 4 }), (shuffled) => {
        const turned = shuffled.map((one) => ({
          ...one,
          scope: one.scope.toReversed(),
          details: one.details.toReversed(),
        }));
        expect(digestOfChanges(normaliseChanges(turned))).toBe(expected);
      }),
      { seed: 7 },
    );
  });

  it('counts a replacement as one, not as a modification', () => {
    const changes = [
      change('A'),
      change('B', { replacement: 'True' }),
      change('C', { replacement: 'Conditional' }),
      change('D', { action: 'Add' }),
      change('E', { action: 'Remove' }),
    ];
    const whole = targetPlanOf(target, [desired('api')], [ready('api', changes)]);
    expect(summarise(whole)).toEqual({ add: 1, modify: 1, replace: 2, remove: 1 });
  });
});

describe('preparing', () => {
  it('is prepared when no stack is pending', () => {
    expect(progressOf([unchanged('a'), ready('b', [])], 3)).toEqual({ kind: 'prepared' });
  });

  it.each([
    [0, 3],
    [1, 5],
    [13, 29],
    [14, 30],
    [39, 30],
  ])('after %i looks the next is in %i seconds', (polls, waitSeconds) => {
    expect(progressOf([{ kind: 'pending', stack: 'a' }], polls)).toEqual({
      kind: 'pending',
      polls: polls + 1,
      waitSeconds,
    });
  });

  it('gives up in the end, naming the stack', () => {
    expect(() => progressOf([{ kind: 'pending', stack: 'a' }], 40)).toThrow(/did not finish the change set of stack a/);
  });

  it('remembers which change sets turned out empty', () => {
    const empty = { stackName: 'orders-a', changeSet: 'drawbridge-prm-1' };
    expect(
      emptyChangeSets([{ kind: 'unchanged', stack: 'a', emptyChangeSet: empty }, unchanged('b'), ready('c', [])]),
    ).toEqual([empty]);
  });
});

describe('the decision on a rollout', () => {
  const planOf = (name: string, preparations: Preparation[]) =>
    targetPlanOf({ ...target, name }, [desired('network'), desired('api')], preparations);
  const idle = planOf('production-a', [unchanged('network'), unchanged('api')]);
  const busy = planOf('production-b', [unchanged('network'), ready('api', [change('Queue')])]);

  const environment = { name: 'production', targets: { matchLabels: { env: 'production' } } };
  const labelled = (name: string, labels: Record<string, string> = {}) => ({
    name,
    labels: { env: 'production', ...labels },
  });

  it('is nothing to do when no stack of any target changes', () => {
    expect(decision(environment, [labelled('production-a')], [idle])).toEqual({ kind: 'nothing-to-do' });
  });

  it('goes to the targets that change, with the stacks that change', () => {
    const targets = [labelled('production-a'), labelled('production-b'), labelled('production-c')];
    expect(decision({ ...environment, maxConcurrency: 3 }, targets, [idle, busy])).toEqual({
      kind: 'go',
      waves: [{ maxConcurrency: 3, targets: [{ target: 'production-b', stacks: ['api'] }] }],
    });
  });

  it('keeps the order of the waves, leaves empty ones out, and puts last what no wave takes', () => {
    const change3 = ['production-a', 'production-b', 'production-c'].map((name) =>
      planOf(name, [ready('api', [change('Queue')])]),
    );
    const targets = [
      labelled('production-a'),
      labelled('production-b', { canary: 'true' }),
      labelled('production-c', { group: 'x' }),
    ];
    const waves = [
      { matchLabels: { canary: 'true' } },
      { matchLabels: { group: 'none' } },
      { matchLabels: { group: 'x' }, maxConcurrency: 2 },
    ];
    const decided = decision({ ...environment, waves }, targets, change3);
    expect(
      decided.kind === 'go' &&
        decided.waves.map((wave) => [wave.maxConcurrency, wave.targets.map(({ target }) => target)]),
    ).toEqual([
      [1, ['production-b']],
      [2, ['production-c']],
      [1, ['production-a']],
    ]);
  });

  it.each([
    ['was given other labels', [{ name: 'production-b', labels: {} }]],
    ['was removed', []],
  ])('forgets no planned target that %s since', (_, targets) => {
    expect(decision(environment, targets, [idle, busy])).toEqual({
      kind: 'go',
      waves: [{ maxConcurrency: 1, targets: [{ target: 'production-b', stacks: ['api'] }] }],
    });
  });

  it('is about one plan, whichever target was planned first', () => {
    const rollout = { pipeline: 'orders', release: `sha256:${'1'.repeat(64)}`, environment: 'production' };
    expect(rolloutPlanOf(rollout, [busy, idle])).toEqual(rolloutPlanOf(rollout, [idle, busy]));
  });

  it('foresees a deployment for each stack, told apart by what it will be', () => {
    const foreseen = foreseenDeployments(
      { promotion: 'prm-0123456789abcdef', environment: 'production', at: '2026-01-05T09:00:00Z' },
      [busy],
    );
    expect(foreseen.map(({ stack, outcome, role, sessionName }) => [stack, outcome, role, sessionName])).toEqual([
      ['network', 'unchanged', 'drawbridge-preview', 'prm-0123456789abcdef-plan'],
      ['api', 'pending', 'drawbridge-deploy', 'prm-0123456789abcdef-execute'],
    ]);
  });
});
