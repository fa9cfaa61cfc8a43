/**
 * `drawbridge rehearse examples/waves examples/waves-update`, as its how-to has it: three waves, a canary that is found bad, its rollback, and the hold
 * that follows. What a release manager reads, as text and as JSON.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type CommandRun, drawbridge, drawbridgeJson, newFolder } from './cli-world.ts';

const bad = ['--fault', 'canary:verify:drawbridge-verify-greetings:failed'];
const world = newFolder();
const inWorld = ['--sandbox', '--world', world];
const promotionId = /prm-[0-9a-f]{16}/;
const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);

interface Where {
  readonly target: string;
  readonly releaseId: string;
  readonly held?: readonly string[];
}

/** The complete stacks of a target, as the progress tells them: `canary CREATE_COMPLETE`. */
const stackDone = /^\d\d:\d\d:\d\d {2}(\S+) +(\S+_COMPLETE) +AWS::CloudFormation::Stack/;
const done = ({ progress }: Pick<CommandRun, 'progress'>) =>
  progress.flatMap((line) => stackDone.exec(line)?.slice(1).join(' ') ?? []);
const running = async (): Promise<Where[]> =>
  (await drawbridgeJson('status', '--pipeline', 'greetings', ...inWorld)).json.targets;

let rehearsed: Awaited<ReturnType<typeof drawbridgeJson>>;
beforeAll(async () => {
  const paths = ['examples/waves', 'examples/waves-update'];
  rehearsed = await drawbridgeJson('rehearse', ...paths, ...bad, '--world', world);
}, 600_000);

describe('the first release', () => {
  it('goes to the canary, the early target and the rest, one wave after the other', () => {
    expect(done(rehearsed).slice(0, 3)).toEqual(['canary', 'early', 'rest'].map((name) => `${name} CREATE_COMPLETE`));
  });

  it('is told in words before the second one begins', () => {
    const told = rehearsed.progress.join('\n');
    expect(told).toMatch(/^greetings-[0-9a-f]{12} {2}succeeded {2}\(prm-[0-9a-f]{16}, asked for by alice\)$/m);
    for (const [name, account] of [
      ['canary', '222222222222'],
      ['early', '333333333333'],
      ['rest', '444444444444'],
    ])
      expect(told).toContain(
        `    greetings            deployed    CREATE_COMPLETE            ${name} ${account}/eu-west-1`,
      );
  });
});

describe('the second release, whose canary is found bad', () => {
  it('is started nowhere else, and the canary goes back', () => {
    expect(done(rehearsed).slice(3)).toEqual(['canary UPDATE_COMPLETE', 'canary UPDATE_COMPLETE']);
  });

  it('ends with exit code 1 and says in JSON what failed, what goes back where, and what is held', async () => {
    const { exit, json } = rehearsed;
    expect([exit, json.ok, json.outcome]).toEqual([1, false, 'failed']);
    const [environment] = json.environments;
    expect(environment).toMatchObject({ name: 'production', outcome: 'failed', plan: digest });
    expect(environment.reasons).toEqual([
      {
        code: 'PROBE_FAILED',
        next: expect.stringContaining('drawbridge status'),
        target: 'canary',
        text: expect.stringContaining('drawbridge-verify-greetings in canary'),
      },
    ]);
    const outcomes = environment.targets.map(
      ({
        name,
        deployments: [{ status, outcome }],
      }: {
        name: string;
        deployments: Record<string, string>[] & [Record<string, string>];
      }) => [name, status, outcome],
    );
    expect(outcomes).toEqual([
      ['canary', 'UPDATE_COMPLETE', 'deployed'],
      ['early', 'PLANNED', 'pending'],
      ['rest', 'PLANNED', 'pending'],
    ]);
    const rollback = expect.stringMatching(promotionId);
    expect(json.rollbacks).toMatchObject([{ environment: 'production', targets: ['canary'], rollback }]);
    expect(json.holds).toMatchObject([
      { kind: 'hold', pipeline: 'greetings', environment: 'production', promotion: json.rollbacks[0].rollback },
    ]);
  });

  it('leaves all of them with the first release, and held', async () => {
    const first = rehearsed.json.rollbacks[0].releaseId;
    const held = rehearsed.json.holds.map(({ id }: { id: string }) => id);
    expect(held).toHaveLength(1);
    expect((await running()).map(({ target, releaseId, held: by }) => [target, releaseId, by])).toEqual(
      ['canary', 'early', 'rest'].map((target) => [target, first, held]),
    );
  });

  it('is looked up as text: the promotion, its rollback, where everything stands, and the hold', async () => {
    const { promotion, release, rollbacks, holds } = rehearsed.json;
    const [{ rollback, releaseId: first }] = rollbacks;
    const [{ id: hold }] = holds;
    const failed = (await drawbridge('status', promotion, ...inWorld)).out.split('\n');
    expect(failed[0]).toBe(`${release.id}  failed  (${promotion}, asked for by alice)`);
    expect(failed[1]).toBe(`  canary in production go back to ${first}: ${rollback}`);
    expect(failed.filter((line) => line.includes('because '))).toEqual([
      expect.stringContaining('PROBE_FAILED: The verification drawbridge-verify-greetings in canary says no'),
    ]);

    const back = (await drawbridge('status', rollback, ...inWorld)).out.split('\n');
    expect(back[0]).toBe(`${first}  succeeded  (${rollback}, asked for by rollback:${promotion})`);
    expect(back[1]).toBe(`  automatic rollback after ${promotion}: ${release.id} was found bad (PROBE_FAILED)`);
    expect(back.at(-1)).toBe(
      '    greetings            deployed    UPDATE_COMPLETE            canary 222222222222/eu-west-1',
    );

    const lines = (await drawbridge('status', '--pipeline', 'greetings', ...inWorld)).out.split('\n');
    expect(lines).toEqual(
      ['canary', 'early', 'rest'].map((target) =>
        expect.stringMatching(
          new RegExp(`^production {7}${target.padEnd(20)} ${first} {2}since \\S+Z {2}verified, held by ${hold}$`),
        ),
      ),
    );
    expect((await drawbridge('hold', '--list', ...inWorld)).out).toBe(
      `${hold}  greetings in production, by rollback:${promotion}: a rollback to ${first} was asked for`,
    );
  });
});

describe('the second release again, promoted by a person', () => {
  it('goes through all waves, and the hold is lifted', async () => {
    const { exit, out, progress } = await drawbridge('rehearse', 'examples/waves-update', '--world', world);
    expect(exit).toBe(0);
    expect(done({ progress })).toEqual(['canary', 'early', 'rest'].map((name) => `${name} UPDATE_COMPLETE`));
    expect(out).toMatch(/^greetings-[0-9a-f]{12} {2}succeeded /);
    expect(out).not.toMatch(/^held /m);
    const { release } = rehearsed.json;
    expect(await running()).toMatchObject(Array(3).fill({ releaseId: release.id }));
    expect((await running()).flatMap(({ held = [] }) => held)).toEqual([]);
    expect((await drawbridge('hold', '--list', ...inWorld)).out).toBe('There is no hold.');
  }, 300_000);
});

describe('as text', () => {
  it('ends with the rollback, the hold, what it took, and where to look', async () => {
    const folder = newFolder();
    const words = ['rehearse', 'examples/waves', 'examples/waves-update', ...bad, '--world', folder];
    const { exit, out } = await drawbridge(...words);
    expect(exit).toBe(1);
    const lines = out.split('\n');
    const { promotion, release, rollbacks, holds } = rehearsed.json;
    const [{ rollback, releaseId: first }] = rollbacks;
    expect(lines.slice(0, 3)).toEqual([
      `${release.id}  failed  (${promotion}, asked for by alice)`,
      `  canary in production go back to ${first}: ${rollback}`,
      '  production       failed',
    ]);
    const end = lines.slice(lines.indexOf(`${first}  succeeded  (${rollback}, asked for by rollback:${promotion})`));
    expect(end).toEqual([
      expect.any(String),
      `  automatic rollback after ${promotion}: ${release.id} was found bad (PROBE_FAILED)`,
      '  production       succeeded',
      '    greetings            deployed    UPDATE_COMPLETE            canary 222222222222/eu-west-1',
      `held     ${holds[0].id}  greetings in production, by rollback:${promotion}: a rollback to ${first} was asked for`,
      '',
      expect.stringMatching(/^\d+ state transitions, \d+ AWS calls, \d+ s virtual, \d+\.\d s real; simulated$/),
      `next: npm run -s drawbridge -- status ${promotion} --sandbox --world ${folder}`,
    ]);
  }, 600_000);
});
