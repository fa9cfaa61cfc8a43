/** `{ fromOutput }` across accounts and regions: one stack's output is another's parameter, in another account and in another region. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { drawbridgeJson, newFolder, savedWorld, variant } from './cli-world.ts';

vi.setConfig({ testTimeout: 240_000 });

const network = { name: 'network', account: '222222222222', region: 'eu-central-1' };
const app = { name: 'app', account: '333333333333', region: 'eu-west-1' };
const setting = (Value: unknown) => ({
  Setting: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } },
});

/** The network stack's output is the value, which the app stack of the other account and region gives to a setting of its own. */
async function release(value: string): Promise<string> {
  const folder = await variant('test/e2e/cli-small');
  const Outputs = { Range: { Value: value } };
  const Parameters = { Range: { Type: 'String' } };
  await writeFile(join(folder, 'network.yaml'), JSON.stringify({ Resources: setting(value), Outputs }));
  await writeFile(join(folder, 'app.yaml'), JSON.stringify({ Parameters, Resources: setting({ Ref: 'Range' }) }));
  const apiVersion = 'drawbridge/v1';
  const env = { env: 'pre-production' };
  const stackOf = (name: string, more: object = {}) => ({
    ...{
      name,
      template: `${name}.yaml`,
      stackName: `shared-${name}`,
      targets: { matchLabels: { role: name } },
      ...more,
    },
  });
  const documents = [
    {
      ...{ apiVersion, kind: 'Pipeline', metadata: { name: 'shared' } },
      stacks: [stackOf('network'), stackOf('app', { parameters: { Range: { fromOutput: 'network.Range' } } })],
      environments: [
        { name: 'pre-production', targets: { matchLabels: env }, waves: [{ matchLabels: { role: 'network' } }, {}] },
      ],
    },
    ...[network, app].map(({ name, account, region }) => ({
      ...{ apiVersion, kind: 'Target', metadata: { name, labels: { ...env, role: name } }, account, region },
    })),
    { apiVersion, kind: 'Policy', metadata: { name: 'p' }, selector: { matchLabels: env }, production: false },
  ];
  await writeFile(join(folder, 'drawbridge.yml'), documents.map((one) => JSON.stringify(one)).join('\n---\n'));
  return folder;
}

let world = '';
let rounds: string[][] = [];
beforeAll(async () => {
  world = newFolder();
  for (const value of ['10.1.0.0/16', '10.2.0.0/16']) {
    const { exit, json } = await drawbridgeJson('rehearse', await release(value), '--world', world);
    rounds = [...rounds, json.environments[0].rounds.map(({ decision }: { decision: string }) => decision)];
    expect([exit, json.outcome]).toEqual([0, 'succeeded']);
  }
}, 600_000);

const stacksOf = async ({ account, region }: typeof app) =>
  Object.values((await savedWorld(world)).cloudformation.stacks).filter(
    (stack) => stack.account === account && stack.region === region && stack.stackName.startsWith('shared-'),
  );

describe('an output that a stack in another account and region takes', () => {
  it('is made where its stack goes, and taken where the other goes', async () => {
    expect((await stacksOf(network)).map(({ stackName }) => stackName)).toEqual(['shared-network']);
    expect((await stacksOf(app)).map(({ stackName }) => stackName)).toEqual(['shared-app']);
  });

  it('arrives, and follows when it changes: each time the stack that takes it has a round of its own', async () => {
    expect(rounds).toEqual([
      ['go', 'go'],
      ['go', 'go'],
    ]);
    const [taking] = await stacksOf(app);
    expect(taking).toMatchObject({ status: 'UPDATE_COMPLETE' });
    expect(taking!.resources['Setting']!.definition.properties['Value']).toBe('10.2.0.0/16');
  });
});
