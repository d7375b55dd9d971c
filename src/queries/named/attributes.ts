import { defineQuery, limit, where } from '../query.ts'

/** Attributes and what they hold. */
export const attributes = defineQuery({
  name: 'attributes',
  title: 'Which attributes are there, of which types, with how many values?',
  doc: 'Attributes in the headers of live files, every part. A name with more than one type is a conflict: readers that go by the name get something else.',
  parameters: {
    name: { type: 'text', doc: 'only attributes whose name holds this regular expression', optional: true },
    conflicts: { type: 'text', doc: 'yes for names with more than one type only', default: 'no' },
    where,
    limit,
  },
  columns: {
    attr_name: { type: 'text', doc: 'name in the file' },
    types: { type: 'text', doc: 'types it has' },
    type_count: { type: 'integer', doc: 'how many types' },
    file_count: { type: 'integer', doc: 'files that have it' },
    value_count: { type: 'integer', doc: 'different values' },
    example: { type: 'text', doc: 'one value, as JSON, the first 200 characters' },
  },
  // Grouped before they are counted, and read anew for each: counting distinct values, or keeping the rows, takes memory by their number.
  sql: ({ name, conflicts, where, limit }, { frames, table, joined, matches, literal }) => {
    const chosen = (columns: string) => `SELECT ${columns} FROM ${table('attributes')} a
  JOIN (SELECT file_id FROM ${frames} frame WHERE (${where}
  )) frame ON frame.file_id = a.file_id
  WHERE a.source = 'exr'${name === null ? '' : ` AND ${matches('a.attr_name', literal(name))}`} GROUP BY ${columns}`
    return `WITH typed AS (
  SELECT attr_name, ${joined('attr_type')} AS types, count(*) AS type_count
  FROM (${chosen('a.attr_name, a.attr_type')}) named GROUP BY attr_name
), valued AS (
  SELECT attr_name, count(value_json) AS value_count, substr(min(value_json), 1, 200) AS example
  FROM (${chosen('a.attr_name, a.value_json')}) each_value GROUP BY attr_name
), counted AS (
  SELECT attr_name, count(*) AS file_count FROM (${chosen('a.attr_name, a.file_id')}) each_file GROUP BY attr_name
)
SELECT typed.attr_name, typed.types, typed.type_count, file_count, value_count, example
FROM typed JOIN counted ON counted.attr_name = typed.attr_name
JOIN valued ON valued.attr_name = typed.attr_name${conflicts === 'yes' ? ' WHERE type_count > 1' : ''}
ORDER BY file_count DESC, typed.attr_name LIMIT ${limit}`
  },
})
