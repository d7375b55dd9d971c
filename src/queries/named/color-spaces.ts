import { defineQuery, limit, where } from '../query.ts'

/** Colour spaces, stated and derived. */
export const colorSpaces = defineQuery({
  name: 'color-spaces',
  title: 'Which colour spaces do files state, and what would a reader assume?',
  doc: 'Every part of live files. Stated is what the file says, derived what a reader assumes where the file leaves it open; they are never mixed.',
  parameters: { where, limit },
  columns: {
    color_space: { type: 'text', doc: 'stated by the file; null where it states none' },
    source: { type: 'text', doc: 'attribute that states it' },
    derived: { type: 'text', doc: 'what a reader assumes' },
    part_count: { type: 'integer', doc: 'parts' },
    file_count: { type: 'integer', doc: 'files' },
    example: { type: 'text', doc: 'first of them' },
  },
  // Files are grouped before they are counted: counting distinct ones holds all of them in memory.
  sql: ({ where, limit }, { frames, table }) => `SELECT color_space, source, derived,
  CAST(sum(part_count) AS BIGINT) AS part_count, count(*) AS file_count, min(file_path) AS example
FROM (
  SELECT p.color_space, p.color_space_source AS source, p.color_space_derived AS derived, p.file_path,
    count(*) AS part_count
  FROM ${table('parts')} p JOIN (SELECT file_id FROM ${frames} chosen WHERE (${where}
  )) frame ON frame.file_id = p.file_id
  GROUP BY 1, 2, 3, p.file_id, p.file_path
) each_file
GROUP BY 1, 2, 3 ORDER BY file_count DESC, 1, 2, 3 LIMIT ${limit}`,
})
