/** The commands of docs/how-to/use-the-http-api.md, run as printed by a shell with curl, against the sandbox. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRehearsal, type Rehearsal, root } from './rehearsed-world.ts';
import { promote } from './small-release.ts';

const page = readFileSync(join(root, 'docs/how-to/use-the-http-api.md'), 'utf8');
const [, ...commands] = [...page.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, text = '']) => text);

const help = spawnSync('curl', ['--help', 'all'], { encoding: 'utf8' });
const canSign =
  help.status === 0 && help.stdout.includes('--aws-sigv4') && spawnSync('bash', ['--version']).status === 0;
if (!canSign)
  process.stderr.write('skipped: no bash with a curl that signs is installed (test/e2e/curl-walk-through.test.ts)\n');

let rehearsal: Rehearsal;
beforeAll(async () => {
  if (!canSign) return;
  rehearsal = await openRehearsal();
  await promote(rehearsal, { pipeline: 'orders' });
}, 400_000);
afterAll(() => rehearsal?.close());

it.skipIf(!canSign)(
  'the walk-through with curl works as printed',
  async () => {
    const { endpoint, region, credentials } = rehearsal.apiAs('alice');
    const env = {
      PATH: process.env['PATH'] ?? '',
      DRAWBRIDGE_API: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey ?? '',
      AWS_SESSION_TOKEN: credentials?.sessionToken ?? '',
    };
    // One shell for all of them, as for a reader; a line of its own ends the answer of each.
    const script = commands.map((text) => `${text}\nprintf '\\n=====\\n'\n`).join('');
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      env,
      maxBuffer: 10_000_000,
    });
    const [named, looked, asked, again, mistaken, described] = stdout.split('\n=====\n');

    expect(named?.trim()).toBe('');
    expect(looked).toMatch(/"items":\[\{"id":"prm-[0-9a-f]{16}".*"status":"succeeded"/);
    expect(looked).toMatch(/"items":\[\{.*"environment":"production"/);
    expect(asked).toMatch(/^HTTP\/1\.1 202 /);
    expect(asked).not.toMatch(/idempotency-replayed/i);
    const [, location] = /^location: (\S+)/im.exec(asked ?? '') ?? [];
    expect(location).toMatch(/^\/v1\/promotions\/prm-[0-9a-f]{16}$/);
    expect(again).toMatch(/^HTTP\/1\.1 202 /);
    expect(again).toMatch(/^idempotency-replayed: true/im);
    expect(again).toContain(`location: ${location}`);
    expect(JSON.parse(mistaken ?? '')).toMatchObject({
      status: 400,
      code: 'FIELD_UNKNOWN',
      errors: [{ code: 'FIELD_UNKNOWN', pointer: '/force' }],
    });
    expect(JSON.parse(described ?? '')).toMatchObject({ openapi: '3.1.0' });
  },
  60_000,
);
