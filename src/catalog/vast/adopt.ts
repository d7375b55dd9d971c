import { tableBatch } from '../../arrow/index.ts'
import { type EncodedRows, tableNamed } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import {
  adoptedOf,
  arrivingRows,
  CHANGING,
  checkWhole,
  digestsOfRows,
  identities,
  namedValues,
  newRows,
  rowsOfPlan,
  someRows,
} from '../adopt.ts'
import type { Adopted, Origin } from '../catalog.ts'
import { textReader } from '../content.ts'
import { packValue } from '../large-values.ts'
import { ledgerChange } from '../ledger.ts'
import { type AdoptPlan, type FileRow, planAdopt } from '../plan-adopt.ts'
import { cellsOf, FILE_TABLES, fileOfRows, unionOf, type WholeFiles } from '../whole-files.ts'
import { settleEmbeddings } from './embeddings.ts'
import { settleValues, storeValues } from './large-values.ts'
import { deleteRows, lookUp } from './lookup.ts'
import { tableReader } from './read-table.ts'
import { settlePaths } from './repair.ts'
import { type CellValue, rowBatch, updateBatch } from './row-batch.ts'
import { rowIdsOf } from './rows.ts'
import type { Store, Tables } from './store.ts'
import { storedRows } from './vectors-apart.ts'

/** Files whose rows are asked for at a time. */
const FILES_PER_READ = 500

type Stored = FileRow & { readonly rowId: bigint }

/**
 * Takes files of another catalog over, in one transaction, run again on conflicts; see `planAdopt`. Files that another writer stored
 * meanwhile are made one before this resolves.
 */
export async function adoptFiles(
  store: Store,
  batch: WholeFiles,
  origin: Origin,
  signal: AbortSignal | undefined,
): Promise<Adopted> {
  const arriving = arrivingRows(batch)
  checkWhole(batch, arriving, origin.url)
  const ofVectors = fileOfRows(batch.tables.get('embeddings')!)
  const { adopted, paths, values, given } = await store.record(
    async (tables, record) => {
      const known = await readStored(tables, arriving)
      const added = await rowsToAdd(tables, batch, [...known.keys()])
      const sightings = new Uint32Array(batch.fileCount)
      const files = fileOfRows(batch.tables.get('inspections')!)
      for (const row of added.get('inspections') ?? []) sightings[files[row]!]!++
      const plan = planAdopt(arriving, [...known.values()], (position) => sightings[position]!)
      const stores = [...plan.inserts, ...plan.replaces]
      const own = await adoptValues(tables, namedValues(batch, stores), origin, signal)
      const rowIds = new Map([...known].map(([fileId, { rowId }]) => [fileId, rowId]))
      for (const definition of FILE_TABLES) {
        throwIfAborted(signal)
        const table = batch.tables.get(definition.name)!
        const { rows, replaced } = rowsOfPlan(definition, table, plan, added)
        const gone = replaced.map((position) => arriving[position]!.fileId)
        if (rows.length === 0 && gone.length === 0) continue
        for (const stored of storedRows(definition, someRows(definition, table, rows))) {
          const into = tables(stored.table.name)
          if (gone.length > 0) await deleteRows(into, gone)
          if (stored.rows.rowCount === 0) continue
          const inserted = await into.insert(tableBatch(stored.table, stored.rows, table.strings))
          if (stored.table.name !== 'files') continue
          for (const [index, rowId] of rowIdsOf(inserted).entries()) rowIds.set(arriving[rows[index]!]!.fileId, rowId)
        }
      }
      await updateRows(tables, [...plan.rows, ...addedTo(batch, added, plan, known)], rowIds)
      await forgetFailures(tables, arriving)
      throwIfAborted(signal)
      if (plan.changes.length > 0 || [...added.values()].some((rows) => rows.length > 0)) {
        const digestsOf = (name: string) =>
          digestsOfRows(tableNamed(name), batch.tables.get(name)!, added.get(name) ?? [])
        await record(
          ledgerChange(plan.changes, { inspections: digestsOf('inspections'), removals: digestsOf('removals') }),
        )
      }
      const written = new Set(stores.map((position) => arriving[position]!.normalizedPath))
      const given = (added.get('embeddings') ?? []).map((row) => arriving[ofVectors[row]!]!.fileId)
      return { adopted: adoptedOf(batch, plan, added), paths: [...written], values: own, given }
    },
    { signal },
  )
  await settleValues(store, values)
  if (paths.length > 0) await settlePaths(store, paths)
  if (given.length > 0) await settleEmbeddings(store, given)
  return adopted
}

/** The files at the paths of those that arrive; of one that is there twice the row that stays when doubles are removed. */
async function readStored(tables: Tables, arriving: readonly FileRow[]): Promise<Map<string, Stored>> {
  const rows = await lookUp(
    {
      table: tables('files'),
      column: 'file_path_normalized',
      values: arriving.map(({ normalizedPath }) => normalizedPath),
      columns: [
        'file_id',
        'file_path_normalized',
        'content_digest',
        'schema_version',
        ...CHANGING.map(([name]) => name),
      ],
      rowId: true,
    },
    (row): Stored => ({
      fileId: row.name(0),
      normalizedPath: row.name(1),
      contentDigest: row.text(2),
      schemaVersion: row.int(3) ?? 0,
      supersededBy: row.text(4),
      latestRows: row.text(5),
      sequencer: row.text(6),
      firstUs: row.big(7),
      lastUs: row.big(8),
      sizeBytes: row.big(9),
      mtimeUs: row.big(10),
      etag: row.text(11),
      count: row.int(12) ?? 0,
      rowId: row.big(13)!,
    }),
  )
  const stored = new Map<string, Stored>()
  for (const row of rows) {
    const known = stored.get(row.fileId)
    if (known === undefined || row.rowId < known.rowId) stored.set(row.fileId, row)
  }
  return stored
}

/** Of each table in which every row of either side counts, the rows that are not there. */
async function rowsToAdd(
  tables: Tables,
  batch: WholeFiles,
  storedIds: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const added = new Map<string, readonly number[]>()
  for (const definition of FILE_TABLES) {
    if (unionOf(definition) !== 'all') continue
    const there: string[] = []
    for (let start = 0; start < storedIds.length; start += FILES_PER_READ) {
      const read = tableReader(tables, { fileIds: storedIds.slice(start, start + FILES_PER_READ) })
      for await (const rows of read(definition)) there.push(...identities(definition, rows))
    }
    added.set(definition.name, newRows(identities(definition, batch.tables.get(definition.name)!), there))
  }
  return added
}

/**
 * Rows of files that are given removals or vectors and do not change otherwise. Written as they are, they are in conflict with whoever
 * gives the same files something at the same time, who then sees what is there.
 */
function addedTo(
  batch: WholeFiles,
  added: ReadonlyMap<string, readonly number[]>,
  { rows }: AdoptPlan,
  known: ReadonlyMap<string, Stored>,
): Stored[] {
  const changed = new Set(rows.map(({ fileId }) => fileId))
  const given = new Set<string>()
  for (const [name, positions] of added) {
    const definition = tableNamed(name)
    const table = batch.tables.get(name)!
    const fileId = textReader(
      table,
      definition.columns.findIndex((column) => column.name === 'file_id'),
    )
    for (const position of positions) given.add(fileId(position)!)
  }
  return [...given].flatMap((fileId) => (changed.has(fileId) ? [] : (known.get(fileId) ?? [])))
}

/** Stores the values that the catalog lacks, one at a time, and returns those it stored pieces of. */
async function adoptValues(
  tables: Tables,
  named: ReadonlySet<string>,
  origin: Origin,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const found = { table: tables('large_values'), column: 'sha256', values: named, columns: ['sha256'] }
  const known = new Set(named.size === 0 ? [] : await lookUp(found, (row) => row.name(0)))
  const own: string[] = []
  for (const sha256 of named) {
    if (known.has(sha256)) continue
    own.push(...(await storeValues(tables, [await packValue(origin, sha256)], signal)))
  }
  return own
}

async function updateRows(
  tables: Tables,
  rows: readonly FileRow[],
  rowIds: ReadonlyMap<string, bigint>,
): Promise<void> {
  if (rows.length === 0) return
  const changes = rows.map((row) => ({ rowId: rowIds.get(row.fileId)!, values: CHANGING.map(([, , key]) => row[key]) }))
  const columns = CHANGING.map(([name]) => name)
  await tables('files').update(updateBatch('files', columns, changes))
}

/** A location that was read after it failed is no longer a failure. */
async function forgetFailures(tables: Tables, arriving: readonly FileRow[]): Promise<void> {
  const read = await lookUp(
    {
      table: tables('files'),
      column: 'file_path_normalized',
      values: arriving.map(({ normalizedPath }) => normalizedPath),
      columns: ['file_path', 'superseded_by', 'last_inspected'],
    },
    (row) => ({ path: row.name(0), isCurrent: row.isNull(1), lastUs: row.big(2) }),
  )
  const lastRead = new Map(read.filter(({ isCurrent }) => isCurrent).map(({ path, lastUs }) => [path, lastUs]))
  const table = tables('ingest_errors')
  const failures = await lookUp(
    { table, column: 'file_path', values: lastRead.keys(), columns: ['file_path', 'last_seen'], rowId: true },
    (row) => ({ path: row.name(0), seenUs: row.big(1) ?? 0n, rowId: row.big(2)! }),
  )
  const over = failures.filter(({ path, seenUs }) => (lastRead.get(path) ?? -1n) >= seenUs)
  if (over.length > 0) await table.delete(over.map(({ rowId }) => rowId))
}

/** Takes rows of runs or failures over: of two of one key the newer one stays. A file that was read since is no failure. */
export function adoptLoose(store: Store, name: 'ingest_runs' | 'ingest_errors', rows: EncodedRows): Promise<void> {
  const definition = tableNamed(name)
  const place = (column: string) => definition.columns.findIndex((one) => one.name === column)
  const [key = ''] = definition.key
  const times = name === 'ingest_runs' ? ['ended_at', 'started_at'] : ['last_seen']
  const cells = [...cellsOf(definition, rows)] as CellValue[][]
  const timeOf = (row: readonly CellValue[]) =>
    times.map((time) => row[place(time)]).find((value) => value !== null) as bigint
  return store.write(async (tables) => {
    const keys = cells.map((row) => String(row[place(key)]))
    const table = tables(name)
    const there = await lookUp({ table, column: key, values: keys, columns: [key, ...times], rowId: true }, (row) => ({
      key: row.name(0),
      at: row.big(1) ?? row.big(times.length) ?? 0n,
      rowId: row.big(times.length + 1)!,
    }))
    const known = new Map(there.map((row) => [row.key, row]))
    const isRead = name === 'ingest_errors' ? await readSince(tables, keys) : () => false
    const newer = cells.filter((row) => {
      const before = known.get(String(row[place(key)]))
      return before === undefined ? !isRead(String(row[place(key)]), timeOf(row)) : timeOf(row) > before.at
    })
    const old = newer.flatMap((row) => known.get(String(row[place(key)]))?.rowId ?? [])
    if (old.length > 0) await table.delete(old)
    if (newer.length > 0) await table.insert(rowBatch(definition, newer))
  })
}

/** Whether the current file at a path was read at a moment or later. */
async function readSince(tables: Tables, paths: readonly string[]): Promise<(path: string, us: bigint) => boolean> {
  const rows = await lookUp(
    {
      table: tables('files'),
      column: 'file_path',
      values: paths,
      columns: ['file_path', 'superseded_by', 'last_inspected'],
    },
    (row) => ({ path: row.name(0), isCurrent: row.isNull(1), lastUs: row.big(2) }),
  )
  const lastRead = new Map(rows.filter(({ isCurrent }) => isCurrent).map(({ path, lastUs }) => [path, lastUs]))
  return (path, us) => (lastRead.get(path) ?? -1n) >= us
}
