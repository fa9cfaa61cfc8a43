/** The small parts behind `npm start`, `npm test` and `npm run package`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint, readStamp } from '../../scripts/fingerprint.mjs';
import { whileLocked } from '../../scripts/lock.mjs';
import { root } from './shipped.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drawbridge-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('prepare', () => {
  it('says nothing when everything is installed, so that JSON on stdout stays JSON', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/prepare.mjs')], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('fingerprint', () => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

  it('changes with a byte, with a name and with a new file, and not otherwise', () => {
    mkdirSync(join(folder, 'inner'));
    write('a', 'one');
    write('inner/b', 'two');
    const first = fingerprint(folder, ['a', 'inner']);
    expect(fingerprint(folder, ['inner', 'a'])).toBe(first);
    expect(fingerprint(folder, ['a', 'inner', 'missing'])).toBe(first);

    write('inner/b', 'twp');
    const changed = fingerprint(folder, ['a', 'inner']);
    write('inner/b', 'two');
    write('inner/c', '');
    const grown = fingerprint(folder, ['a', 'inner']);
    expect(new Set([first, changed, grown]).size).toBe(3);
  });

  it('reads a stamp, or undefined where there is none', () => {
    write('stamp', 'mark');
    expect(readStamp(join(folder, 'stamp'))).toBe('mark');
    expect(readStamp(join(folder, 'none'))).toBeUndefined();
  });
});

describe('whileLocked', () => {
  const locked = <Result>(work: () => Promise<Result>) => whileLocked(join(folder, 'deep/lock'), work);

  it('lets one after the other work, whatever the first one ends with', async () => {
    const events: string[] = [];
    const work = (name: string, end: 'returns' | 'throws') =>
      locked(async () => {
        events.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`${name} ends`);
        if (end === 'throws') throw new Error(name);
        return name;
      });
    const outcomes = await Promise.allSettled([
      work('first', 'throws'),
      work('second', 'returns'),
      work('third', 'returns'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    for (let index = 0; index < events.length; index += 2) {
      expect(events[index + 1]).toBe(events[index]?.replace('begins', 'ends'));
    }
    expect(events).toHaveLength(6);
  });

  it('takes over from an owner that has died', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    mkdirSync(join(folder, 'deep/lock'), { recursive: true });
    writeFileSync(join(folder, 'deep/lock/owner'), String(pid));
    expect(await locked(async () => 'done')).toBe('done');
  });
});
