import { describe, expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import { isWritablePath, lookUp, parsePath, writeAt } from '#sandbox/step-functions/asl/json-path.ts';

const input: Json = {
  a: { b: 1, "it's": 2 },
  list: [{ n: 1 }, { n: 2 }, { m: 3 }],
  none: null,
  deep: [{ l: [1] }, { l: [2, 3] }],
};
const scope = { input, context: { Execution: { Id: 'e' } } };

describe('a path', () => {
  it.each<[string, Json | undefined]>([
    ['$', input],
    ['$.a.b', 1],
    ["$['a']['b']", 1],
    ['$["a"].b', 1],
    ["$.a['it\\'s']", 2],
    ['$.list[1].n', 2],
    ['$.list[*].n', [1, 2]],
    ['$.deep[*].l[*]', [1, 2, 3]],
    ['$.a[*]', [1, 2]],
    ['$.none', null],
    ['$.none.x', undefined],
    ['$.missing', undefined],
    ['$.missing[*]', undefined],
    ['$.list[9]', undefined],
    ['$.list.length', undefined],
    ['$.toString', undefined],
    ['$.a[0]', undefined],
    ['$$.Execution.Id', 'e'],
    ['$$', { Execution: { Id: 'e' } }],
  ])('%s leads to %j', (path, value) => {
    expect(lookUp(path, scope)).toEqual(value);
  });

  it.each(['a', '$a', '$.', '$..a', '$.a-b', '$.list[-1]', '$.list[0:2]', '$.list[?(@.n==1)]', '$[a]', '$.a ', ''])(
    '%j is outside the subset',
    (path) => {
      expect(parsePath(path)).toBeUndefined();
    },
  );
});

describe('ResultPath', () => {
  it.each<[string, Json, Json]>([
    ['$', { a: 1 }, 'new'],
    ['$.b', { a: 1 }, { a: 1, b: 'new' }],
    ['$.a', { a: 1 }, { a: 'new' }],
    ['$.b.c.d', { a: 1 }, { a: 1, b: { c: { d: 'new' } } }],
    ["$.b['c d']", { b: { e: 1 } }, { b: { e: 1, 'c d': 'new' } }],
  ])('%s on %j makes %j', (path, target, made) => {
    expect(writeAt(path, target, 'new')).toEqual(made);
  });

  it.each<[string, Json]>([
    ['$.a.b', { a: 1 }],
    ['$.a', [1]],
    ['$.a', 'text'],
    ['$.a.b', { a: null }],
  ])('%s cannot be written to %j', (path, target) => {
    expect(() => writeAt(path, target, 'new')).toThrow(
      expect.objectContaining({ error: 'States.ResultPathMatchFailure' }),
    );
  });

  it.each([
    ['$.a.b', true],
    ['$', true],
    ['$$.a', false],
    ['$.a[0]', false],
    ['$.a[*]', false],
    ['a', false],
  ])('%s may be written to: %s', (path, writable) => {
    expect(isWritablePath(path)).toBe(writable);
  });
});
