import { defineConfig } from 'vitest/config'

/** Rooms whose tests start servers. Elsewhere such tests have a folder `servers` of their own. */
const SERVERS = ['server', 'vastdb-emulator', 'interop', 'deploy', 'catalog/vast']

/** Rooms whose tests need the addon, the fixtures it is compared on, or what was built of this package. */
const BUILT = [
  'bad-input',
  'catalog',
  'cli',
  'embeddings',
  'fixtures',
  'fuzz',
  'ingest',
  'inspect',
  'isolation',
  'oiio',
  'package',
  'pixels',
  'tasks',
]

/** The tests that need neither the addon nor a server nor a build: seconds after a change. `npm test` runs all. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      'test/*.test.ts',
      'test/**/servers/**',
      'test/**/built/**',
      ...[...SERVERS, ...BUILT].map((folder) => `test/${folder}/**`),
    ],
    testTimeout: 60_000,
    pool: 'forks',
  },
})
