import { defineQuery, limit, where } from '../query.ts'

/** Programs that wrote files. */
export const software = defineQuery({
  name: 'software',
  title: 'Which software, in which versions, rendered what?',
  doc: 'By the first part of live files. The attribute that names the program is told, since layouts of other programs name them too.',
  parameters: { where, limit },
  columns: {
    render_software: { type: 'text', doc: 'program; null where the file names none' },
    version: { type: 'text', doc: 'as the program writes it' },
    source: { type: 'text', doc: 'attribute that names it' },
    file_count: { type: 'integer', doc: 'files' },
    sequence_count: { type: 'integer', doc: 'sequences' },
    size_bytes: { type: 'integer', doc: 'bytes' },
    first_mtime: { type: 'time', doc: 'earliest modification time' },
    last_mtime: { type: 'time', doc: 'latest' },
  },
  sql: ({ where, limit }, { frames }) => `SELECT render_software, render_software_version AS version,
  render_software_source AS source, count(*) AS file_count, count(DISTINCT sequence_key) AS sequence_count,
  CAST(sum(size_bytes) AS BIGINT) AS size_bytes, min(mtime) AS first_mtime, max(mtime) AS last_mtime
FROM ${frames} frame WHERE (${where}
) GROUP BY 1, 2, 3 ORDER BY file_count DESC, 1, 2, 3 LIMIT ${limit}`,
})
