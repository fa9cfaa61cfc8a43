/** A release out of files that a test writes down: names and texts. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type PackagedRelease, packageRelease } from '#cli/package-release.ts';

/** Whatever comes of packaging them. */
export async function packageFiles(
  files: Readonly<Record<string, string>>,
): Promise<PackagedRelease | { kind: 'invalid'; problems: object[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'written-release-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return (await packageRelease(folder)) as Awaited<ReturnType<typeof packageFiles>>;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws what is wrong with them. */
export async function packagedFrom(files: Readonly<Record<string, string>>): Promise<PackagedRelease> {
  const packaged = await packageFiles(files);
  if (packaged.kind === 'release') return packaged;
  throw new Error(JSON.stringify(packaged.problems));
}
