import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/admit/handler.ts';
import { holdAfterRollback } from '#shared/aws/holds.ts';
import { freeLease, takeLease } from '#shared/aws/ledger/leases.ts';
import { applyPolicy } from '#shared/aws/ledger/policies.ts';
import { readPromotion, readPromotionRecord, readRollout, recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { listWaiters } from '#shared/aws/ledger/queue.ts';
import { liftRestriction, listRestrictionsOf, putRestriction } from '#shared/aws/ledger/restrictions.ts';
import { recordRunning } from '#shared/aws/ledger/targets.ts';
import { recordVerified } from '#shared/aws/ledger/verified.ts';
import { after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import type { QueuePolicy } from '#shared/domain/promotion/queue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
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

const waitingNow = async () => (await readPromotionRecord(ledger, promotionId))?.waiting;

describe('admit', () => {
  beforeEach(() => recordPromotion(ledger, aPromotion()));

  it('admits a release to its first environment, with a lease and the targets that its labels mean', async () => {
    expect(await admit()).toEqual({ kind: 'admitted', epoch: 1, waits: 0, targets: ['pre-production'] });
    expect(await item('LEASE#orders#pre-production', 'LEASE')).toMatchObject({ holder: promotionId, epoch: 1 });
    expect(await readRollout(ledger, promotionId, environment)).toEqual({
      promotion: promotionId,
      environment,
      status: 'running',
      epoch: 1,
      newest: true,
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

  it('says while it waits what for, and no more once it goes on', async () => {
    await takeLease(ledger, theirs, monday);
    await admit();
    expect(await waitingNow()).toEqual([
      {
        environment,
        since: monday,
        until: secondsAfter(monday, 60),
        reason: { code: 'ENVIRONMENT_BUSY', text: expect.stringContaining(otherPromotionId) },
      },
    ]);
    await freeLease(ledger, { ...theirs, epoch: 1 });
    expect(await admit({ at: secondsAfter(monday, 60), waits: 1 })).toMatchObject({ kind: 'admitted' });
    expect(await waitingNow()).toEqual([]);
  });

  describe('during a freeze', () => {
    const freeze = (until: string) =>
      restrictionOf('freeze', { until, reason: 'year end' }, { by: 'carol', key: 'k', at: monday });

    it('waits until it is over, without a lease and without losing its patience with other promotions', async () => {
      const until = secondsAfter(monday, 600);
      await putRestriction(ledger, freeze(until));
      expect(await admit({ waits: 3 })).toEqual({ kind: 'wait', epoch: 0, waits: 3, until });
      expect(await item('LEASE#orders#pre-production', 'LEASE')).toBeUndefined();
      expect(await waitingNow()).toMatchObject([{ reason: { code: 'FROZEN' } }]);
      expect(await admit({ at: until })).toMatchObject({ kind: 'admitted' });
    });

    it('asks every hour, and goes on when it was lifted', async () => {
      const { restriction } = await putRestriction(ledger, freeze(secondsAfter(monday, 30 * 86_400)));
      expect(await admit()).toMatchObject({ kind: 'wait', until: secondsAfter(monday, 3600) });
      const lifting = { kind: 'freeze', id: restriction.id, by: 'carol', at: monday, reason: 'done' } as const;
      await liftRestriction(ledger, lifting);
      expect(await admit({ at: secondsAfter(monday, 3600) })).toMatchObject({ kind: 'admitted' });
    });

    it('gives up after fourteen days, and says what was in the way', async () => {
      await putRestriction(ledger, freeze(secondsAfter(monday, 30 * 86_400)));
      await admit();
      expect(await admit({ at: secondsAfter(monday, 14 * 86_400) })).toMatchObject({ kind: 'rejected' });
      expect(await readRollout(ledger, promotionId, environment)).toMatchObject({
        status: 'rejected',
        reasons: [{ code: 'WAITED_TOO_LONG', text: expect.stringMatching(/14 days.*year end/) }],
      });
      expect(await waitingNow()).toEqual([]);
    });
  });

  describe('a rollback', () => {
    const targets = ['pre-production'];
    const [two, three] = [digestOf('two'), digestOf('three')];
    const rollBack = async (automatic: boolean) => {
      const from = [{ release: two, releaseId: 'orders-two', targets }];
      const rollback = { automatic, reason: 'bad', from, ...(automatic && { of: otherPromotionId }) };
      const id = promotionId.replace('0', '1');
      await recordPromotion(ledger, aPromotion({ id, release: await release(), targets, rollback }));
      return { id, admitted: await admit({ promotion: id }) };
    };
    const runs = (running: string) =>
      recordRunning(ledger, {
        ...{ pipeline: 'orders', environment, target: 'pre-production', promotion: otherPromotionId, since: monday },
        ...{ release: running, releaseId: `orders-${running.slice(7, 10)}` },
      });

    it.each([true, false])('goes on where its targets run what they ran (automatic: %s)', async (automatic) => {
      await runs(two);
      expect((await rollBack(automatic)).admitted).toMatchObject({ kind: 'admitted' });
    });

    it.each([true, false])('is rejected where something else got there (automatic: %s)', async (automatic) => {
      await runs(three);
      const { id, admitted } = await rollBack(automatic);
      expect(admitted).toMatchObject({ kind: 'rejected' });
      expect(await readRollout(ledger, id, environment)).toMatchObject({ reasons: [{ code: 'ROLLBACK_OVERTAKEN' }] });
    });

    const holds = async () =>
      (await listRestrictionsOf(ledger, 'hold')).map(({ promotion, reason }) => [promotion, reason]);

    it('leaves no hold of its own where something else got there, and those of others as they are', async () => {
      const wanted = aPromotion({ id: promotionId.replace('0', '1') });
      await runs(three);
      await holdAfterRollback(ledger, wanted, { environment, at: monday });
      await rollBack(true);
      expect(await holds()).toEqual([]);
      await holdAfterRollback(ledger, aPromotion({ id: otherPromotionId }), { environment, at: monday });
      await rollBack(true);
      expect(await holds()).toEqual([[otherPromotionId, 'a rollback to orders-0123456789ab was asked for']]);
    });

    it('leaves its hold where an emergency stop rejects it: it may come again', async () => {
      await holdAfterRollback(ledger, aPromotion({ id: promotionId.replace('0', '1') }), { environment, at: monday });
      await putRestriction(ledger, restrictionOf('stop', { reason: 'x' }, { by: 'carol', key: 'k', at: monday }));
      expect((await rollBack(true)).admitted).toMatchObject({ kind: 'rejected' });
      expect(await holds()).toHaveLength(1);
    });
  });

  it('waits for its turn no more once it is rejected', async () => {
    await takeLease(ledger, theirs, monday);
    await admit();
    expect(await listWaiters(ledger, theirs)).toMatchObject([{ promotion: promotionId }]);
    await putRestriction(ledger, restrictionOf('stop', { reason: 'x' }, { by: 'carol', key: 'k', at: monday }));
    expect(await admit({ waits: 1 })).toMatchObject({ kind: 'rejected' });
    expect(await listWaiters(ledger, theirs)).toEqual([]);
  });

  it('is rejected while everything is stopped', async () => {
    await putRestriction(ledger, restrictionOf('stop', { reason: 'incident' }, { by: 'carol', key: 'k', at: monday }));
    expect(await admit()).toMatchObject({ kind: 'rejected' });
    expect(await readRollout(ledger, promotionId, environment)).toMatchObject({ reasons: [{ code: 'STOPPED' }] });
  });

  it('stops for a promotion that is not on record', async () => {
    await expect(admit({ promotion: 'prm-0000000000000000' })).rejects.toMatchObject({ name: 'PROMOTION_UNKNOWN' });
  });
});

describe('two promotions that wait for the end of a freeze', () => {
  type Asking = Partial<Promotion> & { readonly until?: string; readonly policy?: QueuePolicy };
  const minutes = (count: number) => secondsAfter(monday, count * 60);
  const [v1, v2] = [promotionId, otherPromotionId];
  let policy: QueuePolicy;
  const ask = async (promotion: string, minute: number) => {
    const environments = [{ name: environment, targets: { matchLabels: { environment } }, queue: policy }];
    const digest = await release({ environments });
    return (await admit({ promotion, release: digest, at: minutes(minute) })).kind;
  };
  const reasonOf = async (promotion: string) => (await readRollout(ledger, promotion, environment))?.reasons[0]?.code;
  const begin = async (kind: QueuePolicy, { until, ...later }: Asking = {}) => {
    policy = kind;
    await recordPromotion(ledger, aPromotion({ id: v1, requestedAt: minutes(-1) }));
    await recordPromotion(ledger, aPromotion({ id: v2, requestedAt: minutes(9), ...later }));
    const wish = { reason: 'books', ...(until !== undefined && { until }) };
    const { restriction } = await putRestriction(
      ledger,
      restrictionOf('freeze', wish, { by: 'carol', key: 'k', at: monday }),
    );
    return () =>
      liftRestriction(ledger, { kind: 'freeze', id: restriction.id, by: 'carol', at: minutes(55), reason: 'done' });
  };
  const leave = (promotion: string, epoch: number) => freeLease(ledger, { ...theirs, promotion, epoch });

  it.each<[string, [string, number, string][]]>([
    [
      'the newer one',
      [
        [v2, 70, 'admitted'],
        [v1, 60, 'rejected'],
      ],
    ],
    [
      'the older one',
      [
        [v1, 60, 'rejected'],
        [v2, 70, 'admitted'],
      ],
    ],
  ])('the newer one alone goes where the policy is supersede and %s asks first', async (_, asked) => {
    const lift = await begin('supersede');
    expect(await ask(v1, 0)).toBe('wait');
    expect(await ask(v2, 10)).toBe('wait');
    await lift();
    for (const [promotion, minute, kind] of asked) expect(await ask(promotion, minute)).toBe(kind);
    expect(await reasonOf(v1)).toBe('SUPERSEDED');
    expect(await readPromotion(ledger, v1)).toMatchObject({ supersededBy: v2 });
    expect(await readPromotion(ledger, v2)).toMatchObject({ supersedes: [v1] });
  });

  it('an older one gives way while both wait, and does not ask again', async () => {
    await begin('supersede');
    await ask(v1, 0);
    await ask(v2, 10);
    expect(await ask(v1, 60)).toBe('rejected');
    expect(await ask(v2, 70)).toBe('wait');
  });

  it('one that comes first when the freeze is over drops the one that waits', async () => {
    const lift = await begin('supersede');
    await ask(v1, 0);
    await lift();
    expect(await ask(v2, 56)).toBe('admitted');
    await leave(v2, 1);
    expect(await ask(v1, 60)).toBe('rejected');
  });

  it('the older one goes first where the policy is queue, whoever asks first', async () => {
    const lift = await begin('queue');
    await ask(v1, 5);
    await ask(v2, 10);
    await lift();
    expect(await ask(v2, 64)).toBe('wait');
    expect(await reasonOf(v2)).toBeUndefined();
    expect(await ask(v1, 65)).toBe('admitted');
    expect(await ask(v2, 66)).toBe('wait');
    await leave(v1, 1);
    expect(await ask(v2, 67)).toBe('admitted');
  });

  it('also in the second in which it opens for both', async () => {
    await begin('queue', { until: minutes(30) });
    await ask(v1, 5);
    await ask(v2, 10);
    expect(await ask(v2, 30)).toBe('wait');
    expect(await ask(v1, 30)).toBe('admitted');
  });

  it('one that was queued before a freeze keeps its place in it', async () => {
    policy = 'queue';
    const holder = promotionId.replace('0', '1');
    await takeLease(ledger, { ...theirs, promotion: holder }, monday);
    await recordPromotion(ledger, aPromotion({ id: v1, requestedAt: minutes(-1) }));
    await ask(v1, 1);
    const lift = await begin('queue');
    await ask(v1, 2);
    await leave(holder, 1);
    await lift();
    expect(await ask(v2, 58)).toBe('wait');
    expect(await ask(v1, 62)).toBe('admitted');
  });

  it('one that ended while it waited keeps the other for five minutes more, no longer', async () => {
    const lift = await begin('queue');
    await ask(v1, 5);
    await ask(v2, 10);
    await lift();
    expect(await ask(v2, 69)).toBe('wait');
    expect(await ask(v2, 70)).toBe('admitted');
  });

  it('one that overrides windows waits for nobody who waits for them', async () => {
    await begin('queue', { override: { of: ['windows'], reason: 'customers cannot pay' }, requestedBy: 'bob' });
    const hotfix = { selector: {}, overrides: { windows: ['managers'] }, groups: { managers: ['bob'] } };
    const policyOf = { apiVersion: 'drawbridge/v1' as const, kind: 'Policy' as const, metadata: { name: 'hotfix' } };
    await applyPolicy(ledger, { name: 'hotfix', policy: { ...policyOf, ...hotfix }, seen: 0, by: 'root', at: monday });
    await ask(v1, 5);
    expect(await ask(v2, 10)).toBe('admitted');
  });
});

describe('admit', () => {
  describe('a promotion that only plans', () => {
    const planning = { mode: 'plan' };
    beforeEach(() => recordPromotion(ledger, aPromotion({ mode: 'plan' })));

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

  describe('a promotion that only verifies again', () => {
    const runs = { pipeline: 'orders', environment, target: 'pre-production', promotion: promotionId, since: monday };
    const verify = async () => {
      const digest = await release();
      await recordPromotion(ledger, aPromotion({ mode: 'verify', release: digest }));
      return admit({ mode: 'verify' });
    };

    it('is admitted where the release runs', async () => {
      await recordRunning(ledger, { ...runs, release: await release(), releaseId: 'orders-1' });
      expect(await verify()).toMatchObject({ kind: 'admitted', targets: ['pre-production'] });
    });

    it('is rejected where another one does, and what runs there is on record', async () => {
      await recordRunning(ledger, { ...runs, release: digestOf('another'), releaseId: 'orders-2' });
      expect(await verify()).toMatchObject({ kind: 'rejected' });
      expect(await readRollout(ledger, promotionId, environment)).toMatchObject({
        status: 'rejected',
        reasons: [{ code: 'NOT_RUNNING', text: expect.stringContaining('pre-production runs orders-2') }],
      });
    });
  });

  it('stops for a release that does not exist', async () => {
    await recordPromotion(ledger, aPromotion());
    await expect(admit({ release: digestOf('x') })).rejects.toMatchObject({ name: 'RELEASE_UNKNOWN' });
  });
});
