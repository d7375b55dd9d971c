import { defineQuery, limit, where } from '../query.ts'

/** Values of one attribute. */
export const attributeValues = defineQuery({
  name: 'attribute-values',
  title: 'Which values does an attribute have, and where?',
  doc: 'Values in the headers of live files, every part, most frequent first.',
  parameters: { name: { type: 'text', doc: 'name of the attribute, as in the file' }, where, limit },
  columns: {
    attr_type: { type: 'text', doc: 'type' },
    value: {
      type: 'text',
      doc: 'the form for people where there is one, else the text, else JSON; the first 200 characters',
    },
    file_count: { type: 'integer', doc: 'files that have it' },
    example: { type: 'text', doc: 'first of them' },
  },
  sql: ({ name, where, limit }, { frames, table, literal }) => `SELECT a.attr_type,
  substr(coalesce(a.display, a.value_text, a.value_json), 1, 200) AS value, count(DISTINCT a.file_id) AS file_count,
  min(frame.file_path) AS example
FROM ${table('attributes')} a
JOIN (SELECT file_id, file_path FROM ${frames} chosen WHERE (${where}
)) frame ON frame.file_id = a.file_id
WHERE a.source = 'exr' AND a.attr_name = ${literal(name)}
GROUP BY 1, 2 ORDER BY file_count DESC, value LIMIT ${limit}`,
})
