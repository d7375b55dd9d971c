/**
 * Imports point one way: each room may import the rooms named here, and a cycle anywhere fails. The order is the one of
 * the folder tree in CONTRIBUTING.md.
 */
const base = ['duckdb-api.ts', 'errors.ts', 'log.ts', 'parts.ts', 'settings/']
const reading = ['header/', 'sequences/', 'source/', 'oiio/', 'inspect/']
const facts = ['pixels/', 'policy/', 'embeddings/']
const storing = ['tables/', 'arrow/', 'catalog/']
const ROOMS = {
  settings: [],
  workers: [],
  header: [],
  sequences: [],
  source: ['header/', 'oiio/', 'workers/'],
  oiio: ['header/', 'workers/'],
  inspect: ['header/', 'sequences/', 'source/', 'oiio/', 'workers/'],
  pixels: [...reading, 'workers/'],
  policy: [...reading, 'pixels/'],
  embeddings: ['header/', 'inspect/', 'pixels/'],
  tables: [...reading, ...facts],
  arrow: [...reading, ...facts, 'tables/'],
  broker: [],
  vastdb: ['workers/'],
  // A server that shared the client's code would share its mistakes: only the protocol's own words are common.
  'vastdb-emulator': ['vastdb/constants.ts', 'vastdb/flatbuffers/generated/'],
  catalog: [...reading, ...facts, 'workers/', 'tables/', 'arrow/', 'vastdb/'],
  queries: [...reading, ...facts, ...storing],
  exchange: [...reading, ...facts, ...storing],
  tasks: [...reading, ...facts, 'workers/', 'tables/', 'arrow/'],
  ingest: [...reading, ...facts, ...storing, 'workers/', 'tasks/', 'queries/'],
  function: [...reading, ...facts, ...storing, 'workers/', 'tasks/', 'ingest/', 'queries/'],
  farm: [...reading, ...facts, ...storing, 'workers/', 'tasks/', 'ingest/', 'queries/', 'function/', 'broker/'],
  server: [...reading, ...facts, ...storing, 'workers/', 'tasks/', 'ingest/', 'queries/', 'function/'],
}
const mayImport = ([room, allowed]) => ({
  name: `${room}-imports`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^src/',
    pathNot: [`${room}/`, ...base, ...allowed].map((name) => `^src/${name.replace('.', '\\.')}`),
  },
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    // `#addon` and the like are build outputs, which are not there before the build.
    { name: 'no-missing-imports', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^#' } },
    {
      name: 'header-runs-in-browsers',
      severity: 'error',
      from: { path: '^src/(header/|errors\\.ts)' },
      to: { dependencyTypes: ['core'] },
    },
    ...Object.entries(ROOMS).map(mayImport),
    {
      name: 'the-bottom-stands-on-nothing',
      severity: 'error',
      from: { path: '^src/(duckdb-api|errors|log|parts)\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(duckdb-api|errors|log|parts)\\.ts$' },
    },
    // What runs in a worker loads its side of the pool alone: every thread and child pays for each module.
    {
      name: 'workers-load-no-pool',
      severity: 'error',
      from: { path: '^src/(.*-worker|workers/child-main)\\.ts$' },
      to: { path: '^src/workers/(index|pool)\\.ts$' },
    },
    {
      name: 'only-oiio-loads-the-addon',
      severity: 'error',
      from: { pathNot: '^src/oiio/' },
      to: { path: '\\.node$' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exoticRequireStrings: [],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
