/** docs/reference/edge-cases.md names every edge case, and tests that exist. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageAt, rowsIn } from './pages.ts';

const rows = rowsIn(pageAt('docs/reference/edge-cases.md')).filter(([id = '']) => /^E\d+$/.test(id));
const filesIn = (cell: string) => [...cell.matchAll(/\[(test\/[^\]]+)\]/g)].map(([, path = '']) => path);
/** A title, as it stands in the code: a text that begins with the number. */
const titled = (id: string, path: string) => new RegExp(`['"\`]${id} `).test(readFileSync(path, 'utf8'));

describe('edge-cases.md', () => {
  it('has a row for each of them, in order', () => {
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: 37 }, (_, index) => `E${index + 1}`));
  });

  it.each(rows.map(([id = '', , , tests = '']) => [id, filesIn(tests)] as const))(
    '%s has a test in the first file that its row names',
    (id, [first = '']) => {
      expect(titled(id, first)).toBe(true);
    },
  );
});
