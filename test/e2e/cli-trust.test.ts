/** audit, doctor, credentials, exec and console, as they are typed. */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { makeUser, roleIn } from './break.ts';
import { drawbridge, drawbridgeJson, inWorld, newFolder } from './cli-world.ts';
import { root } from './rehearsed-world.ts';

const folder = newFolder();
const there = ['--sandbox', '--world', folder];
const forProduction = ['--target', 'production', '--reason', 'INC-7', ...there];
let promotion: string;
beforeAll(async () => {
  const { json } = await drawbridgeJson('rehearse', join(root, 'examples/orders'), '--world', folder);
  promotion = json.promotion;
}, 120_000);

describe('audit', () => {
  it('tells what was done and proved', async () => {
    const { exit, out } = await drawbridge('audit', promotion, ...there);
    expect(exit).toBe(0);
    expect(out).toMatch(new RegExp(`^orders-[0-9a-f]{12}  succeeded  \\(${promotion}, asked for by alice at 2026-`));
    expect(out).toMatch(/ {4}production 333333333333\/eu-west-1\n {6}audit before {2}clean {2}2026-/);
    expect(out).toContain(`session drawbridge-deploy/${promotion}-execute, source identity ${promotion}`);
    expect(out).toMatch(/\nno IAM user and no static key before and after, in 2 of 2 accounts$/);
  });

  it('is one JSON document', async () => {
    const { exit, json } = await drawbridgeJson('audit', promotion, ...there);
    expect(exit).toBe(0);
    expect(json).toMatchObject({
      ...{ schemaVersion: 1, ok: true, simulated: true, promotion, requestedBy: 'alice', trigger: { kind: 'api' } },
      release: { digest: expect.stringMatching(/^sha256:/) },
      environments: [
        { name: 'pre-production', outcome: 'succeeded' },
        {
          name: 'production',
          targets: [
            { audits: { before: { clean: true }, after: { clean: true } }, deployments: [{ stack: 'orders' }] },
          ],
        },
      ],
      statement: 'no IAM user and no static key before and after, in 2 of 2 accounts',
    });
  });

  it('ends with 3 where a static credential was found, and says which', async () => {
    const dirty = newFolder();
    await drawbridge('rehearse', join(root, 'examples/orders'), '--world', dirty);
    await inWorld(dirty, async (sandbox) => makeUser(sandbox, '222222222222', 'eve'));
    const update = await drawbridgeJson('rehearse', join(root, 'examples/orders-update'), '--world', dirty);
    expect(update).toMatchObject({ exit: 3, json: { outcome: 'rejected' } });
    const { exit, out } = await drawbridge('audit', update.json.promotion, '--sandbox', '--world', dirty);
    expect(exit).toBe(3);
    expect(out).toMatch(/audit before {2}IAM user eve with 1 access key {2}2026-.*\n {6}audit after {3}not made/);
    expect(out).toMatch(/production +not-reached/);
  }, 120_000);

  it('knows no promotion that never was', async () => {
    const { exit, progress } = await drawbridge('audit', 'prm-0000000000000000', ...there);
    expect(exit).toBe(2);
    expect(progress.join('\n')).toMatch(/^error PROMOTION_UNKNOWN/);
  });
});

describe('doctor', () => {
  it('passes both targets, one line for each check', async () => {
    const { exit, out } = await drawbridge('doctor', ...there);
    expect(exit).toBe(0);
    expect(out.split('\n')).toHaveLength(2 * 14);
    expect(out).toMatch(/^pre-production 222222222222\/eu-west-1\n {2}ok {5}identity/);
    expect(out).not.toMatch(/FAILED|\?|next:/);
  });

  it('ends with 4 and says what to do when one check fails', async () => {
    await inWorld(folder, async (sandbox) => {
      roleIn(sandbox, '333333333333', 'drawbridge-audit').tags['drawbridge:version'] = '1';
    });
    const { exit, json } = await drawbridgeJson('doctor', '--target', 'production', ...there);
    expect({ exit, ok: json.ok }).toEqual({ exit: 4, ok: false });
    expect(json.targets).toHaveLength(1);
    const { out } = await drawbridge('doctor', '--target', 'production', ...there);
    expect(out).toMatch(
      / {2}FAILED version .* next: Update: deploy accounts\/account\.yml again in account 333333333333\.\n/,
    );
  });

  it('has nothing to look at where nothing was rehearsed', async () => {
    const { exit, out } = await drawbridge('doctor', '--sandbox', '--world', newFolder());
    expect([exit, out]).toEqual([2, '']);
  }, 120_000);

  it('knows no target that was never recorded', async () => {
    expect(await drawbridge('doctor', '--target', 'nowhere', ...there)).toMatchObject({ exit: 2, out: '' });
  });
});

describe('credentials', () => {
  const issued = async (...words: string[]) => JSON.parse((await drawbridge('credentials', ...words)).out);

  it('are printed as credential_process wants them, and are those of the audit role in the name of the person', async () => {
    const printed = await issued(...forProduction);
    expect(printed).toEqual({
      ...{ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) },
      ...{ SecretAccessKey: expect.any(String), SessionToken: expect.any(String) },
    });
    const Arn = await inWorld(folder, async ({ endpoint }) => {
      const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = printed;
      const credentials = { accessKeyId, secretAccessKey, sessionToken };
      const client = new STSClient({ endpoint, region: 'eu-west-1', credentials });
      return (await client.send(new GetCallerIdentityCommand({}))).Arn;
    });
    expect(Arn).toBe('arn:aws:sts::333333333333:assumed-role/drawbridge-audit/usr-alice');
  });

  it('are printed for a shell', async () => {
    const { exit, out } = await drawbridge('credentials', ...forProduction, '--format', 'env', '--as', 'bob');
    expect(exit).toBe(0);
    expect(out).toMatch(/^export AWS_ACCESS_KEY_ID='ASIA[A-Z0-9]+'\n(export AWS_[A-Z_]+='[^']+'\n?)+$/);
    expect(out).toContain("export AWS_REGION='eu-west-1'");
  });

  it.each<[string, string[], number, RegExp]>([
    ['without a reason', ['--target', 'production', ...there], 2, /--reason <text>/],
    ['without a target', ['--reason', 'x', ...there], 2, /--target <name>/],
    ['for a day', [...forProduction, '--seconds', '86400'], 2, /from 900 to 3600/],
    ['as somebody who may only look at promotions', [...forProduction, '--as', 'dave'], 4, /403/],
  ])('are not given %s', async (_, words, exit, said) => {
    const run = await drawbridge('credentials', ...words);
    expect([run.exit, run.out]).toEqual([exit, '']);
    expect(run.progress.join('\n')).toMatch(said);
  });
});

describe('exec', () => {
  it('runs the program with these credentials alone, and its exit code is the result', async () => {
    vi.stubEnv('AWS_PROFILE', 'administrator');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-somebody-else');
    const place = newFolder();
    await mkdir(place, { recursive: true });
    const script = `env > ${place}/environment; exit 7`;
    try {
      expect(await drawbridge('exec', ...forProduction, '--', '/bin/sh', '-c', script)).toMatchObject({
        exit: 7,
        out: '',
      });
    } finally {
      vi.unstubAllEnvs();
    }
    const environment = readFileSync(join(place, 'environment'), 'utf8');
    const names = environment.split('\n').flatMap((line) => /^(AWS_\w+)=/.exec(line)?.[1] ?? []);
    expect(names.filter((name) => !['AWS_PAGER', 'AWS_CA_BUNDLE'].includes(name)).sort()).toEqual([
      ...['AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL', 'AWS_REGION'],
      ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
    ]);
    expect(environment).not.toContain('of-somebody-else');
    expect(environment).toMatch(/^AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:/m);
  });

  it('ends as shells do when a signal ends the program', async () => {
    expect(await drawbridge('exec', ...forProduction, '--', '/bin/sh', '-c', 'kill -TERM $$')).toMatchObject({
      exit: 143,
    });
  });

  it.each([
    ['no program', [], 2, /program/],
    ['a program that does not exist', ['/nowhere/at-all'], 2, /PROGRAM_NOT_STARTED/],
    ['a folder for a program', ['/'], 2, /could not be started \(EACCES\)/],
  ])('refuses %s', async (_, program, exit, said) => {
    const run = await drawbridge('exec', ...forProduction, '--', ...program);
    expect(run.exit).toBe(exit);
    expect(run.progress.join('\n')).toMatch(said);
  });
});

describe('console', () => {
  it('says that the sandbox has none, and shows no way in that is none', async () => {
    const { exit, out } = await drawbridge('console', ...forProduction);
    expect(exit).toBe(0);
    expect(out).toMatch(/^The sandbox has no AWS console\. .* account 333333333333 as drawbridge-audit until 2026-/);
    expect(out).toMatch(/would let nobody in, since the role trusts the orchestrator role alone: https:\/\/signin\./);
    const { json } = await drawbridgeJson('console', ...forProduction);
    expect(json).toMatchObject({ simulated: true, url: null, use: 'console', actor: 'alice' });
    expect(JSON.stringify(json)).not.toMatch(/ASIA|secret/i);
  });
});
