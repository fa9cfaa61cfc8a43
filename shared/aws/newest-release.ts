/** Whether a release is the newest that could go somewhere, as whoever chose it could know. */
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { journeyOf } from '#shared/domain/release/journey.ts';
import { isEligible } from '#shared/domain/schedule/fire.ts';
import type { Documents } from './documents.ts';
import { listReleases } from './ledger/releases.ts';
import type { Ledger } from './ledger/table.ts';
import { listVerified } from './ledger/verified.ts';
import { readRelease } from './releases.ts';

/** So many releases are looked at, newest first. */
const most = 50;

/** True unless a release that was completed later, and before the promotion was asked for, is eligible in the environment. */
export async function isNewest(
  { ledger, documents }: { readonly ledger: Ledger; readonly documents: Documents },
  { pipeline, release, requestedAt }: Pick<Promotion, 'pipeline' | 'release' | 'requestedAt'>,
  environment: string,
): Promise<boolean> {
  for (const { digest, completedAt } of await listReleases(ledger, pipeline, most)) {
    if (digest === release) return true;
    if (completedAt > requestedAt) continue;
    const found = await readRelease(documents, digest);
    const candidate = {
      digest,
      id: found.id,
      journey: journeyOf(found),
      verifiedIn: await listVerified(ledger, digest),
    };
    if (isEligible({ environments: [environment] }, candidate)) return false;
  }
  return true;
}
