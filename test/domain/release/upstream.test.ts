import { describe, expect, it } from 'vitest';
import { dependenciesIn, holdersOf, outputStacks, upstreamsOf } from '#shared/domain/release/upstream.ts';
import { aRelease, aStack, aTarget } from '#test/builders.ts';

const network = aStack('network', { matchLabels: { role: 'network' } });
const app = aStack('app', {
  matchLabels: { role: 'app' },
  dependsOn: ['network'],
  values: { Vpc: { fromOutput: 'network.VpcId' }, Level: 'info' },
});
const release = aRelease({ stacks: [network, app] });
const target = (name: string, ...roles: string[]) =>
  aTarget({ name, labels: Object.fromEntries(roles.map((role) => ['role', role])) });
const [n, m, a] = [target('n', 'network'), target('m', 'network'), target('a', 'app')];

describe('where outputs come from', () => {
  it('is another target of the environment, if only that one has the stack', () => {
    expect(upstreamsOf(release, a, [a, n])).toEqual([{ stack: network, target: n }]);
  });

  it('is the target itself, if it has the stack, whoever else has it', () => {
    const everywhere = aRelease({ stacks: [aStack('network'), app] });
    expect(upstreamsOf(everywhere, a, [n, a])).toMatchObject([{ target: { name: 'a' } }]);
  });

  it('is nothing for a target that takes none', () => {
    expect(upstreamsOf(release, n, [a, n])).toEqual([]);
  });

  it.each([
    ['nobody has it', [a], []],
    ['several have it', [a, m, n], ['m', 'n']],
  ])('is not guessed: %s', (_name, others, holders) => {
    const named = holders.length === 0 ? 'no target' : holders.join(', ');
    expect(() => upstreamsOf(release, a, others)).toThrow(expect.objectContaining({ name: 'OUTPUT_AMBIGUOUS' }));
    expect(() => upstreamsOf(release, a, others)).toThrow(named);
  });

  it('is nobody for a stack that the release does not have', () => {
    expect(holdersOf(release, 'nowhere', { target: a, others: [n] })).toEqual([]);
  });
});

it('a stack says whose outputs it takes, and what it comes after', () => {
  expect(outputStacks(app)).toEqual(['network']);
  expect(dependenciesIn(release).get('app')).toEqual({ dependsOn: ['network'], outputsOf: ['network'] });
});
