import { ExrError } from '../../errors.ts'
import { templatePattern } from '../../policy/path-template.ts'
import { defineQuery, limit, where } from '../query.ts'

/** Sums by what a path says. */
export const shots = defineQuery({
  name: 'shots',
  title: 'How much is there by show, shot or any other field of the path?',
  doc: 'Reads fields of every path by a template, such as /renders/{show}/{shot}/**, and sums by the field wanted; files whose path has another form are counted under null.',
  parameters: {
    template: { type: 'template', doc: 'path with fields in braces; * is anything without a slash, ** anything' },
    by: { type: 'list', doc: 'one or two fields to sum by', default: ['shot'] },
    where,
    limit,
  },
  columns: {
    first_field: { type: 'text', doc: 'value of the first field' },
    second_field: { type: 'text', doc: 'value of the second field; null if there is one only' },
    file_count: { type: 'integer', doc: 'files' },
    sequence_count: { type: 'integer', doc: 'sequences' },
    frame_count: { type: 'integer', doc: 'files that are frames of a sequence' },
    incomplete_count: { type: 'integer', doc: 'files with missing chunks' },
    size_bytes: { type: 'integer', doc: 'bytes' },
    render_seconds: { type: 'number', doc: 'render time, of the files that state one' },
    latest: { type: 'time', doc: 'latest modification time' },
  },
  sql: ({ template, by, where, limit }, { frames, literal }) => {
    const { source, names } = templatePattern(template)
    const fields = by.map((field) => {
      const group = names.indexOf(field) + 1
      if (group > 0) return `nullif(regexp_extract(file_path, ${literal(source)}, ${group}), '')`
      throw new ExrError(
        'ERR_OPTION_INVALID',
        `Expected fields of the template ${template} for by (${names.join(', ') || 'it has none'}) but received ${field}`,
      )
    })
    if (fields.length === 0 || fields.length > 2) {
      throw new ExrError('ERR_OPTION_INVALID', `Expected one or two fields for by but received ${fields.length}`)
    }
    return `SELECT first_field, second_field, count(*) AS file_count, count(DISTINCT sequence_key) AS sequence_count,
  count(frame_number) AS frame_count, count(*) FILTER (WHERE NOT is_complete) AS incomplete_count,
  CAST(sum(size_bytes) AS BIGINT) AS size_bytes, sum(render_seconds) AS render_seconds, max(mtime) AS latest
FROM (SELECT frame.*, ${fields[0]} AS first_field, ${fields[1] ?? 'CAST(NULL AS VARCHAR)'} AS second_field
  FROM ${frames} frame WHERE (${where}
)) named GROUP BY first_field, second_field ORDER BY first_field, second_field LIMIT ${limit}`
  },
})
