import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cursorAfter, pageAsked } from '#shared/domain/http/page.ts';

it.each<[string | undefined, number]>([
  [undefined, 50],
  ['1', 1],
  ['100', 100],
])('a limit of %s is %i items', (limit, expected) => {
  expect(pageAsked({ limit }, 'things')).toEqual({ limit: expected });
});

it.each(['0', '-1', '1e9', '1000000000', '101', '999', '', ' 1', '1.5', '0x10', 'ten', 'Infinity'])(
  'a limit of "%s" is refused',
  (limit) => {
    expect(() => pageAsked({ limit }, 'things')).toThrow(expect.objectContaining({ name: 'PAGE_LIMIT' }));
  },
);

it('goes on behind the place a cursor was made for, in its own list only', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (place, list, other) => {
      const cursor = cursorAfter(place, list);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(pageAsked({ cursor }, list)).toEqual({ limit: 50, after: place });
      fc.pre(other !== list);
      expect(() => pageAsked({ cursor }, other)).toThrow(expect.objectContaining({ name: 'PAGE_CURSOR' }));
    }),
    { seed: 3 },
  );
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

it.each<[string, string]>([
  ['nothing', ''],
  ['garbage', 'garbage'],
  ['no list', encoded({})],
  ['no place', encoded([1, 'things'])],
  ['an empty place', encoded([1, 'things', ''])],
  ['a place that is no text', encoded([1, 'things', { S: 'x' }])],
  ['more than a place', encoded([1, 'things', 'x', 'y'])],
  ['another version', encoded([2, 'things', 'x'])],
  ['padding', `${cursorAfter('place', 'things')}=`],
])('a cursor that is %s is refused', (_name, cursor) => {
  expect(() => pageAsked({ cursor }, 'things')).toThrow(expect.objectContaining({ name: 'PAGE_CURSOR' }));
});
