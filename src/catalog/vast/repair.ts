import { recordTables } from '../../tables/index.ts'
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
import { type CellValue, updateBatch } from './row-batch.ts'
import type { RowView } from './rows.ts'
import type { Store, Tables } from './store.ts'

/** Tables whose rows a file has once, told apart by a key. */
const CHILD_TABLES = recordTables().filter(({ parent, key }) => parent !== null && key.length > 0)

const KEY_COLUMNS = ['file_id', 'file_path_normalized', 'superseded_by']
const FILE_COLUMNS = [...KEY_COLUMNS, 'size_bytes', 'mtime', 'etag', 'inspection_timestamp', 'last_inspected']
const REWRITTEN = [
  'superseded_by',
  'size_bytes',
  'mtime',
  'etag',
  'inspection_timestamp',
  'last_inspected',
  'inspection_count',
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
  return store.write(async (tables) => {
    const rows = await readFiles(tables, paths)
    const { doubles, kept } = planRepair(rows)
    const removed = new Set(doubles)
    const ids = new Map<string, bigint>()
    for (const { fileId, rowId } of rows) if (!removed.has(rowId)) ids.set(fileId, rowId)
    if (kept.length === 0) return ids
    const copies = new Map(kept.filter((file) => file.copies > 1).map((file) => [file.fileId, file.copies]))
    if (copies.size > 0) await removeChildren(tables, copies)
    const sightings = await countSightings(
      tables,
      kept.map((file) => file.fileId),
    )
    await tables('files').update(updateBatch('files', REWRITTEN, kept.map(keptRow(sightings))))
    if (doubles.length > 0) await tables('files').delete(doubles)
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
      rowId: row.big(8)!,
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
    ],
  })
}
