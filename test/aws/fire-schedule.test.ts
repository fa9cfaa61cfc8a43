/** What a schedule that looks at what runs asks for, call by call. */
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { putDocument } from '#shared/aws/documents.ts';
import { fire } from '#shared/aws/fire-schedule.ts';
import { recordRelease } from '#shared/aws/ledger/releases.ts';
import { applySchedule } from '#shared/aws/ledger/schedules.ts';
import { recordMixed, recordRunning, recordTarget } from '#shared/aws/ledger/targets.ts';
import { recordVerified } from '#shared/aws/ledger/verified.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import type { Schedule } from '#shared/domain/schedule/schedule.ts';
import {
  aPromotion,
  aRelease,
  aReleaseRecord,
  aTarget,
  monday,
  otherPromotionId,
  promotionId,
} from '#test/builders.ts';
import { aFiring, aSchedule } from '../domain/schedule/schedule-builders.ts';
import { fakeAws, lambda, objects } from './fake-aws.ts';
import { ledgerTable } from './ledger-table.ts';

fakeAws();
const { ledger } = ledgerTable();
const documents = { bucket: 'documents' };
const admissionFunction = 'drawbridge-admission';
const accepted = { kind: 'accepted', promotion: aPromotion(), replayed: false };
const acceptance = { Payload: { transformToString: () => JSON.stringify(accepted) } as never };
beforeEach(async () => {
  objects();
  lambda.on(InvokeCommand).resolves(acceptance);
  for (const name of ['a', 'b', 'c']) await recordTarget(ledger, aTarget({ name }));
});

const idOf = (number: number) => `orders-${`${number}`.repeat(12)}`;
const completed = async (number: number) => {
  const digest = await putDocument(documents, 'releases', aRelease({ layers: [{ values: { Number: `${number}` } }] }));
  const completedAt = after(monday, number);
  await recordRelease(ledger, aReleaseRecord({ id: idOf(number), digest, completedAt }));
  return { release: digest, releaseId: idOf(number) };
};
const where = (target: string) => ({ pipeline: 'orders', environment: 'production', target });
const arrives = (target: string, release: Awaited<ReturnType<typeof completed>>) =>
  recordRunning(ledger, { ...where(target), ...release, promotion: promotionId, since: monday });
const fired = async (mode: NonNullable<Schedule['mode']>) => {
  const schedule = aSchedule({ mode, environments: ['production'] });
  await applySchedule(ledger, { name: 'nightly', schedule, seen: 0, by: 'carol', at: monday });
  return fire({ ledger, documents, admissionFunction }, aFiring(), monday);
};
const asked = () =>
  lambda
    .commandCalls(InvokeCommand)
    .map(({ args }) => JSON.parse(`${args[0].input.Payload}`).request as Record<string, unknown>);
const environments = ['production'];

describe('a schedule that looks at what runs asks', () => {
  it('to verify what most of the targets run, on those of them that do, though another one is newer and eligible', async () => {
    const [one, two] = [await completed(1), await completed(2)];
    await recordVerified(ledger, { release: two.release, environment: 'pre-production', at: monday });
    for (const target of ['a', 'b']) await arrives(target, one);
    await arrives('c', two);
    const targets = ['a', 'b'];
    expect(await fired('verify')).toMatchObject({ outcome: 'promoted', ...one, environments, targets, mode: 'verify' });
    expect(asked()).toEqual([{ release: one.release, environments, targets, mode: 'verify' }]);
  });

  it('the same again when a delivery broke off, whatever runs by then', async () => {
    const [one, two] = [await completed(1), await completed(2)];
    await arrives('a', one);
    lambda.on(InvokeCommand).rejectsOnce(new Error('broke off')).resolves(acceptance);
    await expect(fired('verify')).rejects.toThrow();
    for (const target of ['a', 'b', 'c']) await arrives(target, two);
    await fire({ ledger, documents, admissionFunction }, aFiring(), monday);
    const first = { release: one.release, environments, targets: ['a'], mode: 'verify' };
    expect(asked()).toEqual([first, first]);
  });

  it('to look for drift of all, eligible or not', async () => {
    const [one, two] = [await completed(1), await completed(2)];
    for (const target of ['a', 'b']) await arrives(target, one);
    await arrives('c', two);
    expect(await fired('drift')).toMatchObject({ outcome: 'promoted', ...one, environments });
    expect(asked()).toEqual([{ release: one.release, environments, mode: 'drift' }]);
  });

  it('for the next release where all targets of the first have gone elsewhere', async () => {
    const [one, two] = [await completed(1), await completed(2)];
    for (const target of ['gone', 'lost']) await arrives(target, one);
    await arrives('a', two);
    expect(await fired('verify')).toMatchObject({ ...two, targets: ['a'] });
  });
});

describe('it asks for nothing', () => {
  const codeOf = async (mode: 'verify' | 'drift') => (await fired(mode)).reason?.code;

  it.each(['verify', 'drift'] as const)('to %s where nothing runs', async (mode) => {
    await recordVerified(ledger, { ...(await completed(1)), environment: 'pre-production', at: monday });
    expect(await codeOf(mode)).toBe('SCHEDULE_NOTHING_RUNS');
    expect(asked()).toEqual([]);
  });

  it('to verify where all runs only in part', async () => {
    await arrives('a', await completed(1));
    await recordMixed(ledger, where('a'), { promotion: otherPromotionId, releaseId: idOf(2), at: monday });
    expect(await codeOf('verify')).toBe('SCHEDULE_NOTHING_RUNS');
  });

  it('where what runs cannot be read', async () => {
    await arrives('a', { release: digestOf('gone'), releaseId: idOf(1) });
    expect(await codeOf('drift')).toBe('SCHEDULE_RELEASE_BROKEN');
  });
});
