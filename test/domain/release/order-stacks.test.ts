import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderStacks } from '#shared/domain/release/order-stacks.ts';

const stack = (name: string, ...dependsOn: string[]) => ({ name, dependsOn });
const order = (...stacks: ReturnType<typeof stack>[]) => {
  const found = orderStacks(stacks);
  return found.kind === 'ordered' ? found.stacks.map(({ name }) => name) : found.names;
};

describe('orderStacks', () => {
  it.each([
    ['nothing', [], []],
    ['as written, without dependencies', [stack('b'), stack('a')], ['b', 'a']],
    ['a dependency first', [stack('api', 'network'), stack('network')], ['network', 'api']],
    ['a chain', [stack('c', 'b'), stack('b', 'a'), stack('a')], ['a', 'b', 'c']],
    ['a diamond', [stack('d', 'b', 'c'), stack('c', 'a'), stack('b', 'a'), stack('a')], ['a', 'c', 'b', 'd']],
    ['names that are not there', [stack('a', 'elsewhere')], ['a']],
  ])('%s', (_name, stacks, expected) => {
    expect(orderStacks(stacks).kind).toBe('ordered');
    expect(order(...stacks)).toEqual(expected);
  });

  it.each([
    ['itself', [stack('a', 'a')], ['a', 'a']],
    ['each other', [stack('a', 'b'), stack('b', 'a')], ['a', 'b', 'a']],
    [
      'only the circle is named',
      [stack('before'), stack('x', 'a'), stack('a', 'before', 'b'), stack('b', 'a')],
      ['a', 'b', 'a'],
    ],
  ])('refuses stacks that depend on %s', (_name, stacks, expected) => {
    expect(orderStacks(stacks).kind).toBe('cycle');
    expect(order(...stacks)).toEqual(expected);
  });

  it('puts every stack after its dependencies and loses none, or names a real circle', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const stacks = fc.tuple(...names.map((name) => fc.subarray(names).map((dependsOn) => ({ name, dependsOn }))));
    fc.assert(
      fc.property(stacks, (list) => {
        const found = orderStacks(list);
        if (found.kind === 'ordered') {
          expect(found.stacks.map(({ name }) => name).sort()).toEqual(names);
          for (const [index, { dependsOn }] of found.stacks.entries()) {
            const before = found.stacks.slice(0, index).map(({ name }) => name);
            expect(before).toEqual(expect.arrayContaining(dependsOn));
          }
          return;
        }
        expect(found.names.at(0)).toBe(found.names.at(-1));
        for (const [index, name] of found.names.slice(1).entries()) {
          expect(list.find((one) => one.name === found.names[index])?.dependsOn).toContain(name);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
