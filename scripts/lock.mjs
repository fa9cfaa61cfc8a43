import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while no other process runs work under the same folder name: test workers and `npm start` may build at the same time.
 * The lock is a folder, since making one is atomic. A lock whose owner has died is taken over; waiting longer than two minutes throws.
 */
export async function whileLocked(folder, work) {
  mkdirSync(dirname(folder), { recursive: true });
  const deadline = Date.now() + 120_000;
  while (!acquire(folder)) {
    if (Date.now() > deadline)
      throw new Error(`${folder} is still locked after two minutes; delete it if no build runs`);
    await sleep(50);
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function acquire(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
    return false;
  }
  writeFileSync(join(folder, 'owner'), String(process.pid));
  return true;
}

function isAbandoned(folder) {
  try {
    process.kill(Number(readFileSync(join(folder, 'owner'), 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    // The owner's number is written a moment after the folder is made.
    return error.code === 'ENOENT' && olderThan(folder, 5000);
  }
}

function olderThan(folder, milliseconds) {
  const made = statSync(folder, { throwIfNoEntry: false });
  return made !== undefined && Date.now() - made.mtimeMs > milliseconds;
}
