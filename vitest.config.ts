import { defineConfig } from 'vitest/config';
import { recordings } from './test/recording/folder.ts';

const all = 'test/**/*.test.ts';
const rules = 'test/domain/**/*.test.ts';
const sandbox = 'test/sandbox/**/*.test.ts';
const wire = 'test/e2e/**/*.test.ts';
const elsewhere = ['test/faults/**', 'test/corpus/**', 'test/replay/**'];

export default defineConfig({
  test: {
    projects: [
      // These leave nothing behind, so that their files can share what is imported.
      { extends: true, test: { name: 'rules', include: [rules], isolate: false } },
      { extends: true, test: { name: 'sandbox', include: [sandbox], isolate: false } },
      // Longer: npm run faults. Afterwards: vitest.replay.config.ts.
      { extends: true, test: { name: 'parts', include: [all], exclude: [rules, sandbox, wire, ...elsewhere] } },
      // Whole promotions, which coverage would slow down by a fifth.
      { extends: true, test: { name: 'wire', include: [wire] } },
    ],
    setupFiles: ['test/setup.ts'],
    globalSetup: ['test/recording/global-setup.ts'],
    // What sandboxes do is recorded, and replayed afterwards with less permissions: vitest.replay.config.ts.
    env: { DRAWBRIDGE_RECORDINGS: recordings },
    // Some tests start processes; a loaded machine is no reason to fail.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores are enough for `npm test` to end in time; by itself vitest would leave one of them idle.
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['functions/**/*.ts', 'shared/**/*.ts', 'sandbox/**/*.ts', 'cli/**/*.ts'],
      // Runs in threads of its own, where coverage does not reach; its tests do.
      exclude: ['sandbox/lambda/worker.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: {
        lines: 90,
        statements: 90,
        functions: 90,
        branches: 80,
        'shared/domain/**/*.ts': { lines: 100, statements: 100, functions: 100, branches: 100 },
      },
    },
  },
});
