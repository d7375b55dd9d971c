import { ERROR_STATES, errorState } from '../error-state.ts'
import { defineQuery, limit, where } from '../query.ts'

/** What was looked at, and when. */
export const coverage = defineQuery({
  name: 'coverage',
  title: 'What was looked at by folder, how deep, and how long ago?',
  doc: 'Counts live files of each folder, what of them was read beyond the header, and locations that could not be read. What is not in the catalog it cannot know.',
  parameters: {
    stale_days: { type: 'integer', doc: 'days after which a file counts as stale', default: 30 },
    where,
    limit,
  },
  columns: {
    folder: { type: 'text', doc: 'folder, as stored' },
    file_count: { type: 'integer', doc: 'live files' },
    stale_count: { type: 'integer', doc: 'files not inspected for that many days' },
    oldest: { type: 'time', doc: 'earliest of their latest inspections' },
    newest: { type: 'time', doc: 'latest inspection' },
    unknown_count: { type: 'integer', doc: 'files of which it cannot be told whether they are whole' },
    stats_count: { type: 'integer', doc: 'files with statistics of pixels' },
    hash_count: { type: 'integer', doc: 'files with hashes of pixels' },
    judged_count: { type: 'integer', doc: 'files that were validated' },
    unreadable_count: { type: 'integer', doc: 'locations of the folder that could not be read' },
    invalid_count: { type: 'integer', doc: 'files whose header breaks the format, or ends before it should' },
    limited_count: { type: 'integer', doc: 'files that a limit of this program kept unread in part' },
    not_exr_count: { type: 'integer', doc: 'files that are no OpenEXR files' },
  },
  sql: ({ stale_days, where, limit }, { frames, table }) => {
    const folder = "regexp_replace(file_path, '[^/]*$', '')"
    return `WITH chosen AS (
  SELECT frame.*, ${folder} AS folder FROM ${frames} frame WHERE (${where}
  )
), counted AS (
  SELECT folder, count(*) AS file_count,
    count(*) FILTER (WHERE date_diff('day', last_inspected, CAST(current_timestamp AS TIMESTAMP WITH TIME ZONE)) >= ${stale_days}) AS stale_count,
    min(last_inspected) AS oldest, max(last_inspected) AS newest, count(*) FILTER (WHERE is_complete IS NULL) AS unknown_count,
    count(*) FILTER (WHERE file_id IN (SELECT file_id FROM ${table('channel_stats')})) AS stats_count,
    count(*) FILTER (WHERE file_id IN (SELECT file_id FROM ${table('content_hashes')})) AS hash_count,
    count(*) FILTER (WHERE file_id IN (SELECT file_id FROM ${table('validation_results')})) AS judged_count
  FROM chosen GROUP BY folder
), errors AS (
  SELECT ${folder} AS folder, ${ERROR_STATES.map(
    (state) => `count(*) FILTER (WHERE ${errorState} = '${state}') AS ${state}_count`,
  ).join(`,
    `)}
  FROM ${table('ingest_errors')} e GROUP BY 1
)
SELECT coalesce(counted.folder, errors.folder) AS folder, coalesce(file_count, 0) AS file_count,
  coalesce(stale_count, 0) AS stale_count, oldest, newest, coalesce(unknown_count, 0) AS unknown_count,
  coalesce(stats_count, 0) AS stats_count, coalesce(hash_count, 0) AS hash_count, coalesce(judged_count, 0) AS judged_count,
  ${ERROR_STATES.map((state) => `coalesce(${state}_count, 0) AS ${state}_count`).join(', ')}
FROM counted FULL JOIN errors ON errors.folder = counted.folder ORDER BY 1 LIMIT ${limit}`
  },
})
