import { defineQuery, limit, where } from '../query.ts'

/** What is new. */
export const recentlyChanged = defineQuery({
  name: 'recently-changed',
  title: 'What was rendered or changed since a moment?',
  doc: 'Live files by modification time, newest first; those whose header replaced another one at the same path are told apart.',
  parameters: { since: { type: 'time', doc: 'from when, inclusive' }, where, limit },
  columns: {
    file_path: { type: 'text', doc: 'file' },
    mtime: { type: 'time', doc: 'modification time' },
    change: { type: 'text', doc: 'new, or new header where another was at this path before' },
    last_inspected: { type: 'time', doc: 'latest inspection' },
    size_bytes: { type: 'integer', doc: 'bytes' },
    is_complete: { type: 'boolean', doc: 'no chunk is missing; null where it cannot be told' },
  },
  sql: ({ since, where, limit }, { frames, table, moment }) => `SELECT file_path, mtime,
  CASE WHEN file_id IN (SELECT superseded_by FROM ${table('files')} older WHERE superseded_by IS NOT NULL)
    THEN 'new header' ELSE 'new' END AS change,
  last_inspected, size_bytes, is_complete
FROM ${frames} frame WHERE mtime >= ${moment(since)} AND (${where}
) ORDER BY mtime DESC, file_path LIMIT ${limit}`,
})
