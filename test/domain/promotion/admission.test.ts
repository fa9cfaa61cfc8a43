import { describe, expect, it } from 'vitest';
import { type AdmissionFacts, admissible, lostEligibility, turn } from '#shared/domain/promotion/admission.ts';
import { leaseSeconds } from '#shared/domain/promotion/lease.ts';
import { longestTurnWait } from '#shared/domain/promotion/queue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import type { Running } from '#shared/domain/promotion/running.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, aRelease, aTarget, otherPromotionId, promotionId } from '#test/builders.ts';
import { aPolicy } from '../policy/policy-builders.ts';

const now = '2026-01-05T09:00:00.000Z';
const preProduction = aTarget({ name: 'pre-production', labels: { environment: 'pre-production' } });
const facts = (change: Partial<AdmissionFacts> = {}, promotion: Partial<Promotion> = {}): AdmissionFacts => ({
  promotion: aPromotion(promotion),
  release: { ...aRelease(), id: 'orders-1' },
  environment: 'production',
  verifiedIn: new Set(['pre-production']),
  targets: [preProduction, aTarget()],
  policies: [],
  restrictions: [],
  at: now,
  ...change,
});
const codeOf = (found: ReturnType<typeof admissible>) => (found.kind === 'open' ? undefined : found.reason.code);
const otherRelease = digestOf('another release');
const two = [preProduction, aTarget(), aTarget({ name: 'second' })];
const runs = (target: string, change: Partial<Running> = {}): Running => ({
  ...{ pipeline: 'orders', environment: 'production', target, release: aPromotion().release, releaseId: 'orders-1' },
  ...{ promotion: promotionId, since: now, ...change },
});
const nowhere = (allowEmpty: boolean) => ({
  release: {
    ...aRelease({ environments: [{ name: 'production', targets: { matchLabels: { a: 'b' } }, allowEmpty }] }),
    id: 'orders-1',
  },
});
const notVerified = { verifiedIn: new Set<string>() };
const hotfix = { override: { of: ['eligibility' as const], reason: 'customers cannot pay' } };
const people = aPolicy('people', { groups: { leads: ['alice'], others: ['bob'] } });
const overridable = (group: string) => [aPolicy('hotfixes', { overrides: { eligibility: [group] } }), people];

describe('may a release enter an environment', () => {
  it.each<[string, Partial<AdmissionFacts>, Partial<Promotion>, string | undefined]>([
    ['it may when it was verified in everything before', {}, {}, undefined],
    [
      'it may enter the first without anything before',
      { ...notVerified, environment: 'pre-production' },
      {},
      undefined,
    ],
    ['not an environment it does not have', { environment: 'staging' }, {}, 'ENVIRONMENT_UNKNOWN'],
    ['not without having been verified before', notVerified, {}, 'NOT_ELIGIBLE'],
    ['not without a target', nowhere(false), {}, 'NO_TARGETS'],
    ['it may without one where that is no error', nowhere(true), {}, undefined],
    ['wherever it was verified, where nothing is executed', notVerified, { mode: 'plan' }, undefined],
    ['not even planned without a target', nowhere(false), { mode: 'plan' }, 'NO_TARGETS'],
    [
      'wherever it was verified, where what runs is verified again',
      { ...notVerified, running: [runs('production')] },
      { mode: 'verify' },
      undefined,
    ],
    ['wherever it was verified, where drift is looked for', notVerified, { mode: 'drift' }, undefined],
    [
      'whatever other targets of the environment run, where some are verified again',
      { targets: two, running: [runs('production')] },
      { mode: 'verify', targets: ['production'] },
      undefined,
    ],
    ['back to what was verified there once', notVerified, { rollback: { automatic: true, reason: 'x' } }, undefined],
    ['as a hotfix, by whom a policy lets', { ...notVerified, policies: overridable('leads') }, hotfix, undefined],
    [
      'not as a hotfix by anybody else',
      { ...notVerified, policies: overridable('others') },
      hotfix,
      'OVERRIDE_NOT_PERMITTED',
    ],
    ['not as a hotfix where no policy speaks of it', notVerified, hotfix, 'OVERRIDE_NOT_PERMITTED'],
    ['a hotfix that needs no bypass needs no permission', {}, hotfix, undefined],
    [
      'an override of windows is none of eligibility',
      { ...notVerified, policies: overridable('leads') },
      { override: { of: ['windows'], reason: 'x' } },
      'NOT_ELIGIBLE',
    ],
  ])('%s', (_, change, promotion, code) => {
    expect(codeOf(admissible(facts(change, promotion)))).toBe(code);
  });

  it('is as open as the place is', () => {
    const freeze = { id: 'freeze-0', kind: 'freeze', reason: 'year end', by: 'carol', at: now } as const;
    expect(admissible(facts({ restrictions: [freeze] }))).toMatchObject({ kind: 'wait', reason: { code: 'FROZEN' } });
    expect(codeOf(admissible(facts({ restrictions: [freeze] }, { mode: 'plan' })))).toBeUndefined();
  });
});

describe('a release that is to be verified again', () => {
  const mixed = { promotion: otherPromotionId, releaseId: 'orders-3', at: now };
  it.each<[string, Running[], string]>([
    [
      'another one runs',
      [runs('production', { release: otherRelease, releaseId: 'orders-2' })],
      'production runs orders-2',
    ],
    ['it runs only in part', [runs('production', { mixed })], 'production runs parts of orders-1 and of orders-3'],
    [
      'nothing is on record',
      [runs('production', { environment: 'pre-production' })],
      'nothing is on record of production',
    ],
    ['nothing ever ran', [], 'nothing is on record of production'],
  ])('is not judged where %s', (_, running, text) => {
    for (const change of [{ running }, ...(running.length === 0 ? [{}] : [])])
      expect(admissible(facts(change, { mode: 'verify' }))).toMatchObject({
        kind: 'closed',
        reason: { code: 'NOT_RUNNING', text: expect.stringContaining(`where it does not run: ${text}.`) },
      });
  });

  it('has to run on every target, and some of the others are named', () => {
    const targets = Array.from({ length: 9 }, (_, index) => aTarget({ name: `t${index}` }));
    const running = [runs('t3')];
    expect(admissible(facts({ targets, running }, { mode: 'verify' }))).toMatchObject({
      reason: { text: expect.stringMatching(/of t0, .*of t5 and 3 more\./) },
    });
  });
});

describe('a release that was let in', () => {
  it.each<[string, Partial<AdmissionFacts>, Partial<Promotion>, string | undefined]>([
    ['goes on while it is verified in everything before', {}, {}, undefined],
    ['goes no further once that was revoked', notVerified, {}, 'NOT_ELIGIBLE'],
    ['needs nothing in the first environment', { ...notVerified, environment: 'pre-production' }, {}, undefined],
    ['goes back', notVerified, { rollback: { automatic: true, reason: 'x' } }, undefined],
    ['goes on as a hotfix, whose permission was asked before', notVerified, hotfix, undefined],
  ])('%s', (_, change, promotion, code) => {
    expect(lostEligibility(facts(change, promotion))?.code).toBe(code);
  });
});

describe('the targets of a rollout', () => {
  const named = (...targets: string[]) => admissible(facts({}, { targets }));
  it('are all of the environment', () => {
    expect(admissible(facts())).toEqual({ kind: 'open', targets: ['production'] });
  });
  it('are those that the promotion names; what it names in other environments it goes to is meant there', () => {
    expect(named('pre-production', 'production')).toEqual({ kind: 'open', targets: ['production'] });
  });
  it.each<[string, string[], string, string]>([
    ['a target that there is not', ['production', 'nowhere'], 'TARGET_UNKNOWN', 'nowhere'],
    ['only targets of other environments', ['pre-production'], 'NO_TARGETS', 'no target pre-production'],
  ])('not %s', (_, targets, code, text) => {
    expect(named(...targets)).toMatchObject({ kind: 'closed', reason: { code, text: expect.stringContaining(text) } });
  });
  it('not one of no environment that the promotion goes to', () => {
    const found = admissible(facts({}, { targets: ['pre-production', 'production'], environments: ['production'] }));
    expect(found).toMatchObject({ kind: 'closed', reason: { code: 'NO_TARGETS' } });
  });
});

describe('whose turn it is', () => {
  const held = { kind: 'held', holder: 'prm-a', until: now } as const;
  it('is admitted with the epoch of its lease', () => {
    expect(
      turn(
        { kind: 'granted', lease: { holder: 'prm-b', epoch: 3, expiresAt: now } },
        { environment: 'production', now, waits: 0 },
      ),
    ).toEqual({ kind: 'admitted', epoch: 3 });
  });
  it('waits a minute for another’s, and says whose', () => {
    expect(turn(held, { environment: 'production', now, waits: 0 })).toEqual({
      kind: 'wait',
      until: '2026-01-05T09:01:00.000Z',
      reason: { code: 'ENVIRONMENT_BUSY', text: expect.stringMatching(/^production is held by promotion prm-a\./) },
    });
  });
  const asked = (waits: number) => turn(held, { environment: 'production', now, waits });
  /** Minutes until it asks again. */
  const wait = (waits: number) => {
    const answer = asked(waits);
    return answer.kind === 'wait' ? (Date.parse(answer.until) - Date.parse(now)) / 60_000 : undefined;
  };
  it.each([
    [0, 1],
    [9, 1],
    [10, 5],
    [19, 5],
    [20, 15],
    [119, 15],
  ])('after %d waits it asks again in %d minutes', (waits, minutes) => {
    expect(wait(waits)).toBe(minutes);
  });
  it('gives up an hour after any lease has ended, and in time for the history of the execution', () => {
    const waits = Array.from({ length: 500 }, (_, index) => wait(index)).filter((minutes) => minutes !== undefined);
    const total = waits.reduce((sum, minutes) => sum + minutes, 0) * 60;
    expect(total).toBeGreaterThanOrEqual(leaseSeconds + 3600);
    expect(total).toBeLessThan(leaseSeconds + 3600 + longestTurnWait);
    expect(waits.length).toBeLessThanOrEqual(120);
    const answer = asked(waits.length);
    expect(answer).toMatchObject({ kind: 'rejected', reason: { code: 'ENVIRONMENT_BUSY' } });
  });
});
