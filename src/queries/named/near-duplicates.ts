import { defineQuery, limit, where } from '../query.ts'

/** Groups of files that look alike. */
export const nearDuplicates = defineQuery({
  name: 'near-duplicates',
  title: 'Which files look alike?',
  doc: 'Groups of files whose beauty layers have the same 64-bit perceptual hash, which a re-encoding or a small change does not alter (`ingest --hash`). Alike is not equal: equal-pixels tells what is.',
  parameters: { where, limit },
  columns: {
    pixel_hash: { type: 'text', doc: 'perceptual hash they share' },
    file_count: { type: 'integer', doc: 'files of the group' },
    size_bytes: { type: 'integer', doc: 'bytes of all of them' },
    first_path: { type: 'text', doc: 'first path of the group, in order' },
    last_path: { type: 'text', doc: 'last path of the group' },
  },
  sql: ({ where, limit }, { frames, table }) => `SELECT h.pixel_hash, count(DISTINCT frame.file_id) AS file_count,
  CAST(sum(frame.size_bytes) AS BIGINT) AS size_bytes, min(frame.file_path) AS first_path, max(frame.file_path) AS last_path
FROM (SELECT DISTINCT file_id, pixel_hash FROM ${table('content_hashes')} WHERE algorithm = 'perceptual-64') h
JOIN (SELECT * FROM ${frames} chosen WHERE (${where}
)) frame ON frame.file_id = h.file_id
GROUP BY h.pixel_hash HAVING count(DISTINCT frame.file_id) > 1
ORDER BY file_count DESC, h.pixel_hash LIMIT ${limit}`,
})
