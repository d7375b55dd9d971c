import { recordTables, tableNamed, VECTOR_TABLES } from '../../tables/index.ts'
import { type FileContent, readContent } from '../content.ts'
import { digestValues, ledgerChange, type Tally, TallySum } from '../ledger.ts'
import type { CountedChange, CountedFile } from '../plan-upsert.ts'
import { lookUp } from './lookup.ts'
import {
  type ChildRow,
  childDoubles,
  type FileKey,
  type FileRow,
  type KeptFile,
  pathsToRepair,
  planRepair,
} from './plan-repair.ts'
import { tableReader } from './read-table.ts'
import { type CellValue, updateBatch } from './row-batch.ts'
import type { RowView } from './rows.ts'
import type { Store, Tables } from './store.ts'

/** Tables whose rows a file has once, told apart by a key. */
const CHILD_TABLES = [
  ...recordTables().filter(({ parent, key }) => parent !== null && key.length > 0),
  tableNamed('embeddings'),
  ...VECTOR_TABLES,
]

const KEY_COLUMNS = ['file_id', 'file_path_normalized', 'superseded_by']
const FILE_COLUMNS = [
  ...KEY_COLUMNS,
  'size_bytes',
  'mtime',
  'etag',
  'inspection_timestamp',
  'last_inspected',
  'content_digest',
  'latest_rows',
]
const REWRITTEN = [
  'superseded_by',
  'size_bytes',
  'mtime',
  'etag',
  'inspection_timestamp',
  'last_inspected',
  'inspection_count',
  'content_digest',
  'latest_rows',
]

/**
 * Looks once more at paths that were just written, and repairs those where another writer stored the same file or
 * another header at the same time. Returns the row id of every file there.
 */
export async function settlePaths(store: Store, paths: Iterable<string>): Promise<ReadonlyMap<string, bigint>> {
  const rows = await store.read((tables) => readKeys(tables, paths))
  const broken = pathsToRepair(rows)
  const ids = new Map(rows.map(({ fileId, rowId }) => [fileId, rowId]))
  if (broken.length > 0) for (const [fileId, rowId] of await repairPaths(store, broken)) ids.set(fileId, rowId)
  return ids
}

/** Makes every file at these paths stand once, with one current file a path. Returns the row id of every file there. */
function repairPaths(store: Store, paths: readonly string[]): Promise<ReadonlyMap<string, bigint>> {
  return store.record(async (tables, record) => {
    const rows = await readFiles(tables, paths)
    const { doubles, kept } = planRepair(rows)
    const removed = new Set(doubles)
    const ids = new Map<string, bigint>()
    for (const { fileId, rowId } of rows) if (!removed.has(rowId)) ids.set(fileId, rowId)
    if (kept.length === 0) return ids
    const copies = new Map(kept.filter((file) => file.copies > 1).map((file) => [file.fileId, file.copies]))
    if (copies.size > 0) await removeChildren(tables, copies)
    const [inspections, removals] = [
      await removeSame(tables, 'inspections', copies),
      await removeSame(tables, 'removals', copies),
    ]
    const sightings = await countSightings(
      tables,
      kept.map((file) => file.fileId),
    )
    const files = await withContent(tables, kept, rows)
    await tables('files').update(updateBatch('files', REWRITTEN, files.map(keptRow(sightings))))
    if (doubles.length > 0) await tables('files').delete(doubles)
    await record({ ...ledgerChange(changesOf(rows, files, removed)), inspections, removals })
    return ids
  })
}

/** Rows at paths, for `pathsToRepair`. */
function readKeys(tables: Tables, paths: Iterable<string>): Promise<FileKey[]> {
  return lookUp(
    { table: tables('files'), column: 'file_path_normalized', values: paths, columns: KEY_COLUMNS, rowId: true },
    (row) => ({ ...keyOf(row), rowId: row.big(3)! }),
  )
}

function readFiles(tables: Tables, paths: readonly string[]): Promise<FileRow[]> {
  return lookUp(
    { table: tables('files'), column: 'file_path_normalized', values: paths, columns: FILE_COLUMNS, rowId: true },
    (row) => ({
      ...keyOf(row),
      sizeBytes: row.big(3),
      mtimeUs: row.big(4),
      etag: row.text(5),
      firstInspectedUs: row.big(6),
      lastInspectedUs: row.big(7),
      contentDigest: row.text(8),
      latestRows: row.text(9),
      rowId: row.big(10)!,
    }),
  )
}

function keyOf(row: RowView) {
  return { fileId: row.name(0), normalizedPath: row.name(1), supersededBy: row.text(2) }
}

async function removeChildren(tables: Tables, copies: ReadonlyMap<string, number>): Promise<void> {
  for (const { name, key } of CHILD_TABLES) {
    const columns = ['file_id', ...key.filter((column) => column !== 'file_id')]
    const rows = await lookUp(
      { table: tables(name), column: 'file_id', values: copies.keys(), columns, rowId: true },
      (row): ChildRow => ({
        fileId: row.name(0),
        key: columns.map((_, index) => String(row.value(index))).join('\0'),
        rowId: row.big(columns.length)!,
      }),
    )
    const doubles = childDoubles(rows, copies)
    if (doubles.length > 0) await tables(name).delete(doubles)
  }
}

/**
 * Two merges of one catalog store the same sightings and removals: of rows that are alike in every column one copy's stay. Returns
 * what that takes away from the ledger.
 */
async function removeSame(
  tables: Tables,
  name: 'inspections' | 'removals',
  copies: ReadonlyMap<string, number>,
): Promise<Tally> {
  const { columns } = tableNamed(name)
  const names = columns.map((column) => column.name)
  const found = { table: tables(name), column: 'file_id', values: copies.keys(), columns: names, rowId: true }
  const isLong = columns.map(({ type }) => type === 'int64' || type === 'timestamp')
  const rows = await lookUp(found, (row) => {
    const cells = columns.map((_, column) => (isLong[column] ? row.big(column) : row.value(column)))
    return { fileId: row.name(0), key: cells.map(String).join('\0'), rowId: row.big(columns.length)!, cells }
  })
  const doubles = new Set(childDoubles(rows, copies))
  const gone = rows.filter(({ rowId }) => doubles.has(rowId))
  if (gone.length > 0) await tables(name).delete([...doubles])
  const sum = new TallySum()
  sum.addRows(
    digestValues(
      tableNamed(name),
      gone.map(({ cells }) => cells),
    ),
    -1,
  )
  return sum.tally()
}

/** Every sighting left a row in `inspections`, whoever stored it: its count is the truth. */
async function countSightings(tables: Tables, fileIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  await lookUp({ table: tables('inspections'), column: 'file_id', values: fileIds, columns: ['file_id'] }, (row) => {
    const fileId = row.name(0)
    counts.set(fileId, (counts.get(fileId) ?? 0) + 1)
  })
  return counts
}

function keptRow(sightings: ReadonlyMap<string, number>) {
  return (file: KeptFile): { readonly rowId: bigint; readonly values: readonly CellValue[] } => ({
    rowId: file.rowId,
    values: [
      file.supersededBy,
      file.sizeBytes,
      file.mtimeUs,
      file.etag,
      file.firstInspectedUs,
      file.lastInspectedUs,
      sightings.get(file.fileId) ?? 1,
      file.contentDigest,
      file.latestRows,
    ],
  })
}

/** Copies that say different things may leave rows of both: what such a file holds is looked at again. */
async function withContent(
  tables: Tables,
  kept: readonly KeptFile[],
  rows: readonly FileRow[],
): Promise<readonly KeptFile[]> {
  const own = (file: FileContent) => `${file.contentDigest} ${file.latestRows}`
  const mixed = kept.filter((file) => rows.some((row) => row.fileId === file.fileId && own(row) !== own(file)))
  if (mixed.length === 0) return kept
  const contents = new Map<string, FileContent>()
  for (const { fileId, rowId } of mixed) {
    contents.set(fileId, (await readContent(tableReader(tables, { fileIds: [fileId], fileRow: rowId })))(fileId))
  }
  return kept.map((file) => ({ ...file, ...contents.get(file.fileId) }))
}

/** What a repair does to the rows of `files`, for the ledger. */
function changesOf(
  rows: readonly FileRow[],
  kept: readonly KeptFile[],
  removed: ReadonlySet<bigint>,
): readonly CountedChange[] {
  const after = new Map(kept.map((file) => [file.rowId, counted(file)]))
  return rows
    .filter(({ rowId }) => removed.has(rowId) || after.has(rowId))
    .map((row) => ({ before: counted(row), after: after.get(row.rowId) ?? null }))
}

function counted({ supersededBy, contentDigest, latestRows }: KeptFile | FileRow): CountedFile {
  return { isCurrent: supersededBy === null, contentDigest, latestRows }
}
