import { describe, expect, it } from 'vitest';
import { unknownPlace } from '#shared/domain/restriction/known-places.ts';

const places = [
  { pipeline: 'orders', environment: 'production' },
  { pipeline: 'web', environment: 'production' },
  { pipeline: 'web', environment: 'demo' },
];

describe('a place of which something is to be stopped', () => {
  it.each<[string, Parameters<typeof unknownPlace>, string | undefined]>([
    ['is known as an environment of any pipeline', [{ environment: 'demo' }, places], undefined],
    ['is known as one of its own', [{ pipeline: 'web', environment: 'demo' }, places], undefined],
    ['is known where it is a whole pipeline', [{ pipeline: 'orders' }, places], undefined],
    [
      'is unknown where nobody has it',
      [{ environment: 'prodution' }, places],
      'No release of any pipeline has an environment "prodution"; there is demo, production.',
    ],
    [
      'is unknown where its pipeline has it not',
      [{ pipeline: 'orders', environment: 'demo' }, places],
      'No release of pipeline orders has an environment "demo"; there is production.',
    ],
    ['is taken as it is where nothing is on record of it', [{ pipeline: 'old', environment: 'x' }, places], undefined],
    ['is taken as it is where nothing is on record at all', [{ environment: 'x' }, []], undefined],
  ])('%s', (_, [wish, known], expected) => {
    expect(unknownPlace(wish, known)?.cause).toBe(expected);
  });
});
