/** The example of sixty stacks in one target, rehearsed: they are planned together, and each is executed once, in the order of the graph. */
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { drawbridgeJson, newFolder, savedWorld, variant } from './cli-world.ts';

/** One target shows what there is to see: a second one would take as long again. */
const oneTarget = {
  'drawbridge.yml': [
    [/ {2}- name: production\n {4}targets: .*\n/, ''],
    [/apiVersion: drawbridge\/v1\nkind: Parameters\n[^]*?---\n/, ''],
    [/apiVersion: drawbridge\/v1\nkind: Target\nmetadata: \{ name: production[^]*?---\n/, ''],
  ],
} as const;

it('sixty stacks are planned in as few rounds as their outputs allow, and each is made once, after those it depends on', async () => {
  const folder = await variant('examples/sixty-stacks', oneTarget);
  await rm(`${folder}/generate.mjs`);
  const world = newFolder();
  const { exit, json } = await drawbridgeJson('rehearse', folder, '--world', world);
  const [{ outcome, rounds, targets }] = json.environments;
  expect([exit, outcome]).toEqual([0, 'succeeded']);
  expect(targets[0].deployments).toHaveLength(60);
  expect(new Set(targets[0].deployments.map((one: { status: string }) => one.status))).toEqual(new Set(['CREATE_COMPLETE']));
  // The first service of each area listens to the first of the area before: six rounds, and one for the last services of the last area.
  expect(rounds).toHaveLength(7);

  const { cloudformation } = await savedWorld(world);
  const made = Object.values(cloudformation.stacks)
    .filter(({ stackName }) => stackName.startsWith('sixty-'))
    .sort((one, other) => one.createdAt - other.createdAt);
  expect(made).toHaveLength(60);
  expect(json.calls.cloudformation.ExecuteChangeSet).toBe(60);
}, 900_000);
