/** What the README shows is what its commands print. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '#cli/run-cli.ts';
import { codeBlocks, pageAt } from './pages.ts';

const shown = codeBlocks(pageAt('README.md')).filter(({ language }) => language === 'text');
const fault = ['examples/orders-update', '--fault', 'production:Api:UPDATE_FAILED'];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-docs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the README shows what is printed by', () => {
  it.each([
    ['npm start', 1, [], 0],
    ['npm start with a fault', 2, fault, 1],
  ])(
    '%s',
    async (_name, index, words, exit) => {
      const lines: string[] = [];
      const print = (text: string) => void lines.push(...text.split('\n').map(masked));
      const terminal = { print, progress: print };
      expect(await runCli(['rehearse', 'examples/orders', ...words, '--world', folder], terminal)).toBe(exit);
      const readme = shown[index]?.text.split('\n').filter((line) => line !== '…' && line !== '');
      expect(readme?.length).toBeGreaterThan(5);
      expect(readme?.map(masked).filter((line) => !lines.includes(line))).toEqual([]);
    },
    120_000,
  );
});

/** Ids and times change with every edit of the example; words, accounts, statuses and what a rehearsal costs do not. */
function masked(line: string): string {
  return line
    .replace(/\b[0-9a-f]{64}\b|(?<=orders-)[0-9a-f]{12}\b|(?<=prm-)[0-9a-f]{16}\b/g, '…')
    .replace(/ --world \S+$/, '')
    .replace(/^\d\d:\d\d:\d\d/, '…')
    .replace(/\b[\d.]+ (?=s real)/g, '… ')
    .trimEnd();
}
