/** release, promote, status and history in one sandbox, as text and as JSON. */
import { access } from 'node:fs/promises';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { drawbridge, drawbridgeJson, filesIn, newFolder, variant } from './cli-world.ts';

const small = 'test/e2e/cli-small';
const world = newFolder();
const here = ['--sandbox', '--world', world];

type Run = Awaited<ReturnType<typeof drawbridgeJson>>;
let released: Run;
beforeAll(async () => {
  // What the environment says of a real deployment must not matter to a sandbox.
  vi.stubEnv('DRAWBRIDGE_API', 'https://api.example.com');
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
  vi.stubEnv('AWS_PROFILE', 'nobody');
  released = await drawbridgeJson('release', small, ...here);
}, 120_000);

describe('drawbridge release', () => {
  it('records the release and uploads its files, into a sandbox that knows the targets of the same files', () => {
    expect([released.exit, released.json]).toEqual([
      0,
      {
        schemaVersion: 1,
        ok: true,
        simulated: true,
        release: {
          id: expect.stringMatching(/^small-[0-9a-f]{12}$/),
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        },
        uploaded: 1,
      },
    ]);
  });

  it('is the same release when it is made again, and uploads nothing', async () => {
    const { id, digest } = released.json.release;
    const { exit, out } = await drawbridge('release', small, ...here);
    expect([exit, out]).toEqual([
      0,
      `release ${id}  ${digest}  0 of 1 files uploaded\nnext: npm run -s drawbridge -- promote ${id} --sandbox --world ${world}`,
    ]);
  });
});

describe('drawbridge promote', () => {
  it('refuses an environment that the release does not have, or whose predecessor has not verified it', async () => {
    const { id } = released.json.release;
    const unknown = await drawbridgeJson('promote', id, ...here, '--to', 'staging');
    expect([unknown.exit, unknown.json.problems[0].code]).toEqual([2, 'ENVIRONMENT_UNKNOWN']);

    const early = await drawbridgeJson('promote', id, ...here, '--to', 'production');
    expect([early.exit, early.json.outcome]).toEqual([3, 'rejected']);
    expect(early.json.environments).toMatchObject([
      { name: 'production', outcome: 'rejected', reasons: [{ code: 'NOT_ELIGIBLE' }], targets: [] },
    ]);
  });

  it('by id, answers at once with --no-wait; the promotion goes on', async () => {
    const { id, digest } = released.json.release;
    const accepted = await drawbridgeJson('promote', id, ...here, '--to', 'pre-production', '--no-wait');
    expect([accepted.exit, accepted.json]).toMatchObject([
      0,
      { simulated: true, outcome: 'running', release: { id, digest }, environments: [{ outcome: 'not-reached' }] },
    ]);
    const { promotion } = accepted.json;
    expect(accepted.progress).toEqual([
      expect.stringContaining(`npm run -s drawbridge -- status ${promotion} --sandbox --world ${world}`),
    ]);

    const later = await drawbridgeJson('status', promotion, ...here);
    expect([later.exit, later.json]).toMatchObject([
      0,
      { promotion, outcome: 'succeeded', environments: [{ name: 'pre-production', outcome: 'succeeded' }] },
    ]);
  });

  it('by digest, waits for the end, and goes where it was verified before without changing anything', async () => {
    const { id, digest } = released.json.release;
    const { exit, out } = await drawbridge('promote', digest, ...here, '--as', 'bob');
    expect(exit).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${id} {2}succeeded {2}\\(prm-[0-9a-f]{16}, asked for by bob\\)$`));
    const outcomes = lines.slice(1).filter((line) => /^ {2}\w|^ {4}small +(un|dep)/.test(line));
    expect(outcomes.map((line) => line.trim().split(/ {2,}/).slice(0, 3))).toEqual([
      ['pre-production', 'no changes'],
      ['small', 'unchanged', 'UNCHANGED'],
      ['production', 'succeeded'],
      ['small', 'deployed', 'CREATE_COMPLETE'],
    ]);
  });

  it('refuses a person without the permission with exit 4', async () => {
    const { exit, json } = await drawbridgeJson('promote', released.json.release.id, ...here, '--as', 'dave');
    expect([exit, json.problems]).toMatchObject([4, [{ code: 'ACCESS_DENIED' }]]);
    expect(json.problems[0].cause).toMatch(/POST \/v1\/promotions .*403/);
  });
});

describe('drawbridge status and history', () => {
  it('show what runs where', async () => {
    const { id, digest } = released.json.release;
    const { json } = await drawbridgeJson('status', '--pipeline', 'small', ...here, '--as', 'dave');
    const target = { pipeline: 'small', release: digest, releaseId: id };
    expect(json).toMatchObject({
      simulated: true,
      pipeline: 'small',
      targets: [
        { ...target, environment: 'pre-production', target: 'pre-production' },
        { ...target, environment: 'production', target: 'production' },
      ],
    });
    const { out } = await drawbridge('status', '--pipeline', 'small', ...here);
    expect(out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ['pre-production', 'pre-production', id],
      ['production', 'production', id],
    ]);
  });

  it('list the promotions, newest first', async () => {
    const { json } = await drawbridgeJson('history', 'small', ...here);
    const facts = json.promotions.map((one: Record<string, unknown>) => [
      one['requestedBy'],
      one['status'],
      one['environments'],
    ]);
    expect(facts).toEqual([
      ['bob', 'succeeded', ['pre-production', 'production']],
      ['alice', 'succeeded', ['pre-production']],
      ['alice', 'rejected', ['production']],
    ]);
    const { out } = await drawbridge('history', 'small', ...here);
    expect(out.split('\n')).toEqual(
      json.promotions.map((one: Record<string, string>) => expect.stringContaining(`${one['id']}`)),
    );
  });

  it.each([
    ['status', ['status', '--pipeline', 'nothing']],
    ['history', ['history', 'nothing']],
  ])('%s of a pipeline that nobody knows says so', async (_name, words) => {
    const { exit, out, progress } = await drawbridge(...words, ...here);
    expect([exit, out]).toEqual([2, '']);
    expect(progress.join('\n')).toContain('Nothing is known of a pipeline "nothing"');
  });
});

describe('what is not there', () => {
  it.each([
    ['a promotion', ['status', 'prm-0000000000000000'], 'PROMOTION_UNKNOWN', 'prm-0000000000000000'],
    ['a promotion with an id of another form', ['status', '../x'], 'PROMOTION_UNKNOWN', '../x'],
    ['a release id', ['promote', 'small-000000000000'], 'RELEASE_UNKNOWN', 'small-000000000000'],
    ['a release digest', ['promote', `sha256:${'0'.repeat(64)}`], 'RELEASE_UNKNOWN', `sha256:${'0'.repeat(64)}`],
  ])('%s exits 2 and is named', async (_name, words, code, named) => {
    const { exit, json } = await drawbridgeJson(...words, ...here);
    expect([exit, json.problems]).toMatchObject([2, [{ code }]]);
    expect(json.problems[0].cause).toContain(named);
  });

  it('a person exits 2, names those who are, and leaves no world behind', async () => {
    const elsewhere = newFolder();
    const { exit, json } = await drawbridgeJson('rehearse', small, '--world', elsewhere, '--as', 'mallory');
    expect([exit, json.problems]).toMatchObject([2, [{ code: 'PERSON_UNKNOWN' }]]);
    expect(json.problems[0].next).toMatch(/alice, bob, carol, dave, drawbridge-/);
    await expect(access(elsewhere)).rejects.toThrow('ENOENT');
  });

  it('a world exits 2, says how to begin one, and makes none', async () => {
    const elsewhere = newFolder();
    const { exit, json } = await drawbridgeJson('history', 'small', '--sandbox', '--world', elsewhere);
    expect([exit, json.problems]).toMatchObject([2, [{ code: 'WORLD_ABSENT' }]]);
    await expect(access(elsewhere)).rejects.toThrow('ENOENT');
  });

  it('a world that cannot be read exits 2 and is left as it is', async () => {
    const broken = await variant(world, { 'world.json': [[/^\{/, '']] });
    const before = await filesIn(broken);
    const { exit, json } = await drawbridgeJson('history', 'small', '--sandbox', '--world', broken);
    expect([exit, json.problems]).toMatchObject([2, [{ code: 'WORLD_UNREADABLE' }]]);
    expect(json.problems[0].next).toContain('--fresh');
    expect(await filesIn(broken)).toEqual(before);
  });
});
