import { ExrError } from '../../errors.ts'
import { defineQuery, limit, where } from '../query.ts'

const PERIODS = ['hour', 'day', 'week', 'month', 'year']

/** What changes over time. */
export const trends = defineQuery({
  name: 'trends',
  title: 'How do sizes, channels, software and render times change over time?',
  doc: 'By the modification time of live files, in UTC; files whose time is not known are left out. Middles are of the files that state the value; engines that spread over machines estimate them.',
  parameters: {
    every: { type: 'text', doc: 'hour, day, week, month or year', default: 'day' },
    since: { type: 'time', doc: 'only files modified from here on', optional: true },
    where,
    limit,
  },
  columns: {
    period: { type: 'time', doc: 'its start' },
    file_count: { type: 'integer', doc: 'files' },
    size_bytes: { type: 'integer', doc: 'bytes' },
    middle_size_bytes: { type: 'number', doc: 'middle of their bytes' },
    channels_per_file: { type: 'number', doc: 'mean number of channels' },
    middle_render_seconds: { type: 'number', doc: 'middle of the render times stated' },
    incomplete_count: { type: 'integer', doc: 'files with missing chunks' },
    software: { type: 'text', doc: 'programs and versions that wrote them' },
  },
  sql: ({ every, since, where, limit }, { frames, table, median, joined, moment }) => {
    if (!PERIODS.includes(every)) {
      throw new ExrError('ERR_OPTION_INVALID', `Expected ${PERIODS.join(', ')} for every but received ${every}`)
    }
    return `WITH counted AS (
  SELECT file_id, count(*) AS channel_count FROM ${table('channels')} GROUP BY file_id
), chosen AS (
  SELECT frame.*, counted.channel_count, date_trunc('${every}', mtime) AS period,
    nullif(trim(concat(coalesce(render_software, ''), ' ', coalesce(render_software_version, ''))), '') AS program
  FROM ${frames} frame LEFT JOIN counted ON counted.file_id = frame.file_id
  WHERE mtime IS NOT NULL${since === null ? '' : ` AND mtime >= ${moment(since)}`} AND (${where}
  )
), programs AS (
  SELECT period, ${joined('program')} AS software FROM (SELECT DISTINCT period, program FROM chosen WHERE program IS NOT NULL) named
  GROUP BY period
)
SELECT told.period, file_count, size_bytes, middle_size_bytes, channels_per_file, middle_render_seconds, incomplete_count, software
FROM (
  SELECT period, count(*) AS file_count, CAST(sum(size_bytes) AS BIGINT) AS size_bytes,
    CAST(${median('size_bytes')} AS DOUBLE) AS middle_size_bytes, avg(CAST(channel_count AS DOUBLE)) AS channels_per_file,
    ${median('render_seconds')} AS middle_render_seconds, count(*) FILTER (WHERE NOT is_complete) AS incomplete_count
  FROM chosen GROUP BY period
) told LEFT JOIN programs ON programs.period = told.period
ORDER BY 1 DESC LIMIT ${limit}`
  },
})
