/** An update that fails in production: what is said, what is left behind, and that it can be tried again. */
import { beforeAll, describe, expect, it } from 'vitest';
import { drawbridge, drawbridgeJson, newFolder, stackContent, variant } from './cli-world.ts';

const fault = ['--fault', 'production:Api:UPDATE_FAILED'];
const both = ['rehearse', 'examples/orders', 'examples/orders-update'];
const accounts = { preProduction: '222222222222', production: '333333333333' };
const because = 'Api (AWS::ApiGatewayV2::Api) UPDATE_FAILED: Injected by the rehearsal: production:Api:UPDATE_FAILED';

type Content = Awaited<ReturnType<typeof stackContent>>;
let deployed = '';
let failed = '';
let before: Record<'preProduction' | 'production', Content>;
let notReached: Awaited<ReturnType<typeof drawbridge>>;
let result: Awaited<ReturnType<typeof drawbridgeJson>>;

async function contents(world: string) {
  return {
    preProduction: await stackContent(world, accounts.preProduction, 'orders'),
    production: await stackContent(world, accounts.production, 'orders'),
  };
}

beforeAll(async () => {
  deployed = newFolder();
  notReached = await drawbridge('rehearse', 'examples/orders', '--world', deployed, ...fault);
  before = await contents(deployed);
  failed = await variant(deployed);
  result = await drawbridgeJson(...both, '--world', failed, ...fault);
}, 120_000);

describe('a fault that nothing runs into', () => {
  it('is said, with the next step, instead of a success that proves nothing', () => {
    expect([notReached.exit, notReached.out]).toEqual([2, '']);
    expect(notReached.progress.slice(-3)).toEqual([
      'error FAULT_NOT_REACHED',
      '  The fault production:Api:UPDATE_FAILED was never reached: nothing did that to the resource.',
      expect.stringMatching(/^ {2}next: Rehearse a change of the resource/),
    ]);
  });

  it.each([
    ['without a status', 'production:Api', /does not have three parts/],
    ['with a status of no operation', 'production:Api:UPDATE_COMPLETE', /there is no status UPDATE_COMPLETE/],
    ['for a place nobody knows', 'staging:Api:UPDATE_FAILED', /no target or environment is called staging/],
    ['for a resource that is in no template', 'production:Apii:UPDATE_FAILED', /no template has a resource Apii/],
  ])('%s is refused before anything starts', async (_name, text, cause) => {
    const world = newFolder();
    const { exit, progress } = await drawbridge('rehearse', 'examples/orders', '--world', world, '--fault', text);
    expect([exit, progress[0]]).toEqual([2, 'error FAULT_INVALID']);
    expect(progress[1]).toMatch(cause);
  });
});

describe('an update that fails in production', () => {
  it('exits 1 and names the first resource that failed, and why, as JSON', () => {
    expect(result.exit).toBe(1);
    const [preProduction, production] = result.json.environments;
    expect([result.json.outcome, preProduction.outcome, production.outcome]).toEqual(['failed', 'succeeded', 'failed']);
    const reason = {
      code: 'STACK_FAILED',
      resource: 'Api',
      target: 'production',
      text: expect.stringContaining(because),
    };
    expect(production.reasons).toEqual([reason]);
    expect(production.targets[0].deployments).toEqual([
      {
        stack: 'orders',
        changeSet: `drawbridge-${result.json.promotion}-1`,
        status: 'UPDATE_ROLLBACK_COMPLETE',
        outcome: 'failed',
        reason,
      },
    ]);
  });

  it('shows the fault and the rollback as they happen', () => {
    const shown = result.progress.filter((line) =>
      /fault|ROLLBACK_(IN_PROGRESS|COMPLETE) +AWS::CloudFormation/.test(line),
    );
    expect(shown.map((line) => line.slice(10).replaceAll(/ {2,}/g, '  '))).toEqual([
      'fault  Api: UPDATE_FAILED, Injected by the rehearsal: production:Api:UPDATE_FAILED',
      expect.stringMatching(/^production {2}UPDATE_ROLLBACK_IN_PROGRESS .*\[Api\]/),
      expect.stringMatching(/^production {2}UPDATE_ROLLBACK_COMPLETE {2}AWS::CloudFormation::Stack {2}orders/),
    ]);
  });

  it('leaves production with its old template, parameters, tags, outputs and resources', async () => {
    const after = await stackContent(failed, accounts.production, 'orders');
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.content).toEqual(before.production.content);
  });

  it('leaves pre-production with the new release', async () => {
    const { status, content } = await stackContent(failed, accounts.preProduction, 'orders');
    expect(status).toBe('UPDATE_COMPLETE');
    expect(content.parameters).toMatchObject({ WebOrigin: 'https://shop.pre-production.example.com' });
    expect(Object.keys(content.resources)).toEqual(expect.arrayContaining(['GetOrder', 'ApiErrors']));
  });

  it('is in the history, and what runs where tells the two environments apart', async () => {
    const sandbox = ['--sandbox', '--world', failed];
    const history = await drawbridgeJson('history', 'orders', ...sandbox);
    expect(history.json.promotions.map(({ status }: { status: string }) => status)).toEqual([
      'failed',
      'unchanged',
      'succeeded',
    ]);
    const running = await drawbridgeJson('status', '--pipeline', 'orders', ...sandbox);
    const where = running.json.targets.map((one: Record<string, string>) => [one['environment'], one['releaseId']]);
    const [, older] = history.json.promotions;
    expect(where).toEqual([
      ['pre-production', result.json.release.id],
      ['production', older.releaseId],
    ]);
  });

  it('says the same as text', async () => {
    const { exit, out } = await drawbridge('status', result.json.promotion, '--sandbox', '--world', failed);
    expect(exit).toBe(0);
    const lines = out.split('\n').map((line) => line.trim());
    expect(lines[0]).toMatch(/ failed /);
    expect(lines).toContainEqual(expect.stringMatching(/^orders +failed +UPDATE_ROLLBACK_COMPLETE +production /));
    expect(lines).toContainEqual(
      expect.stringContaining(`because STACK_FAILED: production (333333333333/eu-west-1): ${because}`),
    );
  });

  it('succeeds when it is promoted again, in production alone', async () => {
    const { exit, json } = await drawbridgeJson('rehearse', 'examples/orders-update', '--world', failed);
    expect([exit, json.outcome]).toEqual([0, 'succeeded']);
    expect(json.environments.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['unchanged', 'succeeded']);
    const { status, content } = await stackContent(failed, accounts.production, 'orders');
    expect(status).toBe('UPDATE_COMPLETE');
    expect(content.parameters).toMatchObject({ WebOrigin: 'https://shop.example.com' });
  });
});

describe('a first deployment that fails', () => {
  it('stops before the next environment, and a promotion that failed says more than a fault that was not reached', async () => {
    const small = await variant('test/e2e/cli-small');
    const faults = ['--fault', 'pre-production:Topic:CREATE_FAILED', 'production:Topic:CREATE_FAILED'];
    const { exit, json } = await drawbridgeJson('rehearse', small, '--world', newFolder(), ...faults);
    expect([exit, json.outcome]).toEqual([1, 'failed']);
    const [preProduction, production] = json.environments;
    expect(preProduction.reasons).toMatchObject([{ code: 'STACK_FAILED', resource: 'Topic' }]);
    const nothing = { rounds: [], reasons: [], approvals: [], targets: [] };
    expect(production).toEqual({ name: 'production', outcome: 'not-reached', ...nothing });
  });
});

describe('a fault that strikes twice, on the way forward and on the way back', () => {
  it.each([
    ['UPDATE_ROLLBACK_FAILED', both, 'production', 'Api'],
    ['ROLLBACK_FAILED', ['rehearse', 'examples/orders'], 'pre-production', 'Fulfilment'],
  ])('leaves the stack in %s', async (status, words, place, resource) => {
    const text = `${place}:${resource}:${status}`;
    const { exit, json, progress } = await drawbridgeJson(...words, '--world', newFolder(), '--fault', text);
    const environment = json.environments.find(({ name }: { name: string }) => name === place);
    expect([exit, environment.targets[0].deployments[0].status]).toEqual([1, status]);
    const struck = progress.filter((line) => / fault /.test(line)).map((line) => line.split(/ fault +/)[1]);
    const [forward, back] = status === 'ROLLBACK_FAILED' ? ['CREATE', 'DELETE'] : ['UPDATE', 'UPDATE'];
    expect(struck).toEqual([
      `${resource}: ${forward}_FAILED, Injected by the rehearsal: ${text}`,
      `${resource}: ${back}_FAILED, Injected by the rehearsal: ${text}, on the way back`,
    ]);
  });
});
