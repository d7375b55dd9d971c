import { required, type TableDefinition } from './definition.ts'
import { fileId, filePath } from './shared-columns.ts'

/** One row per file and removal. */
export const removals: TableDefinition = {
  name: 'removals',
  doc: 'one row per file and removal: the rows of a removed file are kept, and a later inspection makes it live again',
  key: ['file_id', 'removed_at'],
  parent: 'files',
  columns: [fileId, filePath, required('removed_at', 'timestamp', 'when the object store removed the object')],
}
