import { describe, expect, it } from 'vitest';
import { environmentOf, journeyOf, targetsOf } from '#shared/domain/release/journey.ts';
import { missingFrom, placesOf } from '#shared/domain/release/places.ts';
import { anArtifact, aRelease, aStack, aTarget } from '#test/builders.ts';

const dublin = aTarget({ name: 'production-b' });
const oregon = aTarget({ name: 'production-a', region: 'us-west-2' });
const early = aTarget({ name: 'pre-production', labels: { environment: 'pre-production' } });
const foreign = aTarget({ name: 'other', region: 'sa-east-1', labels: { environment: 'other' } });
const targets = [dublin, oregon, early, foreign];

describe('the journey of a release', () => {
  it('has its environments in order', () => {
    expect(journeyOf(aRelease())).toEqual(['pre-production', 'production']);
  });

  it('has an environment by its name, or says which it has', () => {
    expect(environmentOf(aRelease(), 'production')).toEqual(aRelease().environments[1]);
    expect(() => environmentOf(aRelease(), 'staging')).toThrow(/"staging"; it has pre-production, production/);
  });

  it.each([
    ['production', ['production-a', 'production-b']],
    ['pre-production', ['pre-production']],
    ['staging', []],
  ])('%s means %j', (environment, names) => {
    expect(targetsOf(aRelease(), environment, targets).map(({ name }) => name)).toEqual(names);
    expect(targetsOf(aRelease(), environment, targets.toReversed()).map(({ name }) => name)).toEqual(names);
  });
});

describe('the places of a release’s files', () => {
  const code = anArtifact('assets', 'code');
  const release = aRelease({ stacks: [aStack('network'), aStack('api')], assets: [code] });

  it('are every region of its targets, and no other', () => {
    const keys = [...release.stacks.map(({ template }) => template.key), code.key];
    expect(placesOf(release, targets).map(({ artifact, region }) => [region, artifact.key])).toEqual([
      ...keys.map((key) => ['eu-west-1', key]),
      ...keys.map((key) => ['us-west-2', key]),
    ]);
  });

  it('name a file once that two stacks share', () => {
    const twice = aRelease({ stacks: [aStack('api'), aStack('copy', { template: aStack('api').template })] });
    expect(placesOf(twice, [dublin])).toHaveLength(1);
  });

  it('are none while nothing matches', () => {
    expect(placesOf(release, [foreign])).toEqual([]);
  });

  it('are asked one by one for what is missing', async () => {
    const places = placesOf(release, targets);
    const missing = await missingFrom(places, async ({ region }) => region === 'eu-west-1');
    expect(missing).toEqual(places.filter(({ region }) => region === 'us-west-2'));
    expect(await missingFrom(places, async () => true)).toEqual([]);
  });

  it('are not all asked at once, however many there are', async () => {
    const assets = Array.from({ length: 200 }, (_, index) => anArtifact('assets', `file ${index}`));
    let [under, highest] = [0, 0];
    await missingFrom(placesOf(aRelease({ assets }), [dublin]), async () => {
      under += 1;
      highest = Math.max(highest, under);
      await Promise.resolve();
      under -= 1;
      return true;
    });
    expect(highest).toBe(32);
  });
});
