import { defineQuery, where } from '../query.ts'

/** Bytes by compression. */
export const compressionCost = defineQuery({
  name: 'compression-cost',
  title: 'What does each compression cost on disk?',
  doc: 'Bytes of files by the compression of their first part, beside what their samples take without compression (data windows times the sizes of their channels; mipmaps and deep samples are not in it, so deep and mipmapped files are left out of the ratio). What other compressions would take is measured by --measure (measureCompression in the library).',
  parameters: { where },
  columns: {
    compression: { type: 'text', doc: 'compression of the first part' },
    file_count: { type: 'integer', doc: 'files' },
    size_bytes: { type: 'integer', doc: 'bytes on disk' },
    share: { type: 'number', doc: 'of the bytes of all files looked at, 0 to 1' },
    flat_files: { type: 'integer', doc: 'files that the next two columns speak of' },
    sample_bytes: { type: 'integer', doc: 'bytes of their samples without compression' },
    ratio: { type: 'number', doc: 'their bytes on disk over the bytes of their samples' },
  },
  sql: ({ where }, { frames, table, sampleBytes }) => `WITH chosen AS (
  SELECT file_id, compression, size_bytes FROM ${frames} frame WHERE size_bytes IS NOT NULL AND (${where}
  )
), samples AS (
  SELECT c.file_id, sum(${sampleBytes}) AS sample_bytes
  FROM ${table('channels')} c
  JOIN ${table('parts')} p ON p.file_id = c.file_id AND p.part_index = c.part_index
  JOIN chosen ON chosen.file_id = c.file_id
  GROUP BY c.file_id HAVING count(*) FILTER (WHERE p.is_deep OR coalesce(p.level_mode, 'one_level') <> 'one_level') = 0
)
SELECT compression, count(*) AS file_count, CAST(sum(size_bytes) AS BIGINT) AS size_bytes,
  CAST(sum(size_bytes) AS DOUBLE) / nullif(sum(sum(size_bytes)) OVER (), 0) AS share, count(sample_bytes) AS flat_files,
  CAST(sum(sample_bytes) AS BIGINT) AS sample_bytes,
  CAST(sum(size_bytes) FILTER (WHERE sample_bytes IS NOT NULL) AS DOUBLE) / nullif(sum(sample_bytes), 0) AS ratio
FROM chosen LEFT JOIN samples ON samples.file_id = chosen.file_id
GROUP BY compression ORDER BY size_bytes DESC, compression`,
})
