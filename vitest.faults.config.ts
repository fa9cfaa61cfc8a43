import { defineConfig } from 'vitest/config';

/**
 * `npm run faults`: promotions while AWS fails, replies are lost and processes end, and of every template of the corpus. Longer than what
 * belongs into `npm test`.
 */
export default defineConfig({
  test: {
    include: ['test/{faults,corpus}/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // By itself vitest would leave one of two cores idle.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
