/** Zips the same files into the same bytes, on every machine and on every day. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { type Zippable, zipSync } from 'fflate';

/** A file or link that cannot go into an archive. */
export class Unzippable extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}

// Zip has no time zone and starts in 1980; built from local parts, so that it reads the same everywhere.
const epoch = new Date(1980, 0, 1);

/**
 * Every file below a folder, or one file by itself. Names are sorted, times fixed, modes reduced to "executable or not" (what git keeps too).
 * Throws Unzippable for an empty folder, linked folders and links that leave `root`.
 */
export async function zipFiles(path: string, root: string): Promise<Uint8Array> {
  const single = !(await stat(path)).isDirectory();
  const names = single ? [''] : await namesBelow(path);
  if (names.length === 0) throw new Unzippable(path, 'the folder is empty');
  const entries: Zippable = {};
  for (const name of names) {
    const file = join(path, name);
    entries[single ? basename(path) : name.split(sep).join('/')] = await entryOf(file, root);
  }
  return zipSync(entries);
}

async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function entryOf(file: string, root: string): Promise<Zippable[string]> {
  if (!isInside(await realpath(file), root)) throw new Unzippable(file, 'it is a link that leaves the folder');
  const found = await stat(file);
  if (found.isDirectory()) throw new Unzippable(file, 'it is a link to a folder');
  const permissions = found.mode & 0o100 ? 0o755 : 0o644;
  // The host system 3 is Unix: only then do the upper 16 bits of the attributes mean a mode, with 0o100000 for a regular file.
  return [await readFile(file), { mtime: epoch, level: 9, os: 3, attrs: (0o100000 | permissions) * 0x10000 }];
}

/** True when a resolved path is the resolved folder or below it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
