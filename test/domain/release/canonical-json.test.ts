import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf, hexOf } from '#shared/domain/release/canonical-json.ts';

describe('canonicalJson', () => {
  it.each([
    ['null', null, 'null'],
    ['booleans', [true, false], '[true,false]'],
    ['sorted members, no spaces', { b: 1, a: { d: [], c: {} } }, '{"a":{"c":{},"d":[]},"b":1}'],
    // RFC 8785, section 3.2.3: sorted by UTF-16 code units.
    [
      'names by code units',
      { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5 },
      '{"\\r":2,"1":4,"€":1,"😀":5,"\ufb33":3}',
    ],
    // RFC 8785, section 3.2.2.3 and appendix B.
    [
      'numbers',
      [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0],
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    ],
    ['text', '\u0000"\\/é', '"\\u0000\\"\\\\/é"'],
    ['objects without a prototype', Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
  ])('%s', (_name, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it.each([
    ['undefined', undefined],
    ['a member that is undefined', { a: undefined }],
    ['a hole in a list', new Array(2)],
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a big integer', 1n],
    ['a symbol', Symbol('s')],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['a map', new Map()],
    ['half a surrogate pair', '\ud83d'],
    ['half a surrogate pair in a name', { '\ud83d': 1 }],
  ])('refuses %s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  const values = fc.jsonValue();

  it('says the same as the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 1 },
    );
  });

  it('does not depend on the order of members', () => {
    const members = fc.uniqueArray(fc.tuple(fc.string(), values), { selector: ([name]) => name });
    fc.assert(
      fc.property(members, fc.infiniteStream(fc.nat()), (list, random) => {
        const shuffled = list.map((member) => ({ member, key: random.next().value })).sort((a, b) => a.key - b.key);
        const other = Object.fromEntries(shuffled.map(({ member }) => member));
        expect(canonicalJson(other)).toBe(canonicalJson(Object.fromEntries(list)));
      }),
      { seed: 1 },
    );
  });

  it('is a fixed point, and different for different values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(canonicalJson(JSON.parse(canonicalJson(a)))).toBe(canonicalJson(a));
        const same = canonicalJson(a) === canonicalJson(b);
        expect(same).toBe(canonicalJson([a, b]) === canonicalJson([a, a]));
      }),
      { seed: 1 },
    );
  });
});

describe('digestOf', () => {
  it.each([
    ['nothing', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc (FIPS 180-2)', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ])('%s', (_name, text, hex) => {
    expect(digestOf(text)).toBe(`sha256:${hex}`);
    expect(digestOf(new TextEncoder().encode(text))).toBe(`sha256:${hex}`);
    expect(hexOf(digestOf(text))).toBe(hex);
  });
});
