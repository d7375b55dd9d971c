import { ExrError } from '../errors.ts'
import {
  type CellType,
  DigestSum,
  digestRows,
  type EncodedRows,
  largeMarkerOf,
  recordTables,
  selectRows,
  type TableDefinition,
  TextCells,
  tableNamed,
} from '../tables/index.ts'
import { longAt } from './batch-files.ts'
import type { Adopted } from './catalog.ts'
import { textReader } from './content.ts'
import type { AdoptPlan, FileRow } from './plan-adopt.ts'
import { fileOfRows, rowsOf, unionOf, type WholeFiles, type WholeTable } from './whole-files.ts'

const FILES = tableNamed('files')

/** The rows of `files` that arrive, as the plan looks at them. */
export function arrivingRows({ tables, fileCount }: WholeFiles): FileRow[] {
  const table = tables.get('files')!
  const place = (name: string) => FILES.columns.findIndex((column) => column.name === name)
  const text = (name: string) => textReader(table, place(name))
  const long = (name: string) => (row: number) => longAt(table, place(name), row)
  const int = (name: string) => (row: number) => Number(longAt(table, place(name), row) ?? 0)
  const columns = {
    fileId: text('file_id'),
    normalizedPath: text('file_path_normalized'),
    supersededBy: text('superseded_by'),
    contentDigest: text('content_digest'),
    latestRows: text('latest_rows'),
    sequencer: text('sequencer'),
    schemaVersion: int('schema_version'),
    firstUs: long('inspection_timestamp'),
    lastUs: long('last_inspected'),
    sizeBytes: long('size_bytes'),
    mtimeUs: long('mtime'),
    etag: text('etag'),
    count: int('inspection_count'),
  }
  return Array.from(
    { length: fileCount },
    (_, row) =>
      Object.fromEntries(Object.entries(columns).map(([key, read]) => [key, read(row)])) as unknown as FileRow,
  )
}

/**
 * Throws ERR_CATALOG_CORRUPT for a file that is not what it was stored as, so that damage does not travel from one catalog into
 * another. Files of releases that kept no digest are let through.
 */
export function checkWhole({ tables, fileCount }: WholeFiles, rows: readonly FileRow[], url: string): void {
  const sums = Array.from({ length: fileCount }, () => new DigestSum())
  for (const definition of recordTables()) {
    if (definition.written !== 'once') continue
    const table = tables.get(definition.name)!
    const digests = digestRows(definition, table, new TextCells(table.strings))
    for (let file = 0; file < fileCount; file++) {
      for (let row = table.rowStart[file]!; row < table.rowStart[file + 1]!; row++) sums[file]!.add(digests, row)
    }
  }
  const broken = rows.find(({ contentDigest }, file) => contentDigest !== null && contentDigest !== String(sums[file]))
  if (broken === undefined) return
  throw new ExrError(
    'ERR_CATALOG_CORRUPT',
    `The rows of ${broken.normalizedPath} in ${url} are not those that were stored (its digest is another). ` +
      `Nothing of it was taken over. See what else is wrong with: exr-inspector catalog verify`,
    { details: { path: broken.normalizedPath } },
  )
}

/** What makes each row itself: its key, or all of it in a table without one. */
export function identities(definition: TableDefinition, rows: Pick<WholeTable, 'rowCount' | 'columns' | 'strings'>) {
  const { name, key, columns } = definition
  const places = columns.flatMap((column, place) => (key.length === 0 || key.includes(column.name) ? [place] : []))
  const digests = digestRows(
    { name, columns: places.map((place) => columns[place]!) },
    { rowCount: rows.rowCount, columns: places.map((place) => rows.columns[place]!) },
    new TextCells(rows.strings),
  )
  return Array.from({ length: rows.rowCount }, (_, row) => String(new DigestSum().add(digests, row)))
}

/** Rows that are not there yet: of several that are the same as many as are missing. */
export function newRows(arriving: readonly string[], there: Iterable<string>): number[] {
  const left = new Map<string, number>()
  for (const identity of there) left.set(identity, (left.get(identity) ?? 0) + 1)
  return arriving.flatMap((identity, row) => {
    const count = left.get(identity) ?? 0
    if (count > 0) left.set(identity, count - 1)
    return count > 0 ? [] : [row]
  })
}

/** Columns of `files` that change, and the part of a row that they are. */
export const CHANGING: readonly (readonly [column: string, type: CellType, key: keyof FileRow])[] = [
  ['superseded_by', 'utf8', 'supersededBy'],
  ['latest_rows', 'utf8', 'latestRows'],
  ['sequencer', 'utf8', 'sequencer'],
  ['inspection_timestamp', 'timestamp', 'firstUs'],
  ['last_inspected', 'timestamp', 'lastUs'],
  ['size_bytes', 'int64', 'sizeBytes'],
  ['mtime', 'timestamp', 'mtimeUs'],
  ['etag', 'utf8', 'etag'],
  ['inspection_count', 'int32', 'count'],
]

/** Rows of a table to write, and the files whose rows of before they take the place of. */
export function rowsOfPlan(
  definition: TableDefinition,
  table: WholeTable,
  { inserts, replaces, latest }: AdoptPlan,
  added: ReadonlyMap<string, readonly number[]>,
): { readonly rows: readonly number[]; readonly replaced: readonly number[] } {
  const union = unionOf(definition)
  if (union === 'all') return { rows: added.get(definition.name) ?? [], replaced: [] }
  if (union === 'once') return { rows: rowsOf(table, sorted([...inserts, ...replaces])), replaced: replaces }
  const files = latest.get(definition.name) ?? []
  return { rows: rowsOf(table, sorted(files)), replaced: files }
}

/** Some rows of a table, ascending. */
export function someRows(definition: TableDefinition, table: EncodedRows, rows: readonly number[]) {
  if (rows.length === table.rowCount) return table
  const rowStart = Uint32Array.from({ length: table.rowCount + 1 }, (_, row) => row)
  return selectRows(definition, { ...table, rowStart }, rows)
}

/** Their digests. */
export function digestsOfRows(definition: TableDefinition, table: EncodedRows, rows: readonly number[]): Uint32Array {
  return digestRows(definition, someRows(definition, table, rows), new TextCells(table.strings))
}

/** The large values that the attributes of some files name, by SHA-256. */
export function namedValues({ tables }: WholeFiles, positions: readonly number[]): Set<string> {
  const attributes = tables.get('attributes')!
  const column = tableNamed('attributes').columns.findIndex(({ name }) => name === 'value_json')
  const json = textReader(attributes, column)
  const named = new Set<string>()
  for (const row of rowsOf(attributes, positions)) {
    const marker = largeMarkerOf(json(row) ?? '')
    if (marker) named.add(marker.sha256)
  }
  return named
}

/** What became of a batch's files. */
export function adoptedOf(
  { fileCount, tables }: WholeFiles,
  { inserts, replaces, latest }: AdoptPlan,
  added: ReadonlyMap<string, readonly number[]>,
): Adopted {
  const inserted = new Set(inserts)
  const touched = new Set([...replaces, ...[...latest.values()].flat()])
  for (const [name, rows] of added) for (const row of rows) touched.add(fileOfRows(tables.get(name)!)[row]!)
  const updated = [...touched].filter((position) => !inserted.has(position)).length
  return { inserted: inserted.size, updated, unchanged: fileCount - inserted.size - updated }
}

function sorted(positions: readonly number[]): number[] {
  return [...positions].sort((a, b) => a - b)
}
