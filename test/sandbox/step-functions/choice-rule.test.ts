import { describe, expect, it } from 'vitest';
import { matches, ruleProblems } from '#sandbox/step-functions/asl/choice-rule.ts';

const noon = '2026-01-05T12:00:00Z';
const scope = {
  input: { text: 'b', other: 'b', n: 5, m: 7, yes: true, none: null, at: noon, star: 'a*c', file: 'log-1.txt' },
  context: { limit: 5 },
};

describe('a choice rule', () => {
  it.each<[string, object, boolean]>([
    ['equal text', { Variable: '$.text', StringEquals: 'b' }, true],
    ['other text', { Variable: '$.text', StringEquals: 'c' }, false],
    ['text by path', { Variable: '$.text', StringEqualsPath: '$.other' }, true],
    ['text before', { Variable: '$.text', StringLessThan: 'c' }, true],
    ['text not after', { Variable: '$.text', StringGreaterThan: 'b' }, false],
    ['a number is no text', { Variable: '$.n', StringEquals: '5' }, false],
    ['equal number', { Variable: '$.n', NumericEquals: 5 }, true],
    ['number by context path', { Variable: '$.n', NumericEqualsPath: '$$.limit' }, true],
    ['smaller', { Variable: '$.n', NumericLessThan: 5 }, false],
    ['smaller or equal', { Variable: '$.n', NumericLessThanEquals: 5 }, true],
    ['greater', { Variable: '$.m', NumericGreaterThanPath: '$.n' }, true],
    ['greater or equal', { Variable: '$.n', NumericGreaterThanEquals: 6 }, false],
    ['text is no number', { Variable: '$.text', NumericLessThan: 5 }, false],
    ['true', { Variable: '$.yes', BooleanEquals: true }, true],
    ['not false', { Variable: '$.yes', BooleanEquals: false }, false],
    ['true by path', { Variable: '$.yes', BooleanEqualsPath: '$.yes' }, true],
    ['instants in different zones', { Variable: '$.at', TimestampEquals: '2026-01-05T13:00:00+01:00' }, true],
    ['before an instant', { Variable: '$.at', TimestampLessThan: '2026-01-05T12:00:00.001Z' }, true],
    ['a date is no timestamp', { Variable: '$.text', TimestampLessThan: noon }, false],
    ['wildcard', { Variable: '$.file', StringMatches: 'log-*.txt' }, true],
    ['wildcard matches the whole text', { Variable: '$.file', StringMatches: 'log-*.t' }, false],
    ['escaped wildcard', { Variable: '$.star', StringMatches: 'a\\*c' }, true],
    ['escaped wildcard only', { Variable: '$.file', StringMatches: 'log-\\*.txt' }, false],
    ['a dot is a dot', { Variable: '$.file', StringMatches: 'log-1?txt' }, false],
    ['present', { Variable: '$.none', IsPresent: true }, true],
    ['not present', { Variable: '$.missing', IsPresent: false }, true],
    ['missing is not present', { Variable: '$.missing', IsPresent: true }, false],
    ['null', { Variable: '$.none', IsNull: true }, true],
    ['not null', { Variable: '$.n', IsNull: false }, true],
    ['is text', { Variable: '$.text', IsString: true }, true],
    ['is number', { Variable: '$.text', IsNumeric: true }, false],
    ['is boolean', { Variable: '$.yes', IsBoolean: true }, true],
    ['is timestamp', { Variable: '$.at', IsTimestamp: true }, true],
    ['not', { Not: { Variable: '$.n', NumericEquals: 5 } }, false],
    [
      'and',
      {
        And: [
          { Variable: '$.n', IsNumeric: true },
          { Variable: '$.n', NumericEquals: 4 },
        ],
      },
      false,
    ],
    ['or', { Or: [{ Variable: '$.n', NumericEquals: 4 }, { Not: { Variable: '$.n', NumericEquals: 6 } }] }, true],
    [
      'and stops at the first false',
      {
        And: [
          { Variable: '$.x', IsPresent: true },
          { Variable: '$.x', IsNull: true },
        ],
      },
      false,
    ],
  ])('%s', (_, rule, expected) => {
    expect(ruleProblems({ ...rule, Next: 'N' } as never)).toEqual([]);
    expect(matches({ ...rule, Next: 'N' } as never, scope)).toBe(expected);
  });

  it.each([
    ['the variable is missing', { Variable: '$.missing', StringEquals: 'a' }],
    ['the compared path is missing', { Variable: '$.n', NumericEqualsPath: '$.missing' }],
  ])('fails the state when %s', (_, rule) => {
    expect(() => matches(rule as never, scope)).toThrow(expect.objectContaining({ error: 'States.Runtime' }));
  });

  it.each<[string, object]>([
    ['the operator StringAlmost is not supported', { Variable: '$.a', StringAlmost: 'a' }],
    ['the operator BooleanLessThan is not supported', { Variable: '$.a', BooleanLessThan: true }],
    ['StringEquals must be a string', { Variable: '$.a', StringEquals: 1 }],
    ['NumericEquals must be a numeric', { Variable: '$.a', NumericEquals: '1' }],
    ['TimestampEquals must be a timestamp', { Variable: '$.a', TimestampEquals: '2026-01-05' }],
    ['StringEqualsPath must be a supported path', { Variable: '$.a', StringEqualsPath: 'b' }],
    ['StringMatches must be a string', { Variable: '$.a', StringMatches: 1 }],
    ['IsNull must be true or false', { Variable: '$.a', IsNull: 'yes' }],
    ['exactly one operator', { Variable: '$.a', StringEquals: 'a', IsNull: true }],
    ['exactly one operator', { Variable: '$.a' }],
    ['Variable: the path', { Variable: '$..a', IsNull: true }],
    ['Variable cannot stand beside And', { And: [{ Variable: '$.a', IsNull: true }], Variable: '$.a' }],
    ['And must be a list', { And: [] }],
    ['Or must be a list', { Or: { Variable: '$.a', IsNull: true } }],
    ['an inner rule must be an object', { Not: null }],
    ['Next is allowed in the outermost rule only', { Not: { Variable: '$.a', IsNull: true, Next: 'A' } }],
  ])('is refused: %s', (problem, rule) => {
    expect(ruleProblems(rule as never).join('\n')).toContain(problem);
  });
});
