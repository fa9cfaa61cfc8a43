/** The recovery matrix from the command line: a rehearsal fails, and `drawbridge retry` brings the stack back (docs/reference/recovery.md). */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ResourceFault } from '#sandbox/fault.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { asAdministrator, drawbridge, drawbridgeJson, inWorld, newFolder, savedWorld, variant } from './cli-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const account = '222222222222';
const recovery = { recreateFailedCreations: true, forceDelete: true };

function templateOf(value: string): object {
  const Setting = { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: value } };
  return { Resources: { Setting, Later: { ...Setting, DependsOn: 'Setting' } } };
}

/** A release to pre-production alone, of a setting and of one that is made after it. */
async function release(value: string, stack: object = {}): Promise<string> {
  const folder = await variant('test/e2e/cli-small');
  await writeFile(join(folder, 'app.yaml'), JSON.stringify(templateOf(value)));
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

describe('a stack that somebody else left in', () => {
  const stuckFault = (status: ResourceFault['status'], times: number): ResourceFault => ({
    ...{ kind: 'resource', stackName: 'small', logicalId: 'Setting', status, reason: 'broken', times },
  });
  let world = '';
  beforeAll(async () => {
    world = newFolder();
    const { exit } = await drawbridge('rehearse', await release('one'), '--world', world);
    expect(exit).toBe(0);
  }, 600_000);

  /** Doctored, since the sandbox imports nothing. */
  const leftIn = (status: string) =>
    inWorld(world, async (sandbox) => {
      const stacks = Object.values(sandbox.world.cloudformation.stacks);
      const stack = stacks.findLast((one) => one.account === account && one.stackName === 'small');
      Object.assign(stack!, { status });
    });
  const promote = async (value: string) => {
    const { exit, out, progress } = await drawbridge('rehearse', await release(value), '--world', world);
    return [exit, [out, ...progress].join('\n')];
  };

  it.each<[string, RegExp]>([
    ['IMPORT_ROLLBACK_FAILED', /STACK_STUCK.*IMPORT_ROLLBACK_FAILED.*Bring it back in the CloudFormation console/],
    ['IMPORT_IN_PROGRESS', /STACK_BUSY.*IMPORT_IN_PROGRESS/],
    ['IMPORT_ROLLBACK_IN_PROGRESS', /STACK_BUSY.*IMPORT_ROLLBACK_IN_PROGRESS/],
  ])('%s is left to them', async (status, said) => {
    await leftIn(status);
    expect(await promote('two')).toEqual([3, expect.stringMatching(said)]);
    expect(await statusIn(world)).toBe(status);
  });

  it.each([
    ['IMPORT_ROLLBACK_COMPLETE', 'two'],
    ['IMPORT_COMPLETE', 'three'],
  ])('%s is healthy, and updated', async (status, value) => {
    await leftIn(status);
    expect(await promote(value)).toEqual([0, expect.stringContaining('succeeded')]);
    expect(await statusIn(world)).toBe('UPDATE_COMPLETE');
  });

  it.each<[string, string, object, ResourceFault, string]>([
    [
      'UPDATE_FAILED is rolled back, then updated',
      'UpdateStack',
      { DisableRollback: true, TemplateBody: JSON.stringify(templateOf('theirs')) },
      stuckFault('UPDATE_FAILED', 1),
      'UPDATE_COMPLETE',
    ],
    [
      'DELETE_FAILED is deleted by force, then made',
      'DeleteStack',
      {},
      stuckFault('DELETE_FAILED', 2),
      'CREATE_COMPLETE',
    ],
  ])('%s', async (title, operation, more, fault, after) => {
    const act = async (sandbox: RunningSandbox) => {
      await asAdministrator(sandbox, account, { operation, input: { StackName: 'small', ...more } });
      await sandbox.run();
    };
    await inWorld(world, act, [fault]);
    expect(title.startsWith(`${await statusIn(world)} `)).toBe(true);
    expect(await promote('four')).toEqual([0, expect.stringContaining('succeeded')]);
    expect(await statusIn(world)).toBe(after);
  });
});
