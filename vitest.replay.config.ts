import { defineConfig } from 'vitest/config';

/** After the tests, `npm test` replays what they recorded (test/replay): each permission is needed, and no secret was left anywhere. */
export default defineConfig({
  test: {
    include: ['test/replay/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
