import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest } from '#shared/domain/config/did-you-mean.ts';

const words = ['dependsOn', 'parameters', 'stackName', 'tags', 'template'];

describe('closest', () => {
  it.each([
    ['a letter missing', 'dependOn', 'dependsOn'],
    ['a letter too many', 'tagss', 'tags'],
    ['a wrong letter', 'tamplate', 'template'],
    ['two letters swapped', 'stakcName', 'stackName'],
    ['other capitals', 'STACKNAME', 'stackName'],
    ['the word itself', 'tags', 'tags'],
    ['a short slip', 'tag', 'tags'],
  ])('finds %s', (_name, word, expected) => {
    expect(closest(word, words)).toBe(expected);
  });

  it.each([
    ['something else', 'timeout'],
    ['nothing', ''],
  ])('finds nothing close to %s', (_name, word) => {
    expect(closest(word, words)).toBeUndefined();
  });

  it('forgives one letter in three, whichever is removed', () => {
    const word = 'terminationProtection';
    fc.assert(
      fc.property(fc.nat(word.length - 1), (index) => {
        expect(closest(word.slice(0, index) + word.slice(index + 1), [...words, word])).toBe(word);
      }),
      { seed: 1 },
    );
  });
});
