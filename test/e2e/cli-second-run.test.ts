/** Rehearsing again: only what differs is touched, and that is read from CloudFormation, not remembered. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  asAdministrator,
  drawbridge,
  drawbridgeJson,
  type Edits,
  inWorld,
  newFolder,
  savedWorld,
  stackContent,
  variant,
} from './cli-world.ts';

const preProduction = '222222222222';
const production = '333333333333';
const config = 'drawbridge.yml';

let deployed = '';
beforeAll(async () => {
  deployed = newFolder();
  expect((await drawbridge('rehearse', 'examples/orders', '--world', deployed)).exit).toBe(0);
}, 120_000);

/** Rehearses in a copy of the deployed world: how it ended, and how often CloudFormation was asked to write. */
async function again(path: string, world: string) {
  const { exit, json } = await drawbridgeJson('rehearse', path, '--world', world);
  const counted: [string, number][] = Object.entries(json.calls.cloudformation);
  const writes = Object.fromEntries(counted.filter(([name]) => !/^(Describe|Get|List)/.test(name)));
  const environments: { outcome: string; targets: { deployments: object[] }[] }[] = json.environments;
  return { exit, json, writes, outcomes: environments.map(({ outcome }) => outcome) };
}

describe('a second rehearsal of the same files', () => {
  it('ends unchanged and writes nothing to CloudFormation', async () => {
    const { exit, json, writes, outcomes } = await again('examples/orders', await variant(deployed));
    expect(exit).toBe(0);
    expect(json.outcome).toBe('unchanged');
    expect(outcomes).toEqual(['unchanged', 'unchanged']);
    expect(writes).toEqual({});
    for (const { targets } of json.environments) {
      expect(targets[0].deployments).toEqual([
        { stack: 'orders', changeSet: null, status: 'UNCHANGED', outcome: 'unchanged' },
      ]);
      expect(targets[0].role).toBe('drawbridge-preview');
    }
  });

  it('finds that out from the stacks: it needs nothing of what the ledger remembers', async () => {
    const world = await variant(deployed);
    const saved = await savedWorld(world);
    const ledger = Object.values(saved.dynamodb.tables).find(({ name }) => name === 'drawbridge-ledger');
    expect(ledger?.items).not.toHaveLength(0);
    ledger?.items.splice(0);
    await writeFile(join(world, 'world.json'), JSON.stringify(saved));
    const { json, writes } = await again('examples/orders', world);
    expect([json.outcome, writes]).toEqual(['unchanged', {}]);
  });
});

describe('a rehearsal after a small change', () => {
  const oneChange = { CreateChangeSet: 1, ExecuteChangeSet: 1 };

  it.each<[string, Edits, { writes: object; outcomes: string[] }]>([
    [
      'of one byte in a comment of the template asks for one change set each, which is empty, and executes nothing',
      { 'templates/orders.yaml': [['# Storage', '# Storagf']] },
      { writes: { CreateChangeSet: 2, DeleteChangeSet: 2 }, outcomes: ['unchanged', 'unchanged'] },
    ],
    [
      'of one parameter of production changes production alone, with one change set',
      { [config]: [['LogRetentionDays: 90', 'LogRetentionDays: 365']] },
      { writes: oneChange, outcomes: ['unchanged', 'succeeded'] },
    ],
    [
      'of one tag of production changes production alone, with one change set',
      { [config]: [['cost-center: "4711"', 'cost-center: "4712"']] },
      { writes: oneChange, outcomes: ['unchanged', 'succeeded'] },
    ],
  ])('%s', async (_name, edits, expected) => {
    const { exit, writes, outcomes } = await again(await variant('examples/orders', edits), await variant(deployed));
    expect({ exit, writes, outcomes }).toEqual({ exit: 0, ...expected });
  });
});

describe('a rehearsal after somebody changed the production stack past Drawbridge', () => {
  it('puts it back with exactly one change set', async () => {
    const world = await variant(deployed);
    const before = await stackContent(world, production, 'orders');
    await inWorld(world, async (sandbox) => {
      const kept = ['LogLevel', 'DeadLetterThreshold', 'ArtifactsBucket'].map((ParameterKey) => ({
        ParameterKey,
        UsePreviousValue: true,
      }));
      const input = {
        StackName: 'orders',
        UsePreviousTemplate: true,
        Capabilities: ['CAPABILITY_IAM'],
        Parameters: [...kept, { ParameterKey: 'LogRetentionDays', ParameterValue: '1' }],
      };
      await asAdministrator(sandbox, production, { operation: 'UpdateStack', input });
      await sandbox.run();
    });
    const drifted = await stackContent(world, production, 'orders');
    expect(drifted.status).toBe('UPDATE_COMPLETE');
    expect(drifted.content.parameters).toMatchObject({ LogRetentionDays: '1' });

    const { exit, writes, outcomes } = await again('examples/orders', world);
    expect({ exit, writes, outcomes }).toEqual({
      exit: 0,
      writes: { CreateChangeSet: 1, ExecuteChangeSet: 1 },
      outcomes: ['unchanged', 'succeeded'],
    });
    expect((await stackContent(world, production, 'orders')).content).toEqual(before.content);
    expect((await stackContent(world, preProduction, 'orders')).content).toEqual(
      (await stackContent(deployed, preProduction, 'orders')).content,
    );
  });
});
