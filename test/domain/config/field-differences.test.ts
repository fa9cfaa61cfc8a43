import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fieldDifferences } from '#shared/domain/config/field-differences.ts';

it.each<[string, unknown, unknown, unknown[]]>([
  ['nothing', { a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }, []],
  ['a value', { a: { b: 1 } }, { a: { b: 2 } }, [{ field: 'a.b', before: '1', after: '2' }]],
  ['a new field, whole', { a: 1 }, { a: 1, b: { d: 2, c: 1 } }, [{ field: 'b', after: '{"c":1,"d":2}' }]],
  ['a field that is gone', { a: [1] }, {}, [{ field: 'a', before: '[1]' }]],
  [
    'a member of a list',
    { a: [1, 2] },
    { a: [1, 3, 4] },
    [
      { field: 'a[1]', before: '2', after: '3' },
      { field: 'a[2]', after: '4' },
    ],
  ],
  ['a member of a map in a list', [{ a: 1 }], [{ a: 2 }], [{ field: '[0].a', before: '1', after: '2' }]],
  ['a list in place of a map', { a: {} }, { a: [] }, [{ field: 'a', before: '{}', after: '[]' }]],
  ['null in place of a map', { a: {} }, { a: null }, [{ field: 'a', before: '{}', after: 'null' }]],
])('%s', (_name, before, after, expected) => {
  expect(fieldDifferences(before, after)).toEqual(expected);
});

it('finds nothing exactly where the two say the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(fieldDifferences(a, structuredClone(a))).toEqual([]);
      const same = JSON.stringify(a) === JSON.stringify(b);
      if (same) expect(fieldDifferences(a, b)).toEqual([]);
    }),
    { seed: 20_260_105 },
  );
});
