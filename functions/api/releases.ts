/** Releases: announce the manifest, upload what is missing to write-once addresses, complete. The digest is the release's name. */
import type { Hono } from 'hono';
import { hasArtifact, uploadOf } from '#shared/aws/artifacts.ts';
import { putDocument } from '#shared/aws/documents.ts';
import { recordPlaces } from '#shared/aws/ledger/places.ts';
import { recordRelease } from '#shared/aws/ledger/releases.ts';
import { listTargets } from '#shared/aws/ledger/targets.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { type ArtifactPlace, missingFrom, placesOf } from '#shared/domain/release/places.ts';
import { ReleaseCompletion } from '#shared/domain/release/provenance.ts';
import { Release, releaseDigest, releaseId } from '#shared/domain/release/release.ts';
import { actorIn, arrivedAt, bodyIn, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function releases(app: Hono<HttpEnvironment>, resources: Resources): void {
  /** Which files of the manifest are missing, with the address of each upload; nothing is recorded yet. */
  app.post('/v1/releases', async (context) => {
    const release = await bodyIn(context, Release);
    const missing = await missingPlaces(resources, release);
    const uploads = await Promise.all(
      missing.map(({ artifact, region }) => uploadOf(resources.artifacts, artifact, region)),
    );
    return context.json({ id: releaseId(release), digest: releaseDigest(release), uploads });
  });

  /** Records the release once every file is where it belongs, with the digest it should have. Repeating it is harmless. */
  app.post('/v1/releases/completions', async (context) => {
    const { provenance, ...release } = await bodyIn(context, ReleaseCompletion);
    const missing = await missingPlaces(resources, release);
    if (missing.length > 0)
      throw failure('RELEASE_INCOMPLETE', {
        missing: missing.map(({ artifact, region }) => `${artifact.key} in ${region}`),
      });
    const digest = await putDocument(resources.documents, 'releases', release);
    const id = releaseId(release);
    await recordPlaces(resources.ledger, release);
    const completed = { completedBy: actorIn(context), completedAt: arrivedAt(context) };
    const found = { ...completed, ...(provenance && { provenance }) };
    await recordRelease(resources.ledger, { id, digest, pipeline: release.pipeline, ...found });
    return context.json({ id, digest }, 201, { Location: `/v1/releases/${digest}` });
  });

  app.get('/v1/releases/:digest', async (context) => {
    return context.json(await readRelease(resources.documents, context.req.param('digest')));
  });
}

/** Where files of the release are not, or differ. */
async function missingPlaces({ ledger, artifacts }: Resources, release: Release): Promise<ArtifactPlace[]> {
  const places = placesOf(release, await listTargets(ledger));
  return missingFrom(places, ({ artifact, region }) => hasArtifact(artifacts, artifact, region));
}
