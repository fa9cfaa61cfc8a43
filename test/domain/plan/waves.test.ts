import { describe, expect, it } from 'vitest';
import type { Environment } from '#shared/domain/config/schema.ts';
import { stackKey } from '#shared/domain/plan/readiness.ts';
import type { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import { assignmentsOf, isSoaking, isVerifying, type RoundFacts, wavesOf } from '#shared/domain/plan/waves.ts';
import { rolloutPlan, stackPlan, targetPlan } from './plan-builders.ts';

const environment: Environment = { name: 'production', targets: { matchLabels: { env: 'production' } } };
const soaking = { ...environment, soak: { for: '30m', alarms: ['orders-5xx'] } };
const verifying = { ...environment, verify: [{ lambda: 'drawbridge-verify-orders' }] };
const target = (name: string, labels: Record<string, string> = {}) => ({
  name,
  labels: { env: 'production', ...labels },
});

describe('what is to be done in a target', () => {
  const facts = (more: Partial<RoundFacts> = {}): RoundFacts => ({
    ...{ environment, targets: [], verified: new Set(), deferred: new Set(), ...more },
  });
  const of = (more: Partial<RoundFacts>, ...stacks: StackPlan[]) =>
    assignmentsOf(facts(more), rolloutPlan(targetPlan('a', ...stacks))).map(({ stacks: run, complete }) => [
      run,
      complete,
    ]);
  const network = stackPlan('network', 'changes');
  const api = stackPlan('api', 'settings');
  const idle = stackPlan('api', 'unchanged');

  it.each<[string, Partial<RoundFacts>, StackPlan[], unknown[]]>([
    ['nothing, where all is as it should be', {}, [idle], []],
    [
      'its stacks with something to do, in their order',
      {},
      [network, api, stackPlan('web', 'unchanged')],
      [[['network', 'api'], true]],
    ],
    [
      'those that are certain, and it is not complete yet',
      { deferred: new Set([stackKey('a', 'api')]) },
      [network, api],
      [[['network'], false]],
    ],
    [
      'nothing, where all of it waits',
      { deferred: new Set([stackKey('a', 'api')]), environment: verifying },
      [api],
      [],
    ],
    ['its verification alone, where that is all that is left', { environment: verifying }, [idle], [[[], true]]],
    ['not even that, where it was verified', { environment: verifying, verified: new Set(['a']) }, [idle], []],
    [
      'a new stack whose policy comes later',
      {},
      [stackPlan('api', 'changes', { operation: 'create', settings: [{ name: 'stack policy', after: '{}' }] })],
      [[['api'], false]],
    ],
  ])('%s', (_, more, stacks, expected) => {
    expect(of(more, ...stacks)).toEqual(expected);
  });
});

it.each<[string, Environment, number | undefined, boolean, boolean]>([
  ['nothing', environment, undefined, false, false],
  ['a policy that asks for none', environment, 0, false, false],
  ['probes', verifying, undefined, true, false],
  ['a soak', soaking, undefined, true, true],
  ['a soak by policy alone', environment, 3600, true, true],
  ['a wave that soaks', { ...environment, waves: [{}, { soak: '10m' }] }, undefined, true, true],
])('an environment with %s has something left to verify, or to watch', (_, one, soakAtLeast, verifies, soaks) => {
  const facts = { environment: one, ...(soakAtLeast !== undefined && { soakAtLeast }) };
  expect([isVerifying(facts), isSoaking(facts)]).toEqual([verifies, soaks]);
  const plan = rolloutPlan(targetPlan('a', stackPlan('api', 'unchanged')));
  const assigned = assignmentsOf({ ...facts, targets: [], verified: new Set(), deferred: new Set() }, plan);
  const expected = { target: 'a', stacks: [], complete: true, ...(soaks && { soaks: true }) };
  expect(assigned).toEqual(verifies ? [expected] : []);
});

describe('waves of a round', () => {
  const inWaves = [{ matchLabels: { canary: 'true' }, soak: '10m', failureTolerance: 1 }, { maxConcurrency: 5 }];
  const targets = [target('a'), target('b', { canary: 'true' }), target('c')];
  const assigned = targets.map(({ name }) => ({ target: name, region: 'eu-west-1' }));
  const shape = (more: Partial<Parameters<typeof wavesOf>[0]>, given: Parameters<typeof wavesOf>[1] = assigned) =>
    wavesOf({ environment, targets, more: false, ...more }, given).map(({ soakSeconds, last, targets: members }) => [
      ...members,
      ...(last ? ['last'] : []),
      soakSeconds,
    ]);

  it('say how many at once and how many may fail', () => {
    const [first, second] = wavesOf(
      { environment: { ...environment, waves: inWaves }, targets, more: false },
      assigned,
    );
    expect(first).toEqual({ maxConcurrency: 1, failureTolerance: 1, soakSeconds: 600, last: false, targets: ['b'] });
    expect(second).toEqual({ maxConcurrency: 5, failureTolerance: 0, soakSeconds: 0, last: true, targets: ['a', 'c'] });
  });

  it.each<[string, Parameters<typeof shape>[0], unknown[]]>([
    ['none is watched where nothing says so', {}, [['a', 'b', 'c', 'last', 0]]],
    ['the last is watched as long as the environment says', { environment: soaking }, [['a', 'b', 'c', 'last', 1800]]],
    ['or as policies want at least', { environment: soaking, soakAtLeast: 3600 }, [['a', 'b', 'c', 'last', 3600]]],
    [
      'others as long as they say themselves, whatever policies want',
      { environment: { ...soaking, waves: inWaves }, soakAtLeast: 3600 },
      [
        ['b', 600],
        ['a', 'c', 'last', 3600],
      ],
    ],
    [
      'the longest counts where the last has a soak of its own',
      { environment: { ...soaking, waves: [{ soak: '2h' }] } },
      [['a', 'b', 'c', 'last', 7200]],
    ],
    [
      'none is the last, and none is watched, while a round follows',
      { environment: { ...soaking, waves: inWaves }, more: true, soakAtLeast: 3600 },
      [
        ['b', 0],
        ['a', 'c', 0],
      ],
    ],
  ])('%s', (_, more, expected) => {
    expect(shape(more)).toEqual(expected);
  });

  it('put last what has no place any more, and leave empty ones out', () => {
    const waves = [{ matchLabels: { canary: 'no' } }, { matchLabels: { canary: 'true' } }];
    const gone = { target: 'gone' };
    expect(shape({ environment: { ...environment, waves } }, [...assigned, gone])).toEqual([
      ['b', 0],
      ['a', 'c', 'gone', 'last', 0],
    ]);
    expect(shape({}, [])).toEqual([]);
  });

  it.each<[string, string[], number]>([
    ['as many as the wave says while none failed', [], 2],
    ['one less for each of the wave that failed in an earlier round', ['c'], 1],
    ['none where as many failed', ['c', 'd'], 0],
    ['never less than none', ['b', 'c', 'd'], 0],
    ['whatever failed in other waves', ['canary', 'gone'], 2],
  ])('tolerate %s', (_, failed, failureTolerance) => {
    const waves = [{ matchLabels: { canary: 'true' }, failureTolerance: 1 }, { failureTolerance: 2 }];
    const all = [target('canary', { canary: 'true' }), ...['a', 'b', 'c', 'd'].map((name) => target(name))];
    const facts = { environment: { ...environment, waves }, targets: all, more: false, leftOut: new Set(failed) };
    expect(wavesOf(facts, [{ target: 'a', region: 'eu-west-1' }])).toEqual([
      { maxConcurrency: 1, failureTolerance, soakSeconds: 0, last: true, targets: ['a'] },
    ]);
  });

  it('have their regions in the order of the environment', () => {
    const placed = [
      { target: 'a', region: 'us-east-1' },
      { target: 'b', region: 'eu-west-1' },
      { target: 'c', region: 'eu-central-1' },
    ];
    expect(shape({ environment: { ...environment, regionOrder: ['eu-central-1', 'eu-west-1'] } }, placed)).toEqual([
      ['c', 'b', 'a', 'last', 0],
    ]);
  });
});
