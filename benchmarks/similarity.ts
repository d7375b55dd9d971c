// How long does a similarity search over 1,000,000 files take, and how long where DuckDB compares the vectors?
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Catalog, SimilarMatch } from '../src/catalog/catalog.ts'
import { farmFiles } from './farm.ts'
import { check, cli, type Outcome, product, type Row, row, timedProgram, times, withFolder } from './frame.ts'

const FILES = 1_000_000
/** Frames of a sequence mostly have one vector: of the generated farm's 1,080 files 27 are told apart. */
const VECTORS = 25_000
/** As hard as it gets: no two vectors are equal. */
const DISTINCT_FILES = 250_000
const FRAMES = 100
const BATCH = 5000
const K = 10
const QUERIES = 30

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const usual = await measure(folder, FILES, VECTORS)
    const distinct = await measure(folder, DISTINCT_FILES, DISTINCT_FILES)
    return {
      input: { k: K, queries: QUERIES, 'sequences of frames': FRAMES },
      rows: [...usual, ...distinct],
      leavesOut: ['a catalog that does not fit in memory', 'files that come while it is searched'],
    }
  })
}

async function measure(folder: string, files: number, vectors: number): Promise<Row[]> {
  const { openCatalog } = await product<typeof import('../src/catalog/open.ts')>('catalog/open')
  const path = join(folder, `${vectors}.duckdb`)
  await fill(path, files, vectors)
  const indexed = await openCatalog(path, { readOnly: true })
  const first = await times(1, 0, () => indexed.findSimilar(pathOf(0), { k: K }))
  // A folder cannot be a file of vectors: this catalog asks DuckDB, the other one has its file open.
  const sidecar = `${path}.vectors`
  const megabytes = statSync(sidecar).size / 1e6
  renameSync(sidecar, `${sidecar}.kept`)
  mkdirSync(sidecar)
  const plain = await openCatalog(path, { readOnly: true })
  const recall: number[] = []
  const [ours, theirs, ratios] = [[] as number[], [] as number[], [] as number[]]
  for (let turn = -2; turn < QUERIES; turn++) {
    const query = pathOf(((turn + 2) * 7919 * 31) % files)
    const [mine, exact] = [await timed(indexed, query), await timed(plain, query)]
    check(mine.matches.length === K && exact.matches.length === K, `${mine.matches.length} matches`)
    if (turn < 0) continue
    recall.push(recallOf(mine.matches, exact.matches))
    ours.push(mine.ms)
    theirs.push(exact.ms)
    ratios.push(mine.ms / exact.ms)
  }
  const where = await times(5, 1, () => indexed.findSimilar(pathOf(3), { k: K, where: 'width >= 64' }))
  await Promise.all([indexed.close(), plain.close()])
  rmSync(sidecar, { recursive: true })
  renameSync(`${sidecar}.kept`, sidecar)
  const command = await times(5, 1, () =>
    timedProgram(process.execPath, [cli, 'similar', pathOf(7), '--catalog', path]),
  )
  const of = `${files.toLocaleString('en')} files, ${vectors.toLocaleString('en')} vectors`
  const isUsual = vectors === VECTORS
  const target = (atMost: number) => (isUsual ? { atMost } : undefined)
  return [
    row(of, 'ms', ours, 1, target(50)),
    row('  recall of the 10 nearest', '', recall, 1, { atLeast: 0.99 }),
    row('  where DuckDB compares', 'ms', theirs),
    row('  beside that', 'x', ratios),
    row('  where width >= 64', 'ms', where),
    row('  the whole command', 'ms', command, 1, target(500)),
    row('  the first search, which makes the file', 'ms', first),
    row('  the file', 'MB', [megabytes]),
  ]
}

async function timed(catalog: Catalog, query: string) {
  const start = performance.now()
  const matches = await catalog.findSimilar(query, { k: K })
  return { matches, ms: performance.now() - start }
}

/** The share of matches as much alike as the last of the exact ones: of equal ones any will do. */
function recallOf(matches: readonly SimilarMatch[], exact: readonly SimilarMatch[]): number {
  const last = exact.at(-1)!.similarity
  return matches.filter(({ similarity }) => similarity >= last - 1e-6).length / exact.length
}

function pathOf(file: number): string {
  const [folder, frame] = [Math.floor(file / FRAMES), file % FRAMES]
  return `/show/${String(folder).padStart(5, '0')}/beauty.${1001 + frame}.exr`
}

/** One file of the farm through the product, and from its rows the others: their vectors are the farm's, moved a little. */
async function fill(path: string, files: number, vectors: number): Promise<void> {
  const { openCatalog } = await product<typeof import('../src/catalog/open.ts')>('catalog/open')
  const { inspectFileSync } = await product<typeof import('../src/inspect/inspect-file.ts')>('inspect/inspect-file')
  const { recordVectors } = await product<typeof import('../src/tables/index.ts')>('tables/index')
  const payloads = farmFiles().map((file) => inspectFileSync(file))
  const catalog = await openCatalog(path)
  await catalog.ensureSchema()
  const seed = payloads[0]!
  const record = { payload: { ...seed, file: { ...seed.file, path: '/seed.exr' } }, inspectedAtUs: 0n, durationUs: 0 }
  await catalog.upsert([record], 'benchmark')
  await catalog.close()
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`ATTACH '${path}' AS exr (TYPE duckdb, ROW_GROUP_SIZE 32768); USE exr`)
  await connection.run('CREATE TEMP TABLE seeds AS SELECT * FROM file_rows')
  await connection.run('CREATE TEMP TABLE parts_of_seed AS SELECT * FROM part_rows WHERE part_index = 0')
  const bases = payloads.map((payload) => recordVectors(payload).metadata)
  for (let start = 0; start < vectors; start += BATCH) await addVectors(connection, bases, start, BATCH)
  await connection.run('INSERT INTO distinct_vectors SELECT id, any_value(vector) FROM temp.vectors GROUP BY id')
  const [id, name] = ['md5(n::VARCHAR)', `printf('/show/%05d/beauty.%d.exr', n // ${FRAMES}, 1001 + n % ${FRAMES})`]
  await connection.run(`
    INSERT INTO file_rows SELECT s.* REPLACE ((n + 2)::INTEGER AS file_no, ${id} AS file_id, ${name} AS file_path, ${name} AS file_path_normalized,
      sha256(n::VARCHAR) AS header_hash, sha256('of' || n) AS content_digest, v.id AS vector_id,
      printf('/show/%05d/beauty.####.exr', n // ${FRAMES}) AS sequence_key, (1001 + n % ${FRAMES})::INTEGER AS frame_number)
    FROM range(${files}) r(n) JOIN temp.vectors v ON v.number = n * ${vectors} // ${files} CROSS JOIN temp.seeds s ORDER BY n`)
  await connection.run(`
    INSERT INTO part_rows SELECT s.* REPLACE ((n + 2)::INTEGER AS file_no)
    FROM range(${files}) r(n) CROSS JOIN temp.parts_of_seed s`)
  await connection.run("DELETE FROM file_rows WHERE file_path = '/seed.exr'; CHECKPOINT exr")
  connection.closeSync()
  instance.closeSync()
}

async function addVectors(connection: DuckDBConnection, bases: readonly Float32Array[], start: number, count: number) {
  const { appendRows } =
    await product<typeof import('../src/catalog/duckdb/append-rows.ts')>('catalog/duckdb/append-rows')
  const dimension = bases[0]!.length
  if (start === 0)
    await connection.run(`CREATE TEMP TABLE vectors (number INTEGER, id BIGINT, vector FLOAT[${dimension}])`)
  const { vectorId } = await product<typeof import('../src/tables/index.ts')>('tables/index')
  const rows = Array.from({ length: count }, (_, i) => {
    const vector = moved(bases[(start + i) % bases.length]!)
    return [start + i, vectorId(vector), vector] as const
  })
  await appendRows(connection, 'vectors', ['int32', 'int64', { vector: dimension }], rows)
}

let state = 1

/** Facts that a header has count a little more or less; those that it has not stay out. */
function moved(vector: Float32Array): Float32Array {
  const result = vector.map((value) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return value === 0 ? 0 : value + (state / 2 ** 32 - 0.5) / 20
  })
  const length = Math.hypot(...result)
  return result.map((value) => value / length)
}
