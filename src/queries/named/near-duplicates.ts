import { defineQuery, limit, where } from '../query.ts'

/** Groups of files that look alike by their pixels. */
export const nearDuplicates = defineQuery({
  name: 'near-duplicates',
  title: 'Which files have the same picture, or nearly?',
  doc: 'Only files whose pixels were hashed (`ingest --hash`). `same pixels` shares the hash of all samples of a part, `same look` the 64-bit perceptual hash of the beauty layer, which a re-encoding or a small change does not alter.',
  parameters: { where, limit },
  columns: {
    kind: { type: 'text', doc: 'same pixels or same look' },
    pixel_hash: { type: 'text', doc: 'hash they share' },
    file_count: { type: 'integer', doc: 'files of the group' },
    size_bytes: { type: 'integer', doc: 'bytes of all of them' },
    spare_bytes: { type: 'integer', doc: 'bytes of all but the largest: what keeping one would save' },
    first_path: { type: 'text', doc: 'first path of the group, in order' },
    last_path: { type: 'text', doc: 'last path of the group' },
  },
  sql: ({ where, limit }, { frames, table }) => `WITH hashed AS (
  SELECT DISTINCT CASE WHEN algorithm = 'perceptual-64' THEN 'same look' ELSE 'same pixels' END AS kind,
    algorithm, pixel_hash, h.part_index, frame.file_id, frame.file_path, frame.size_bytes
  FROM ${table('content_hashes')} h
  JOIN (SELECT * FROM ${frames} chosen WHERE (${where}
  )) frame ON frame.file_id = h.file_id WHERE h.channel_name IS NULL
)
SELECT kind, pixel_hash, count(DISTINCT file_id) AS file_count, CAST(sum(size_bytes) AS BIGINT) AS size_bytes,
  CAST(sum(size_bytes) - max(size_bytes) AS BIGINT) AS spare_bytes, min(file_path) AS first_path, max(file_path) AS last_path
FROM hashed GROUP BY kind, algorithm, pixel_hash HAVING count(DISTINCT file_id) > 1
ORDER BY spare_bytes DESC, pixel_hash LIMIT ${limit}`,
})
