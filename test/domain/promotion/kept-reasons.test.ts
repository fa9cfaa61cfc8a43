import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptReasons } from '#shared/domain/promotion/kept-reasons.ts';
import type { Reason } from '#shared/domain/promotion/records.ts';

const reasons = (count: number, code = 'STACK_FAILED', text = 'x'): Reason[] =>
  Array.from({ length: count }, (_, index) => ({ code, text: `${text}${index}`, target: `t${index}` }));

describe('the reasons of a record', () => {
  it('are all of them, in their order, while there is room', () => {
    const all = [...reasons(25, 'B'), ...reasons(25, 'A')];
    expect(keptReasons(all)).toBe(all);
  });

  it('are the first of each code, then the others, and how many more there are', () => {
    const all = [...reasons(60, 'B'), ...reasons(1, 'A')];
    const kept = keptReasons(all);
    expect(kept.slice(0, 3)).toEqual([all[0], all[60], all[1]]);
    expect(kept).toHaveLength(51);
    expect(kept.at(-1)).toEqual({
      code: 'MORE_REASONS',
      text: 'There are 11 more reasons. Each is on record with its stack or target.',
    });
  });

  it('fit into an item, however long each is and whatever it is written in', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1200 }),
        fc.constantFrom('x', 'é', '語'),
        fc.nat(12_000),
        (count, letter, size) => {
          const kept = keptReasons(reasons(count, 'STACK_FAILED', letter.repeat(size)));
          expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(210_000);
          expect(kept.length > 0).toBe(count > 0);
        },
      ),
      { numRuns: 50, seed: 6 },
    );
  });
});
