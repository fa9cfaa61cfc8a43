import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern, patternProblems } from '#sandbox/events/event-pattern.ts';
import type { Json } from '#sandbox/kernel.ts';

const event = {
  source: 'aws.cloudformation',
  'detail-type': 'CloudFormation Stack Status Change',
  resources: ['arn:one', 'arn:two'],
  detail: {
    'status-details': { status: 'UPDATE_COMPLETE', 'status-reason': '' },
    count: 5,
    ok: true,
    none: null,
    parts: [
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
    ],
  },
};
const status = (rule: Json): Json => ({ detail: { 'status-details': { status: rule } } });

describe('a pattern matches', () => {
  it.each<[string, Json, boolean]>([
    ['one exact value', { source: ['aws.cloudformation'] }, true],
    ['one of several values', status(['CREATE_COMPLETE', 'UPDATE_COMPLETE']), true],
    ['no other value', status(['CREATE_COMPLETE']), false],
    ['all of its fields', { source: ['aws.cloudformation'], account: ['1'] }, false],
    ['a member of a list', { resources: ['arn:two'] }, true],
    ['a number, a boolean and null', { detail: { count: [5], ok: [true], none: [null] } }, true],
    ['no text for a number', { detail: { count: ['5'] } }, false],
    ['a prefix', status([{ prefix: 'UPDATE_' }]), true],
    ['not another prefix', status([{ prefix: 'CREATE_' }]), false],
    ['a prefix of a list member', { resources: [{ prefix: 'arn:t' }] }, true],
    ['no prefix of a number', { detail: { count: [{ prefix: '5' }] } }, false],
    ['a suffix', status([{ suffix: '_COMPLETE' }]), true],
    ['no suffix of a number', { detail: { count: [{ suffix: '5' }] } }, false],
    ['anything but a value', status([{ 'anything-but': 'FAILED' }]), true],
    ['anything but values', status([{ 'anything-but': ['FAILED', 'UPDATE_COMPLETE'] }]), false],
    ['anything but a prefix', status([{ 'anything-but': { prefix: 'UPDATE' } }]), false],
    ['anything but needs the field', { detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    ['a field that exists', { detail: { ok: [{ exists: true }] } }, true],
    ['a field that does not', { detail: { missing: [{ exists: false }] } }, true],
    ['only leaves exist', { detail: { 'status-details': [{ exists: true }] } }, false],
    ['a missing branch', { gone: { deep: [{ exists: false }] } }, true],
    ['a number range', { detail: { count: [{ numeric: ['>', 0, '<=', 5] }] } }, true],
    ['no number outside', { detail: { count: [{ numeric: ['>', 5] }] } }, false],
    ['an equal number', { detail: { count: [{ numeric: ['=', 5] }] } }, true],
    ['a number from', { detail: { count: [{ numeric: ['>=', 6] }] } }, false],
    ['a number below', { detail: { count: [{ numeric: ['<', 6] }] } }, true],
    ['no number in text', status([{ numeric: ['>', 0] }]), false],
    ['a member of a list of objects', { detail: { parts: { name: ['b'] } } }, true],
    ['both fields in one member', { detail: { parts: { name: ['a'], size: [2] } } }, false],
    ['no inherited name', { constructor: [{ exists: true }] }, false],
  ])('%s', (_what, pattern, expected) => {
    expect(patternProblems(pattern)).toEqual([]);
    expect(matchesPattern(pattern, event)).toBe(expected);
  });

  it('law: an event made of a pattern’s own first values matches it', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean()).map((value) => [value, [value]] as const);
    const name = fc.stringMatching(/^[a-z]{1,5}$/);
    const flat = fc.dictionary(name, leaf, { minKeys: 1 });
    fc.assert(
      fc.property(flat, (fields) => {
        const part = (index: 0 | 1) =>
          Object.fromEntries(Object.entries(fields).map(([key, pair]) => [key, pair[index]]));
        expect(matchesPattern({ detail: part(1) } as Json, { detail: part(0) } as Json)).toBe(true);
      }),
      { seed: 7 },
    );
  });
});

describe('a rule cannot be made of', () => {
  it.each<[string, Json, string[]]>([
    ['no object', 'text', []],
    ['an empty object', {}, []],
    ['an empty branch', { detail: {} }, ['detail']],
    ['a bare value', { source: 'aws.s3' }, ['source']],
    ['an empty list', { source: [] }, ['source']],
    ['a list in a list', { source: [['x']] }, ['source']],
    ['$or', { detail: { $or: [{ a: [1] }] } }, ['detail', '$or']],
    ['wildcard', { source: [{ wildcard: 'a*' }] }, ['source']],
    ['cidr', { ip: [{ cidr: '10.0.0.0/8' }] }, ['ip']],
    ['two operators in one', { source: [{ prefix: 'a', suffix: 'b' }] }, ['source']],
    ['a prefix that is no text', { source: [{ prefix: 1 }] }, ['source']],
    ['an exists that is no boolean', { source: [{ exists: 'yes' }] }, ['source']],
    ['half a range', { n: [{ numeric: ['>'] }] }, ['n']],
    ['a range that is no list', { n: [{ numeric: 1 }] }, ['n']],
    ['an unknown comparison', { n: [{ numeric: ['!=', 1] }] }, ['n']],
    ['anything but nothing', { n: [{ 'anything-but': [] }] }, ['n']],
    ['anything but a boolean', { n: [{ 'anything-but': true }] }, ['n']],
    ['anything but a range', { n: [{ 'anything-but': { numeric: ['>', 1] } }] }, ['n']],
    ['an empty matcher', { n: [{}] }, ['n']],
  ])('%s', (_what, pattern, path) => {
    expect(patternProblems(pattern)).toMatchObject([{ path }]);
  });
});
