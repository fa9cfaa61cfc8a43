/** A planted leak turns the canary red: a real process leaks, and what it leaves behind is read as the replay reads it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesIn, readRecordings } from '#test/replay/recordings.ts';
import { recordedToo } from './node-options.ts';
import { recordingsVariable } from './recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'drawbridge-recordings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a process that leaks the credentials of a session', () => {
  const program = fileURLToPath(new URL('../canary/planted-leak.ts', import.meta.url));
  let token: string;
  beforeAll(() => {
    const env = { ...process.env, [recordingsVariable]: folder };
    const { status, stdout } = spawnSync(process.execPath, [...recordedToo(), program], { encoding: 'utf8', env });
    expect(status).toBe(0);
    token = stdout.trim();
  });

  it('leaves findings in each place, which the replay does not forgive', () => {
    const found = linesIn(folder).flatMap((line) => (line.kind === 'leak' ? [`${line.secret} in ${line.place}`] : []));
    expect(found).toEqual([
      'secret access key in organization',
      'session token in log planted',
      `session token in stdout of ${program}`,
    ]);
  });

  it('was searched for all it minted', () => {
    expect(linesIn(folder)).toContainEqual(expect.objectContaining({ kind: 'search', sandbox: 1, secrets: 2 }));
  });

  it('is on record with its requests, and with nothing of the credentials', () => {
    expect(linesIn(folder)).toContainEqual(
      expect.objectContaining({ kind: 'request', action: 'sts:AssumeRole', assumes: true }),
    );
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(token.length).toBe(300);
    expect(texts.filter((text) => text.includes(token))).toEqual([]);
  });

  it('is not the whole suite, which the replay says', () => {
    expect(() => readRecordings(folder)).toThrow(/nothing of test\/.* and \d+ more\. Run npm test, which records/);
  });
});
