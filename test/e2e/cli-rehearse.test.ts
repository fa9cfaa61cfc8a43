/** `drawbridge rehearse examples/orders`: what is printed, and that the same seed always prints the same. */
import { beforeAll, describe, expect, it } from 'vitest';
import { drawbridge, drawbridgeJson, newFolder } from './cli-world.ts';

type Run = Awaited<ReturnType<typeof drawbridgeJson>>;
const rehearse = (seed: number) =>
  drawbridgeJson('rehearse', 'examples/orders', '--fresh', '--seed', `${seed}`, '--world', newFolder());

let first: Run;
beforeAll(async () => {
  first = await rehearse(1);
}, 120_000);

/** `09:06:35  production       CREATE_COMPLETE   AWS::CloudFormation::Stack  orders`, or a role that is assumed there. */
const milestone = /^\d\d:\d\d:\d\d {2}([\w-]+) +(assume [\w-]+|CREATE_COMPLETE(?= +AWS::CloudFormation::Stack))/;
const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);

describe('the result as JSON', () => {
  it('says what became of the promotion, environment by environment, and nothing else', () => {
    const { promotion } = first.json;
    expect(promotion).toMatch(/^prm-[0-9a-f]{16}$/);
    const environment = (name: string, account: string) => ({
      name,
      outcome: 'succeeded',
      plan: digest,
      rounds: (name === 'production' ? ['needs-approval', 'go'] : ['go']).map((decision, index) => ({
        round: index + 1,
        plan: digest,
        decision,
      })),
      reasons: [],
      approvals: name === 'production' ? [expect.objectContaining({ status: 'approved', plan: digest })] : [],
      targets: [
        {
          name,
          account,
          region: 'eu-west-1',
          role: 'drawbridge-deploy',
          sessionName: `${promotion}-execute`,
          deployments: [
            {
              stack: 'orders',
              changeSet: `drawbridge-${promotion}-1`,
              status: 'CREATE_COMPLETE',
              outcome: 'deployed',
            },
          ],
        },
      ],
    });
    expect(first.json).toEqual({
      schemaVersion: 1,
      ok: true,
      simulated: true,
      outcome: 'succeeded',
      promotion,
      release: { id: expect.stringMatching(/^orders-[0-9a-f]{12}$/), digest },
      requestedBy: 'alice',
      reasons: [],
      environments: [environment('pre-production', '222222222222'), environment('production', '333333333333')],
      calls: expect.any(Object),
      transitions: expect.any(Number),
    });
    expect(first.exit).toBe(0);
  });

  it('counts the calls: one change set for each target, made, executed once, and no other write to CloudFormation', () => {
    const writes = Object.entries(first.json.calls.cloudformation).filter(
      ([name]) => !/^(Describe|Get|List)/.test(name),
    );
    expect(Object.fromEntries(writes)).toEqual({ CreateChangeSet: 2, ExecuteChangeSet: 2 });
    expect(first.json.calls.sts.AssumeRole).toBeGreaterThanOrEqual(4);
    expect(first.json.transitions).toBeGreaterThan(0);
  });
});

describe('the progress', () => {
  it('says at once that nothing is real, and then what happens where', () => {
    expect(first.progress[0]).toBe('SIMULATED: no AWS account is contacted (virtual clock)');
    const heard = first.progress.flatMap((line) => milestone.exec(line)?.slice(1).join(' ') ?? []);
    const rollout = (place: string) =>
      ['assume drawbridge-audit', 'assume drawbridge-preview', 'assume drawbridge-deploy', 'CREATE_COMPLETE'].map(
        (text) => `${place} ${text}`,
      );
    const firsts = heard.filter((text, index) => heard.indexOf(text) === index);
    expect(firsts).toEqual([...rollout('pre-production'), ...rollout('production')]);
  });

  it('shows no secret', () => {
    expect([first.out, ...first.progress].join('\n')).not.toMatch(/ASIA[0-9A-Z]{16}|SecretAccessKey|SessionToken/i);
  });
});

describe('the same seed', () => {
  it('gives the same bytes and the same progress in another new world', async () => {
    const again = await rehearse(1);
    expect(again.out).toBe(first.out);
    expect(again.progress).toEqual(first.progress);
  });

  // After an intended change of what a rehearsal does: npx vitest run test/e2e/cli-rehearse.test.ts -u
  it('gives what it gave when these files were written', async () => {
    await expect(`${first.out}\n`).toMatchFileSnapshot('../cli/golden/rehearse-orders.json');
    await expect(`${first.progress.join('\n')}\n`).toMatchFileSnapshot('../cli/golden/rehearse-orders.txt');
  });
});

describe('another seed', () => {
  it('gives other ids, events that take another while to arrive, and nothing else', async () => {
    const other = await rehearse(2);
    expect(other.json.promotion).not.toBe(first.json.promotion);
    expect(withoutIds(other)).toEqual(withoutIds(first));
  });
});

describe('as text', () => {
  it('says the same in a line for each stack, what it took, and where to look next', async () => {
    const world = newFolder();
    const { exit, out } = await drawbridge('rehearse', 'test/e2e/cli-small', '--world', world, '--as', 'bob');
    expect(exit).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^small-[0-9a-f]{12} {2}succeeded {2}\(prm-[0-9a-f]{16}, asked for by bob\)$/);
    expect(lines.filter((line) => /^ {2}\S|_COMPLETE/.test(line))).toEqual([
      '  pre-production   succeeded',
      '    small                deployed    CREATE_COMPLETE            pre-production 222222222222/eu-west-1',
      '  production       succeeded',
      '    small                deployed    CREATE_COMPLETE            production 333333333333/eu-west-1',
    ]);
    expect(lines.at(-2)).toMatch(/^\d+ state transitions, \d+ AWS calls, \d+ s virtual, \d+\.\d s real; simulated$/);
    expect(lines.at(-1)).toMatch(/^next: npm run -s drawbridge -- status prm-[0-9a-f]{16} --sandbox --world /);
    expect(lines.at(-1)).toContain(world);
  });
});

/** Promotion ids and the plans' digests, which cover physical ids, are the seed's. */
function withoutIds({ out, progress }: Run): string[] {
  const plans = out
    .replaceAll(/"plan": "sha256:[0-9a-f]{64}"/g, '"plan": "<digest>"')
    .replaceAll(/"(requestedAt|expiresAt|at)": "[^"]+"/g, '"$1": "<time>"');
  const untimed = progress.map((line) => line.replace(/^\d\d:\d\d:\d\d/, '<time>'));
  return [plans, ...untimed].map((text) => text.replaceAll(/prm-[0-9a-f]{16}/g, 'prm-<id>'));
}
