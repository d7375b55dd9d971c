import { defineQuery, limit, where } from '../query.ts'

/** Deep files by what wrote them. */
export const deepInventory = defineQuery({
  name: 'deep-inventory',
  title: 'How much deep data is there, by render engine?',
  doc: 'Counts deep parts of live files. Samples are known only of parts that were analysed (`ingest --deep-stats`): analysed_parts says how many.',
  parameters: { where, limit },
  columns: {
    render_software: { type: 'text', doc: 'program that wrote the part; null where the file names none' },
    file_count: { type: 'integer', doc: 'files with a deep part' },
    part_count: { type: 'integer', doc: 'deep parts' },
    size_bytes: { type: 'integer', doc: 'bytes of those files' },
    compressions: { type: 'text', doc: 'compressions of those parts' },
    analysed_parts: { type: 'integer', doc: 'parts whose samples were counted' },
    sample_count: { type: 'integer', doc: 'samples of the analysed parts' },
    max_samples: { type: 'integer', doc: 'most samples at one pixel of an analysed part' },
    untidy_parts: { type: 'integer', doc: 'analysed parts whose samples are not tidy' },
  },
  sql: ({ where, limit }, { frames, table, joined }) => `WITH chosen AS (
  SELECT file_id, size_bytes FROM ${frames} frame WHERE is_deep AND (${where}
  )
), deep AS (
  SELECT p.render_software, p.compression, p.file_id, p.part_index, chosen.size_bytes, d.sample_count, d.max_samples, d.is_tidy,
    row_number() OVER (PARTITION BY p.render_software, p.file_id ORDER BY p.part_index) AS nth
  FROM ${table('parts')} p JOIN chosen ON chosen.file_id = p.file_id
  LEFT JOIN ${table('deep_stats')} d ON d.file_id = p.file_id AND d.part_index = p.part_index
  WHERE p.is_deep
), compressions AS (
  SELECT render_software, ${joined('compression')} AS compressions
  FROM (SELECT DISTINCT render_software, compression FROM deep) named GROUP BY render_software
), counted AS (
  SELECT render_software, count(DISTINCT file_id) AS file_count, count(*) AS part_count,
    CAST(sum(size_bytes) FILTER (WHERE nth = 1) AS BIGINT) AS size_bytes,
    count(sample_count) AS analysed_parts, CAST(sum(sample_count) AS BIGINT) AS sample_count,
    max(max_samples) AS max_samples, count(*) FILTER (WHERE NOT is_tidy) AS untidy_parts
  FROM deep GROUP BY render_software
)
SELECT counted.render_software, file_count, part_count, size_bytes, compressions, analysed_parts, sample_count, max_samples,
  untidy_parts
FROM counted JOIN compressions ON compressions.render_software IS NOT DISTINCT FROM counted.render_software
ORDER BY part_count DESC, counted.render_software LIMIT ${limit}`,
})
