import { changingFacts, oneFact } from '../fact-rows.ts'
import { defineQuery, limit, where } from '../query.ts'

const facts = (decimalText: (value: string) => string) => ({
  size: "CAST(width AS VARCHAR) || 'x' || CAST(height AS VARCHAR)",
  data_window: 'data_window',
  display_window: 'display_window',
  compression: 'compression',
  part_type: 'part_type',
  part_count: 'CAST(multipart_count AS VARCHAR)',
  color_space: 'color_space',
  pixel_aspect_ratio: decimalText('pixel_aspect_ratio'),
  render_software: "render_software || ' ' || coalesce(render_software_version, '')",
  camera_name: 'camera_name',
  frames_per_second: decimalText('frames_per_second'),
})

/** Facts that change inside a sequence. */
export const drift = defineQuery({
  name: 'drift',
  title: 'What changes inside sequences, from which frame to which?',
  doc: 'Looks at the first part of every live frame: size, windows, compression, part type and count, channels with their types, colour space, pixel aspect ratio, software, camera, frame rate. Only facts with more than one value in a sequence are told; unknown is a value of its own.',
  parameters: {
    sequence: { type: 'text', doc: 'only this sequence, as the column sequence_key names it', optional: true },
    where,
    limit,
  },
  columns: {
    sequence: { type: 'text', doc: 'sequence' },
    fact: { type: 'text', doc: 'what changes' },
    value: { type: 'text', doc: 'the value; null for unknown' },
    first_frame: { type: 'integer', doc: 'first frame of a run with this value' },
    last_frame: {
      type: 'integer',
      doc: 'last frame of the run, inclusive; frames that are missing between do not end it',
    },
    frame_count: { type: 'integer', doc: 'frames of the run that are there' },
  },
  sql: ({ sequence, where, limit }, { frames, table, joined, fingerprint, literal, decimalText }) => {
    const own = Object.entries(facts(decimalText))
    const columns = [...own.map(([name]) => name), 'channels'].map((name) => [name, `fact_${name}`] as const)
    const ofChannel = "concat(c.channel_name, ':', c.channel_type)"
    return `WITH chosen AS (
  SELECT frame.file_id, sequence_key, frame_number,
    ${own.map(([name, value]) => `${value} AS fact_${name}`).join(',\n    ')}
  FROM ${frames} frame
  WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL${sequence === null ? '' : ` AND sequence_key = ${literal(sequence)}`} AND (${where}
  )
), prints AS (
  SELECT c.file_id, ${fingerprint(ofChannel)} AS fact_channels
  FROM ${table('channels')} c JOIN chosen ON chosen.file_id = c.file_id WHERE c.part_index = 0 GROUP BY c.file_id
), printed AS (
  SELECT chosen.*, prints.fact_channels FROM chosen LEFT JOIN prints ON prints.file_id = chosen.file_id
), ${changingFacts(columns, 'printed')}, lists AS (
  SELECT c.file_id, ${joined(ofChannel)} AS fact_channels
  FROM ${table('channels')} c JOIN chosen ON chosen.file_id = c.file_id
  JOIN changing ON changing.sequence_key = chosen.sequence_key AND changing.fact = 'channels'
  WHERE c.part_index = 0 GROUP BY c.file_id
), facts AS (
  SELECT chosen.sequence_key, frame_number, fact, ${oneFact(columns)} AS fact_value
  FROM chosen JOIN changing ON changing.sequence_key = chosen.sequence_key
  LEFT JOIN lists ON lists.file_id = chosen.file_id
), marked AS (
  SELECT sequence_key, frame_number, fact, fact_value,
    row_number() OVER (PARTITION BY sequence_key, fact ORDER BY frame_number) -
    row_number() OVER (PARTITION BY sequence_key, fact, fact_value ORDER BY frame_number) AS run
  FROM facts
)
SELECT sequence_key AS sequence, fact, fact_value AS value, min(frame_number) AS first_frame,
  max(frame_number) AS last_frame, count(DISTINCT frame_number) AS frame_count
FROM marked GROUP BY sequence_key, fact, fact_value, run
ORDER BY 1, 2, 4, 3 LIMIT ${limit}`
  },
})
