/** Publishing a release over the API: announce, upload what is missing, complete. Repeating any part is harmless. */
import { type Api, callApi, upload } from '#shared/aws/api.ts';
import type { Upload } from '#shared/aws/artifacts.ts';
import type { Provenance } from '#shared/domain/release/provenance.ts';
import type { PackagedRelease } from '../package-release.ts';

export interface PublishedRelease {
  readonly id: string;
  readonly digest: string;
  /** How many files had to be uploaded. */
  readonly uploaded: number;
}

/** `provenance` is kept with the release where it was not completed before. */
export async function publishRelease(
  api: Api,
  packaged: PackagedRelease,
  provenance?: Provenance,
): Promise<PublishedRelease> {
  const { manifest: body, files } = packaged;
  const announced = await callApi<{ uploads: Upload[] }>(api, { method: 'POST', path: '/v1/releases', body });
  const bodies = new Map(files.map((file) => [file.key, file.body]));
  for (const address of announced.uploads) await upload(address, bodies.get(address.key) ?? new Uint8Array());
  const completed = await callApi<{ id: string; digest: string }>(api, {
    method: 'POST',
    path: '/v1/releases/completions',
    body: { ...body, ...(provenance && { provenance }) },
  });
  return { ...completed, uploaded: announced.uploads.length };
}
