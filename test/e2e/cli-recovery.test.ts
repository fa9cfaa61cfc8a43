/** The recovery matrix from the command line: a rehearsal fails, and `drawbridge retry` brings the stack back (docs/reference/recovery.md). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { drawbridge, drawbridgeJson, newFolder, savedWorld, variant } from './cli-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const account = '222222222222';
const recovery = { recreateFailedCreations: true, forceDelete: true };

/** A release to pre-production alone, of a setting and of one that is made after it. */
async function release(value: string, stack: object = {}): Promise<string> {
  const folder = await variant('test/e2e/cli-small');
  const Setting = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } };
  await writeFile(
    join(folder, 'app.yaml'),
    JSON.stringify({ Resources: { Setting, Later: { ...Setting, DependsOn: 'Setting' } } }),
  );
  const apiVersion = 'drawbridge/v1';
  const matchLabels = { env: 'pre-production' };
  const documents = [
    {
      ...{ apiVersion, kind: 'Pipeline', metadata: { name: 'small' } },
      stacks: [{ name: 'app', template: 'app.yaml', stackName: 'small', ...stack }],
      environments: [{ name: 'pre-production', targets: { matchLabels } }],
    },
    {
      ...{ apiVersion, kind: 'Target', metadata: { name: 'pre-production', labels: matchLabels } },
      ...{ account, region: 'eu-west-1' },
    },
    { apiVersion, kind: 'Policy', metadata: { name: 'p' }, selector: { matchLabels }, production: false, recovery },
  ];
  await writeFile(join(folder, 'drawbridge.yml'), documents.map((one) => JSON.stringify(one)).join('\n---\n'));
  return folder;
}

const inSandbox = (world: string) => ['--sandbox', '--world', world];

/** Rehearses with a fault, which fails. Answers the world and the promotion. */
async function broken(folders: readonly string[], fault: string): Promise<{ world: string; promotion: string }> {
  const world = newFolder();
  const { exit, json } = await drawbridgeJson('rehearse', ...folders, '--world', world, '--fault', fault);
  expect([exit, json.outcome]).toEqual([1, 'failed']);
  return { world, promotion: json.promotion };
}

/** Of the newest stack of the name. */
async function statusIn(world: string): Promise<string | undefined> {
  const { stacks } = (await savedWorld(world)).cloudformation;
  return Object.values(stacks).findLast((stack) => stack.account === account && stack.stackName === 'small')?.status;
}

it.each<[string, string, object, string]>([
  ['ROLLBACK_COMPLETE', 'CREATE_FAILED', {}, 'CREATE_COMPLETE'],
  ['CREATE_FAILED', 'CREATE_FAILED', { onCreateFailure: 'keep' }, 'CREATE_COMPLETE'],
  ['ROLLBACK_FAILED', 'ROLLBACK_FAILED', {}, 'CREATE_COMPLETE'],
])('retry deletes a stack in %s and creates it', async (status, fault, stack, after) => {
  const { world, promotion } = await broken([await release('one', stack)], `pre-production:Setting:${fault}`);
  expect(await statusIn(world)).toBe(status);
  const { exit, out } = await drawbridge('retry', promotion, ...inSandbox(world));
  expect([exit, out]).toEqual([0, expect.stringContaining('succeeded')]);
  expect(await statusIn(world)).toBe(after);
});

it('retry continues a rollback that failed, then updates', async () => {
  const { world, promotion } = await broken(
    [await release('one'), await release('two')],
    'pre-production:Setting:UPDATE_ROLLBACK_FAILED',
  );
  expect(await statusIn(world)).toBe('UPDATE_ROLLBACK_FAILED');
  const { exit, out } = await drawbridge('retry', promotion, ...inSandbox(world));
  expect([exit, out]).toEqual([0, expect.stringContaining('succeeded')]);
  expect(await statusIn(world)).toBe('UPDATE_COMPLETE');
});

it('retry --skip refuses what CloudFormation would not skip, asks somebody else about the rest, and then leaves that resource as it is', async () => {
  const { world, promotion } = await broken(
    [await release('one'), await release('two')],
    'pre-production:Setting:UPDATE_ROLLBACK_FAILED',
  );
  const refused = await drawbridge('retry', promotion, '--skip', 'app:Later', ...inSandbox(world));
  const said = [refused.out, ...refused.progress].join('\n');
  expect([refused.exit, said]).toEqual([
    3,
    expect.stringMatching(/SKIP_REFUSED.* cannot skip Later.*--skip app:Setting/),
  ]);
  const asked = await drawbridgeJson('retry', promotion, '--skip', 'app:Setting', ...inSandbox(world));
  expect(asked.exit).toBe(3);
  const words = ['approve', asked.json.promotion, '--reason', 'known to be broken', '--yes', ...inSandbox(world)];
  expect((await drawbridge(...words, '--as', 'alice')).progress.join('\n')).toContain('SELF_APPROVAL');
  expect((await drawbridge(...words, '--as', 'bob')).exit).toBe(0);
  expect(await statusIn(world)).toBe('UPDATE_COMPLETE');
});

it.each(['app', 'app:', ':Setting'])('retry --skip %s is refused before anything is asked', async (word) => {
  const { exit, progress } = await drawbridge('retry', 'prm-0123456789abcdef', '--skip', word, '--sandbox');
  expect([exit, progress.join('\n')]).toEqual([2, expect.stringContaining('is not STACK:LOGICALID')]);
});
