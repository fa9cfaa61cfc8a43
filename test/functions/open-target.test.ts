import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/open-target/handler.ts';
import { readLease, takeLease } from '#shared/aws/ledger/leases.ts';
import { readPromotion, readPromotionRecord, recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { joinQueue } from '#shared/aws/ledger/queue.ts';
import { putRestriction } from '#shared/aws/ledger/restrictions.ts';
import { assignTargets, closeProgress, readTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { recordTarget } from '#shared/aws/ledger/targets.ts';
import { recordVerified, revokeVerified } from '#shared/aws/ledger/verified.ts';
import { leaseSeconds, after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import { waiterOf } from '#shared/domain/promotion/queue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import type { StepInput } from '#shared/steps.ts';
import { aPromotion, aTarget, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const where = { promotion: promotionId, environment: 'production', target: 'production' } as const;
const digest = digestOf('plan');
const open = async (change: Partial<StepInput<'openTarget'>> = {}) =>
  handler(
    {
      ...{ ...place, release: await release(), epoch: 1, at: monday, digest, round: 1, number: 0 },
      ...{ target: 'production', failureTolerance: 0, waits: 0, ...change },
    },
    context,
  );
const progress = () => readTargetProgress(ledger, where);
const waitingNow = async () => (await readPromotionRecord(ledger, promotionId))?.waiting;
const restrict = (kind: 'freeze' | 'stop', wish: object) =>
  putRestriction(ledger, restrictionOf(kind, { reason: 'a test', ...wish }, { by: 'carol', key: 'k', at: monday }));
const stop = (target: string) =>
  closeProgress(ledger, { ...where, target, round: 1, at: monday, reasons: [{ code: 'STACK_FAILED', text: 'x' }] });

beforeEach(async () => {
  await recordPromotion(ledger, aPromotion());
  await takeLease(ledger, place, monday);
  await recordVerified(ledger, { release: await release(), environment: 'pre-production', at: monday });
  await recordTarget(ledger, aTarget({ name: 'second' }));
  const targets = ['production', 'second'];
  const assignments = targets.map((target) => ({ target, stacks: ['network', 'api'], complete: true }));
  await assignTargets(ledger, { ...where, digest, round: 1, waves: [{ targets }], assignments });
});

describe('open target', () => {
  it('says what is to be done there, and notes that it began', async () => {
    expect(await open()).toEqual({ kind: 'open', stacks: ['network', 'api'], complete: true });
    expect(await progress()).toMatchObject({ status: 'open', startedAt: monday });
  });

  it('lets what was begun go on, whatever has come in the way since', async () => {
    await open();
    await restrict('stop', {});
    await stop('second');
    expect(await open({ at: secondsAfter(monday, 60) })).toMatchObject({ kind: 'open' });
    expect(await progress()).toMatchObject({ status: 'open', startedAt: monday });
  });

  it('waits during a freeze, and keeps the lease for as long as others of the wave may need it', async () => {
    const until = secondsAfter(monday, 600);
    await restrict('freeze', { until });
    expect(await open({ waits: 3 })).toEqual({ kind: 'wait', waits: 4, until });
    expect(await progress()).toMatchObject({ status: 'assigned' });
    expect(await readLease(ledger, place)).toMatchObject({ expiresAt: secondsAfter(monday, leaseSeconds) });
    expect(await open({ at: until, waits: 4 })).toMatchObject({ kind: 'open' });
  });

  it('waits for nothing any more where a rollback waits for the environment', async () => {
    await restrict('freeze', { until: secondsAfter(monday, 600) });
    const rollback = aPromotion({ id: otherPromotionId, rollback: { automatic: true, reason: 'bad' } });
    await recordPromotion(ledger, rollback);
    await joinQueue(ledger, place, waiterOf(rollback, monday));
    expect(await open()).toEqual({ kind: 'closed' });
    expect(await progress()).toMatchObject({
      status: 'stopped',
      reasons: [{ code: 'SUPERSEDED', target: 'production', text: expect.stringContaining(otherPromotionId) }],
    });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ supersededBy: otherPromotionId });
    expect(await readPromotion(ledger, otherPromotionId)).toMatchObject({ supersedes: [promotionId] });
  });

  it('starts nothing during an emergency stop, and keeps why', async () => {
    await restrict('stop', { environment: 'production' });
    expect(await open()).toEqual({ kind: 'closed' });
    expect(await progress()).toMatchObject({
      status: 'stopped',
      reasons: [{ code: 'STOPPED', target: 'production', text: expect.stringContaining('a test') }],
    });
  });

  it.each<[string, () => Promise<unknown>, Partial<StepInput<'openTarget'>>]>([
    ['a stop that has been lifted', () => restrict('stop', { until: secondsAfter(monday, 60) }), {}],
    ['too many failures, and now more are tolerated', () => stop('second'), { failureTolerance: 5 }],
  ])('keeps closed what it closed, since nobody may have heard: %s', async (_, closed, change) => {
    await closed();
    expect(await open()).toEqual({ kind: 'closed' });
    const before = await progress();
    expect(await open({ at: secondsAfter(monday, 3600), ...change })).toEqual({ kind: 'closed' });
    expect(await progress()).toEqual(before);
  });

  it('starts nothing more of a release of which a verification before was revoked, and keeps why', async () => {
    const before = { release: await release(), environment: 'pre-production' };
    await revokeVerified(ledger, { ...before, at: monday, promotion: otherPromotionId });
    expect(await open()).toEqual({ kind: 'closed' });
    expect(await progress()).toMatchObject({
      status: 'stopped',
      reasons: [{ code: 'NOT_ELIGIBLE', target: 'production', text: expect.stringContaining('pre-production') }],
    });
    expect(await open({ target: 'second', mode: 'verify', failureTolerance: 1 })).toMatchObject({ kind: 'open' });
  });

  it('is told with what the rollout waits for, until it begins', async () => {
    await restrict('freeze', { until: secondsAfter(monday, 600) });
    await open({ waits: 3 });
    const expected = { environment: 'production', target: 'production', since: monday, reason: { code: 'FROZEN' } };
    expect(await waitingNow()).toMatchObject([expected]);
    await open({ waits: 4, at: secondsAfter(monday, 300) });
    expect(await waitingNow()).toMatchObject([expected]);
    expect(await open({ waits: 5, at: secondsAfter(monday, 600) })).toMatchObject({ kind: 'open' });
    expect(await waitingNow()).toEqual([]);
  });

  it.each<[string, number, 'wait' | 'closed']>([
    ['waits on after not quite fourteen days', 14 * 86_400 - 1, 'wait'],
    ['is not started any more after fourteen days', 14 * 86_400, 'closed'],
  ])('%s', async (_, seconds, kind) => {
    await restrict('freeze', {});
    await open();
    expect(await open({ waits: 300, at: secondsAfter(monday, seconds) })).toMatchObject({ kind });
    const reason = { code: 'WAITED_TOO_LONG', target: 'production', text: expect.stringMatching(/14 days.*a test/) };
    expect(await progress()).toMatchObject(
      kind === 'wait' ? { status: 'assigned', reasons: [] } : { status: 'stopped', reasons: [reason] },
    );
    expect(await waitingNow()).toHaveLength(kind === 'wait' ? 1 : 0);
  });

  it('waits no more where its wave has stopped meanwhile', async () => {
    await restrict('freeze', {});
    await open();
    await stop('second');
    expect(await open({ waits: 1, at: secondsAfter(monday, 60) })).toEqual({ kind: 'closed' });
    expect(await waitingNow()).toEqual([]);
  });

  it('minds neither freeze nor stop where it only verifies again', async () => {
    await restrict('freeze', {});
    await restrict('stop', {});
    expect(await open({ mode: 'verify' })).toMatchObject({ kind: 'open' });
  });

  it.each<[StepInput<'openTarget'>['mode'], string, Partial<Promotion>, 'open' | 'closed']>([
    ['verify', 'a rollback', { rollback: { automatic: true, reason: 'bad' } }, 'closed'],
    ['verify', 'a release', {}, 'open'],
    ['drift', 'a rollback', { rollback: { automatic: true, reason: 'bad' } }, 'closed'],
    ['drift', 'a release', {}, 'closed'],
    ['drift', 'what is only verified', { mode: 'verify' }, 'open'],
  ])('in mode %s, where %s waits', async (mode, _, change, kind) => {
    await joinQueue(ledger, place, waiterOf(aPromotion({ id: otherPromotionId, ...change }), monday));
    expect(await open({ mode })).toMatchObject({ kind });
    const reason = { code: 'SUPERSEDED', target: 'production', text: expect.stringContaining(otherPromotionId) };
    expect(await progress()).toMatchObject(
      kind === 'open' ? { status: 'open', reasons: [] } : { status: 'stopped', reasons: [reason] },
    );
    const by = kind === 'open' ? undefined : otherPromotionId;
    expect((await readPromotion(ledger, promotionId))?.supersededBy).toBe(by);
  });

  it('looks for drift while a release waits for an opening', async () => {
    const looksAt = secondsAfter(monday, 3600);
    await joinQueue(ledger, place, waiterOf(aPromotion({ id: otherPromotionId }), monday, { looksAt }));
    expect(await open({ mode: 'drift' })).toMatchObject({ kind: 'open' });
  });

  it('goes on where drift is being looked for already, whoever came since', async () => {
    await open({ mode: 'drift' });
    await joinQueue(ledger, place, waiterOf(aPromotion({ id: otherPromotionId }), monday));
    expect(await open({ mode: 'drift' })).toMatchObject({ kind: 'open' });
    expect(await progress()).toMatchObject({ status: 'open' });
  });

  it('starts nothing more once more targets of its wave stopped than may', async () => {
    await stop('second');
    expect(await open()).toEqual({ kind: 'closed' });
    expect(await progress()).toMatchObject({
      status: 'stopped',
      reasons: [{ code: 'TARGET_NOT_STARTED', text: expect.stringContaining('second stopped'), target: 'production' }],
    });
  });

  it('starts while no more stopped than may', async () => {
    await stop('second');
    expect(await open({ failureTolerance: 1 })).toMatchObject({ kind: 'open' });
  });

  it('does not mind what stopped in another wave', async () => {
    const assignments = [{ target: 'production', stacks: ['api'], complete: false }];
    await stop('second');
    await assignTargets(ledger, { ...where, digest, round: 2, waves: [{ targets: ['production'] }], assignments });
    expect(await open({ round: 2 })).toEqual({ kind: 'open', stacks: ['api'], complete: false });
  });

  it('keeps when it was started first, whichever round it is in: what alarms do counts since then', async () => {
    const assignments = [{ target: 'production', stacks: ['api'], complete: true }];
    await open();
    await closeProgress(ledger, { ...where, round: 1, target: 'production', at: monday, reasons: [] });
    await assignTargets(ledger, { ...where, digest, round: 2, waves: [{ targets: ['production'] }], assignments });
    await open({ round: 2, at: secondsAfter(monday, 3600) });
    expect(await progress()).toMatchObject({ round: 2, status: 'open', startedAt: monday });
  });

  it.each<[string, Partial<StepInput<'openTarget'>>, string]>([
    ['another promotion took over', { promotion: otherPromotionId }, 'LEASE_LOST'],
    ['it was admitted in another epoch', { epoch: 2 }, 'LEASE_LOST'],
    ['the release is not there', { release: digestOf('gone') }, 'RELEASE_UNKNOWN'],
    ['the target has no work in this round', { round: 2 }, 'PLAN_CHANGED'],
    ['the target is in another wave', { number: 1 }, 'PLAN_CHANGED'],
  ])('starts nothing when %s', async (_, change, code) => {
    await expect(open(change)).rejects.toMatchObject({ name: code });
    expect(await progress()).toMatchObject({ status: 'assigned' });
  });

  it('twice at once begins once', async () => {
    beforeNextWrite(() => open());
    expect(await open()).toMatchObject({ kind: 'open' });
    expect(await progress()).toMatchObject({ status: 'open', startedAt: monday });
  });
});
