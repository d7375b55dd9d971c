import type { Migration } from './migration.ts'

/** Vectors of providers. Frozen: later changes are later migrations. */
export const embeddingsTable: Migration = {
  version: 15,
  name: 'embeddings of providers',
  tables: {
    embeddings: {
      file_id: 'utf8!',
      file_path: 'utf8!',
      provider: 'utf8!',
      version: 'utf8!',
      dimension: 'int32!',
      vector: { list: 'float32' },
      size_bytes: 'int64',
      mtime: 'timestamp',
      etag: 'utf8',
      made_at: 'timestamp',
    },
  },
}
