import { defineConfig } from 'vitest/config';
import { recordings } from './test/recording/folder.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Longer: npm run faults. Afterwards: vitest.replay.config.ts.
    exclude: ['test/faults/**', 'test/corpus/**', 'test/replay/**', 'node_modules/**'],
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
