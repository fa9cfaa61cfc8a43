/** Parts of the pages are made from the code. `npx vitest run test/docs -u` writes them anew. */
import { describe, expect, it } from 'vitest';
import { errorTables } from './error-tables.ts';
import { eventTables } from './event-tables.ts';
import { helpPages } from './help-pages.ts';
import { pageAt, withGenerated } from './pages.ts';
import { recoveryTable } from './recovery-table.ts';
import { operationTable, providerTable } from './sandbox-table.ts';
import { stateDrawing, taskTable } from './state-drawing.ts';

const generated: [string, () => Record<string, string> | Promise<Record<string, string>>][] = [
  ['docs/reference/errors.md', errorTables],
  ['docs/reference/events.md', eventTables],
  ['docs/reference/cli.md', async () => ({ help: await helpPages() })],
  ['docs/reference/recovery.md', () => ({ states: recoveryTable() })],
  ['docs/reference/sandbox.md', () => ({ operations: operationTable(), providers: providerTable() })],
  ['statemachine/README.md', () => ({ drawing: stateDrawing(), tasks: taskTable() })],
];

describe('the generated parts of', () => {
  it.each(generated)('%s are those of the code', async (path, parts) => {
    await expect(withGenerated(pageAt(path), await parts())).toMatchFileSnapshot(`../../${path}`);
  });
});
