import { NormalizedSchema } from '@smithy/core/schema';
import { describe, expect, it } from 'vitest';
import { requireMembers } from '#sandbox/wire/input-problems.ts';

const TEXT = 0;
const inner = [3, 'test', 'Inner', 0, ['Key', 'Value'], [TEXT, TEXT], 1];
const schema = NormalizedSchema.of([
  3,
  'test',
  'Outer',
  0,
  ['Name', 'Inner', 'Items', 'Named', 'Texts'],
  [TEXT, inner, [1, 'test', 'Items', 0, inner], [2, 'test', 'Named', 0, TEXT, inner], [1, 'test', 'Texts', 0, TEXT]],
  1,
] as unknown as Parameters<typeof NormalizedSchema.of>[0]);

describe('required members', () => {
  it.each([
    ['nothing is asked of members that are absent', { Name: 'a' }],
    [
      'the required ones suffice',
      { Name: 'a', Inner: { Key: 'k' }, Items: [{ Key: 'k' }], Named: { x: { Key: 'k' } }, Texts: ['a'] },
    ],
    ['empty values are values', { Name: '', Items: [], Named: {}, Texts: [] }],
  ])('are met: %s', (_, input) => {
    expect(() => requireMembers(schema, input, 'ValidationError')).not.toThrow();
  });

  it.each([
    ['at the top', {}, 'name'],
    ['given as null', { Name: null }, 'name'],
    ['in a structure', { Name: 'a', Inner: { Value: 'v' } }, 'inner.key'],
    ['in a list', { Name: 'a', Items: [{ Key: 'k' }, {}] }, 'items.2.member.key'],
    ['in a map', { Name: 'a', Named: { x: {} } }, 'named.x.member.key'],
  ])('are missed %s', (_, input, path) => {
    const message = `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`;
    expect(() => requireMembers(schema, input, 'ValidationError')).toThrow(message);
  });
});
