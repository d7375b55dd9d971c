import type { Vector } from 'apache-arrow'
import { fileId as fileIdOf } from '../../inspect/identity.ts'
import { parseChildRows, recordTables, type TableDefinition, VAST_TABLES } from '../../tables/index.ts'
import { audit } from '../audit.ts'
import type { CatalogReport } from '../catalog.ts'
import { Checks, checkFrames } from '../checks.ts'
import { rowsByFolder } from './frames.ts'
import { verifyValues } from './large-values.ts'
import { digestReader } from './read-table.ts'
import { floatsAt, forEachRow, RowView } from './rows.ts'
import type { Store, Tables } from './store.ts'

const CHILD_TABLES = VAST_TABLES.filter(({ parent }) => parent !== null)

const ONE_PART = 'every part is stored once'
const VECTORS = 'every vector has length 1'
const ONE_EMBEDDING = 'every embedding is stored once'
const ONE_VECTOR = 'every vector is stored once'
const ONE_VERSION = 'every vector is of the version that its file says'

interface FileFacts {
  readonly path: string
  readonly supersededBy: string | null
  readonly partsWanted: number
  readonly sightingsWanted: number
  /** JSON, rows it was stored with by table; null in rows of older releases. */
  readonly rowsWanted: string | null
  /** Of its vector; null for none. */
  readonly vectorVersion: number | null
  /** Rows found, by table. */
  readonly rows: Map<string, number>
  parts: number
  sightings: number
  /** Channels of a part, and fingerprints among them, by part index. */
  readonly channels: Map<number, number>
  readonly partIndices: Set<number>
}

/** Runs every check on one state of the tables. Rows stream past; what stays in memory grows with files and parts. */
export async function verifyCatalog(store: Store, signal: AbortSignal | undefined): Promise<CatalogReport> {
  const { checks, notes } = await store.read(async (tables) => {
    const tally = new Checks()
    const files = await readFiles(tables, tally, signal)
    await readChildren(tables, files, tally, signal)
    checkCounts(files, tally)
    checkCurrent(files, tally)
    await checkFailures(tables, tally)
    await checkFrames(eachFolder(tables, signal), tally)
    const notes = await audit(digestReader(tables, signal), tally, undefined)
    return { checks: tally.list(), notes }
  }, signal)
  checks.push(...(await verifyValues(store, signal)))
  return { ok: checks.every((check) => check.violations === 0), checks, notes }
}

async function* eachFolder(tables: Tables, signal: AbortSignal | undefined) {
  for await (const folders of rowsByFolder(tables, null, signal)) yield* folders
}

async function readFiles(tables: Tables, tally: Checks, signal: AbortSignal | undefined) {
  const columns = [
    'file_id',
    'file_path_normalized',
    'header_hash',
    'superseded_by',
    'multipart_count',
    'inspection_count',
    'child_rows',
    'embedding_version',
  ]
  const files = new Map<string, FileFacts>()
  const keys = new Set<string>()
  const once = 'every file_id is stored once'
  const keyOnce = 'every path and header is stored once'
  const hashed = 'every file_id is the hash of its path and header'
  for (const name of [once, keyOnce, hashed]) tally.declare(name)
  for await (const batch of tables('files').select({ columns, ...(signal ? { signal } : {}) })) {
    const row = new RowView(batch)
    for (; row.row < batch.numRows; row.row++) {
      const id = row.name(0)
      const path = row.name(1)
      const expected = fileIdOf(path, row.name(2))
      if (files.has(id)) tally.add(once, id)
      if (keys.has(expected)) tally.add(keyOnce, id)
      if (expected !== id) tally.add(hashed, id)
      keys.add(expected)
      files.set(id, {
        path,
        supersededBy: row.text(3),
        partsWanted: row.int(4) ?? 0,
        sightingsWanted: row.int(5) ?? 0,
        rowsWanted: row.text(6),
        vectorVersion: row.int(7),
        rows: new Map(),
        parts: 0,
        sightings: 0,
        channels: new Map(),
        partIndices: new Set(),
      })
    }
  }
  return files
}

async function readChildren(
  tables: Tables,
  files: ReadonlyMap<string, FileFacts>,
  tally: Checks,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const table of CHILD_TABLES) {
    tally.declare(orphans(table.name))
    if (isOfPart(table)) tally.declare(partless(table.name))
  }
  for (const name of [ONE_PART, VECTORS, ONE_EMBEDDING, ONE_VECTOR, ONE_VERSION]) tally.declare(name)
  const options = signal ? { signal } : {}
  const owner = (table: string, row: RowView) => {
    const id = row.name(0)
    const file = files.get(id)
    if (!file) tally.add(orphans(table), id)
    else file.rows.set(table, (file.rows.get(table) ?? 0) + 1)
    return { id, file }
  }
  await forEachRow(tables('parts').select({ columns: ['file_id', 'part_index'], ...options }), (row) => {
    const { id, file } = owner('parts', row)
    const index = row.int(1) ?? -1
    if (!file) return
    if (file.partIndices.has(index)) tally.add(ONE_PART, `${id} part ${index}`)
    file.partIndices.add(index)
    file.parts++
  })
  for (const table of CHILD_TABLES) {
    const { name, columns } = table
    if (name === 'parts') continue
    const ofPart = isOfPart(table)
    const isVectors = name === 'vectors'
    const vector = columns.find(({ type }) => typeof type === 'object')?.name
    const isEmbeddings = name === 'embeddings'
    const more = isEmbeddings
      ? ['provider', 'version']
      : ofPart
        ? ['part_index']
        : isVectors
          ? ['embedding_version']
          : []
    const wanted = ['file_id', ...more, ...(vector ? [vector] : [])]
    const embedded = new Set<string>()
    for await (const batch of tables(name).select({ columns: wanted, ...options })) {
      const row = new RowView(batch)
      const vectors = vector ? batch.getChildAt(wanted.length - 1)! : null
      for (; row.row < batch.numRows; row.row++) {
        const { id, file } = owner(name, row)
        if (!file) continue
        const index = ofPart ? (row.int(1) ?? -1) : -1
        if (ofPart && !file.partIndices.has(index)) tally.add(partless(name), id)
        if (name === 'inspections') file.sightings++
        if (isEmbeddings) {
          const key = `${id} ${row.name(1)}@${row.name(2)}`
          if (embedded.has(key)) tally.add(ONE_EMBEDDING, id)
          embedded.add(key)
        }
        if (vectors && !hasUnitLength(vectors, row.row)) tally.add(VECTORS, id)
        if (isVectors && row.int(1) !== file.vectorVersion) tally.add(ONE_VERSION, id)
        if (name === 'channels') file.channels.set(index, file.channels.get(index) ?? 0)
        if (vectors && ofPart) file.channels.set(index, (file.channels.get(index) ?? 0) + 1)
      }
    }
  }
}

function checkCounts(files: ReadonlyMap<string, FileFacts>, tally: Checks): void {
  const parts = 'every file has as many parts as it says'
  const fingerprints = 'every part with channels has one fingerprint'
  const inspections = 'inspections are counted'
  for (const name of [parts, fingerprints, inspections]) tally.declare(name)
  for (const { name, written, parent } of recordTables()) {
    if (written === 'once' && parent !== null) tally.declare(lost(name))
  }
  for (const [id, file] of files) {
    if (file.parts !== file.partsWanted) tally.add(parts, id)
    if (file.sightings !== file.sightingsWanted) tally.add(inspections, id)
    for (const [table, count] of Object.entries(parseChildRows(file.rowsWanted ?? '{}') ?? {})) {
      if ((file.rows.get(table) ?? 0) !== count) tally.add(lost(table), id)
    }
    if ((file.rows.get('vectors') ?? 0) > 1) tally.add(ONE_VECTOR, id)
    for (const count of file.channels.values()) if (count !== 1) tally.add(fingerprints, id)
  }
}

function checkCurrent(files: ReadonlyMap<string, FileFacts>, tally: Checks): void {
  const oneCurrent = 'every path has one current file'
  const pointers = 'superseded files point to a file at the same path'
  for (const name of [oneCurrent, pointers]) tally.declare(name)
  const current = new Map<string, number>()
  for (const [id, { path, supersededBy }] of files) {
    current.set(path, (current.get(path) ?? 0) + (supersededBy === null ? 1 : 0))
    if (supersededBy === null) continue
    if (supersededBy === id || files.get(supersededBy)?.path !== path) tally.add(pointers, id)
  }
  for (const [path, count] of current) if (count !== 1) tally.add(oneCurrent, path)
}

async function checkFailures(tables: Tables, tally: Checks): Promise<void> {
  const once = 'every failure is stored once'
  tally.declare(once)
  const seen = new Set<string>()
  await forEachRow(tables('ingest_errors').select({ columns: ['file_path'] }), (row) => {
    const path = row.name(0)
    if (seen.has(path)) tally.add(once, path)
    seen.add(path)
  })
}

function isOfPart({ parent }: TableDefinition): boolean {
  return parent === 'parts' || parent === 'channels'
}

function lost(table: string): string {
  return `every file has the rows of ${table} it was stored with`
}

function partless(table: string): string {
  return `every row of ${table} belongs to a part`
}

function orphans(table: string): string {
  return `every row of ${table} belongs to a file`
}

/** True for null too. */
function hasUnitLength(vectors: Vector, row: number): boolean {
  if (!vectors.isValid(row)) return true
  let sum = 0
  for (const value of floatsAt(vectors, row)) sum += value * value
  return Math.abs(Math.sqrt(sum) - 1) < 1e-4
}
