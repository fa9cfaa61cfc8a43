/** Whether a person chose the newest release that could go somewhere: that decides about a hold. */
import { beforeEach, describe, expect, it } from 'vitest';
import { putDocument } from '#shared/aws/documents.ts';
import { recordRelease } from '#shared/aws/ledger/releases.ts';
import { recordVerified, revokeVerified } from '#shared/aws/ledger/verified.ts';
import { isNewest } from '#shared/aws/newest-release.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import { aRelease, aReleaseRecord, monday, promotionId } from '#test/builders.ts';
import { fakeAws, objects } from './fake-aws.ts';
import { ledgerTable } from './ledger-table.ts';

fakeAws();
const { ledger } = ledgerTable();
const documents = { bucket: 'documents' };
beforeEach(() => void objects());

const minute = (minutes: number) => after(monday, minutes * 60);

/** Completes a release at that minute, verified in these environments; answers its digest. */
async function completed(
  number: number,
  {
    at = number,
    verifiedIn = [],
    ...change
  }: { at?: number; verifiedIn?: string[] } & Parameters<typeof aRelease>[0] = {},
): Promise<string> {
  const content = aRelease({ layers: [{ values: { Number: `${number}` } }], ...change });
  const digest = await putDocument(documents, 'releases', content);
  await recordRelease(ledger, aReleaseRecord({ id: `orders-${number}`, digest, completedAt: minute(at) }));
  for (const environment of verifiedIn) await recordVerified(ledger, { release: digest, environment, at: minute(at) });
  return digest;
}
const ask = (release: string, environment: string, asked = 60) =>
  isNewest({ ledger, documents }, { pipeline: 'orders', release, requestedAt: minute(asked) }, environment);
const both = { verifiedIn: ['pre-production'] };

describe('a release is the newest that could go there', () => {
  it('where it is the only one', async () => {
    expect(await ask(await completed(1), 'pre-production')).toBe(true);
  });

  it('where all others are older', async () => {
    await completed(1, both);
    expect(await ask(await completed(2, both), 'production')).toBe(true);
  });

  it('where a newer one was not verified in the environments before', async () => {
    const chosen = await completed(1, both);
    await completed(2);
    expect(await ask(chosen, 'production')).toBe(true);
  });

  it('where what a newer one was verified by is revoked', async () => {
    const chosen = await completed(1, both);
    const newer = await completed(2, both);
    const where = { release: newer, environment: 'pre-production', promotion: promotionId, at: minute(5) };
    await revokeVerified(ledger, where);
    expect(await ask(chosen, 'production')).toBe(true);
  });

  it('where a newer one does not go to this environment at all', async () => {
    const chosen = await completed(1, both);
    await completed(2, { environments: [{ name: 'staging', targets: { matchLabels: { environment: 'staging' } } }] });
    expect(await ask(chosen, 'production')).toBe(true);
  });

  it('where a newer one was completed only after it was asked for', async () => {
    const chosen = await completed(1);
    await completed(2, { at: 61 });
    expect(await ask(chosen, 'pre-production')).toBe(true);
  });

  it('where nothing is on record any more', async () => {
    expect(await ask(`sha256:${'0'.repeat(64)}`, 'pre-production')).toBe(true);
  });
});

describe('it is not', () => {
  it('where a newer one can go to the first environment, for which nothing has to be verified', async () => {
    const chosen = await completed(1);
    await completed(2);
    expect(await ask(chosen, 'pre-production')).toBe(false);
  });

  it('where a newer one was verified in the environments before', async () => {
    const chosen = await completed(1, both);
    await completed(2, both);
    await completed(3);
    expect(await ask(chosen, 'production')).toBe(false);
  });

  it('where a newer one was completed in the very moment in which it was asked for', async () => {
    const chosen = await completed(1);
    await completed(2, { at: 60 });
    expect(await ask(chosen, 'pre-production')).toBe(false);
  });
});
