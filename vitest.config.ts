import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Work is counted, never timed; the limit only ends a hang.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // Half of a test's time is waiting for processes and servers: two files at once even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
})
