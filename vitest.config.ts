import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Tests that put modules of their own in the place of the program's, or count what the whole process runs. */
const APART = ['test/tables/one-definition.test.ts', 'test/inspect/work.test.ts']

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    // Half of a test's time is waiting for processes and servers: two files at once even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      // A process keeps what it loaded for all of its files: loading took a third of the time of a run.
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: APART, isolate: false } },
      { extends: true, test: { name: 'apart', include: APART, execArgv: ['--no-opt', '--no-maglev'] } },
    ],
    // Work is counted, never timed; the limit only ends a hang.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
  },
})
