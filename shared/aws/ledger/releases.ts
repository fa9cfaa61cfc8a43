/** Which releases were completed, when, by whom and from what. The manifest itself is a document under its digest. */
import * as z from 'zod';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Digest, Instant, Name } from '#shared/domain/identifiers.ts';
import { Provenance } from '#shared/domain/release/provenance.ts';
import { getItem, type Ledger, putNew, queryFirst, withoutKeys } from './table.ts';

export const ReleaseRecord = z.strictObject({
  id: z.string(),
  digest: Digest,
  pipeline: Name,
  completedBy: z.string(),
  completedAt: Instant,
  provenance: Provenance.exactOptional(),
});
export type ReleaseRecord = z.infer<typeof ReleaseRecord>;

/** Notes a completed release. Completing it again keeps the first record. */
export async function recordRelease(ledger: Ledger, release: ReleaseRecord): Promise<void> {
  const list = { gsi1pk: listOf(release.pipeline), gsi1sk: `${release.completedAt}#${release.id}` };
  await putNew(ledger, { ...keyOf(release.id), ...list, ...release });
}

/** The newest releases of a pipeline, newest first. */
export async function listReleases(ledger: Ledger, pipeline: string, limit: number): Promise<ReleaseRecord[]> {
  const group = listOf(pipeline);
  const items = await queryFirst(ledger, { index: 'by-pipeline', group, limit, order: 'newest-first' });
  return items.map((item) => ReleaseRecord.parse(withoutKeys(item)));
}

/** Nothing of a pipeline that has a release is no mistake, nor where none is named. Throws PIPELINE_UNKNOWN for one without. */
export async function demandPipeline(ledger: Ledger, pipeline: string): Promise<void> {
  if (pipeline !== '' && (await listReleases(ledger, pipeline, 1)).length === 0)
    throw failure('PIPELINE_UNKNOWN', { pipeline });
}

/** The digest behind what people call the release, or the digest itself; undefined when there is no such release. */
export async function findReleaseDigest(ledger: Ledger, idOrDigest: string): Promise<string | undefined> {
  if (Digest.safeParse(idOrDigest).success) return idOrDigest;
  const item = await getItem(ledger, keyOf(idOrDigest));
  return item?.['digest'] as string | undefined;
}

/** Undefined for one that nobody completed here. */
export async function readReleaseRecord(ledger: Ledger, id: string): Promise<ReleaseRecord | undefined> {
  const item = await getItem(ledger, keyOf(id));
  return item === undefined ? undefined : ReleaseRecord.parse(withoutKeys(item));
}

function keyOf(id: string) {
  return { pk: `RELEASE_ID#${id}`, sk: 'RELEASE' };
}

function listOf(pipeline: string): string {
  return `RELEASES#${pipeline}`;
}
