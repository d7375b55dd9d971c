import { defineQuery, limit, where } from '../query.ts'

/** Gaps of sequences. */
export const missingFrames = defineQuery({
  name: 'missing-frames',
  title: 'Which frames of which sequences are missing?',
  doc: 'A gap is told between two frames that are there; what should come before the first or after the last nobody knows. Frames that could not be read are there; broken-frames tells them.',
  parameters: { where, limit },
  columns: {
    sequence: { type: 'text', doc: 'sequence, # for each digit of the frame number' },
    first_missing: { type: 'integer', doc: 'first frame of the gap' },
    last_missing: { type: 'integer', doc: 'last frame of the gap, inclusive' },
    missing_count: { type: 'integer', doc: 'frames of the gap' },
    first_frame: { type: 'integer', doc: 'first frame of the sequence that is there' },
    last_frame: { type: 'integer', doc: 'last frame of the sequence that is there' },
  },
  sql: ({ where, limit }, { frames, unreadableFrames }) => `WITH live AS (
  SELECT DISTINCT sequence_key, frame_number FROM ${frames} frame
  WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL AND (${where}
  )
), there AS (
  SELECT sequence_key, frame_number FROM live
  UNION SELECT sequence_key, frame_number FROM ${unreadableFrames('live')} unreadable
), next AS (
  SELECT sequence_key, frame_number,
    lead(frame_number) OVER (PARTITION BY sequence_key ORDER BY frame_number) AS next_frame,
    min(frame_number) OVER (PARTITION BY sequence_key) AS first_frame,
    max(frame_number) OVER (PARTITION BY sequence_key) AS last_frame
  FROM there
)
SELECT sequence_key AS sequence, frame_number + 1 AS first_missing, next_frame - 1 AS last_missing,
  next_frame - frame_number - 1 AS missing_count, first_frame, last_frame
FROM next WHERE next_frame > frame_number + 1
ORDER BY 1, 2 LIMIT ${limit}`,
})
