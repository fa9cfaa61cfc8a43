import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deepest, longestNumber, readJson } from '#shared/domain/http/read-json.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

function outcomeOf<Value>(read: () => Value): { value: Value } | { refused: string } {
  try {
    return { value: read() };
  } catch (error) {
    return { refused: (error as Error).name };
  }
}

describe('text that is refused', () => {
  it.each<[string, string, string, object]>([
    ['nothing', '', 'JSON_INVALID', { cause: expect.stringContaining('byte 0') }],
    ['a truncated object', '{"a":', 'JSON_INVALID', { cause: expect.stringContaining('byte 5') }],
    ['a truncated list', '[1', 'JSON_INVALID', { cause: expect.stringContaining('byte 2') }],
    ['a truncated text', '{"a":"b', 'JSON_INVALID', { cause: expect.stringContaining('byte 7') }],
    ['text behind letters of two bytes', '["é" x]', 'JSON_INVALID', { cause: expect.stringContaining('byte 6') }],
    ['a member without a name', '{1:2}', 'JSON_INVALID', {}],
    ['a member without a value', '{"a"}', 'JSON_INVALID', {}],
    ['a comma too much', '[1,]', 'JSON_INVALID', {}],
    ['two values', '1 2', 'JSON_INVALID', {}],
    ['an unknown escape', '"\\x"', 'JSON_INVALID', {}],
    ['a line break in a text', '"a\nb"', 'JSON_INVALID', {}],
    ['a comment', '{/**/}', 'JSON_INVALID', {}],
    ['the same member twice', '{"a":{"b/c":1,"b/c":1}}', 'DUPLICATE_KEY', { place: { pointer: '/a/b~1c' } }],
    ['the same member, once escaped', '{"a":1,"\\u0061":1}', 'DUPLICATE_KEY', { place: { pointer: '/a' } }],
    ['a prototype', '{"a":{"__proto__":{"admin":true}}}', 'FIELD_UNKNOWN', { place: { pointer: '/a/__proto__' } }],
    ['a level too deep', nested(deepest + 1), 'BODY_DEPTH', { place: { pointer: '/0'.repeat(deepest) } }],
    ['a very deep one', nested(100_000), 'BODY_DEPTH', {}],
    [
      'an integer with too many digits',
      '{"a":[12345678901234567890]}',
      'NUMBER_PRECISION',
      { place: { pointer: '/a/0' } },
    ],
    ['the first integer that is lost', '9007199254740993', 'NUMBER_PRECISION', {}],
    ['a fraction with too many digits', '0.12345678901234567890', 'NUMBER_PRECISION', {}],
    ['more than there is', '1e400', 'NUMBER_PRECISION', {}],
    ['less than there is', '-1e-400', 'NUMBER_PRECISION', {}],
    // However exact: what takes long to compare is not compared.
    ['a number longer than any', `1.${'0'.repeat(longestNumber)}`, 'NUMBER_PRECISION', {}],
    ['80,000 zeros', `1${'0'.repeat(80_000)}1`, 'NUMBER_PRECISION', {}],
    ['half a character', '{"a":"\\ud800"}', 'JSON_INVALID', { cause: expect.stringContaining('byte 5') }],
    ['the other half', '"a\\udc00b"', 'JSON_INVALID', {}],
    ['both in the wrong order', '["\\udc00\\ud800"]', 'JSON_INVALID', {}],
    ['half a character as a name', '{"\\ud800":1}', 'JSON_INVALID', {}],
  ])('%s', (_name, text, code, problem) => {
    expect(() => readJson(text)).toThrow(
      expect.objectContaining({ name: code, problem: expect.objectContaining(problem) }),
    );
  });

  it('is repeated at the length of a line only', () => {
    const key = 'x'.repeat(100_000);
    expect(() => readJson(`{"${key}":1,"${key}":1}`)).toThrow(
      expect.objectContaining({ name: 'DUPLICATE_KEY', message: expect.stringMatching(/^.{1,400}$/) }),
    );
  });
});

describe('text that is read', () => {
  it.each<[string, string]>([
    ['as deep as it may be', nested(deepest)],
    [
      'numbers, however they are written',
      '[0,-0,1.50,1E3,100e-2,0.1,1e23,9007199254740992,123456789012345680000,0.000]',
    ],
    ['numbers as long as they may be', `[1.${'0'.repeat(longestNumber - 2)},${1e300}]`],
    ['a character of two halves', '"\\ud83d\\ude00"'],
    ['escapes', '"\\u00e9\\\\\\"\\n\\/"'],
    ['a backslash at the end', '["\\\\"]'],
    ['names of members that objects have', '{"constructor":1,"toString":2,"hasOwnProperty":3}'],
    ['white space', ' \t\r\n{ "a" : [ ] , "b" : { } } \n'],
  ])('%s', (_name, text) => {
    expect(readJson(text)).toEqual(JSON.parse(text));
  });

  it('is every value that JSON can say', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'large' }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('"__proto__"'));
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
      { seed: 1 },
    );
  });

  it('is nothing that JSON.parse refuses, and nothing else than it reads', () => {
    const piece = fc.constantFrom(...'{}[]:,"\\ \n-+.eE019', 'true', 'null', '"a"', '"b"', '\\u00e9', '1.5');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const own = outcomeOf(() => readJson(text));
        const parsed = outcomeOf(() => JSON.parse(text) as unknown);
        if ('value' in own) expect(own).toEqual(parsed);
        else if (own.refused === 'JSON_INVALID') expect(parsed).toEqual({ refused: 'SyntaxError' });
      }),
      { seed: 2, numRuns: 5000 },
    );
  });
});
