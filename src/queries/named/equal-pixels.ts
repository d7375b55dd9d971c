import { defineQuery, where } from '../query.ts'

/** Files with the same pixels. */
export const equalPixels = defineQuery({
  name: 'equal-pixels',
  title: 'Which files hold exactly the same pixels, and what would keeping one of each save?',
  doc: 'Only files of which every part was hashed (`ingest --hash`): equal are those whose parts have the same hashes in the same order, however they are stored. Of each group the oldest file is the one to keep.',
  parameters: { where, limit: { type: 'integer', doc: 'rows at most', default: 1000 } },
  columns: {
    pixel_hash: { type: 'text', doc: 'hash of the first part' },
    file_path: { type: 'text', doc: 'file' },
    size_bytes: { type: 'integer', doc: 'bytes of the file' },
    mtime: { type: 'time', doc: 'modification time' },
    is_extra: { type: 'boolean', doc: 'another file of the group is the one to keep' },
    file_count: { type: 'integer', doc: 'files of the group' },
    spare_bytes: { type: 'integer', doc: 'bytes of all files of the group but the one to keep' },
  },
  sql: ({ where, limit }, { frames, table, joined }) => `WITH shared AS (
  SELECT algorithm, pixel_hash FROM ${table('content_hashes')} first_parts
  WHERE part_index = 0 AND channel_name IS NULL AND algorithm <> 'perceptual-64'
  GROUP BY algorithm, pixel_hash HAVING count(*) > 1
), candidates AS (
  SELECT DISTINCT h.file_id, h.algorithm FROM ${table('content_hashes')} h
  JOIN shared ON shared.algorithm = h.algorithm AND shared.pixel_hash = h.pixel_hash
  WHERE h.part_index = 0 AND h.channel_name IS NULL
), hashes AS (
  SELECT h.file_id, h.algorithm, count(*) AS part_count, min_by(pixel_hash, part_index) AS pixel_hash,
    ${joined("concat(lpad(CAST(part_index AS VARCHAR), 6, '0'), ':', pixel_hash)")} AS pixels
  FROM ${table('content_hashes')} h
  JOIN candidates ON candidates.file_id = h.file_id AND candidates.algorithm = h.algorithm
  WHERE channel_name IS NULL GROUP BY h.file_id, h.algorithm
), hashed AS (
  SELECT frame.file_path, frame.size_bytes, frame.mtime, hashes.algorithm, hashes.pixel_hash, hashes.pixels
  FROM (SELECT file_id, file_path, size_bytes, mtime, multipart_count FROM ${frames} chosen WHERE (${where}
  ) AND file_id IN (SELECT file_id FROM candidates)) frame JOIN hashes ON hashes.file_id = frame.file_id AND hashes.part_count = frame.multipart_count
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY algorithm, pixels ORDER BY mtime NULLS LAST, file_path) AS nth,
    first_value(size_bytes) OVER (PARTITION BY algorithm, pixels ORDER BY mtime NULLS LAST, file_path) AS kept_bytes,
    count(*) OVER (PARTITION BY algorithm, pixels) AS file_count,
    sum(size_bytes) OVER (PARTITION BY algorithm, pixels) AS all_bytes
  FROM hashed
)
SELECT pixel_hash, file_path, size_bytes, mtime, nth > 1 AS is_extra, file_count,
  CAST(all_bytes - coalesce(kept_bytes, 0) AS BIGINT) AS spare_bytes
FROM ranked WHERE file_count > 1
ORDER BY spare_bytes DESC, pixel_hash, nth LIMIT ${limit}`,
})
