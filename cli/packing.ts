/** What one packaging run collects. */
import type { Problem } from '#shared/domain/errors/problem.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { type Artifact, artifactKey } from '#shared/domain/release/release.ts';

/** One file to upload. */
export interface ReleaseFile {
  readonly key: string;
  readonly digest: string;
  readonly body: Uint8Array;
}

export interface Packing {
  /** The folder of the configuration, links resolved: nothing outside it is read. */
  readonly root: string;
  readonly files: Map<string, ReleaseFile>;
  /** Keys of the files that templates refer to: everything but the templates of the stacks themselves. */
  readonly assets: Set<string>;
  /** The text of every template that was read, by its path: what the gate sees. */
  readonly sources: Map<string, string>;
  readonly problems: Problem[];
}

/** Keeps the bytes under their digest; the same bytes twice are one file. */
export function addFile(packing: Packing, folder: 'templates' | 'assets', body: Uint8Array): Artifact {
  const digest = digestOf(body);
  const key = artifactKey(folder, digest);
  packing.files.set(key, { key, digest, body });
  return { digest, key, size: body.length };
}
