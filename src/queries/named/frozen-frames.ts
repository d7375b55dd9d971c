import { defineQuery, limit, where } from '../query.ts'

/** Frames that show what the one before showed. */
export const frozenFrames = defineQuery({
  name: 'frozen-frames',
  title: 'Where does a sequence stand still?',
  doc: 'Runs of frames one after the other whose first parts have exactly the same pixels. Only frames that were hashed (`ingest --hash`); a frame that is missing, or was not hashed, ends a run.',
  parameters: {
    least: { type: 'integer', doc: 'frames of a run at least', default: 2 },
    where,
    limit,
  },
  columns: {
    sequence: { type: 'text', doc: 'sequence' },
    first_frame: { type: 'integer', doc: 'first frame of the run' },
    last_frame: { type: 'integer', doc: 'last frame of the run, inclusive' },
    frame_count: { type: 'integer', doc: 'frames of the run' },
    pixel_hash: { type: 'text', doc: 'hash they share' },
  },
  sql: ({ least, where, limit }, { frames, table }) => `WITH shared AS (
  SELECT algorithm, pixel_hash FROM ${table('content_hashes')} first_parts
  WHERE part_index = 0 AND channel_name IS NULL AND algorithm <> 'perceptual-64'
  GROUP BY algorithm, pixel_hash HAVING count(*) >= ${least}
), hashed AS (
  SELECT DISTINCT frame.sequence_key, frame.frame_number, h.algorithm, h.pixel_hash
  FROM (SELECT file_id, sequence_key, frame_number FROM ${frames} chosen WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL AND (${where}
  )) frame JOIN (
    SELECT all_hashes.* FROM ${table('content_hashes')} all_hashes
    JOIN shared ON shared.algorithm = all_hashes.algorithm AND shared.pixel_hash = all_hashes.pixel_hash
  ) h ON h.file_id = frame.file_id
  WHERE h.part_index = 0 AND h.channel_name IS NULL AND h.algorithm <> 'perceptual-64'
), runs AS (
  SELECT *, frame_number - row_number() OVER (PARTITION BY sequence_key, algorithm, pixel_hash ORDER BY frame_number) AS run
  FROM hashed
)
SELECT sequence_key AS sequence, min(frame_number) AS first_frame, max(frame_number) AS last_frame,
  count(*) AS frame_count, pixel_hash
FROM runs GROUP BY sequence_key, algorithm, pixel_hash, run HAVING count(*) >= ${least}
ORDER BY 1, 2 LIMIT ${limit}`,
})
