/** Releases: immutable manifests in the documents bucket. The digest is the address and the proof. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Release, releaseId } from '#shared/domain/release/release.ts';
import { type Documents, getDocument } from './documents.ts';

export type NamedRelease = Release & { readonly id: string; readonly digest: string };

/** The release with this digest, its bytes checked against it, or undefined when it was never completed. */
export async function findRelease(documents: Documents, digest: string): Promise<NamedRelease | undefined> {
  const document = await getDocument(documents, 'releases', digest);
  if (document === undefined) return undefined;
  const release = Release.parse(document);
  return { ...release, id: releaseId(release), digest };
}

/** As findRelease. Throws RELEASE_UNKNOWN. */
export async function readRelease(documents: Documents, digest: string): Promise<NamedRelease> {
  const release = await findRelease(documents, digest);
  if (release === undefined) throw failure('RELEASE_UNKNOWN', { release: digest });
  return release;
}
