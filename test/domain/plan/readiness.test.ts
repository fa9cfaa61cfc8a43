import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decision, isWork, type RolloutPlan } from '#shared/domain/plan/decision.ts';
import { type Dependencies, deferredStacks, followers } from '#shared/domain/plan/readiness.ts';
import type { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import { after, rolloutPlan, stackPlan, targetPlan } from './plan-builders.ts';

describe('the stacks that have to wait for a later round', () => {
  const chain = after({ network: [[]], api: [['network'], ['network']], web: [['api']] });

  it.each<[string, RolloutPlan, string[]]>([
    [
      'none while nothing changes',
      rolloutPlan(targetPlan('a', stackPlan('network', 'unchanged'), stackPlan('api', 'unchanged'))),
      [],
    ],
    [
      'none where the outputs that are taken are certain',
      rolloutPlan(targetPlan('a', stackPlan('network', 'unchanged'), stackPlan('api', 'changes'))),
      [],
    ],
    [
      'one that takes an output of a stack that changes in the same target',
      rolloutPlan(targetPlan('a', stackPlan('network', 'changes'), stackPlan('api', 'changes'))),
      ['a/api'],
    ],
    [
      'one that takes an output of a stack that changes in another target',
      rolloutPlan(targetPlan('a', stackPlan('network', 'changes')), targetPlan('b', stackPlan('api', 'changes'))),
      ['b/api'],
    ],
    [
      'one that takes an output of a stack that is to be brought back',
      rolloutPlan(targetPlan('a', stackPlan('network', 'recover'), stackPlan('api', 'changes'))),
      ['a/api'],
    ],
    [
      'none for settings, which change no output',
      rolloutPlan(targetPlan('a', stackPlan('network', 'settings'), stackPlan('api', 'changes'))),
      [],
    ],
    ['one that is not planned yet', rolloutPlan(targetPlan('a', stackPlan('api', 'unplanned'))), ['a/api']],
    [
      'one that comes after a stack that waits in its own target',
      rolloutPlan(
        targetPlan('a', stackPlan('network', 'changes'), stackPlan('api', 'changes'), stackPlan('web', 'changes')),
        targetPlan('b', stackPlan('web', 'changes')),
      ),
      ['a/api', 'a/web'],
    ],
    [
      'none that only comes after a stack that changes: order is kept within a round',
      rolloutPlan(targetPlan('a', stackPlan('api', 'changes'), stackPlan('web', 'changes'))),
      [],
    ],
    [
      'settings behind a stack that waits do not',
      rolloutPlan(targetPlan('a', stackPlan('api', 'unplanned'), stackPlan('web', 'settings'))),
      ['a/api'],
    ],
    [
      'none of which nothing is known',
      rolloutPlan(targetPlan('a', stackPlan('network', 'changes'), stackPlan('stranger', 'changes'))),
      [],
    ],
  ])('%s', (_, plan, deferred) => {
    expect([...deferredStacks(plan, chain)]).toEqual(deferred);
  });
});

describe('a stack that is as it should be', () => {
  const chain = after({ network: [[]], api: [['network'], ['network']], web: [['api']] });
  const on = (network: StackPlan['kind'], api: StackPlan['kind'], web: StackPlan['kind'] = 'unchanged') =>
    rolloutPlan(
      targetPlan('a', stackPlan('network', network)),
      targetPlan('b', stackPlan('api', api), stackPlan('web', web), stackPlan('stranger', 'unchanged')),
    );

  it.each<[string, RolloutPlan, boolean]>([
    ['is looked at again where one that changes has an output that it takes', on('changes', 'unchanged'), true],
    ['also where only its settings change', on('changes', 'settings'), true],
    ['also where that other one is brought back', on('recover', 'unchanged'), true],
    ['is not where that other one stays', on('unchanged', 'unchanged', 'changes'), false],
    ['is not where only settings of that other one change', on('settings', 'unchanged'), false],
    ['is not where it only comes after what changes', on('unchanged', 'changes'), false],
  ])('%s', (_, plan, again) => {
    expect(followers(plan, chain).size > 0).toBe(again);
  });
});

describe('rounds, whatever depends on what', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  /** Stacks in order, each after some of those before it, some of whose outputs it takes. */
  const stacks = fc
    .tuple(...names.map((_, index) => fc.subarray(names.slice(0, index))))
    .chain((before) =>
      fc
        .tuple(...before.map((some) => fc.subarray(some)))
        .map(
          (taken) =>
            new Map(names.map((name, index) => [name, { dependsOn: before[index]!, outputsOf: taken[index]! }])),
        ),
    );
  const kind = fc.constantFrom<StackPlan['kind']>('unchanged', 'changes', 'changes', 'settings');
  const targets = fc.array(fc.array(kind, { minLength: names.length, maxLength: names.length }), {
    minLength: 1,
    maxLength: 3,
  });

  /** Runs a rollout to its end: what each round executed, as `target/stack`. */
  function roundsOf(start: RolloutPlan, dependencies: ReadonlyMap<string, Dependencies>): string[][] {
    const environment = { name: 'production', targets: { matchLabels: {} } };
    const facts = { mode: 'promote', environment, stacks: dependencies, denied: false } as const;
    const nobody = {
      targets: [],
      members: [],
      verified: new Set<string>(),
      leftOut: new Set<string>(),
      openness: { kind: 'open' },
      planAge: 0,
    } as const;
    const rounds: string[][] = [];
    for (let plan = start; ; ) {
      const decided = decision({ ...facts, ...nobody }, plan);
      if (decided.kind !== 'go') return rounds;
      const ran = decided.assignments.flatMap(({ target, stacks: some }) => some.map((stack) => `${target}/${stack}`));
      rounds.push(ran);
      const followed = followers(plan, dependencies).size > 0;
      plan = rolloutPlan(
        ...plan.targets.map(({ target, stacks: some }) =>
          targetPlan(target, ...some.map((one) => (ran.includes(`${target}/${one.stack}`) ? done(one) : one))),
        ),
      );
      expect(decided.more).toBe(followed || plan.targets.some((target) => target.stacks.some(isWork)));
      expect(rounds.length).toBeLessThanOrEqual(names.length);
    }
  }
  const done = ({ stack }: StackPlan) => stackPlan(stack, 'unchanged');

  it('run every stack that has work once, none before those whose outputs it takes, and none out of order', () => {
    fc.assert(
      fc.property(stacks, targets, (dependencies, kinds) => {
        const plan = rolloutPlan(
          ...kinds.map((some, target) =>
            targetPlan(`t${target}`, ...names.map((name, index) => stackPlan(name, some[index]!))),
          ),
        );
        const work = plan.targets.flatMap(({ target, stacks: some }) =>
          some.filter(isWork).map(({ stack }) => `${target}/${stack}`),
        );
        const rounds = roundsOf(plan, dependencies);
        expect(rounds.flat().toSorted()).toEqual(work.toSorted());

        const roundOf = (key: string) => rounds.findIndex((ran) => ran.includes(key));
        const changing = plan.targets.flatMap(({ target, stacks: some }) =>
          some
            .filter((one) => one.kind === 'changes')
            .map(({ stack }) => ({ target, stack, key: `${target}/${stack}` })),
        );
        for (const later of changing)
          for (const earlier of changing) {
            const { outputsOf, dependsOn } = dependencies.get(later.stack)!;
            if (outputsOf.includes(earlier.stack)) expect(roundOf(later.key)).toBeGreaterThan(roundOf(earlier.key));
            if (dependsOn.includes(earlier.stack) && later.target === earlier.target) {
              const all = rounds.flat();
              expect(all.indexOf(later.key)).toBeGreaterThan(all.indexOf(earlier.key));
            }
          }
      }),
      { seed: 7 },
    );
  });
});
