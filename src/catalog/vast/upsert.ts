import { tableBatch } from '../../arrow/index.ts'
import { ExrError } from '../../errors.ts'
import type { CheckDepth } from '../../inspect/check-depth.ts'
import { type EncodedBatch, stringAt } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import { bytesKey, digestSightings, FILES_COLUMN, filesOf, longAt, type NamedFile } from '../batch-files.ts'
import type { UpsertResult } from '../catalog.ts'
import { valuesOf } from '../large-values.ts'
import { ledgerChange } from '../ledger.ts'
import { planRows } from '../plan-rows.ts'
import { type FileTouch, planUpsert, type StoredFile, type UpsertPlan } from '../plan-upsert.ts'
import { settleValues, storeValues } from './large-values.ts'
import { deleteRows, lookUp } from './lookup.ts'
import { settlePaths } from './repair.ts'
import { updateBatch } from './row-batch.ts'
import { readRows, rowIdsOf } from './rows.ts'
import type { Store, Tables } from './store.ts'
import { storedRows } from './vectors-apart.ts'

const STORED = [
  'file_id',
  'file_path_normalized',
  'superseded_by',
  'inspection_count',
  'last_inspected',
  'size_bytes',
  'mtime',
  'etag',
  'inspection_timestamp',
  'schema_version',
  'content_digest',
  'latest_rows',
  'sequencer',
  'check_depth',
  'limit_reached',
]
const TOUCHED = [
  'superseded_by',
  'inspection_count',
  'inspection_timestamp',
  'last_inspected',
  'size_bytes',
  'mtime',
  'etag',
  'latest_rows',
  'sequencer',
]

/** Values of a row of `files` that a sighting changes. */
interface FileState {
  readonly rowId: bigint
  readonly count: number
  readonly firstInspectedUs: bigint | null
  readonly lastInspectedUs: bigint | null
  readonly sizeBytes: bigint | null
  readonly mtimeUs: bigint | null
  readonly etag: string | null
}

type Stored = StoredFile & FileState

/** A committed batch: what became of it, and what must be looked at once more. */
interface Written {
  readonly plan: UpsertPlan
  /** Row ids of the files this batch inserted. */
  readonly inserted: ReadonlyMap<string, bigint>
  /** Large values of which this batch stored pieces. */
  readonly values: readonly string[]
  /** Paths at which another writer may have stored a file at the same time. */
  readonly unsettled: readonly string[]
}

/**
 * One transaction for the whole batch, run again on conflicts; results in the batch's order. Files another writer
 * stored meanwhile are made one before this resolves. Throws the client's error after rolling back.
 */
export async function writeBatch(
  store: Store,
  batch: EncodedBatch,
  signal: AbortSignal | undefined,
): Promise<UpsertResult[]> {
  const files = filesOf(batch)
  let sighting: bigint | null = null
  const written = await store.record(
    async (tables, record): Promise<Written> => {
      const stored = await readStored(tables, files)
      const plan = planUpsert(files, distinct(stored))
      // Of all files, so that pieces that were lost come back when they are read again.
      const values = await storeValues(tables, valuesOf(batch, files.keys()), signal)
      let rowIds: bigint[] = []
      for (const { table, rows, replaced } of planRows(batch, files, plan)) {
        throwIfAborted(signal)
        for (const stored of storedRows(table, rows)) {
          const into = tables(stored.table.name)
          if (replaced.length > 0) await deleteRows(into, replaced)
          const ids = await into.insert(tableBatch(stored.table, stored.rows, batch.strings))
          if (stored.table.name === 'files') rowIds = rowIdsOf(ids)
          if (stored.table.name === 'inspections') sighting = rowIdsOf(ids)[0]!
        }
      }
      const stores = [...plan.inserts, ...plan.refreshes].sort((a, b) => a - b)
      const inserted = new Map(stores.map((position, row) => [files[position]!.fileId, rowIds[row]!]))
      if (plan.touches.length > 0) await touch(tables, batch, plan.touches, statesOf(stored, inserted, batch, plan))
      await forgetFailures(tables, files)
      throwIfAborted(signal)
      await record(ledgerChange(plan.changes, { inspections: digestSightings(batch) }))
      return { plan, inserted, values, unsettled: unsettledPaths(files, stored, plan) }
    },
    { signal, committed: (tables) => hasSighting(tables, sighting!, batch) },
  )
  const { plan, inserted, values, unsettled } = written
  const rowIds = unsettled.length + values.length > 0 ? await settle(store, unsettled, values) : inserted
  return files.map(({ fileId, path }, index) => {
    const isOurs = !inserted.has(fileId) || rowIds.get(fileId) === inserted.get(fileId)
    return { status: isOurs ? plan.statuses[index]! : 'updated', fileId, path }
  })
}

/** The batch is stored by now, so whatever fails here must not have it written again in halves. */
async function settle(
  store: Store,
  paths: readonly string[],
  values: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  try {
    await settleValues(store, values)
    return await settlePaths(store, paths)
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    throw new ExrError(
      'ERR_CATALOG_WRITE',
      `Catalog ${store.address.url}: the batch is stored, but not checked for files that another writer stored at the ` +
        `same time: ${found} Store it again to have that done.`,
      { cause: error },
    )
  }
}

function readStored(tables: Tables, files: readonly NamedFile[]): Promise<Stored[]> {
  const values = files.map((file) => file.normalizedPath)
  return lookUp(
    { table: tables('files'), column: 'file_path_normalized', values, columns: STORED, rowId: true },
    (row) => ({
      fileId: row.name(0),
      normalizedPath: row.name(1),
      supersededBy: row.text(2),
      count: row.int(3) ?? 0,
      lastInspectedUs: row.big(4),
      sizeBytes: row.big(5),
      mtimeUs: row.big(6),
      etag: row.text(7),
      bytes: bytesKey(row.big(5), row.big(6), row.text(7)),
      firstInspectedUs: row.big(8),
      schemaVersion: row.int(9) ?? 0,
      contentDigest: row.text(10),
      latestRows: row.text(11),
      sequencer: row.text(12),
      checkDepth: row.text(13) as CheckDepth | null,
      limitReached: row.text(14),
      rowId: row.big(15)!,
    }),
  )
}

/** One row a file, the one that stays when doubles are removed. */
function distinct(stored: readonly Stored[]): Stored[] {
  const byId = new Map<string, Stored>()
  for (const row of stored) {
    const known = byId.get(row.fileId)
    if (!known || row.rowId < known.rowId) byId.set(row.fileId, row)
  }
  return [...byId.values()]
}

function statesOf(
  stored: readonly Stored[],
  inserted: ReadonlyMap<string, bigint>,
  batch: EncodedBatch,
  plan: UpsertPlan,
): ReadonlyMap<string, FileState> {
  const states = new Map<string, FileState>(distinct(stored).map((row) => [row.fileId, row]))
  for (const position of [...plan.inserts, ...plan.refreshes]) {
    const fileId = stringAt(batch.strings, batch.tables.files.columns[FILES_COLUMN.id]!.data[position] as number)!
    states.set(fileId, { rowId: inserted.get(fileId)!, count: 1, ...sightingAt(batch, position) })
  }
  return states
}

async function touch(
  tables: Tables,
  batch: EncodedBatch,
  touches: readonly FileTouch[],
  states: ReadonlyMap<string, FileState>,
): Promise<void> {
  const rows = touches.map(({ fileId, sightings, lastSeen, supersededBy, latestRows, sequencer, replaces }) => {
    const before = states.get(fileId)!
    const seen = lastSeen === null ? before : sightingAt(batch, lastSeen)
    const values = [
      supersededBy,
      before.count + sightings,
      replaces?.firstInspectedUs ?? before.firstInspectedUs,
      latest(replaces?.lastInspectedUs ?? before.lastInspectedUs, seen.lastInspectedUs),
      seen.sizeBytes,
      seen.mtimeUs,
      seen.etag,
      latestRows,
      sequencer,
    ]
    return { rowId: before.rowId, values }
  })
  await tables('files').update(updateBatch('files', TOUCHED, rows))
}

/** A location that can be read is no longer a failure. */
async function forgetFailures(tables: Tables, files: readonly NamedFile[]): Promise<void> {
  const table = tables('ingest_errors')
  const values = files.map((file) => file.path)
  const rowIds = await lookUp({ table, column: 'file_path', values, columns: [], rowId: true }, (row) => row.big(0)!)
  if (rowIds.length > 0) await table.delete(rowIds)
}

/** Paths where this batch stored a file or changed which one is current, or found a file twice. */
function unsettledPaths(files: readonly NamedFile[], stored: readonly Stored[], plan: UpsertPlan): string[] {
  const paths = new Set([...plan.inserts, ...plan.refreshes].map((position) => files[position]!.normalizedPath))
  const before = new Map<string, Stored>()
  for (const row of stored) {
    if (before.has(row.fileId)) paths.add(row.normalizedPath)
    before.set(row.fileId, row)
  }
  for (const { fileId, supersededBy } of plan.touches) {
    const row = before.get(fileId)
    if (row && row.supersededBy !== supersededBy) paths.add(row.normalizedPath)
  }
  return [...paths]
}

async function hasSighting(tables: Tables, rowId: bigint, batch: EncodedBatch): Promise<boolean> {
  const { inspections } = batch.tables
  const fileId = stringAt(batch.strings, inspections.columns[0]!.data[0] as number)!
  const where = col('$row_id').eq(rowId).and(col('file_id').eq(fileId))
  const found = await readRows(
    tables('inspections').select({ columns: ['file_id'], where, splits: 1 }),
    (row) => row.row,
  )
  return found.length > 0
}

function sightingAt(batch: EncodedBatch, position: number): Omit<FileState, 'rowId' | 'count'> {
  const { files } = batch.tables
  const inspectedUs = longAt(files, FILES_COLUMN.lastInspected, position)
  return {
    firstInspectedUs: inspectedUs,
    lastInspectedUs: inspectedUs,
    sizeBytes: longAt(files, FILES_COLUMN.size, position),
    mtimeUs: longAt(files, FILES_COLUMN.mtime, position),
    etag: stringAt(batch.strings, files.columns[FILES_COLUMN.etag]!.data[position] as number),
  }
}

function latest(a: bigint | null, b: bigint | null): bigint | null {
  return a !== null && (b === null || a > b) ? a : b
}
