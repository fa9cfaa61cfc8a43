import { expect, it } from 'vitest';
import { seenVersion } from '#shared/domain/policy/if-match.ts';

it.each<[string, string | undefined, string | undefined, number | undefined]>([
  ['nothing said', undefined, undefined, undefined],
  ['a version', '"3"', undefined, 3],
  ['none so far', undefined, '*', 0],
])('%s', (_name, ifMatch, ifNoneMatch, expected) => {
  expect(seenVersion(ifMatch, ifNoneMatch)).toBe(expected);
});

it.each<[string, string | undefined, string | undefined]>([
  ['a bare number', '3', undefined],
  ['a weak tag', 'W/"3"', undefined],
  ['version 0', '"0"', undefined],
  ['several tags', '"3", "4"', undefined],
  ['any version', '*', undefined],
  ['all but one version', undefined, '"3"'],
  ['both at once', '"3"', '*'],
])('%s is refused rather than ignored', (_name, ifMatch, ifNoneMatch) => {
  expect(() => seenVersion(ifMatch, ifNoneMatch)).toThrow(expect.objectContaining({ name: 'BODY_INVALID' }));
});
