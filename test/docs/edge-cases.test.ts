/** docs/reference/edge-cases.md names every edge case, and tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageAt, rowsIn } from './pages.ts';

const rows = rowsIn(pageAt('docs/reference/edge-cases.md')).filter(([id = '']) => /^E\d+$/.test(id));
/** What a cell's links are called, and where they lead from the project's root. */
const linksOf = (cell: string) =>
  [...cell.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, path = '', to = '']) => ({
    path,
    to: join('docs/reference', to),
  }));
/** A title, as it stands in the code: a text that begins with the number. */
const titled = (id: string, path: string) => new RegExp(`['"\`]${id} `).test(readFileSync(path, 'utf8'));

describe('edge-cases.md', () => {
  it('has a row for each of them, in order', () => {
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: 37 }, (_, index) => `E${index + 1}`));
  });

  it.each(rows.map(([id = '', , , tests = '']) => [id, linksOf(tests)] as const))(
    '%s has a test in the first file that its row names, and every file is there',
    (id, [first, ...others]) => {
      expect(titled(id, first!.path)).toBe(true);
      for (const { path, to } of [first!, ...others]) {
        expect(path).toMatch(/^test\/.+\.test\.ts$/);
        expect(existsSync(path)).toBe(true);
        expect(to).toBe(path);
      }
    },
  );
});
