import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '#sandbox/kernel.ts';
import { emptyKmsState } from '#sandbox/kms/state.ts';
import { emptySecretsManagerState } from '#sandbox/secrets-manager/state.ts';
import { emptyWorld } from './empty-world.ts';

const FILE = 'world.json';

export type LoadedWorld =
  | { readonly kind: 'world'; readonly world: World }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads the world that `saveWorld` wrote. What is not a world of this schema version is reported, never guessed at. */
export async function loadWorld(folder: string): Promise<LoadedWorld> {
  const path = join(folder, FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return codeOf(error) === 'ENOENT'
      ? { kind: 'absent' }
      : { kind: 'unreadable', reason: `${path}: ${messageOf(error)}` };
  }
  try {
    const parsed = completed(JSON.parse(text));
    const problem = problemOf(parsed);
    if (problem) return { kind: 'unreadable', reason: `${path}: ${problem}` };
    return { kind: 'world', world: parsed as World };
  } catch (error) {
    return { kind: 'unreadable', reason: `${path} is not JSON: ${messageOf(error)}` };
  }
}

/** Writes the world so that a reader sees the old file or the new one, never half of one: temporary file, flush, rename. */
export async function saveWorld(folder: string, world: World): Promise<void> {
  // Taken before the first await, so that what happens meanwhile is not half in it.
  const text = JSON.stringify(world);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `${FILE}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, FILE));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Worlds saved before there were keys and secrets have no parts for them. */
function completed(parsed: unknown): unknown {
  const world = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  return world ? { kms: emptyKmsState(), secretsManager: emptySecretsManagerState(), ...parsed } : parsed;
}

function problemOf(parsed: unknown): string | undefined {
  if (typeof parsed !== 'object' || parsed === null) return 'it does not hold a world.';
  const { schemaVersion, now, jobs } = parsed as Partial<World>;
  if (schemaVersion !== 1) return `its schema version is ${String(schemaVersion)}, this sandbox reads version 1.`;
  if (typeof now !== 'number' || !Array.isArray(jobs)) return 'it does not hold a world.';
  const missing = Object.entries(emptyWorld(0)).find(
    ([slice, empty]) => !hasMembers((parsed as Record<string, unknown>)[slice], empty),
  );
  return missing === undefined ? undefined : `its part ${missing[0]} is damaged.`;
}

/** Every member of the empty slice is there, as the same kind of value. */
function hasMembers(slice: unknown, empty: unknown): boolean {
  if (typeof slice !== typeof empty) return false;
  if (typeof empty !== 'object' || empty === null) return true;
  return slice !== null && Object.keys(empty).every((name) => name in (slice as object));
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
