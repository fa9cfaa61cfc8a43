/** `drawbridge rehearse examples/nested`: a pipeline whose stack nests two others. */
import { beforeAll, describe, expect, it } from 'vitest';
import { drawbridgeJson, newFolder, savedWorld, variant } from './cli-world.ts';

type Run = Awaited<ReturnType<typeof drawbridgeJson>>;
let first: Run;
let deployed = '';
beforeAll(async () => {
  deployed = newFolder();
  first = await drawbridgeJson('rehearse', 'examples/nested', '--world', deployed);
}, 120_000);

async function stacksOf(world: string, account: string) {
  const { stacks } = (await savedWorld(world)).cloudformation;
  return Object.values(stacks).filter((stack) => stack.account === account && /^platform/.test(stack.stackName));
}

describe('a pipeline with nested stacks', () => {
  it('is planned, gated and deployed in both environments, nested stacks and all', async () => {
    expect([first.exit, first.json.outcome]).toEqual([0, 'succeeded']);
    const calls: Record<string, number> = first.json.calls.cloudformation;
    expect([calls['CreateChangeSet'], calls['ExecuteChangeSet']]).toEqual([2, 2]);
    for (const account of ['222222222222', '333333333333']) {
      const stacks = await stacksOf(deployed, account);
      expect(stacks.map(({ status, parent }) => [status, parent?.logicalId])).toEqual([
        ['CREATE_COMPLETE', undefined],
        ['CREATE_COMPLETE', 'Network'],
        ['CREATE_COMPLETE', 'Service'],
      ]);
      const [root, network, service] = stacks;
      expect([network?.parent?.rootId, service?.parent?.rootId]).toEqual([root?.stackId, root?.stackId]);
      expect(service?.model?.parameters['SubnetId']).toBe(network?.outputs[0]?.value);
      expect(root?.outputs[0]?.value).toBe(service?.outputs[0]?.value);
    }
  });

  it('rolls everything back when a resource of a nested stack fails, and says in which one', async () => {
    const before = await stacksOf(deployed, '222222222222');
    const changed = await variant('examples/nested', {
      'templates/platform/network.yaml': [['EnableDnsHostnames: true', 'EnableDnsHostnames: false']],
      'templates/platform/service.yaml': [['Runtime: nodejs24.x', 'Runtime: nodejs24.x\n      MemorySize: 512']],
    });
    const world = await variant(deployed);
    const fault = ['--fault', 'pre-production:Function:UPDATE_FAILED'];
    const { exit, json } = await drawbridgeJson('rehearse', changed, '--world', world, ...fault);
    expect([exit, json.outcome]).toEqual([1, 'failed']);
    const [reason] = json.environments[0].reasons;
    expect(reason).toMatchObject({ code: 'STACK_FAILED', resource: 'Service/Function' });
    expect(reason.text).toMatch(
      /Service\/Function \(AWS::Lambda::Function\) UPDATE_FAILED: .+ Stack platform is UPDATE_ROLLBACK_COMPLETE\./,
    );
    const after = await stacksOf(world, '222222222222');
    expect(after.map(({ status }) => status)).toEqual(after.map(() => 'UPDATE_ROLLBACK_COMPLETE'));
    expect(after.map(({ resources, outputs }) => [propertiesOf(resources), outputs])).toEqual(
      before.map(({ resources, outputs }) => [propertiesOf(resources), outputs]),
    );
  });
});

function propertiesOf(
  resources: Readonly<Record<string, { readonly physicalId?: string; readonly definition: object }>>,
) {
  return Object.entries(resources).map(([id, { physicalId, definition }]) => [id, physicalId, definition]);
}
