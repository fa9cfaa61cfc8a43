import { describe, expect, it } from 'vitest';
import type { Release } from '#shared/domain/release/release.ts';
import { dependenciesIn, holdersOf, outputStacks, takesOutputs, upstreamsOf } from '#shared/domain/release/upstream.ts';
import { aRelease, aStack, aTarget } from '#test/builders.ts';

const shared = aTarget({ name: 'shared', labels: { environment: 'production', role: 'network' } });
const otherShared = aTarget({ name: 'other-shared', labels: { environment: 'production', role: 'network' } });
const app = aTarget({ name: 'app', labels: { environment: 'production', role: 'app' } });
const both = aTarget({ name: 'both', labels: { environment: 'production', role: 'both' } });
const takes = { values: { Vpc: { fromOutput: 'network.Vpc' }, Size: '1', Zone: { fromOutput: 'network.Zone' } } };
const api = aStack('api', { dependsOn: ['network'], ...takes });

describe('where the outputs come from that a target takes', () => {
  const everywhere = aRelease({ stacks: [aStack('network'), api] });
  const apart = aRelease({
    stacks: [aStack('network', { matchLabels: { role: 'network' } }), { ...api, matchLabels: { role: 'app' } }],
  });
  const found = (release: Release, target: typeof app, others: (typeof app)[]) =>
    upstreamsOf(release, target, others).map(({ stack, target: holder }) => `${holder.name}/${stack.name}`);

  it.each<[string, string[]]>([
    ['is the target itself where it has the stack', found(everywhere, app, [app, shared])],
    ['is the target itself also where it is not among the others', found(everywhere, app, [shared])],
  ])('%s, named once', (_, upstreams) => {
    expect(upstreams).toEqual(['app/network']);
  });

  it('is the one other target that has it', () => {
    expect(found(apart, app, [app, both, shared])).toEqual(['shared/network']);
  });

  it('is nothing where no stack of the target takes any', () => {
    expect(found(apart, shared, [app, shared])).toEqual([]);
    expect(found(aRelease(), app, [app])).toEqual([]);
  });

  it('is asked for only by targets with a stack that takes one', () => {
    const takers = [app, both, shared].filter((target) => takesOutputs(apart, target));
    expect(takers).toEqual([app]);
    expect([app, shared].map((target) => takesOutputs(everywhere, target))).toEqual([true, true]);
    expect(takesOutputs(aRelease(), app)).toBe(false);
  });

  it.each<[string, (typeof app)[], string]>([
    ['no target has it', [app, both], 'which no target of the environment gets'],
    ['several have it', [app, shared, otherShared], 'which several targets get: shared, other-shared'],
  ])('cannot be said when %s', (_, others, said) => {
    expect(() => upstreamsOf(apart, app, others)).toThrow(
      expect.objectContaining({ name: 'OUTPUT_AMBIGUOUS', message: expect.stringContaining(said) }),
    );
  });
});

it('nobody has a stack that the release does not have', () => {
  expect(holdersOf(aRelease(), 'nowhere', { target: app, others: [shared] })).toEqual([]);
});

it('a stack comes after what the release says, and takes outputs of what its values name', () => {
  const release = aRelease({ stacks: [aStack('network'), api, aStack('web', { dependsOn: ['api'] })] });
  expect([...dependenciesIn(release)]).toEqual([
    ['network', { dependsOn: [], outputsOf: [] }],
    ['api', { dependsOn: ['network'], outputsOf: ['network', 'network'] }],
    ['web', { dependsOn: ['api'], outputsOf: [] }],
  ]);
  expect(outputStacks(aStack())).toEqual([]);
});
