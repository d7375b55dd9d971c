// How fast does a catalog in VAST DataBase take and give files, and what does our client cost next to the vendor's SDK?
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RecordBatch } from 'apache-arrow'
import type { CatalogRecord } from '../src/catalog/catalog.ts'
import { sequence } from '../test/catalog/records.ts'
import { vastPython } from '../test/interop/python.ts'
import { runPython } from '../test/python-env.ts'
import { check, cli, type Outcome, product, projectRoot, type Row, rateRow, row, times, withFolder } from './frame.ts'

const BATCH = 256
const BATCHES = 16
const SINGLES = 100
const ROUNDS = 12
const SELECTS = 8
const WARM_UP = 3
const TARGET_FILES_PER_SECOND = 1500
const RECORD_TABLES = ['files', 'parts', 'channels', 'attributes', 'inspections'] as const

interface Server {
  readonly endpoint: string
  readonly process: ChildProcess
}

interface Cost {
  readonly cpuSeconds: number
  readonly wallSeconds: number
}

export function run(): Promise<Outcome> {
  return withFolder(async (folder) => {
    const arrow = await product<typeof import('../src/arrow/index.ts')>('arrow/index')
    const tables = await product<typeof import('../src/tables/index.ts')>('tables/index')
    const records = sequence('/mnt/show', BATCH).map(withVectors(tables.recordVectors))
    const batches = arrow.encodedToBatches(tables.encodeRecords(records, { runId: 'benchmark' }))
    const rows = RECORD_TABLES.reduce((sum, name) => sum + batches[name].numRows, 0)
    const server = await startServer()
    try {
      const { encode, bytes } = await encodeOnly(batches, rows)
      const catalogRows = await throughCatalog(server, tables.recordVectors)
      const ours = await throughClient(server, batches)
      const theirs = throughSdk(server, folder, batches, arrow.toIpcStream)
      return {
        input: { filesPerBatch: BATCH, rowsPerBatch: rows, bytesPerBatch: bytes },
        rows: [...encode, ...catalogRows, ...compare(rows, ours, theirs)],
        leavesOut: [
          'a real cluster: the server is the emulator, in a process of its own on the same cores',
          'inspecting the files; vectors are computed before the clock starts',
          ...(theirs ? [] : ["the vendor's SDK, which this machine does not have"]),
        ],
      }
    } finally {
      server.process.kill()
    }
  })
}

function withVectors(vectorsOf: (payload: CatalogRecord['payload']) => NonNullable<CatalogRecord['vectors']>) {
  return (record: CatalogRecord): CatalogRecord => ({ ...record, vectors: vectorsOf(record.payload) })
}

async function startServer(): Promise<Server> {
  const child = spawn(process.execPath, [cli, 'vast-emulator', '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface(child.stdout)) {
    const endpoint = /VAST_DB_ENDPOINT=(\S+)/.exec(line)?.[1]
    if (endpoint !== undefined) return { endpoint, process: child }
  }
  throw new Error('The emulator did not start: build it with npm run build')
}

async function encodeOnly(batches: Readonly<Record<string, RecordBatch>>, rows: number) {
  const { slices } = await product<typeof import('../src/vastdb/slices.ts')>('vastdb/slices')
  const { toRows } = await product<typeof import('../src/vastdb/wire/rows.ts')>('vastdb/wire/rows')
  let bytes = 0
  const encode = () => {
    bytes = 0
    for (const name of RECORD_TABLES) {
      for (const { body } of slices(toRows(batches[name]!), 'Encode')) bytes += body.length
    }
  }
  const samples = await times(60, 20, encode)
  return {
    bytes,
    encode: [
      row('encode insert requests', 'us/row', samples, 1000 / rows),
      rateRow(
        'encode insert requests',
        'rows/s',
        samples.map((ms) => (rows * 1000) / ms),
      ),
      rateRow(
        'encode insert requests',
        'MB/s',
        samples.map((ms) => bytes / ms / 1000),
      ),
    ],
  }
}

async function throughCatalog(
  { endpoint }: Server,
  vectorsOf: (payload: CatalogRecord['payload']) => NonNullable<CatalogRecord['vectors']>,
): Promise<Row[]> {
  const { openCatalog } = await product<typeof import('../src/catalog/open.ts')>('catalog/open')
  const vast = { endpoint, accessKey: 'test', secretKey: 'test', region: 'us-east-1' }
  const catalog = await openCatalog('vast://vastdb/benchmark', { vast })
  const singles = sequence('/mnt/single', SINGLES + 10).map(withVectors(vectorsOf))
  let next = 0
  const single = await times(SINGLES, 10, () => catalog.upsert([singles[next++]!], 'run'))
  const files = Array.from({ length: BATCHES + 4 }, (_, index) =>
    sequence(`/mnt/batch${index}`, BATCH).map(withVectors(vectorsOf)),
  )
  next = 0
  const batched = await times(BATCHES, 4, () => catalog.upsert(files[next++]!, 'run'))
  const again = await times(4, 0, () => catalog.upsert(files[0]!, 'again'))
  const report = await catalog.verify()
  check(report.ok, 'the catalog does not agree with itself')
  const { rows } = await catalog.info()
  check(rows['files'] === SINGLES + 10 + (BATCHES + 4) * BATCH, `${rows['files']} files`)
  const search = await times(5, 1, () => catalog.findSimilar(files[0]![0]!.payload.file.path, { k: 10 }))
  await catalog.close()
  const perSecond = (ms: number) => (BATCH * 1000) / ms
  return [
    row('one new file, committed and settled', 'ms', single),
    rateRow(`new files in batches of ${BATCH}`, 'files/s', batched.map(perSecond), {
      atLeast: TARGET_FILES_PER_SECOND,
    }),
    rateRow(`files seen again in batches of ${BATCH}`, 'files/s', again.map(perSecond)),
    row(`similarity scan over ${rows['files']} files`, 'ms', search),
  ]
}

async function throughClient({ endpoint }: Server, batches: Readonly<Record<string, RecordBatch>>) {
  const { connect } = await product<typeof import('../src/vastdb/index.ts')>('vastdb/index')
  const session = await connect({ endpoint, accessKey: 'test', secretKey: 'test' })
  await session.transaction(async (tx) => {
    const schema = await tx.bucket('vastdb').schema('ours').create()
    for (const name of RECORD_TABLES) await schema.createTable(name, batches[name]!.schema)
  })
  const insert = () =>
    session.transaction(async (tx) => {
      const schema = tx.bucket('vastdb').schema('ours')
      for (const name of RECORD_TABLES) await schema.table(name).insert(batches[name]!)
    })
  const select = () =>
    session.transaction(async (tx) => {
      const schema = tx.bucket('vastdb').schema('ours')
      let rows = 0
      for (const name of RECORD_TABLES) rows += await schema.table(name).select().count()
      return rows
    })
  for (let round = 0; round < WARM_UP; round++) await insert()
  const inserted = await cost(insert, ROUNDS)
  let rows = 0
  for (let round = 0; round < WARM_UP; round++) rows = await select()
  const selected = await cost(select, SELECTS)
  await session.close()
  return { insert: inserted, select: selected, rows }
}

async function cost(work: () => Promise<unknown>, rounds: number): Promise<Cost> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  for (let round = 0; round < rounds; round++) await work()
  const { user, system } = process.cpuUsage(cpu)
  return { cpuSeconds: (user + system) / 1e6, wallSeconds: (performance.now() - start) / 1000 }
}

function throughSdk(
  { endpoint }: Server,
  folder: string,
  batches: Readonly<Record<string, RecordBatch>>,
  toIpcStream: (batch: RecordBatch) => Uint8Array,
) {
  if (vastPython === null) return null
  const tables = Object.fromEntries(
    RECORD_TABLES.map((name) => {
      const path = join(folder, `${name}.arrows`)
      writeFileSync(path, toIpcStream(batches[name]!))
      return [name, path]
    }),
  )
  const script = readFileSync(join(projectRoot, 'benchmarks/vast_sdk.py'), 'utf8')
  const task = { endpoint, schema: 'theirs', rounds: ROUNDS, selects: SELECTS, warmUp: WARM_UP, tables }
  const { insert, select } = JSON.parse(runPython(vastPython, script, JSON.stringify(task))) as Record<
    'insert' | 'select',
    { cpu: number; wall: number; result: number | null }
  >
  const toCost = ({ cpu, wall }: { cpu: number; wall: number }): Cost => ({ cpuSeconds: cpu, wallSeconds: wall })
  return { insert: toCost(insert), select: toCost(select), rows: select.result ?? 0 }
}

interface Work {
  readonly insert: Cost
  readonly select: Cost
  readonly rows: number
}

function compare(rowsPerRound: number, ours: Work, theirs: Work | null): Row[] {
  const perRow = (seconds: number, rows: number) => (seconds * 1e6) / rows
  const rowsOf = (name: string, work: Work): Row[] => [
    { name: `${name}: CPU to insert`, unit: 'us/row', median: perRow(work.insert.cpuSeconds, ROUNDS * rowsPerRound) },
    { name: `${name}: insert`, unit: 'rows/s', median: (ROUNDS * rowsPerRound) / work.insert.wallSeconds },
    { name: `${name}: CPU to select`, unit: 'us/row', median: perRow(work.select.cpuSeconds, SELECTS * work.rows) },
    { name: `${name}: select`, unit: 'rows/s', median: (SELECTS * work.rows) / work.select.wallSeconds },
  ]
  if (!theirs) return rowsOf('our client', ours)
  check(theirs.rows === ours.rows, `${theirs.rows} rows against ${ours.rows}`)
  return [
    ...rowsOf('our client', ours),
    ...rowsOf("vendor's SDK", theirs),
    {
      name: "CPU to insert, ours to the SDK's",
      unit: 'ratio',
      median: ours.insert.cpuSeconds / theirs.insert.cpuSeconds,
      target: { atMost: 0.5 },
    },
    {
      name: "CPU to select, ours to the SDK's",
      unit: 'ratio',
      median: ours.select.cpuSeconds / theirs.select.cpuSeconds,
    },
  ]
}
