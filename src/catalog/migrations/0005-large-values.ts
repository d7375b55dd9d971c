import type { Migration } from './migration.ts'

/** Where values that are too large for a row are. Frozen: later changes are later migrations. */
export const largeValues: Migration = {
  version: 5,
  name: 'large values, stored once',
  tables: {
    large_values: {
      sha256: 'utf8!',
      piece: 'int32!',
      byte_length: 'int64!',
      stored_bytes: 'int64',
      file_offset: 'int64',
      data: 'binary',
    },
  },
  views: {
    large_attributes: `SELECT a.file_id, a.file_path, a.part_index, a.attr_name, a.attr_type, v.byte_length, v.sha256,
        'exr-inspector catalog value ' || v.sha256 AS read_with
      FROM (SELECT *, regexp_extract(value_json, '^\\{"large":\\{"sha256":"([0-9a-f]{64})"', 1) AS sha256
        FROM attributes WHERE starts_with(value_json, '{"large":')) a JOIN large_values v USING (sha256)`,
  },
}
