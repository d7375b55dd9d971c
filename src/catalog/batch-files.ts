import type { CheckDepth } from '../inspect/check-depth.ts'
import {
  digestRows,
  type EncodedBatch,
  type EncodedTable,
  RECORD_TABLES,
  ROW_SCHEMA_VERSION,
  stringAt,
  TextCells,
} from '../tables/index.ts'
import type { BatchFile } from './plan-upsert.ts'

/** A file of a batch with the path it was given. */
export interface NamedFile extends BatchFile {
  readonly path: string
}

type FilesColumn = (typeof RECORD_TABLES)['files']['columns'][number]['name']

const column = (name: FilesColumn) => RECORD_TABLES.files.columns.findIndex((candidate) => candidate.name === name)

/** Places of columns in the table `files`. */
export const FILES_COLUMN = {
  id: column('file_id'),
  path: column('file_path'),
  normalized: column('file_path_normalized'),
  size: column('size_bytes'),
  mtime: column('mtime'),
  etag: column('etag'),
  lastInspected: column('last_inspected'),
  contentDigest: column('content_digest'),
  latestRows: column('latest_rows'),
  sequencer: column('sequencer'),
  checkDepth: column('check_depth'),
  limitReached: column('limit_reached'),
} as const

/** Who is in a batch, in its order. */
export function filesOf(batch: EncodedBatch): NamedFile[] {
  const { columns, rowCount } = batch.tables.files
  const text = (index: number, row: number) => stringAt(batch.strings, columns[index]!.data[row] as number)
  const long = (index: number, row: number) => longAt(batch.tables.files, index, row)
  return Array.from({ length: rowCount }, (_, row) => ({
    fileId: text(FILES_COLUMN.id, row) ?? '',
    path: text(FILES_COLUMN.path, row) ?? '',
    normalizedPath: text(FILES_COLUMN.normalized, row) ?? '',
    contentDigest: text(FILES_COLUMN.contentDigest, row),
    latestRows: text(FILES_COLUMN.latestRows, row),
    bytes: bytesKey(long(FILES_COLUMN.size, row), long(FILES_COLUMN.mtime, row), text(FILES_COLUMN.etag, row)),
    schemaVersion: ROW_SCHEMA_VERSION,
    sequencer: text(FILES_COLUMN.sequencer, row),
    checkDepth: text(FILES_COLUMN.checkDepth, row) as CheckDepth | null,
    limitReached: text(FILES_COLUMN.limitReached, row),
  }))
}

/** What tells the bytes of one sighting from those of another. */
export function bytesKey(sizeBytes: bigint | null, mtimeUs: bigint | null, etag: string | null): string {
  return `${sizeBytes} ${mtimeUs} ${etag}`
}

/** A 64-bit cell. */
export function longAt(table: Pick<EncodedTable, 'columns'>, index: number, row: number): bigint | null {
  const { data, valid } = table.columns[index]!
  return valid && valid[row] === 0 ? null : (data[row] as bigint)
}

/** The digests of a batch's sightings, for the ledger. */
export function digestSightings(batch: EncodedBatch): Uint32Array {
  return digestRows(RECORD_TABLES.inspections, batch.tables.inspections, new TextCells(batch.strings))
}
