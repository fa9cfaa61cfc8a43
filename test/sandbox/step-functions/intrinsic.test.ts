import { describe, expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import { callIntrinsic, intrinsicProblem } from '#sandbox/step-functions/asl/intrinsic.ts';

const scope = { input: { name: 'web', n: 4, list: [1, 2, 2], a: { x: 1, y: 1 }, b: { y: 2 } }, context: { Id: 'e' } };

describe('an intrinsic function', () => {
  it.each<[string, Json]>([
    ["States.Format('{} has {}', $.name, $.n)", 'web has 4'],
    ["States.Format('no braces')", 'no braces'],
    ["States.Format('\\{\\} it\\'s {}', $$.Id)", "{} it's e"],
    ["States.Format('{}', $.list)", '[1,2,2]'],
    ['States.Array()', []],
    ["States.Array($.n, 'x', true, null, -1.5)", [4, 'x', true, null, -1.5]],
    ['States.ArrayContains($.list, 2)', true],
    ['States.ArrayContains($.list, 3)', false],
    ['States.ArrayLength($.list)', 3],
    ['States.ArrayGetItem($.list, 1)', 2],
    ['States.ArrayUnique($.list)', [1, 2]],
    ['States.MathAdd($.n, -1)', 3],
    ['States.StringToJson(\'{"a":[1]}\')', { a: [1] }],
    ['States.JsonToString($.a)', '{"x":1,"y":1}'],
    ['States.JsonMerge($.a, $.b, false)', { x: 1, y: 2 }],
    ["States.StringSplit('a,b;;c', ',;')", ['a', 'b', 'c']],
    ["States.Format('{}', States.MathAdd(States.ArrayLength($.list), 1))", '4'],
    ["States.ArrayGetItem( $['list'] , 0 )", 1],
  ])('%s is %j', (text, value) => {
    expect(intrinsicProblem(text)).toBeUndefined();
    expect(callIntrinsic(text, scope)).toEqual(value);
  });

  it.each([
    "States.Format('{} {}', $.name)",
    "States.Format('{}', $.name, $.n)",
    'States.Format($.n)',
    'States.StringToJson($.name)',
    'States.StringToJson($.n)',
    'States.JsonToString()',
    'States.ArrayContains($.n, 1)',
    'States.ArrayLength($.name)',
    'States.ArrayGetItem($.list, 7)',
    "States.ArrayGetItem($.list, '0')",
    'States.ArrayUnique($.a)',
    'States.MathAdd(1.5, 1)',
    'States.JsonMerge($.a, $.b, true)',
    'States.JsonMerge($.a, $.list, false)',
    "States.StringSplit($.n, ',')",
  ])('%s fails with States.IntrinsicFailure', (text) => {
    expect(() => callIntrinsic(text, scope)).toThrow(expect.objectContaining({ error: 'States.IntrinsicFailure' }));
  });

  it('fails with States.Runtime where an argument leads nowhere', () => {
    expect(() => callIntrinsic('States.Array($.missing)', scope)).toThrow(
      expect.objectContaining({ error: 'States.Runtime' }),
    );
  });

  it.each([
    ['States.UUID()', 'States.UUID is not supported'],
    ["States.Hash('a', 'MD5')", 'States.Hash is not supported'],
    ['States.Array(1', 'cannot be read'],
    ['States.Array(1 2)', 'cannot be read'],
    ['States.Array(1) x', 'cannot be read'],
    ['States.Array(word)', 'cannot be read'],
    ['States.Array($.a[-1])', 'cannot be read'],
    ['States.Array', 'cannot be read'],
    ['States.toString()', 'not supported'],
    [`${'States.Array('.repeat(11)}1${')'.repeat(11)}`, 'deeper than 10'],
  ])('%s is refused: %s', (text, reason) => {
    expect(intrinsicProblem(text)).toContain(reason);
  });
});
