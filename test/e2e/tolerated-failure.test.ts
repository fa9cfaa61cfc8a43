/** A target that fails and is tolerated, in a rollout of several rounds: the others go on to the end, and it is left as it is. */
import { beforeAll, expect, it } from 'vitest';
import { callApi } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { type EdgeRelease, edgeWorld, executionsOf, promote, setting, told } from './edge-world.ts';
import { preProduction, production } from './rehearsed-world.ts';

const world = edgeWorld();
beforeAll(async () => {
  for (const { name, account, region } of [preProduction, production]) {
    const metadata = { name, labels: { env: 'fleet' } };
    const body = { apiVersion: 'drawbridge/v1', kind: 'Target', metadata, account, region };
    await callApi(world().apiAs('carol'), { method: 'PUT', path: `/v1/targets/${name}`, body });
  }
}, 60_000);

/** A network whose output an app takes, in both targets, of which one may fail. */
const release = (name: string, value: string, range = value): EdgeRelease => {
  const Parameters = { Range: { Type: 'String' } };
  const network = { Resources: { Setting: setting(value) }, Outputs: { Range: { Value: range } } };
  const app = { Parameters, Resources: { Taken: setting({ Ref: 'Range' }) } };
  const parameters = { Range: { fromOutput: 'network.Range' } };
  return {
    ...{ name, template: '', journey: ['fleet'], environment: { failureTolerance: 1 } },
    files: { 'network.json': JSON.stringify(network), 'app.json': JSON.stringify(app) },
    stacks: [
      { name: 'network', template: 'network.json', stackName: `${name}-network` },
      { name: 'app', template: 'app.json', stackName: `${name}-app`, parameters },
    ],
  };
};
/** The network of the second release cannot be updated in pre-production, however often it is tried. */
const failing = async (name: string, range?: string): Promise<PromotionRecord> => {
  expect(told(await promote(world(), release(name, '10.1.0.0/16', range)))).toBe('succeeded');
  const { account } = preProduction;
  const broken = { kind: 'resource', account, stackName: `${name}-network`, logicalId: 'Setting' } as const;
  world().strike({ ...broken, status: 'UPDATE_FAILED', during: 'forward', reason: 'broken', times: 50 });
  return promote(world(), release(name, '10.2.0.0/16', range));
};
const stateOf = (stackName: string, { account }: { account: string }) => {
  const stacks = Object.values(world().sandbox.world.cloudformation.stacks);
  const stack = stacks.find((one) => one.stackName === stackName && one.account === account);
  return [stack?.status, Object.values(stack?.resources ?? {})[0]?.definition.properties['Value']];
};

it('is tried once, and the others get every stack of the release', async () => {
  const ended = await failing('tolerated');
  expect(told(ended)).toBe('succeeded STACK_FAILED');
  expect(ended.rollouts[0]?.reasons).toMatchObject([{ target: 'pre-production' }]);
  expect(ended.rounds.map(({ decision }) => decision)).toEqual(['go', 'go']);
  expect(ended.progress).toMatchObject([
    { target: 'pre-production', round: 1, status: 'stopped', reasons: [{ code: 'STACK_FAILED' }] },
    { target: 'production', round: 2, status: 'done', complete: true },
  ]);
  // Of each target: twice with the first release, and once or not at all with the second.
  expect(executionsOf(world(), 'tolerated-network')).toBe(4);
  expect(executionsOf(world(), 'tolerated-app')).toBe(3);
  expect(stateOf('tolerated-network', preProduction)).toEqual(['UPDATE_ROLLBACK_COMPLETE', '10.1.0.0/16']);
  expect(stateOf('tolerated-app', preProduction)).toEqual(['CREATE_COMPLETE', '10.1.0.0/16']);
  expect(stateOf('tolerated-app', production)).toEqual(['UPDATE_COMPLETE', '10.2.0.0/16']);
});

it('is cleaned up after also where the last round has nothing to do', async () => {
  const ended = await failing('tolerated-idle', '10.0.0.0/8');
  expect(told(ended)).toBe('succeeded STACK_FAILED');
  expect(ended.rounds.map(({ decision }) => decision)).toEqual(['go', 'nothing-to-do']);
  expect(executionsOf(world(), 'tolerated-idle-network')).toBe(4);
  expect(stateOf('tolerated-idle-network', production)).toEqual(['UPDATE_COMPLETE', '10.2.0.0/16']);
});
