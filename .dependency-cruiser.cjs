/**
 * Imports point one way. Each line lists what a folder may import; a cycle anywhere fails.
 * The order is the one of the folder tree in CONTRIBUTING.md.
 */
const base = ['^src/(errors|config|log)\\.ts$']
const may = (folder, ...allowed) => ({
  name: `${folder}-imports`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: {
    path: '^src/',
    pathNot: [...base, `^src/${folder}/`, ...allowed.map((name) => `^src/${name}`)],
  },
})
const reading = ['header', 'native', 'source', 'inspect', 'pool']
const facts = ['pixels', 'embeddings', 'arrow']

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    // `#addon` and the like are build outputs, which are not there before the build.
    { name: 'no-missing-imports', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^#' } },
    may('header'),
    may('native', 'header'),
    may('source', 'header', 'native'),
    may('inspect', 'header', 'native', 'source'),
    may('pool', 'header', 'native', 'source', 'inspect'),
    may('embeddings', 'header', 'inspect'),
    may('arrow', ...reading, 'embeddings'),
    may('vastdb'),
    may('vastdb-emulator', 'vastdb'),
    may('catalog', ...reading, ...facts, 'vastdb/'),
    may('ingest', ...reading, ...facts, 'catalog', 'vastdb/'),
    may('function', ...reading, ...facts, 'catalog', 'ingest', 'vastdb/'),
    {
      name: 'only-native-loads-the-addon',
      severity: 'error',
      from: { pathNot: '^src/native/' },
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
