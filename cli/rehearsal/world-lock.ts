/** One command at a time works in a world: two of them would each save what the other did not see. */
import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '#shared/domain/errors/catalogue.ts';

/** Takes the world for this process and answers how to give it back. A process that is gone holds nothing. Throws WORLD_BUSY. */
export async function lockWorld(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'lock');
  await mkdir(folder, { recursive: true });
  if (!(await take(file))) {
    const holder = Number(await readFile(file, 'utf8').catch(() => '0'));
    if (isAlive(holder)) throw failure('WORLD_BUSY', { folder, holder });
    await rm(file, { force: true });
    if (!(await take(file))) throw failure('WORLD_BUSY', { folder, holder });
  }
  return async () => {
    await rm(file, { force: true });
    // A folder that this command made for nothing goes again; one with a world in it stays.
    await rmdir(folder).catch(() => undefined);
  };
}

async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Signal 0 asks whether a process exists; one that may not be asked exists too. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
