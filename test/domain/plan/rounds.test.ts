import { describe, expect, it } from 'vitest';
import { nextRound } from '#shared/domain/plan/rounds.ts';

describe('the rounds of a rollout', () => {
  it.each([
    [1, 1],
    [11, 1],
    // A chain of twenty stacks, each planned once the one before is done and each with an approval of its own.
    [39, 20],
  ])('after round %i of %i stacks comes another', (round, stacks) => {
    expect(nextRound({ environment: 'production', round }, stacks)).toBe(round + 1);
  });

  it.each([
    [12, 1],
    [50, 20],
  ])('end with round %i of %i stacks, as the plan does not come to rest', (round, stacks) => {
    expect(() => nextRound({ environment: 'production', round }, stacks)).toThrow(
      expect.objectContaining({ name: 'PLAN_UNSTABLE', message: expect.stringContaining(`in ${round} rounds`) }),
    );
  });
});
