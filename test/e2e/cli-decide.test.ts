/** What waits for people, from the command line: the plan in four forms, who may decide, and a promotion that goes on. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { drawbridge, drawbridgeJson, newFolder, savedWorld } from './cli-world.ts';

vi.setConfig({ testTimeout: 240_000 });

let world = '';
let promotion = '';
let release = '';
beforeAll(async () => {
  world = newFolder();
  const { exit, json } = await drawbridgeJson('rehearse', 'examples/orders', '--no-approve', '--world', world);
  expect(exit).toBe(3);
  promotion = json.promotion;
  release = json.release.id;
}, 240_000);

const inSandbox = () => ['--sandbox', '--world', world];
const changeSets = async () => Object.keys((await savedWorld(world)).cloudformation.changeSets).sort();

describe('drawbridge plan', () => {
  it.each<[string, RegExp]>([
    ['text', /^.*Plan of orders for production[\s\S]*\[\+\] added/],
    ['markdown', /^## Plan of `orders` for `production`[\s\S]*`Api`/],
    ['html', /^<!doctype html>[\s\S]*orders/i],
    ['json', /^\{[\s\S]*"environments"/],
  ])('shows the changes as %s, and leaves nothing behind', async (output, shape) => {
    const before = await changeSets();
    const { exit, out } = await drawbridge('plan', release, '--to', 'production', '--output', output, ...inSandbox());
    expect([exit, out]).toEqual([0, expect.stringMatching(shape)]);
    expect(await changeSets()).toEqual(before);
  });
});

it('says in a plan whose approval it will need, before anything is promoted', async () => {
  const { exit, out } = await drawbridge('plan', release, '--to', 'production', ...inSandbox());
  expect([exit, out]).toEqual([
    0,
    expect.stringMatching(/\nneeds the approval of anybody but alice\nbecause the safe default permissions /),
  ]);
});

describe('a promotion that waits', () => {
  const decide = (word: string, person: string, ...more: string[]) =>
    drawbridge(word, promotion, '--reason', 'looked at it', '--yes', '--as', person, ...more, ...inSandbox());

  it('is not approved by who asked for it', async () => {
    const { exit, progress } = await decide('approve', 'alice');
    expect([exit, progress.join('\n')]).toEqual([3, expect.stringContaining('SELF_APPROVAL')]);
  });

  it('is not approved by the digest of its release, which the answer calls by its name', async () => {
    const { json } = await drawbridgeJson('status', promotion, ...inSandbox());
    const { exit, progress } = await decide('approve', 'bob', '--digest', json.release.digest);
    expect([exit, progress.join('\n')]).toEqual([2, expect.stringContaining('DIGEST_OF_RELEASE')]);
    expect(progress.join('\n')).toContain(`the plan with digest ${json.environments[1].plan}`);
  });

  it('is approved by somebody else, and goes on to its end', async () => {
    const { exit, out } = await decide('approve', 'bob');
    expect([exit, out]).toEqual([0, expect.stringContaining('approved by bob: looked at it')]);
    const { json } = await drawbridgeJson('status', promotion, ...inSandbox());
    expect(json.outcome).toBe('succeeded');
  });

  it('is decided once: who comes later is told who did it', async () => {
    const { exit, progress } = await decide('reject', 'carol');
    expect([exit, progress.join('\n')]).toEqual([3, expect.stringMatching(/ALREADY_DECIDED[\s\S]*bob/)]);
  });
});
