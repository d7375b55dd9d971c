import type { Migration } from './migration.ts'

/** Frames share most of their attributes, and those of one kind all of their channels. Frozen: later changes are later migrations. */
export const contentOnce: Migration = {
  version: 19,
  name: 'each distinct attribute and channel stored once',
  contentOnce: [
    {
      table: 'attributes',
      rows: 'attribute_rows',
      number: 'attribute_no',
      distinct: 'distinct_attributes',
      quoted: { column: 'value_json', of: 'value_text' },
    },
    {
      table: 'channels',
      rows: 'channel_rows',
      number: 'channel_no',
      distinct: 'distinct_channels',
    },
  ],
  shapes: {
    attributes: `SELECT f.file_id, f.file_path, r.part_index, d.attr_name, d.attr_type,
        coalesce(d.value_json, '"' || d.value_text || '"') AS value_json, d.value_text, d.value_int, d.value_float, d.source,
        d.oiio_name, d.display
      FROM attribute_rows r JOIN file_rows f ON f.file_no = r.file_no
      JOIN distinct_attributes d ON d.attribute_no = r.attribute_no`,
    channels: `SELECT f.file_id, f.file_path, r.part_index, d.channel_name, d.layer_name, d.component_name, d.channel_type,
        d.x_sampling, d.y_sampling, d.p_linear, v.vector AS channel_fingerprint, d.view_name
      FROM channel_rows r JOIN file_rows f ON f.file_no = r.file_no
      JOIN distinct_channels d ON d.channel_no = r.channel_no
      LEFT JOIN distinct_fingerprints v ON v.fingerprint_id = d.fingerprint_id`,
  },
  views: {
    channel_vectors: `SELECT f.file_id, r.part_index, d.channel_name, v.vector AS channel_fingerprint
      FROM channel_rows r JOIN file_rows f ON f.file_no = r.file_no
      JOIN distinct_channels d ON d.channel_no = r.channel_no
      JOIN distinct_fingerprints v ON v.fingerprint_id = d.fingerprint_id`,
  },
}
