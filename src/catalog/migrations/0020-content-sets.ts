import type { Migration } from './migration.ts'

/**
 * Parts of frames share most of what they say: it is named as a whole. The id of a file is 32 letters that nothing packs: rows that are
 * not content name it by its number too. Frozen: later changes are later migrations.
 */
export const contentSets: Migration = {
  version: 20,
  name: 'what parts share named as a set, and files by their numbers',
  contentSets: [
    { table: 'attributes', sets: 'attribute_sets', setRows: 'attribute_set_rows' },
    { table: 'channels', sets: 'channel_sets', setRows: 'channel_set_rows' },
  ],
  numberedRows: [
    { table: 'parts', rows: 'part_rows', ofFile: ['file_id', 'file_path'] },
    { table: 'inspections', rows: 'inspection_rows', ofFile: ['file_id'] },
  ],
  shapes: {
    parts: `SELECT f.file_id, f.file_path, r.* EXCLUDE (file_no) FROM part_rows r JOIN file_rows f ON f.file_no = r.file_no`,
    inspections: `SELECT f.file_id, r.* EXCLUDE (file_no) FROM inspection_rows r JOIN file_rows f ON f.file_no = r.file_no`,
    attributes: `SELECT f.file_id, f.file_path, r.part_index, d.attr_name, d.attr_type,
        coalesce(d.value_json, '"' || d.value_text || '"') AS value_json, d.value_text, d.value_int, d.value_float, d.source,
        d.oiio_name, d.display
      FROM (SELECT file_no, part_index, attribute_no FROM attribute_rows
        UNION ALL SELECT n.file_no, n.part_index, s.attribute_no FROM attribute_set_rows n
          JOIN attribute_sets s ON s.set_no = n.set_no) r
      JOIN file_rows f ON f.file_no = r.file_no
      JOIN distinct_attributes d ON d.attribute_no = r.attribute_no`,
    channels: `SELECT f.file_id, f.file_path, r.part_index, d.channel_name, d.layer_name, d.component_name, d.channel_type,
        d.x_sampling, d.y_sampling, d.p_linear, v.vector AS channel_fingerprint, d.view_name
      FROM (SELECT file_no, part_index, channel_no FROM channel_rows
        UNION ALL SELECT n.file_no, n.part_index, s.channel_no FROM channel_set_rows n
          JOIN channel_sets s ON s.set_no = n.set_no) r
      JOIN file_rows f ON f.file_no = r.file_no
      JOIN distinct_channels d ON d.channel_no = r.channel_no
      LEFT JOIN distinct_fingerprints v ON v.fingerprint_id = d.fingerprint_id`,
  },
  views: {
    // In one order each time it is asked for.
    layers: `SELECT c.file_id, c.file_path, c.part_index, c.view_name, c.layer_name, count(*) AS channel_count,
        list(c.component_name ORDER BY c.channel_name) AS components,
        list(DISTINCT c.channel_type ORDER BY c.channel_type) AS channel_types
      FROM channels c SEMI JOIN live_files f ON f.file_id = c.file_id GROUP BY ALL`,
    channel_vectors: `SELECT f.file_id, r.part_index, d.channel_name, v.vector AS channel_fingerprint
      FROM (SELECT file_no, part_index, channel_no FROM channel_rows
        UNION ALL SELECT n.file_no, n.part_index, s.channel_no FROM channel_set_rows n
          JOIN channel_sets s ON s.set_no = n.set_no) r
      JOIN file_rows f ON f.file_no = r.file_no
      JOIN distinct_channels d ON d.channel_no = r.channel_no
      JOIN distinct_fingerprints v ON v.fingerprint_id = d.fingerprint_id`,
  },
}
