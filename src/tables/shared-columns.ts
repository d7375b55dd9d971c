import { optional, type RecordColumn, required } from './definition.ts'

/** Of every table about a file: which one. */
export const fileId: RecordColumn<unknown> = {
  ...required('file_id', 'utf8', 'first 32 hex digits of SHA-256 over normalized path, NUL, header hash'),
  value: (_row, file) => file.id,
  varies: true,
}

/** Of every table about a file: where it lies. */
export const filePath: RecordColumn<unknown> = {
  ...required('file_path', 'utf8', 'absolute path, or URL'),
  value: (_row, file) => file.path,
  varies: true,
}

/** Of every table about a part of a file. */
export const partIndex: RecordColumn<{ readonly part_index: number }> = {
  ...required('part_index', 'int32', 'zero-based part'),
  value: (row) => row.part_index,
  varies: true,
}

/** Which run wrote a row. */
export const runId: RecordColumn<unknown> = {
  ...optional('run_id', 'utf8', 'run that wrote the row'),
  value: (_row, file) => file.runId,
}

/** What the file system or the object store says of a file, in this order. */
export const sightingColumns: readonly RecordColumn<unknown>[] = [
  {
    ...optional('size_bytes', 'int64', 'bytes of the whole file'),
    value: (_row, { record }) => record.payload.file.size_bytes,
  },
  {
    ...optional('mtime', 'timestamp', 'modification time of the file or object'),
    value: (_row, file) => file.mtimeUs,
  },
  { ...optional('etag', 'utf8', 'opaque; object stores only'), value: (_row, { record }) => record.payload.file.etag },
]
