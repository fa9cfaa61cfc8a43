import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches, matchTargets, planWaves } from '#shared/domain/config/match-targets.ts';

const target = (name: string, labels: Record<string, string>) => ({ name, labels });
const us = target('us', { env: 'prod' });
const eu = target('eu', { env: 'prod', canary: 'yes' });
const pre = target('pre', { env: 'pre' });
const environment = { targets: { matchLabels: { env: 'prod' } } };
const names = (targets: readonly { name: string }[]) => targets.map(({ name }) => name);

describe('matches', () => {
  it.each([
    ['every label', { env: 'prod' }, eu, true],
    ['not another value', { env: 'pre' }, eu, false],
    ['not a missing label', { canary: 'yes' }, us, false],
    ['not a label every object seems to have', { constructor: 'x' }, us, false],
    ['anything, without a wish', {}, us, true],
  ])('%s', (_name, wanted, { labels }, expected) => {
    expect(matches(wanted, labels)).toBe(expected);
  });
});

it('finds the targets of an environment, by name', () => {
  expect(names(matchTargets(environment, [us, pre, eu]))).toEqual(['eu', 'us']);
  expect(names(matchTargets(environment, [eu, pre, us]))).toEqual(['eu', 'us']);
});

describe('waves', () => {
  const shape = (waves?: Parameters<typeof planWaves>[0]['waves'], maxConcurrency?: number) => {
    const plan = planWaves({ ...environment, ...(waves && { waves }), ...(maxConcurrency && { maxConcurrency }) }, [
      us,
      pre,
      eu,
    ]);
    return { waves: plan.waves.map((wave) => [wave.maxConcurrency, ...names(wave.targets)]), left: names(plan.left) };
  };

  it.each([
    ['without any there is one', undefined, undefined, { waves: [[1, 'eu', 'us']], left: [] }],
    ['concurrency of the environment', undefined, 4, { waves: [[4, 'eu', 'us']], left: [] }],
    [
      'the last one takes the rest',
      [{ matchLabels: { canary: 'yes' } }, { maxConcurrency: 2 }],
      4,
      {
        waves: [
          [4, 'eu'],
          [2, 'us'],
        ],
        left: [],
      },
    ],
    [
      'what no wave takes is left',
      [{ matchLabels: { canary: 'yes' } }],
      undefined,
      { waves: [[1, 'eu']], left: ['us'] },
    ],
    ['an earlier wave wins', [{}, {}], undefined, { waves: [[1, 'eu', 'us'], [1]], left: [] }],
  ])('%s', (_name, waves, maxConcurrency, expected) => {
    expect(shape(waves, maxConcurrency)).toEqual(expected);
  });

  it('have as many failures as they say, or the environment says, or none', () => {
    const tolerances = (more: object) =>
      planWaves({ ...environment, ...more }, [us]).waves.map((wave) => wave.failureTolerance);
    expect(tolerances({})).toEqual([0]);
    expect(tolerances({ failureTolerance: 3 })).toEqual([3]);
    expect(tolerances({ failureTolerance: 3, waves: [{ failureTolerance: 0 }, {}] })).toEqual([0, 3]);
  });

  it('keep how long alarms are watched after each', () => {
    const { waves } = planWaves({ ...environment, waves: [{ soak: '10m' }, {}] }, [us]);
    expect(waves.map(({ soak }) => soak)).toEqual(['10m', undefined]);
  });

  it('begin with the regions that have an order; names decide within a region and among the others', () => {
    const at = (name: string, region?: string) => ({ ...target(name, { env: 'prod' }), ...(region && { region }) });
    const placed = [
      at('a', 'us-east-1'),
      at('b'),
      at('d', 'eu-west-1'),
      at('c', 'eu-west-1'),
      at('e', 'eu-central-1'),
      at('f', 'ap-south-1'),
    ];
    const order = (regionOrder?: ('eu-central-1' | 'eu-west-1')[]) =>
      planWaves({ ...environment, ...(regionOrder && { regionOrder }) }, placed).waves.map((wave) =>
        names(wave.targets),
      );
    expect(order()).toEqual([['a', 'b', 'c', 'd', 'e', 'f']]);
    expect(order(['eu-central-1', 'eu-west-1'])).toEqual([['e', 'c', 'd', 'a', 'b', 'f']]);
  });

  it('take every target of the environment at most once and lose none', () => {
    const labels = fc.record({ env: fc.constantFrom('prod', 'pre'), canary: fc.constantFrom('yes', 'no') });
    const wave = fc.record({
      matchLabels: fc.dictionary(fc.constantFrom('env', 'canary'), fc.constantFrom('prod', 'yes')),
    });
    fc.assert(
      fc.property(fc.array(labels), fc.array(wave, { minLength: 1 }), (list, waves) => {
        const targets = list.map((one, index) => target(`t${String(index).padStart(3, '0')}`, one));
        const plan = planWaves({ ...environment, waves }, targets);
        const placed = [...plan.waves.flatMap((one) => one.targets), ...plan.left];
        expect(names(placed).sort()).toEqual(names(matchTargets(environment, targets)));
      }),
      { seed: 1 },
    );
  });
});
