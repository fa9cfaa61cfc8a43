/** Freezes, stops, holds, windows, overrides and queues: over the wire, with the shipped policies, in virtual time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion, listPromotions, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { liftRestriction, listRestrictions, putRestriction } from '#cli/client/restrictions.ts';
import { waitsForPeople } from '#cli/rehearsal/waits-for-people.ts';
import { callApi } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Override } from '#shared/domain/promotion/records.ts';
import type { RestrictionKind, RestrictionWish } from '#shared/domain/restriction/restriction.ts';
import type { FiringRecord } from '#shared/domain/schedule/schedule.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { begin, ended, type SmallRelease, smallRelease } from './small-release.ts';

let rehearsal: Rehearsal;
const minutes = 60_000;
beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 240_000);
afterAll(() => rehearsal.close());

const carol = () => rehearsal.apiAs('carol');
const inMinutes = (count: number) => new Date(rehearsal.sandbox.now() + count * minutes).toISOString();
const put = (kind: RestrictionKind, wish: object) =>
  putRestriction(carol(), kind, {
    wish: { reason: 'a test', ...wish } as RestrictionWish,
    idempotencyKey: rehearsal.sandbox.mint('idempotency-key', 24),
  });
const lift = (kind: RestrictionKind, id: string) => liftRestriction(carol(), kind, { id, reason: 'done' });
const apply = (name: string, said: object) => {
  const body = { apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name }, ...said };
  return callApi(carol(), { method: 'PUT', path: `/v1/policies/${name}`, body });
};
const told = ({ promotion, rollouts }: PromotionRecord) => [
  promotion.status,
  ...rollouts.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
];
const endedNow = async (release: SmallRelease) => told(await ended(rehearsal, await begin(rehearsal, release)));
/** What the bus of the orchestrator was told of a restriction. */
const newsOf = (restriction: string) =>
  (rehearsal.events as { 'detail-type': string; detail: { restriction?: string } }[])
    .filter((event) => event['detail-type'] === 'Drawbridge Restriction State Change')
    .flatMap(({ detail }) => (detail.restriction === restriction ? [detail] : []));
const recordOf = (id: string) => getPromotion(rehearsal.apiAs('alice'), id);

describe('a freeze', () => {
  it('lets a rollout wait, says what for, and lets it go on when it is over', async () => {
    const until = inMinutes(90);
    await publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline: 'frozen' }));
    const freeze = await put('freeze', { pipeline: 'frozen', environment: 'production', until });
    const id = await begin(rehearsal, { pipeline: 'frozen' });
    await rehearsal.sandbox.advance(60 * minutes);
    const waiting = await recordOf(id);
    expect(waiting.rollouts).toMatchObject([{ environment: 'pre-production', status: 'succeeded' }]);
    expect(waiting.waiting).toMatchObject([
      { environment: 'production', reason: { code: 'FROZEN', text: expect.stringContaining(freeze.id) } },
    ]);
    const record = await ended(rehearsal, id);
    expect(told(record)).toEqual(['succeeded']);
    expect(record.waiting).toEqual([]);
    expect(record.rollouts.find(({ environment }) => environment === 'production')!.startedAt >= until).toBe(true);
    expect(await listRestrictions(carol(), 'freeze')).toEqual([]);
    expect(newsOf(freeze.id)).toEqual([expect.objectContaining({ state: 'put', pipeline: 'frozen', until })]);
  });
});

describe('an emergency stop', () => {
  it('rejects what comes, until it is lifted', async () => {
    await expect(put('stop', { pipeline: 'stopped' })).rejects.toMatchObject({ name: 'PIPELINE_UNKNOWN' });
    await publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline: 'stopped' }));
    const stop = await put('stop', { pipeline: 'stopped' });
    expect(await endedNow({ pipeline: 'stopped' })).toEqual(['rejected', 'STOPPED']);
    await lift('stop', stop.id);
    expect(await endedNow({ pipeline: 'stopped', text: 'two' })).toEqual(['succeeded']);
    expect(newsOf(stop.id)).toMatchObject([
      { kind: 'stop', state: 'put', pipeline: 'stopped', actor: 'carol' },
      { kind: 'stop', state: 'lifted', previousState: 'put', actor: 'carol' },
    ]);
  });
});

describe('a hold', () => {
  it('keeps schedules out, and no person', async () => {
    expect(await endedNow({ pipeline: 'held' })).toEqual(['succeeded']);
    await expect(put('hold', { pipeline: 'held', environment: 'preproduction' })).rejects.toMatchObject({
      name: 'PLACE_UNKNOWN',
    });
    await put('hold', { pipeline: 'held', environment: 'pre-production' });
    await publishRelease(rehearsal.apiAs('alice'), await smallRelease({ pipeline: 'held', text: 'two' }));
    const schedule = { apiVersion: 'drawbridge/v1', kind: 'Schedule', metadata: { name: 'held' }, pipeline: 'held' };
    const body = { ...schedule, expression: 'rate(1 hour)' };
    await callApi(carol(), { method: 'PUT', path: '/v1/schedules/held', body });
    await rehearsal.sandbox.advance(61 * minutes);
    await callApi(carol(), { method: 'DELETE', path: '/v1/schedules/held' });
    const path = '/v1/schedules/held/firings';
    const { items } = await callApi<{ items: FiringRecord[] }>(carol(), { method: 'GET', path });
    expect(items).toMatchObject([{ outcome: 'skipped', reason: { code: 'HELD' } }]);
    const own = await listPromotions(rehearsal.apiAs('alice'), 'held');
    expect(own.filter(({ trigger }) => trigger.kind !== 'api')).toEqual([]);
    expect(await endedNow({ pipeline: 'held', text: 'three' })).toEqual(['succeeded']);
  });
});

describe('a window', () => {
  const once = { from: '2099-01-01T00:00', to: '2099-01-02T00:00' };
  const windows = [{ name: 'far-away', kind: 'allow', timeZone: 'Europe/Berlin', once }];
  const promoteAs = async (person: string, override: Override) => {
    const api = rehearsal.apiAs(person);
    const { digest } = await publishRelease(api, await smallRelease({ pipeline: 'windowed', text: person }));
    const idempotencyKey = rehearsal.sandbox.mint('idempotency-key', 24);
    return ended(rehearsal, (await requestPromotion(api, { release: digest, override, idempotencyKey })).id);
  };

  it('that is closed rejects, and lets in whom a policy lets override it, which stays on the promotion', async () => {
    const selector = { pipelines: ['windowed'] };
    const leads = { overrides: { windows: ['leads'] }, groups: { leads: ['alice'] } };
    await apply('windowed', { selector, windows, outsideWindows: 'refuse', ...leads });
    expect(await endedNow({ pipeline: 'windowed' })).toEqual(['rejected', 'WINDOW_CLOSED']);
    const override: Override = { of: ['windows'], reason: 'customers cannot pay' };
    expect(told(await promoteAs('bob', override))).toEqual(['rejected', 'OVERRIDE_NOT_PERMITTED']);
    const record = await promoteAs('alice', override);
    expect(told(record)).toEqual(['succeeded']);
    expect(record.promotion.override).toEqual(override);
  });
});

describe('an environment that is superseded', () => {
  it('drops the promotion that waits for an approval in favour of the newer one', async () => {
    await apply('asked', { selector: { pipelines: ['asked'], environments: ['production'] }, approval: {} });
    const first = await begin(rehearsal, { pipeline: 'asked', queue: 'supersede' });
    await rehearsal.sandbox.run(() => waitsForPeople(rehearsal.sandbox.world));
    expect((await recordOf(first)).approvals).toMatchObject([{ status: 'open' }]);
    const second = await begin(rehearsal, { pipeline: 'asked', queue: 'supersede', text: 'two' });
    const record = await ended(rehearsal, second);
    expect(record.promotion).toMatchObject({ status: 'succeeded', supersedes: [first] });
    const dropped = await recordOf(first);
    expect(dropped.promotion).toMatchObject({ status: 'rejected', supersededBy: second });
    expect(dropped.approvals).toMatchObject([{ status: 'void', supersededBy: second }]);
  });
});
