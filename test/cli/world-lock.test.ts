import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockWorld } from '#cli/rehearsal/world-lock.ts';

let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'drawbridge-lock-'));
  folder = join(parent, 'world');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

it('lets one process at a time work in a world', async () => {
  const unlock = await lockWorld(folder);
  await expect(lockWorld(folder)).rejects.toMatchObject({ name: 'WORLD_BUSY', problem: { exit: 2 } });
  await unlock();
  await (await lockWorld(folder))();
});

it('leaves no folder behind where no world was saved, and keeps one that was', async () => {
  await (await lockWorld(folder))();
  expect(existsSync(folder)).toBe(false);
  const unlock = await lockWorld(folder);
  await writeFile(join(folder, 'world.json'), '{}');
  await unlock();
  expect(await readFile(join(folder, 'world.json'), 'utf8')).toBe('{}');
});

it.each(['2147483646', 'not a number', ''])('takes over what a process that is gone has left: %j', async (left) => {
  await (await lockWorld(folder))();
  const unlock = await lockWorld(folder);
  await writeFile(join(folder, 'lock'), left);
  const again = await lockWorld(folder);
  expect(await readFile(join(folder, 'lock'), 'utf8')).toBe(String(process.pid));
  await again();
  await unlock();
});
