// How fast does a catalog in VAST DataBase take and give files, and what does our client cost next to the vendor's SDK?
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RecordBatch } from 'apache-arrow'
import type { CatalogRecord } from '../src/catalog/catalog.ts'
import { sequence } from '../test/catalog/records.ts'
import { vastPython } from '../test/interop/python.ts'
import { check, cli, type Outcome, product, projectRoot, type Row, rateRow, row, times, withFolder } from './frame.ts'

const BATCH = 256
const BATCHES = 16
const SINGLES = 100
const ROUNDS = 12
const SELECTS = 12
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
      const works = await compareClients(server, folder, batches, arrow.toIpcStream)
      return {
        input: { filesPerBatch: BATCH, rowsPerBatch: rows, bytesPerBatch: bytes },
        rows: [...encode, ...catalogRows, ...compare(rows, works)],
        leavesOut: [
          'a real cluster: the server is the emulator, in a process of its own on the same cores',
          'inspecting the files; vectors are computed before the clock starts',
          ...(works.length > 1 ? [] : ["the vendor's SDK, which this machine does not have"]),
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

/** Both clients do the same rounds in turns, each in a process of its own: what else the machine does meets both alike. */
async function inTurns(clients: readonly Client[]): Promise<Work[]> {
  const works = clients.map((): Work => ({ insert: [], select: [], rows: 0 }))
  for (const work of ['insert', 'select'] as const) {
    const rounds = work === 'insert' ? ROUNDS : SELECTS
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const [index, client] of clients.entries()) {
        const { cpu, wall, result } = await client.do(work)
        if (round >= 0) works[index]![work].push({ cpuSeconds: cpu, wallSeconds: wall })
        if (work === 'select') works[index]!.rows = result ?? 0
      }
    }
  }
  return works
}

interface Client {
  do(
    work: 'insert' | 'select',
  ): Promise<{ readonly cpu: number; readonly wall: number; readonly result?: number | null }>
  stop(): void
}

async function startClient(command: string, args: readonly string[], task: object): Promise<Client> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ask = async (text: string) => {
    child.stdin.write(`${text}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`${args.at(-1)} ended`)
    return JSON.parse(value)
  }
  await ask(JSON.stringify(task))
  return { do: ask, stop: () => child.kill() }
}

async function compareClients(
  { endpoint }: Server,
  folder: string,
  batches: Readonly<Record<string, RecordBatch>>,
  toIpcStream: (batch: RecordBatch) => Uint8Array,
): Promise<Work[]> {
  const tables = Object.fromEntries(
    RECORD_TABLES.map((name) => {
      const path = join(folder, `${name}.arrows`)
      writeFileSync(path, toIpcStream(batches[name]!))
      return [name, path]
    }),
  )
  const script = (name: string) => join(projectRoot, 'benchmarks', name)
  const clients = [
    await startClient(process.execPath, [script('vast_client.mjs')], { endpoint, schema: 'ours', tables }),
    ...(vastPython === null
      ? []
      : [await startClient(vastPython, [script('vast_sdk.py')], { endpoint, schema: 'theirs', tables })]),
  ]
  try {
    return await inTurns(clients)
  } finally {
    for (const client of clients) client.stop()
  }
}

interface Work {
  readonly insert: Cost[]
  readonly select: Cost[]
  /** Of one select. */
  rows: number
}

function compare(rowsPerRound: number, [ours, theirs]: readonly Work[]): Row[] {
  const rowsOf = (name: string, work: Work): Row[] =>
    (['insert', 'select'] as const).flatMap((what) => {
      const rows = what === 'insert' ? rowsPerRound : work.rows
      const cpu = work[what].map(({ cpuSeconds }) => cpuSeconds)
      const rates = work[what].map(({ wallSeconds }) => rows / wallSeconds)
      return [row(`${name}: CPU to ${what}`, 'us/row', cpu, 1e6 / rows), rateRow(`${name}: ${what}`, 'rows/s', rates)]
    })
  if (!theirs) return rowsOf('our client', ours!)
  check(theirs.rows === ours!.rows, `${theirs.rows} rows against ${ours!.rows}`)
  const sum = (costs: readonly Cost[]) => costs.reduce((total, { cpuSeconds }) => total + cpuSeconds, 0)
  const ratio = (what: 'insert' | 'select', atMost: number): Row => ({
    name: `CPU to ${what}, ours to the SDK's`,
    unit: 'ratio',
    median: sum(ours![what]) / sum(theirs[what]),
    target: { atMost },
  })
  return [...rowsOf('our client', ours!), ...rowsOf("vendor's SDK", theirs), ratio('insert', 0.5), ratio('select', 1)]
}
