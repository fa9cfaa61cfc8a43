/** The example of sixty stacks in one target, rehearsed: they are planned together, and each is executed once, in the order of the graph. */
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { drawbridgeJson, newFolder, variant } from './cli-world.ts';

/** One target shows what there is to see: a second one would take as long again. */
const oneTarget = {
  'drawbridge.yml': [
    [/ {2}- name: production\n {4}targets: .*\n/, ''],
    [/apiVersion: drawbridge\/v1\nkind: Parameters\n[\s\S]*?---\n/, ''],
    [/apiVersion: drawbridge\/v1\nkind: Target\nmetadata: \{ name: production[\s\S]*?---\n/, ''],
  ],
} as const;

it('sixty stacks are planned in as few rounds as their outputs allow, and each is made once, after those it depends on', async () => {
  const folder = await variant('examples/sixty-stacks', oneTarget);
  await rm(`${folder}/generate.mjs`);
  const { exit, json, progress } = await drawbridgeJson('rehearse', folder, '--world', newFolder());
  const [{ outcome, rounds, targets }] = json.environments;
  expect([exit, outcome]).toEqual([0, 'succeeded']);
  expect(targets[0].deployments).toHaveLength(60);
  expect(new Set(targets[0].deployments.map((one: { status: string }) => one.status))).toEqual(
    new Set(['CREATE_COMPLETE']),
  );
  // The first service of each area listens to the first of the area before: six rounds, and one for the last services of the last area.
  expect(rounds).toHaveLength(7);

  // As the rehearsal told it: a stack is complete before the next of its area begins.
  const told = (status: string) =>
    progress.flatMap(
      (line) => new RegExp(` ${status} +AWS::CloudFormation::Stack +sixty-(\\S+)`).exec(line)?.[1] ?? [],
    );
  const complete = told('CREATE_COMPLETE');
  expect(complete).toHaveLength(60);
  for (const area of new Set(complete.map((name) => name.replace(/-\d+$/, '')))) {
    const inOrder = complete.filter((name) => name.startsWith(`${area}-`));
    expect(inOrder).toEqual(inOrder.toSorted());
  }
  expect(json.calls.cloudformation.ExecuteChangeSet).toBe(60);
}, 900_000);
