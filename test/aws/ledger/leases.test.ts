import { describe, expect, it } from 'vitest';
import { checkLease, confirmLease, freeLease, keepLease, leaseLost, takeLease } from '#shared/aws/ledger/leases.ts';
import { leaseSeconds, after as seconds } from '#shared/domain/promotion/lease.ts';
import { monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { beforeNextWrite, ledgerTable } from '../ledger-table.ts';

const { ledger, item } = ledgerTable();
const ours = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const theirs = { ...ours, promotion: otherPromotionId };
const expired = seconds(monday, leaseSeconds);
const stored = () => item('LEASE#orders#production', 'LEASE');

describe('taking the lease on an environment', () => {
  it('is granted with epoch 1 the first time, and with the same epoch when asked again', async () => {
    const granted = { kind: 'granted', lease: { holder: promotionId, epoch: 1 } };
    expect(await takeLease(ledger, ours, monday)).toMatchObject(granted);
    expect(await takeLease(ledger, ours, seconds(monday, 60))).toMatchObject(granted);
    expect(await stored()).toMatchObject({
      holder: promotionId,
      epoch: 1,
      expiresAt: seconds(monday, 60 + leaseSeconds),
    });
  });

  it('is refused while another promotion holds it', async () => {
    await takeLease(ledger, theirs, monday);
    expect(await takeLease(ledger, ours, monday)).toEqual({ kind: 'held', holder: otherPromotionId, until: expired });
  });

  it.each<[string, () => Promise<void>, string]>([
    ['it was given back', () => freeLease(ledger, { ...theirs, epoch: 1 }), monday],
    ['its time is over', async () => {}, expired],
  ])('is granted with a new epoch once %s', async (_, change, at) => {
    await takeLease(ledger, theirs, monday);
    await change();
    expect(await takeLease(ledger, ours, at)).toMatchObject({ kind: 'granted', lease: { epoch: 2 } });
  });

  it('of one environment says nothing of another', async () => {
    await takeLease(ledger, theirs, monday);
    const elsewhere = { ...ours, environment: 'pre-production' };
    expect(await takeLease(ledger, elsewhere, monday)).toMatchObject({ kind: 'granted', lease: { epoch: 1 } });
  });

  it.each<[string, boolean]>([
    ['a lease that nobody ever had', false],
    ['a lease that was given back', true],
  ])('goes to one of two that ask at once for %s', async (_, hadBefore) => {
    if (hadBefore) {
      await takeLease(ledger, { ...ours, promotion: 'prm-0000000000000000' }, monday);
      await freeLease(ledger, { ...ours, promotion: 'prm-0000000000000000', epoch: 1 });
    }
    beforeNextWrite(() => takeLease(ledger, theirs, monday));
    expect(await takeLease(ledger, ours, monday)).toEqual({ kind: 'held', holder: otherPromotionId, until: expired });
    expect(await stored()).toMatchObject({ holder: otherPromotionId, epoch: hadBefore ? 2 : 1 });
  });

  it('is asked for again when whoever won the race has left already', async () => {
    beforeNextWrite(comeAndGo(1));
    expect(await takeLease(ledger, ours, monday)).toMatchObject({ kind: 'granted', lease: { epoch: 2 } });
  });

  it('is left for later when that happens twice', async () => {
    beforeNextWrite(async () => {
      await comeAndGo(1)();
      beforeNextWrite(comeAndGo(2));
    });
    expect(await takeLease(ledger, ours, monday)).toEqual({ kind: 'held', holder: promotionId, until: monday });
  });

  const comeAndGo = (epoch: number) => async () => {
    await takeLease(ledger, theirs, monday);
    await freeLease(ledger, { ...theirs, epoch });
  };
});

describe('a step that was admitted', () => {
  it('confirms the lease, which keeps it alive from then', async () => {
    await takeLease(ledger, ours, monday);
    const later = seconds(monday, 3600);
    await confirmLease(ledger, { ...ours, epoch: 1 }, later);
    expect(await stored()).toMatchObject({ expiresAt: seconds(later, leaseSeconds) });
    await expect(checkLease(ledger, { ...ours, epoch: 1 })).resolves.toBeUndefined();
    expect(await leaseLost(ledger, { ...ours, epoch: 1 })).toBeUndefined();
  });

  it.each<[string, { promotion: string; epoch: number }]>([
    ['by another promotion', { promotion: otherPromotionId, epoch: 2 }],
    ['in an earlier epoch', { promotion: promotionId, epoch: 1 }],
    ['in an epoch that was never granted', { promotion: promotionId, epoch: 3 }],
  ])('may change nothing when it was admitted %s', async (_, who) => {
    // Held before by another: ours is the second epoch.
    await takeLease(ledger, theirs, monday);
    await freeLease(ledger, { ...theirs, epoch: 1 });
    await takeLease(ledger, ours, monday);
    const before = await stored();
    const holding = { ...ours, ...who };
    await expect(confirmLease(ledger, holding, seconds(monday, 60))).rejects.toMatchObject({ name: 'LEASE_LOST' });
    await expect(checkLease(ledger, holding)).rejects.toMatchObject({ name: 'LEASE_LOST' });
    await freeLease(ledger, holding);
    expect(await stored()).toEqual(before);
  });

  it('keeps the lease for as long as people are waited for', async () => {
    await takeLease(ledger, ours, monday);
    const until = seconds(monday, 14 * 24 * 3600);
    await keepLease(ledger, { ...ours, epoch: 1 }, until);
    expect(await stored()).toMatchObject({ holder: promotionId, epoch: 1, expiresAt: until });
    expect(await takeLease(ledger, theirs, expired)).toMatchObject({ kind: 'held', until });
  });

  it('cannot keep what another holds', async () => {
    await takeLease(ledger, theirs, monday);
    await expect(keepLease(ledger, { ...ours, epoch: 1 }, expired)).rejects.toMatchObject({ name: 'LEASE_LOST' });
    expect(await stored()).toMatchObject({ holder: otherPromotionId });
  });

  it('may change nothing when there is no lease at all', async () => {
    const holding = { ...ours, epoch: 1 };
    await expect(confirmLease(ledger, holding, monday)).rejects.toMatchObject({ name: 'LEASE_LOST' });
    await expect(checkLease(ledger, holding)).rejects.toMatchObject({ name: 'LEASE_LOST' });
    expect(await leaseLost(ledger, holding)).toMatchObject({ code: 'LEASE_LOST' });
    expect(await stored()).toBeUndefined();
  });

  it('gives back what it was granted even when the answer never arrived, and nothing that another holds', async () => {
    await takeLease(ledger, ours, monday);
    await freeLease(ledger, { ...theirs, epoch: 0 });
    expect(await stored()).toMatchObject({ holder: promotionId });
    await freeLease(ledger, { ...ours, epoch: 0 });
    expect(await stored()).toMatchObject({ holder: 'nobody', epoch: 1 });
  });

  it('has lost nothing when it was never admitted', async () => {
    await takeLease(ledger, theirs, monday);
    expect(await leaseLost(ledger, { ...ours, epoch: 0 })).toBeUndefined();
  });
});

describe('a promotion that only plans', () => {
  const planning = { ...ours, mode: 'plan' } as const;

  it('has a lease of its own: it waits for nobody, and nobody waits for it', async () => {
    await takeLease(ledger, theirs, monday);
    expect(await takeLease(ledger, planning, monday)).toMatchObject({ kind: 'granted', lease: { epoch: 1 } });
    expect(await takeLease(ledger, { ...planning, promotion: otherPromotionId }, monday)).toMatchObject({
      kind: 'granted',
      lease: { epoch: 1 },
    });
    expect(await stored()).toMatchObject({ holder: otherPromotionId, epoch: 1 });
  });

  it('checks, confirms and gives back that one', async () => {
    await takeLease(ledger, planning, monday);
    const holding = { ...planning, epoch: 1 };
    await confirmLease(ledger, holding, monday);
    await expect(checkLease(ledger, holding)).resolves.toBeUndefined();
    expect(await leaseLost(ledger, holding)).toBeUndefined();
    await freeLease(ledger, holding);
    expect(await item(`LEASE#orders#production#${promotionId}`, 'LEASE')).toMatchObject({ holder: 'nobody' });
    expect(await stored()).toBeUndefined();
  });

  it('does not stand for the lease that changes something', async () => {
    await takeLease(ledger, planning, monday);
    await expect(confirmLease(ledger, { ...ours, epoch: 1 }, monday)).rejects.toMatchObject({ name: 'LEASE_LOST' });
  });
});
