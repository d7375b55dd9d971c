import { defineQuery, limit, where } from '../query.ts'

/** Frames to render again. */
export const brokenFrames = defineQuery({
  name: 'broken-frames',
  title: 'Which frames are broken, and how?',
  doc: 'Live files in which chunks are missing, files that break the format, and locations that could not be read. Files of which it cannot be told are left out, as are those beyond a limit of ours.',
  parameters: { where, limit },
  columns: {
    file_path: { type: 'text', doc: 'file' },
    state: { type: 'text', doc: 'incomplete, invalid or unreadable, as inspect says' },
    missing_chunks: { type: 'integer', doc: 'chunks missing, at least; null for unreadable ones' },
    chunk_count: { type: 'integer', doc: 'chunks the headers call for' },
    looked_at: { type: 'text', doc: 'what was looked at: none, table, leaders, all or pixels' },
    message: { type: 'text', doc: 'why it cannot be read' },
  },
  sql: ({ where, limit }, { frames, table }) => `WITH broken AS (
  SELECT file_id, file_path, check_depth FROM ${frames} frame WHERE NOT is_complete AND (${where}
  ) AND file_path NOT IN (SELECT file_path FROM ${table('ingest_errors')} e)
)
SELECT * FROM (
  SELECT broken.file_path, 'incomplete' AS state, CAST(sum(p.missing_chunks) AS BIGINT) AS missing_chunks,
    CAST(sum(p.chunk_count) AS BIGINT) AS chunk_count, max(check_depth) AS looked_at, CAST(NULL AS VARCHAR) AS message
  FROM broken LEFT JOIN ${table('parts')} p ON p.file_id = broken.file_id GROUP BY broken.file_path
  UNION ALL
  SELECT file_path, CASE WHEN code = 'ERR_EXR_TRUNCATED' THEN 'incomplete' WHEN code IN ('ERR_EXR_HEADER', 'ERR_EXR_VERSION', 'ERR_EXR_CHUNKS') THEN 'invalid' ELSE 'unreadable' END,
    NULL, NULL, NULL, concat(code, ': ', message) FROM ${table('ingest_errors')} e WHERE code <> 'ERR_EXR_LIMIT'
) told ORDER BY file_path LIMIT ${limit}`,
})
