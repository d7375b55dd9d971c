import { type EncodedBatch, RECORD_TABLES, stringAt } from '../tables/index.ts'
import type { BatchFile } from './plan-upsert.ts'

/** A file of a batch with the path it was given. */
interface NamedFile extends BatchFile {
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
} as const

/** Who is in a batch, in its order. */
export function filesOf(batch: EncodedBatch): NamedFile[] {
  const { columns, rowCount } = batch.tables.files
  const text = (index: number, row: number) => stringAt(batch.strings, columns[index]!.data[row] as number) ?? ''
  return Array.from({ length: rowCount }, (_, row) => ({
    fileId: text(FILES_COLUMN.id, row),
    path: text(FILES_COLUMN.path, row),
    normalizedPath: text(FILES_COLUMN.normalized, row),
  }))
}
