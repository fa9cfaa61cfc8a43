import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, shownSides } from '#shared/domain/plan/printable.ts';

const long = 'x'.repeat(100);

describe('both sides of a change', () => {
  it.each([
    ['short ones are whole', 'a', 'b', 'a', 'b'],
    ['that differ early are cut at the end', `a${long}`, `b${long}`, `a${'x'.repeat(18)}…`, `b${'x'.repeat(18)}…`],
    ['that differ late are cut before it', `${long}on`, `${long}off`, '…xxxxon', '…xxxxoff'],
    ['of which one goes on', long, `${long}!`, '…xxxxx', '…xxxxx!'],
  ])('%s', (_name, before, after, old, wanted) => {
    expect(shownSides({ before, after }, 20)).toEqual({ before: old, after: wanted });
  });

  it('can be one', () => {
    expect(shownSides({ after: long }, 20)).toEqual({ after: `${'x'.repeat(19)}…` });
    expect(shownSides({ before: 'a' }, 20)).toEqual({ before: 'a' });
  });

  it('never read the same where they differ, and are never too long', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\n'), maxLength: 90 });
    fc.assert(
      fc.property(text, text, text, fc.constantFrom(40, 60), (common, one, other, longest) => {
        const [before, after] = [common + one, common + other];
        const sides = shownSides({ before, after }, longest);
        expect(sides.before === sides.after).toBe(printable(before) === printable(after));
        for (const side of [sides.before, sides.after]) expect([...`${side}`].length).toBeLessThanOrEqual(longest);
      }),
      { seed: 20_261_128, numRuns: 500 },
    );
  });
});
