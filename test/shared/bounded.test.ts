import { describe, expect, it } from 'vitest';
import { mapBounded } from '#shared/bounded.ts';

const items = Array.from({ length: 20 }, (_, index) => index);

describe('bounded work', () => {
  it.each([
    [1, 1],
    [8, 8],
    [50, 20],
  ])('with at most %i has %i under way, and answers in the order of the items', async (most, highest) => {
    let under = 0;
    const seen: number[] = [];
    const results = await mapBounded(items, most, async (item) => {
      under += 1;
      seen.push(under);
      await Promise.resolve();
      under -= 1;
      return item * 2;
    });
    expect(results).toEqual(items.map((item) => item * 2));
    expect(Math.max(...seen)).toBe(highest);
  });

  it('begins nothing more after a failure', async () => {
    const begun: number[] = [];
    const failing = mapBounded(items, 2, async (item) => {
      begun.push(item);
      await Promise.resolve();
      if (item === 1) throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(begun.length).toBeLessThanOrEqual(3);
  });
});
