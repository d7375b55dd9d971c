import { optional, required, type TableDefinition } from './definition.ts'

/** One row per location that cannot be read; gone once it can. */
export const ingestErrors: TableDefinition = {
  name: 'ingest_errors',
  doc: 'one row per location that cannot be read; gone once it can',
  key: ['file_path'],
  parent: null,
  columns: [
    required('file_path', 'utf8', 'absolute path, or URL'),
    required('code', 'utf8', 'ERR_* code'),
    optional('message', 'utf8', 'what was tried and found'),
    optional('byte_offset', 'int64', 'offset of the problem in the file'),
    optional('run_id', 'utf8', 'run that wrote the row'),
    required('first_seen', 'timestamp', 'first failure'),
    required('last_seen', 'timestamp', 'latest failure'),
    required('attempts', 'int32', 'failures so far'),
  ],
}
