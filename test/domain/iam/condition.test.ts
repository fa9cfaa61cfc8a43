import { describe, expect, it } from 'vitest';
import { conditionTruth } from '#shared/domain/iam/condition.ts';
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import { indexContext, type RequestContext } from '#shared/domain/iam/request-context.ts';
import type { Truth } from '#shared/domain/iam/truth.ts';
import { allow, document } from './policy-builders.ts';

/** The truth of one operator over one key, read from a policy as it would be written. */
function truthOf(operator: string, values: unknown, context: RequestContext): Truth {
  const key = context['aws:requesttag/TEAM'] ? 'AWS:RequestTag/team' : 'k:v';
  const parsed = parsePolicy(document(allow('*', '*', { Condition: { [operator]: { [key]: values } } })));
  if (parsed.kind === 'unsupported') throw new Error(JSON.stringify(parsed.problems));
  return conditionTruth(parsed.policy.statements[0]!.conditions[0]!, indexContext(context));
}

const arn = 'arn:aws:iam::111111111111:role/a/b';

describe('a condition on a single-valued key', () => {
  it.each<[string, unknown, { held: string | undefined; truth: Truth }]>([
    ['StringEquals', 'a', { held: 'a', truth: 'met' }],
    ['StringEquals', 'a', { held: 'A', truth: 'unmet' }],
    ['StringEquals', ['b', 'a'], { held: 'a', truth: 'met' }],
    ['StringEquals', 'a*', { held: 'ab', truth: 'unmet' }],
    ['StringEquals', 'a', { held: undefined, truth: 'unmet' }],
    ['StringEquals', 'a', { held: '', truth: 'unmet' }],
    ['StringEqualsIfExists', 'a', { held: undefined, truth: 'met' }],
    ['StringEqualsIfExists', 'a', { held: 'b', truth: 'unmet' }],
    ['StringNotEquals', 'a', { held: 'b', truth: 'met' }],
    ['StringNotEquals', ['a', 'b'], { held: 'b', truth: 'unmet' }],
    ['StringNotEquals', 'a', { held: undefined, truth: 'met' }],
    ['StringEqualsIgnoreCase', 'a', { held: 'A', truth: 'met' }],
    ['StringNotEqualsIgnoreCase', 'a', { held: 'A', truth: 'unmet' }],
    ['StringLike', 'prm-?*', { held: 'prm-7', truth: 'met' }],
    ['StringLike', 'prm-?*', { held: 'prm-', truth: 'unmet' }],
    ['StringNotLike', 'prm-*', { held: 'usr-7', truth: 'met' }],
    ['ArnEquals', 'arn:aws:iam::*:role/*', { held: arn, truth: 'met' }],
    ['ArnLike', 'arn:aws:iam::111111111111:role/a/*', { held: arn, truth: 'met' }],
    ['ArnLike', 'arn:aws:iam::*:b', { held: 'arn:aws:iam::1:role/a:b', truth: 'unmet' }],
    ['ArnLike', 'arn:aws:s3:::b/*', { held: 'arn:aws:s3:::b/c:d', truth: 'met' }],
    ['ArnLike', 'arn:aws:iam::*:role/*', { held: 'no-arn', truth: 'unmet' }],
    ['ArnNotLike', 'arn:aws:iam::222222222222:role/*', { held: arn, truth: 'met' }],
    ['ArnNotEquals', arn, { held: arn, truth: 'unmet' }],
    ['Bool', 'true', { held: 'true', truth: 'met' }],
    ['Bool', true, { held: 'false', truth: 'unmet' }],
    ['Bool', 'false', { held: undefined, truth: 'unmet' }],
    ['BoolIfExists', 'false', { held: undefined, truth: 'met' }],
    ['NumericEquals', '10', { held: '10.0', truth: 'met' }],
    ['NumericNotEquals', 10, { held: '11', truth: 'met' }],
    ['NumericLessThan', 10, { held: '9', truth: 'met' }],
    ['NumericLessThan', 10, { held: '10', truth: 'unmet' }],
    ['NumericLessThanEquals', 10, { held: '10', truth: 'met' }],
    ['NumericGreaterThan', 10, { held: '9', truth: 'unmet' }],
    ['NumericGreaterThanEquals', 10, { held: '10', truth: 'met' }],
    ['NumericEquals', 10, { held: 'ten', truth: 'undecidable' }],
    ['NumericNotEquals', 10, { held: 'ten', truth: 'undecidable' }],
    ['DateLessThan', '2026-01-06T00:00:00Z', { held: '2026-01-05T09:00:00.000Z', truth: 'met' }],
    ['DateGreaterThan', '2026-01-06', { held: '2026-01-05T09:00:00Z', truth: 'unmet' }],
    ['DateEquals', '2026-01-05T10:00+01:00', { held: '1767603600', truth: 'met' }],
    ['DateNotEquals', '2026-01-05', { held: '2026-01-06', truth: 'met' }],
    ['DateLessThan', '2026-01-06', { held: 'tomorrow', truth: 'undecidable' }],
    ['Null', 'true', { held: undefined, truth: 'met' }],
    ['Null', 'true', { held: 'a', truth: 'unmet' }],
    ['Null', 'false', { held: 'a', truth: 'met' }],
    ['Null', 'false', { held: undefined, truth: 'unmet' }],
  ])('%s %o: %o', (operator, values, { held, truth }) => {
    expect(truthOf(operator, values, held === undefined ? {} : { 'k:v': held })).toBe(truth);
  });

  it('does not mind the case of the key, tag keys included', () => {
    expect(truthOf('StringEquals', 'a', { 'aws:requesttag/TEAM': 'a' })).toBe('met');
  });

  it('cannot be decided when the request holds several values', () => {
    expect(truthOf('StringEquals', 'a', { 'k:v': ['a', 'b'] })).toBe('undecidable');
  });

  it('takes a list of one as that one', () => {
    expect(truthOf('StringEquals', 'a', { 'k:v': ['a'] })).toBe('met');
  });

  it('cannot be decided under an operator nobody knows', () => {
    const condition = { operator: 'StringMatches', ifExists: false, key: 'k:v', values: ['a'] };
    expect(conditionTruth(condition, indexContext({ 'k:v': 'a' }))).toBe('undecidable');
  });
});

describe('a condition on a multivalued key', () => {
  it.each<[string, string[], { held: string[] | undefined; truth: Truth }]>([
    ['ForAllValues:StringEquals', ['a', 'b'], { held: ['a'], truth: 'met' }],
    ['ForAllValues:StringEquals', ['a', 'b'], { held: ['a', 'c'], truth: 'unmet' }],
    ['ForAllValues:StringEquals', ['a'], { held: undefined, truth: 'met' }],
    ['ForAllValues:StringEquals', ['a'], { held: [], truth: 'met' }],
    ['ForAllValues:StringNotEquals', ['a'], { held: ['b', 'c'], truth: 'met' }],
    ['ForAllValues:StringNotEquals', ['a'], { held: ['a', 'c'], truth: 'unmet' }],
    ['ForAnyValue:StringEquals', ['a', 'b'], { held: ['c', 'b'], truth: 'met' }],
    ['ForAnyValue:StringEquals', ['a'], { held: ['c'], truth: 'unmet' }],
    ['ForAnyValue:StringEquals', ['a'], { held: undefined, truth: 'unmet' }],
    ['ForAnyValue:StringNotEquals', ['a'], { held: undefined, truth: 'unmet' }],
    ['ForAnyValue:StringNotEquals', ['a'], { held: ['a', 'c'], truth: 'met' }],
    ['ForAnyValue:StringNotEquals', ['a'], { held: ['a'], truth: 'unmet' }],
    ['ForAnyValue:StringEqualsIfExists', ['a'], { held: undefined, truth: 'met' }],
    ['ForAllValues:NumericLessThan', ['5'], { held: ['1', 'x'], truth: 'undecidable' }],
    ['ForAnyValue:NumericLessThan', ['5'], { held: ['9', 'x'], truth: 'undecidable' }],
    ['ForAnyValue:NumericLessThan', ['5'], { held: ['1', 'x'], truth: 'met' }],
  ])('%s %o: %o', (operator, values, { held, truth }) => {
    expect(truthOf(operator, values, held === undefined ? {} : { 'k:v': held })).toBe(truth);
  });
});

describe('a policy variable in a condition', () => {
  it.each<[string, string, { held: RequestContext; truth: Truth }]>([
    [
      'StringEquals',
      '${aws:PrincipalTag/team}',
      { held: { 'aws:principaltag/team': 'red', 'k:v': 'red' }, truth: 'met' },
    ],
    ['StringEquals', 'x-${aws:username}-y', { held: { 'aws:username': 'ann', 'k:v': 'x-ann-y' }, truth: 'met' }],
    [
      'StringLike',
      '${aws:PrincipalTag/team}',
      { held: { 'aws:PrincipalTag/team': '*', 'k:v': 'red' }, truth: 'unmet' },
    ],
    [
      'StringLike',
      '${aws:PrincipalTag/team}*',
      { held: { 'aws:PrincipalTag/team': '*', 'k:v': '*red' }, truth: 'met' },
    ],
    ['StringLike', 'a${*}', { held: { 'k:v': 'a*' }, truth: 'met' }],
    ['StringLike', 'a${*}', { held: { 'k:v': 'ab' }, truth: 'unmet' }],
    ['StringEquals', "${aws:PrincipalTag/team, 'none'}", { held: { 'k:v': 'none' }, truth: 'met' }],
    ['StringEquals', '${aws:PrincipalTag/team}', { held: { 'k:v': 'red' }, truth: 'undecidable' }],
    ['StringNotEquals', '${aws:PrincipalTag/team}', { held: { 'k:v': 'red' }, truth: 'undecidable' }],
    [
      'StringEquals',
      '${aws:PrincipalTag/team}',
      { held: { 'aws:PrincipalTag/team': ['red'], 'k:v': 'red' }, truth: 'undecidable' },
    ],
    [
      'NumericEquals',
      '${aws:PrincipalTag/limit}',
      { held: { 'aws:PrincipalTag/limit': 'x', 'k:v': '1' }, truth: 'undecidable' },
    ],
    ['ArnLike', '${aws:PrincipalArn}', { held: { 'aws:PrincipalArn': 'short', 'k:v': arn }, truth: 'unmet' }],
  ])('%s %s: %o', (operator, value, { held, truth }) => {
    expect(truthOf(operator, value, held)).toBe(truth);
  });
});
