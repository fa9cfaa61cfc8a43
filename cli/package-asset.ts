/** Packages a file or folder that a template refers to. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Place } from '#shared/domain/errors/problem.ts';
import type { Artifact } from '#shared/domain/release/release.ts';
import { addFile, type Packing } from './packing.ts';
import { unreadable } from './read-text.ts';
import { Unzippable, zipFiles } from './zip-files.ts';

// What is an archive already is taken as it is.
const archives = ['.zip', '.jar'];

/** Reads the file, or zips file or folder where the property wants an archive. Undefined once a problem has been added. */
export async function packageAsset(
  packing: Packing,
  { path, place }: { path: string; place: Place },
  zip: boolean,
): Promise<Artifact | undefined> {
  try {
    const wanted = zip && !archives.includes(extname(path));
    const body = wanted ? await zipFiles(path, packing.root) : await readFile(path);
    const artifact = addFile(packing, 'assets', body);
    packing.assets.add(artifact.key);
    return artifact;
  } catch (error) {
    const found =
      error instanceof Unzippable
        ? problem('FILE_UNREADABLE', { path: error.path, detail: error.message }, place)
        : unreadable(path, error, place);
    packing.problems.push(found);
    return undefined;
  }
}
