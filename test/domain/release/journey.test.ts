import { describe, expect, it } from 'vitest';
import { environmentOf, journeyOf, membersOf, targetsOf } from '#shared/domain/release/journey.ts';
import { aRelease, aTarget } from '#test/builders.ts';

const environments = ['pre-production', 'production'].map((name) => ({
  ...{ name, targets: { matchLabels: { environment: name } } },
}));
const release = aRelease({ environments });
const targets = ['us', 'eu'].map((name) => aTarget({ name, labels: { environment: 'production' } }));

describe('the way of a release', () => {
  it('has its environments in order', () => {
    expect(journeyOf(release)).toEqual(['pre-production', 'production']);
    expect(environmentOf(release, 'production')).toEqual(environments[1]);
  });

  it('has no other environments', () => {
    expect(() => environmentOf(release, 'staging')).toThrow(/staging/);
    expect(targetsOf(release, 'staging', targets)).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['production', ['eu', 'us']],
    ['pre-production', []],
  ])('of %s are the targets with its labels, by name', (environment, expected) => {
    expect(targetsOf(release, environment, targets).map(({ name }) => name)).toEqual(expected);
  });

  it.each<[string, string[] | undefined, string[]]>([
    ['all of them where it named none', undefined, ['us', 'eu']],
    ['those it named', ['eu'], ['eu']],
    ['not those of elsewhere', ['eu', 'asia'], ['eu']],
  ])('a promotion is about %s', (_, only, expected) => {
    expect(membersOf(targets, only)).toEqual(expected);
  });
});
