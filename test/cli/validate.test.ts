import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validate } from '#cli/commands/validate.ts';
import { runCli } from '#cli/run-cli.ts';
import { recorder, small, workspace } from './workspace.ts';

async function run(path: string, ...words: string[]) {
  const terminal = recorder();
  const exit = await runCli(['validate', path, ...words], terminal, [validate]);
  return { exit, out: terminal.printed.join('\n'), err: terminal.progressed.join('\n') };
}

const digest = /sha256:[0-9a-f]{64}/;

describe('drawbridge validate', () => {
  it('sums up what would be released where', async () => {
    const { exit, out, err } = await run('examples/orders');
    expect([exit, err]).toEqual([0, '']);
    expect(
      out
        .replace(digest, '<digest>')
        .replace(/orders-[0-9a-f]{12}/, '<id>')
        .replace(/\d+ bytes/, '<n> bytes'),
    ).toBe(
      [
        'pipeline orders',
        '  release      <id>  <digest>  2 files',
        '  stack        orders  as orders  <n> bytes',
        '  environment  pre-production  pre-production (222222222222/eu-west-1)',
        '  environment  production  production (333333333333/eu-west-1)',
        'valid: 1 pipeline, 2 targets, 1 policy',
      ].join('\n'),
    );
  });

  it('says the same as JSON', async () => {
    const { exit, out } = await run('examples/orders', '--output', 'json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      ok: true,
      pipelines: [
        {
          name: 'orders',
          release: { id: expect.stringMatching(/^orders-[0-9a-f]{12}$/), digest: expect.stringMatching(digest) },
          stacks: [{ name: 'orders', stackName: 'orders', templateBytes: expect.any(Number) }],
          files: 2,
          waived: [],
          environments: [
            {
              name: 'pre-production',
              targets: [{ name: 'pre-production', account: '222222222222', region: 'eu-west-1' }],
            },
            { name: 'production', targets: [{ name: 'production', account: '333333333333', region: 'eu-west-1' }] },
          ],
        },
      ],
      targets: ['pre-production', 'production'],
      policies: ['pre-production'],
    });
  });

  it('works without targets, which the ledger may have', async () => {
    const { exit, out } = await run(join(await workspace(small), 'drawbridge.yml'));
    expect(exit).toBe(0);
    expect(out).toContain('environment  pre-production  targets as in the ledger');
  });

  it('works for the platform team, which has no pipeline', async () => {
    const root = await workspace({
      'drawbridge.yml': 'apiVersion: drawbridge/v1\nkind: Policy\nmetadata: { name: p }\n',
    });
    expect(await run(root)).toEqual({ exit: 0, out: 'valid: 0 pipelines, 0 targets, 1 policy', err: '' });
  });

  it.each([
    [
      'wrong configuration',
      { 'drawbridge.yml': '[' },
      2,
      /^error YAML_SYNTAX .*drawbridge\.yml:1:2\n {2}.*\n {2}next: /,
    ],
    [
      'a template that is missing',
      { 'drawbridge.yml': small['drawbridge.yml']! },
      2,
      /^error FILE_NOT_FOUND .*:6:15 \(\/stacks\/0\/template\)/,
    ],
    [
      'an access key',
      { ...small, 'drawbridge.yml': `${small['drawbridge.yml']}# AKIA${'IOSFODNN7EXAMPLE'}\n` },
      3,
      /^error STATIC_KEY/,
    ],
  ])('reports %s', async (_name, files, exit, text) => {
    const found = await run(await workspace(files));
    expect([found.exit, found.out]).toEqual([exit, '']);
    expect(found.err).toMatch(text);
    expect(found.err).not.toContain(`AKIA${'IOSFODNN7EXAMPLE'}`);
  });
});
