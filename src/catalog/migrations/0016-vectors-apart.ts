import type { Migration } from './migration.ts'

/** Vectors out of the tables that people query. Frozen: later changes are later migrations. */
export const vectorsApart: Migration = {
  version: 16,
  name: 'vectors in tables of their own',
  apart: [
    { table: 'files', column: 'metadata_embedding', into: 'vectors' },
    { table: 'channels', column: 'channel_fingerprint', into: 'channel_vectors' },
  ],
  views: {
    vectors: `SELECT file_id, embedding_version, metadata_embedding FROM files WHERE metadata_embedding IS NOT NULL`,
    channel_vectors: `SELECT file_id, part_index, channel_name, channel_fingerprint
      FROM channels WHERE channel_fingerprint IS NOT NULL`,
  },
}
