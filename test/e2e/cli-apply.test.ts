/** drawbridge apply, over the wire: policies and targets come to hold, once, for those who may, and never by accident. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { listPolicies, putPolicy } from '#cli/client/policies.ts';
import { openSandbox } from '#cli/rehearsal/open-sandbox.ts';
import { runCli } from '#cli/run-cli.ts';
import { homeRegion } from '#sandbox/organization.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { aPolicy } from '#test/domain/policy/policy-builders.ts';
import { aStandardWebhook } from '#test/domain/webhook/webhook-builders.ts';
import { recorder, workspace } from '../cli/workspace.ts';
import { newFolder } from './cli-world.ts';
import { openRehearsal, production, type Rehearsal } from './rehearsed-world.ts';

const policyText = (expires: string) => `apiVersion: drawbridge/v1
kind: Policy
metadata: { name: guard }
selector: { environments: [production] }
groups: { release: [bob, carol] }
approval: { groups: [release], expires: ${expires} }
`;
const targetText = `apiVersion: drawbridge/v1
kind: Target
metadata: { name: production, labels: { env: production, canary: "yes" } }
account: "${production.account}"
region: ${production.region}
`;

let rehearsal: Rehearsal;
let world = '';
beforeAll(async () => {
  rehearsal = await openRehearsal();
  world = newFolder();
  await rehearsal.sandbox.save(world);
}, 180_000);
afterAll(() => rehearsal.close());
afterEach(() => void vi.unstubAllEnvs());

type Confirm = (question: string) => Promise<boolean>;

/** `apply` of one file with the texts; the answer as JSON, what was said meanwhile, and the exit code. */
async function apply(where: readonly string[], text: string, ...words: string[]) {
  return applying(undefined, where, text, ...words);
}

async function applying(confirm: Confirm | undefined, where: readonly string[], text: string, ...words: string[]) {
  const root = await workspace({ 'drawbridge.policies.yml': text });
  const terminal = recorder(confirm);
  const exit = await runCli(['apply', root, ...where, ...words, '--output', 'json'], terminal);
  return { exit, json: JSON.parse(terminal.printed.join('\n')), progress: terminal.progressed.join('\n') };
}

/** The options and the environment by which a person calls the running sandbox as if it were a deployment. */
function asPerson(name: string): string[] {
  const { endpoint, credentials } = rehearsal.apiAs(name);
  for (const [variable, value] of Object.entries({
    AWS_ACCESS_KEY_ID: credentials?.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey,
    AWS_SESSION_TOKEN: credentials?.sessionToken,
    AWS_PROFILE: undefined,
  }))
    vi.stubEnv(variable, value);
  return ['--api', endpoint, '--region', homeRegion];
}

const others = { name: 'pre-production', change: 'left alone' };

/** The policies that hold, but for the one that every rehearsal begins with. */
async function applied() {
  const all = await listPolicies(rehearsal.apiAs('dave'));
  return all.filter(({ policy }) => policy.metadata.name !== others.name);
}

describe('drawbridge apply in a sandbox', () => {
  it('warns of a window that never comes any more, which is refused', async () => {
    const here = ['--sandbox', '--world', world, '--as', 'carol', '--yes'];
    const once = '{ from: "2020-01-01T00:00", to: "2020-01-02T00:00" }';
    const windows = `windows: [{ name: long-ago, kind: allow, timeZone: UTC, once: ${once} }]\n`;
    const refused = await apply(here, `${policyText('3d').replace('guard', 'hours')}${windows}`);
    expect([refused.exit, refused.json]).toMatchObject([2, { problems: [{ code: 'BODY_INVALID' }] }]);
    expect(refused.progress).toContain('warning: window long-ago of policy hours never comes any more. Where no other');
  });

  it('applies, says so again as unchanged, changes, refuses what conflicts, and takes away', async () => {
    const here = ['--sandbox', '--world', world, '--as', 'carol', '--yes'];
    const first = await apply(here, `${policyText('3d')}---\n${targetText}`);
    expect([first.exit, first.json]).toMatchObject([
      0,
      {
        ...{ ok: true, simulated: true, applied: true },
        policies: [{ name: 'guard', change: 'created', version: 1 }, others],
        targets: [
          { name: 'production', change: 'changed', differences: [{ field: 'labels.canary', after: '"yes"' }] },
          { name: 'pre-production', change: 'left alone' },
        ],
      },
    ]);
    expect(first.progress).toMatch(
      /policy {2}guard +created[\s\S]*\+ approval[\s\S]*applied policy {2}guard +created +version 1/,
    );

    const again = await apply(here, `${policyText('3d')}---\n${targetText}`);
    expect([again.exit, again.progress, again.json]).toMatchObject([
      0,
      '',
      {
        applied: false,
        policies: [{ change: 'unchanged', version: 1 }, others],
        targets: [{ change: 'unchanged' }, {}],
      },
    ]);

    const changed = await apply(here, policyText('2h'));
    expect([changed.exit, changed.json]).toMatchObject([
      0,
      {
        policies: [
          {
            ...{ name: 'guard', change: 'changed', version: 2 },
            differences: [{ field: 'approval.expires', before: '"3d"', after: '"2h"' }],
          },
          others,
        ],
        targets: [{ change: 'left alone' }, { change: 'left alone' }],
      },
    ]);

    const rival =
      'apiVersion: drawbridge/v1\nkind: Policy\nmetadata: { name: rival }\ngroups: { release: [eve, dave] }\n';
    const conflict = await apply(here, rival);
    expect([conflict.exit, conflict.json.problems[0].code]).toEqual([3, 'POLICY_CONFLICT']);

    const removed = await apply(here, rival, '--remove', 'guard');
    expect([removed.exit, removed.json.policies]).toMatchObject([
      0,
      [{ name: 'guard', change: 'removed', version: 3 }, { name: 'rival', change: 'created', version: 1 }, others],
    ]);
  });

  it('applies webhooks, each version on record, and takes them away', async () => {
    const here = ['--sandbox', '--world', world, '--as', 'carol', '--yes'];
    const webhook = aStandardWebhook({ metadata: { name: 'small-ci' } });
    const changes = async (text: string, ...words: string[]) => {
      const { exit, json, progress } = await apply(here, text, ...words);
      return [
        exit,
        json.applied,
        json.webhooks.map(({ name, change, version }: never) => [name, change, version]),
        progress,
      ];
    };
    const applied = expect.stringMatching(/applied webhook {2}small-ci +created +version 1/);
    expect(await changes(JSON.stringify(webhook))).toEqual([0, true, [['small-ci', 'created', 1]], applied]);
    expect(await changes(JSON.stringify(webhook))).toEqual([0, false, [['small-ci', 'unchanged', 1]], '']);
    const planning = JSON.stringify({ ...webhook, mode: 'plan' });
    expect((await changes(planning)).slice(0, 3)).toEqual([0, true, [['small-ci', 'changed', 2]]]);
    const other = JSON.stringify(aStandardWebhook({ metadata: { name: 'other-ci' } }));
    expect((await changes(other, '--remove-webhooks', 'small-ci')).slice(0, 3)).toEqual([
      ...[0, true],
      [
        ['other-ci', 'created', 1],
        ['small-ci', 'removed', 3],
      ],
    ]);
    const gone = await apply(here, other, '--remove-webhooks', 'small-ci');
    expect([gone.exit, gone.json.problems[0].code]).toEqual([2, 'WEBHOOK_UNKNOWN']);
  });

  it('needs a sandbox in which something was rehearsed', async () => {
    const { exit, json } = await apply(['--sandbox', '--world', newFolder(), '--yes'], policyText('3d'));
    expect([exit, json.problems[0].code]).toEqual([2, 'WORLD_ABSENT']);
  });
});

describe('a sandbox that is opened for a rehearsal', () => {
  const options = { seed: 1, fresh: false, faults: [], mode: 'virtual', person: 'dave' } as const;
  const held = async (policies: readonly Policy[] | undefined) => {
    const opened = await openSandbox(
      { ...options, folder: world, ...(policies === undefined ? {} : { policies }) },
      [],
    );
    try {
      return (await listPolicies(opened.api)).map(({ policy, version, appliedBy }) => [policy, version, appliedBy]);
    } finally {
      await opened.close();
    }
  };
  const [a, b, changed] = [aPolicy('a'), aPolicy('b'), aPolicy('b', { approval: {} })];

  it('holds the policies of the files and no others; another command leaves them alone', async () => {
    expect(await held([a, b])).toEqual([
      [a, 1, 'carol'],
      [b, 1, 'carol'],
    ]);
    expect(await held([changed])).toEqual([[changed, 2, 'carol']]);
    expect(await held(undefined)).toEqual([[changed, 2, 'carol']]);
    expect(await held([changed])).toEqual([[changed, 2, 'carol']]);
    expect(await held([])).toEqual([]);
  });
});

describe('drawbridge apply at an API', () => {
  it('never waits for an answer that nobody can give', async () => {
    const { exit, json, progress } = await apply(asPerson('carol'), policyText('3d'));
    expect([exit, json.problems[0]]).toMatchObject([
      2,
      { code: 'USAGE', cause: 'There is 1 change and nobody to ask.', next: expect.stringMatching(/--yes/) },
    ]);
    expect(progress).toMatch(/policy {2}guard +created/);
    expect(await applied()).toEqual([]);
  });

  it('asks, and changes nothing on a no', async () => {
    const questions: string[] = [];
    const no = async (question: string) => questions.push(question) === 0;
    const { exit, json } = await applying(no, asPerson('carol'), `${policyText('3d')}---\n${targetText}`);
    expect([exit, json.applied, questions]).toEqual([1, false, ['Apply these 2 changes?']]);
    expect(await applied()).toEqual([]);
  });

  it('is refused to those who promote, and to those who look', async () => {
    for (const person of ['alice', 'dave']) {
      const { exit, json } = await apply(asPerson(person), policyText('3d'), '--yes');
      expect([exit, json.problems[0].code]).toEqual([4, 'ACCESS_DENIED']);
    }
    expect(await applied()).toEqual([]);
  });

  it('does not overwrite what somebody else applied while the question was open', async () => {
    const theirs = aPolicy('guard', { approval: {} });
    const late: Confirm = async () => {
      await putPolicy(rehearsal.apiAs('carol'), theirs, 0);
      return true;
    };
    const { exit, json } = await applying(late, asPerson('carol'), policyText('3d'));
    expect([exit, json.problems[0]]).toMatchObject([
      3,
      { code: 'POLICY_VERSION', cause: 'Policy guard was changed meanwhile: version none was seen, and it is 1 now.' },
    ]);
    expect(await applied()).toMatchObject([{ policy: theirs, version: 1, appliedBy: 'carol' }]);
  });

  it('onboards nobody: an account that is not known is refused before anything is changed', async () => {
    const before = await applied();
    const text = `${policyText('1h')}---\n${targetText.replace(production.account, '444444444444').replaceAll('name: production', 'name: new')}`;
    const { exit, json } = await apply(asPerson('carol'), text, '--yes');
    expect([exit, json.problems]).toMatchObject([
      2,
      [{ code: 'ACCOUNT_NOT_ONBOARDED', next: expect.stringMatching(/onboard-an-account/) }],
    ]);
    expect(await applied()).toEqual(before);
  });

  it('refuses files that are wrong before it calls anybody', async () => {
    const root = await workspace({ 'a.yml': policyText('3d'), 'b.yml': policyText('3d') });
    await writeFile(join(root, 'c.yml'), policyText('30d'));
    const codes = async (...files: string[]) => {
      const terminal = recorder();
      const paths = files.map((file) => join(root, file));
      const exit = await runCli(
        ['apply', ...paths, '--api', 'http://127.0.0.1:9', '--region', homeRegion, '--output', 'json'],
        terminal,
      );
      return [exit, ...JSON.parse(terminal.printed.join('\n')).problems.map(({ code }: { code: string }) => code)];
    };
    expect(await codes('a.yml', 'b.yml')).toEqual([2, 'DUPLICATE_NAME', 'DUPLICATE_NAME']);
    expect(await codes('c.yml')).toEqual([2, 'FIELD_INVALID']);
    expect(await codes('nowhere.yml', 'c.yml')).toEqual([2, 'FILE_NOT_FOUND']);
  });
});
