import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalText, matchesWildcard, patternOf, splitAtColons } from '#shared/domain/iam/wildcard.ts';

describe('matchesWildcard', () => {
  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'arn:aws:s3:::bucket/a/b', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a*c', 'abcbc', true],
    ['a*c', 'abcb', false],
    ['s3:Get*', 's3:GetObject', true],
    ['arn:aws:s3:::*/key', 'arn:aws:s3:::bucket/nested/key', true],
    ['abc', 'ABC', false],
    ['?', '🌉', true],
    ['.+', 'aa', false],
  ])('%s against %s is %s', (pattern, value, expected) => {
    expect(matchesWildcard(pattern, value)).toBe(expected);
  });

  it('agrees with a regular expression for every pattern and value', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '*', '?', '.', '$'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (pattern, value) => {
        const oracle = new RegExp(
          `^${pattern.replaceAll(/[.$/]/g, '\\$&').replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`,
        );
        expect(matchesWildcard(pattern, value)).toBe(oracle.test(value));
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});

describe('patterns', () => {
  it('write wildcards back as themselves', () => {
    expect(literalText(patternOf('a*b?c'))).toBe('a*b?c');
  });

  it('split at colons into the wanted number of parts, the last keeping the rest', () => {
    expect(splitAtColons(patternOf('a:b:c:d'), 3)?.map(literalText)).toEqual(['a', 'b', 'c:d']);
  });

  it('do not split when there are too few colons', () => {
    expect(splitAtColons(patternOf('a:b'), 3)).toBeUndefined();
  });
});
