import type { Migration } from './migration.ts'

/** Frames of one kind have one vector. Frozen: later changes are later migrations. */
export const vectorsOnce: Migration = {
  version: 18,
  name: 'each distinct vector stored once',
  once: [
    {
      table: 'files',
      rows: 'file_rows',
      column: 'metadata_embedding',
      dimension: 384,
      id: 'vector_id',
      distinct: 'distinct_vectors',
    },
    {
      table: 'channels',
      rows: 'channel_rows',
      column: 'channel_fingerprint',
      dimension: 128,
      id: 'fingerprint_id',
      distinct: 'distinct_fingerprints',
    },
  ],
  shapes: {
    files: `SELECT f.file_id, f.file_path, f.file_path_normalized, f.header_hash, f.size_bytes, f.mtime, f.etag,
        f.multipart_count, f.is_deep, f.is_complete, f.frame_number, f.sequence_key, v.vector AS metadata_embedding,
        f.embedding_version, f.inspection_timestamp, f.last_inspected, f.inspection_count, f.superseded_by,
        f.schema_version, f.check_depth, f.format_version, f.version_flags, f.trailing_bytes, f.child_rows,
        f.content_digest, f.latest_rows, f.sequencer, f.limit_reached
      FROM file_rows f LEFT JOIN distinct_vectors v ON v.vector_id = f.vector_id`,
    channels: `SELECT c.file_id, c.file_path, c.part_index, c.channel_name, c.layer_name, c.component_name, c.channel_type,
        c.x_sampling, c.y_sampling, c.p_linear, v.vector AS channel_fingerprint, c.view_name
      FROM channel_rows c LEFT JOIN distinct_fingerprints v ON v.fingerprint_id = c.fingerprint_id`,
  },
  views: {
    vectors: `SELECT f.file_id, f.embedding_version, v.vector AS metadata_embedding
      FROM file_rows f JOIN distinct_vectors v ON v.vector_id = f.vector_id`,
    channel_vectors: `SELECT c.file_id, c.part_index, c.channel_name, v.vector AS channel_fingerprint
      FROM channel_rows c JOIN distinct_fingerprints v ON v.fingerprint_id = c.fingerprint_id`,
  },
}
