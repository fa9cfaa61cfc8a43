import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, claim, isCurrent, type Lease, leaseSeconds } from '#shared/domain/promotion/lease.ts';

const now = '2026-01-05T09:00:00.000Z';
const later = after(now, leaseSeconds);
const held = (more: Partial<Lease> = {}): Lease => ({ holder: 'prm-a', epoch: 4, expiresAt: later, ...more });

describe('claiming an environment', () => {
  it.each<[string, Lease | undefined, ReturnType<typeof claim>]>([
    ['nobody ever held it', undefined, { kind: 'granted', lease: { holder: 'prm-b', epoch: 1, expiresAt: later } }],
    [
      'it was given back',
      held({ holder: 'nobody' }),
      { kind: 'granted', lease: { holder: 'prm-b', epoch: 5, expiresAt: later } },
    ],
    [
      'its holder’s time is over',
      held({ expiresAt: now }),
      { kind: 'granted', lease: { holder: 'prm-b', epoch: 5, expiresAt: later } },
    ],
    ['it is held', held(), { kind: 'held', holder: 'prm-a', until: later }],
    [
      'it is ours already',
      held({ holder: 'prm-b', expiresAt: now }),
      { kind: 'granted', lease: { holder: 'prm-b', epoch: 4, expiresAt: later } },
    ],
  ])('when %s', (_, current, expected) => {
    expect(claim(current, 'prm-b', now)).toEqual(expected);
  });

  it('never lets the epoch go back, and fences every earlier holder', () => {
    const steps = fc.array(
      fc.record({ who: fc.constantFrom('prm-a', 'prm-b', 'prm-c'), hours: fc.nat(60), free: fc.boolean() }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (asked) => {
        let lease: Lease | undefined;
        let at = now;
        for (const { who, hours, free } of asked) {
          at = after(at, hours * 3600);
          const before = lease;
          const answer = claim(lease, who, at);
          if (answer.kind === 'held') continue;
          lease = answer.lease;
          expect(lease.epoch).toBeGreaterThanOrEqual(before?.epoch ?? 1);
          if (before !== undefined && before.holder !== who)
            expect(isCurrent(lease, before.holder, before.epoch)).toBe(false);
          expect(isCurrent(lease, who, lease.epoch)).toBe(true);
          if (free) lease = { ...lease, holder: 'nobody' };
        }
      }),
      { seed: 7 },
    );
  });

  it('is current for nobody when there is none', () => {
    expect(isCurrent(undefined, 'prm-a', 1)).toBe(false);
  });
});
