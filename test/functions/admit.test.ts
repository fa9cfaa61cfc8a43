import { describe, expect, it } from 'vitest';
import { handler } from '#functions/admit/handler.ts';
import { freeLease, takeLease } from '#shared/aws/ledger/leases.ts';
import { readRollout } from '#shared/aws/ledger/promotions.ts';
import { recordVerified } from '#shared/aws/ledger/verified.ts';
import { after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { context, deployment } from './deployment.ts';

const { ledger, item, release } = deployment();
const environment = 'pre-production';
const admit = async (change: object = {}) =>
  handler(
    {
      promotion: promotionId,
      pipeline: 'orders',
      release: await release(),
      environment,
      mode: 'promote',
      at: monday,
      waits: 0,
      ...change,
    },
    context,
  );
const theirs = { pipeline: 'orders', environment, promotion: otherPromotionId, mode: 'promote' } as const;

describe('admit', () => {
  it('admits a release to its first environment, with a lease and the targets that its labels mean', async () => {
    expect(await admit()).toEqual({ kind: 'admitted', epoch: 1, waits: 0, targets: ['pre-production'] });
    expect(await item('LEASE#orders#pre-production', 'LEASE')).toMatchObject({ holder: promotionId, epoch: 1 });
    expect(await readRollout(ledger, promotionId, environment)).toEqual({
      promotion: promotionId,
      environment,
      status: 'running',
      epoch: 1,
      startedAt: monday,
      reasons: [],
    });
  });

  it('twice is once: same epoch, same record', async () => {
    await admit();
    expect(await admit({ at: secondsAfter(monday, 60) })).toMatchObject({ kind: 'admitted', epoch: 1 });
    expect(await readRollout(ledger, promotionId, environment)).toMatchObject({ startedAt: monday, epoch: 1 });
  });

  it('lets a release follow where it was verified before', async () => {
    await recordVerified(ledger, { release: await release(), environment, at: monday });
    expect(await admit({ environment: 'production' })).toMatchObject({ kind: 'admitted', targets: ['production'] });
  });

  it.each<[string, object, string]>([
    ['was not verified in the environment before', { environment: 'production' }, 'NOT_ELIGIBLE'],
    ['has no such environment', { environment: 'staging' }, 'ENVIRONMENT_UNKNOWN'],
  ])('rejects a release that %s, records why, and takes no lease', async (_, change, code) => {
    expect(await admit(change)).toEqual({ kind: 'rejected', epoch: 0, waits: 0 });
    const { environment: where } = { environment, ...change };
    expect(await readRollout(ledger, promotionId, where)).toMatchObject({
      status: 'rejected',
      epoch: 0,
      reasons: [{ code, text: expect.stringMatching(/\.$/) }],
    });
    expect(await item(`LEASE#orders#${where}`, 'LEASE')).toBeUndefined();
  });

  it('rejects a release that no target matches', async () => {
    const nowhere = { name: environment, targets: { matchLabels: { environment: 'nowhere' } } };
    expect(await admit({ release: await release({ environments: [nowhere] }) })).toMatchObject({ kind: 'rejected' });
  });

  it('admits it where the environment says that this is no error', async () => {
    const nowhere = { name: environment, targets: { matchLabels: { environment: 'nowhere' } }, allowEmpty: true };
    const digest = await release({ environments: [nowhere] });
    expect(await admit({ release: digest })).toMatchObject({ kind: 'admitted', targets: [] });
  });

  it('waits a minute, and counts it, while another promotion is there', async () => {
    await takeLease(ledger, theirs, monday);
    expect(await admit({ waits: 3 })).toEqual({ kind: 'wait', epoch: 0, waits: 4, until: secondsAfter(monday, 60) });
    expect(await readRollout(ledger, promotionId, environment)).toBeUndefined();
  });

  it('gives up once no lease can last so long, naming the other', async () => {
    await takeLease(ledger, theirs, monday);
    expect(await admit({ waits: 1560 })).toEqual({ kind: 'rejected', epoch: 0, waits: 1560 });
    expect(await readRollout(ledger, promotionId, environment)).toMatchObject({
      reasons: [{ code: 'ENVIRONMENT_BUSY', text: expect.stringContaining(otherPromotionId) }],
    });
  });

  it('waits when another takes the lease in the same moment, and is admitted with a newer epoch afterwards', async () => {
    const digest = await release();
    beforeNextWrite(() => takeLease(ledger, theirs, monday));
    expect(await admit({ release: digest })).toMatchObject({ kind: 'wait' });
    await freeLease(ledger, { ...theirs, epoch: 1 });
    expect(await admit()).toMatchObject({ kind: 'admitted', epoch: 2 });
  });

  describe('a promotion that only plans', () => {
    const planning = { mode: 'plan' };

    it('is admitted wherever targets are, also where the release was not verified before', async () => {
      expect(await admit({ ...planning, environment: 'production' })).toMatchObject({
        kind: 'admitted',
        targets: ['production'],
      });
    });

    it('neither waits for another promotion nor is in its way', async () => {
      await takeLease(ledger, theirs, monday);
      expect(await admit(planning)).toMatchObject({ kind: 'admitted', epoch: 1 });
      expect(await item('LEASE#orders#pre-production', 'LEASE')).toMatchObject({ holder: otherPromotionId, epoch: 1 });
    });

    it('is rejected where no target is', async () => {
      const nowhere = { name: environment, targets: { matchLabels: { environment: 'nowhere' } } };
      const digest = await release({ environments: [nowhere] });
      expect(await admit({ ...planning, release: digest })).toMatchObject({ kind: 'rejected' });
      expect(await readRollout(ledger, promotionId, environment)).toMatchObject({ reasons: [{ code: 'NO_TARGETS' }] });
    });
  });

  it('stops for a release that does not exist', async () => {
    await expect(admit({ release: digestOf('x') })).rejects.toMatchObject({ name: 'RELEASE_UNKNOWN' });
  });
});
