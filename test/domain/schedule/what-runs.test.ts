import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAboutWhatRuns, placeOf, releasesThatRun } from '#shared/domain/schedule/what-runs.ts';
import { aRelease, aTarget, monday, otherPromotionId } from '#test/builders.ts';

const tuesday = '2026-01-06T09:00:00.000Z';
const mixed = { promotion: otherPromotionId, releaseId: 'orders-three', at: monday };
const runs = (target: string, name: string, change: object = {}) => ({
  ...{ environment: 'production', target, release: `sha256:${name}`, releaseId: `orders-${name}`, since: monday },
  ...change,
});
const verify = { mode: 'verify' as const, environments: ['production'] };
const drift = { mode: 'drift' as const, environments: ['production'] };
const idsOf = (...given: Parameters<typeof releasesThatRun>) => releasesThatRun(...given).map(({ id }) => id);

it.each([
  ['verify', true],
  ['drift', true],
  ['promote', false],
  ['plan', false],
] as const)('mode %s is about what runs: %s', (mode, expected) => {
  expect(isAboutWhatRuns({ mode })).toBe(expected);
  expect(isAboutWhatRuns({})).toBe(false);
});

describe('the release that a schedule looks at', () => {
  const half = [runs('a', 'one'), runs('b', 'two', { since: tuesday }), runs('c', 'one')];

  it('is the one that runs on most of the targets, and the others come after it', () => {
    expect(idsOf(verify, half)).toEqual(['orders-one', 'orders-two']);
    expect(releasesThatRun(verify, half)[0]).toEqual({ digest: 'sha256:one', id: 'orders-one' });
  });

  it('is the one that arrived last where as many run another one', () => {
    const [one, two] = half as [(typeof half)[0], (typeof half)[0]];
    for (const running of [
      [one, two],
      [two, one],
    ])
      expect(idsOf(verify, running)).toEqual(['orders-two', 'orders-one']);
    const late = [runs('a', 'one', { since: tuesday }), runs('b', 'two'), runs('c', 'two'), runs('d', 'one')];
    expect(idsOf(verify, late)).toEqual(['orders-one', 'orders-two']);
    expect(idsOf(verify, late.toReversed())).toEqual(['orders-one', 'orders-two']);
  });

  it('is looked for where the schedule looks, and everywhere where it names nothing', () => {
    const running = [runs('a', 'one'), ...['b', 'c'].map((name) => runs(name, 'two', { environment: 'staging' }))];
    expect(idsOf(verify, running)).toEqual(['orders-one']);
    expect(idsOf({ mode: 'verify' }, running)).toEqual(['orders-two', 'orders-one']);
  });

  it('is not what a target runs in part, unless it is looked at for drift', () => {
    const running = [runs('a', 'one', { mixed }), runs('b', 'one', { mixed }), runs('c', 'two')];
    expect(idsOf(verify, running)).toEqual(['orders-two']);
    expect(idsOf(drift, running)).toEqual(['orders-one', 'orders-two']);
  });

  it('is none where nothing runs', () => {
    expect(idsOf(verify, [])).toEqual([]);
    expect(idsOf(verify, [runs('a', 'one', { environment: 'staging' })])).toEqual([]);
  });

  it('is the same in whatever order the targets are read', () => {
    const arbitrary = fc.array(
      fc.record({ name: fc.constantFrom('one', 'two', 'three'), day: fc.integer({ min: 1, max: 3 }) }),
    );
    fc.assert(
      fc.property(arbitrary, (found) => {
        const running = found.map(({ name, day }, index) =>
          runs(`t${index}`, name, { since: `2026-01-0${day}T09:00:00.000Z` }),
        );
        expect(idsOf(verify, running.toReversed())).toEqual(idsOf(verify, running));
      }),
    );
  });
});

describe('it is looked at', () => {
  const release = { ...aRelease(), digest: 'sha256:one' };
  const targets = ['a', 'b', 'c'].map((name) => aTarget({ name }));
  const before = aTarget({ name: 'p', labels: { environment: 'pre-production' } });
  const at = (scope: object, running: ReturnType<typeof runs>[], of = [before, ...targets]) =>
    placeOf({ mode: 'verify', ...scope }, release, { running, targets: of });
  const all = ['a', 'b', 'c'].map((name) => runs(name, 'one'));
  const some = [runs('a', 'one'), runs('b', 'two'), runs('c', 'one')];
  const inPart = [runs('a', 'one'), runs('b', 'one', { mixed }), runs('c', 'one')];
  const first = runs('p', 'one', { environment: 'pre-production' });

  it.each<[string, object, ReturnType<typeof runs>[], object | undefined]>([
    ['on all targets that run it, none of them named', verify, all, { environments: ['production'] }],
    ['on those alone that run it', verify, some, { environments: ['production'], targets: ['a', 'c'] }],
    ['on those alone that run it wholly', verify, inPart, { environments: ['production'], targets: ['a', 'c'] }],
    ['for drift on all, whatever they run', drift, some, { environments: ['production'] }],
    ['not where another one runs', {}, [first, runs('a', 'two')], { environments: ['pre-production'] }],
    ['for drift wherever anything runs', { mode: 'drift' }, [runs('a', 'two')], { environments: ['production'] }],
    [
      'in the order of its journey',
      { environments: ['production', 'pre-production'] },
      [...some, first],
      { environments: ['pre-production', 'production'], targets: ['p', 'a', 'c'] },
    ],
    ['nowhere once its targets belong to no environment of it', verify, [runs('gone', 'one')], undefined],
    ['nowhere where it has no such environment', { environments: ['staging'] }, all, undefined],
  ])('%s', (_, scope, running, expected) => {
    expect(at(scope, running)).toEqual(expected);
  });

  it('on as many targets as a promotion may name', () => {
    const many = Array.from({ length: 1002 }, (_, index) => `t${index}`);
    const fleet = many.map((name) => aTarget({ name }));
    const running = many.slice(1).map((name) => runs(name, 'one'));
    expect(at(verify, running, fleet)?.targets).toHaveLength(1000);
    expect(at(verify, [...running, runs('t0', 'one')], fleet)).toEqual({ environments: ['production'] });
  });
});
