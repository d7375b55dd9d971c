import { defineQuery, limit, where } from '../query.ts'

/** Machines and people that rendered. */
export const farm = defineQuery({
  name: 'farm',
  title: 'Which machines rendered, for whom, and how long?',
  doc: 'From what headers state of host, user, render time and memory; files that state none are counted under null. Users are read from the attributes user, username, artist, renderuser, exr/user and nuke/user.',
  parameters: { where, limit },
  columns: {
    render_host: { type: 'text', doc: 'machine the header names' },
    user_name: { type: 'text', doc: 'user the header names' },
    file_count: { type: 'integer', doc: 'files' },
    timed_count: { type: 'integer', doc: 'files that state a render time' },
    render_seconds: { type: 'number', doc: 'sum of those times' },
    middle_seconds: { type: 'number', doc: 'middle of those times' },
    max_memory_bytes: { type: 'integer', doc: 'largest peak memory stated' },
    incomplete_count: { type: 'integer', doc: 'files with missing chunks' },
  },
  sql: ({ where, limit }, { frames, table, median }) => `WITH users AS (
  SELECT file_id, min(value_text) AS user_name FROM ${table('attributes')} a
  WHERE part_index = 0 AND source = 'exr'
    AND lower(attr_name) IN ('user', 'username', 'artist', 'renderuser', 'exr/user', 'nuke/user')
  GROUP BY file_id
)
SELECT render_host, user_name, count(*) AS file_count, count(render_seconds) AS timed_count,
  sum(render_seconds) AS render_seconds, ${median('render_seconds')} AS middle_seconds,
  max(render_memory_bytes) AS max_memory_bytes, count(*) FILTER (WHERE NOT is_complete) AS incomplete_count
FROM ${frames} frame LEFT JOIN users ON users.file_id = frame.file_id WHERE (${where}
) GROUP BY 1, 2 ORDER BY file_count DESC, 1, 2 LIMIT ${limit}`,
})
