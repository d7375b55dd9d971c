import { factRows } from '../fact-rows.ts'
import { defineQuery, limit, where } from '../query.ts'

/** Most common value of a column in a sequence, frames with it, and frames of the sequence. */
const FACTS = [
  ['size', "CAST(width AS VARCHAR) || 'x' || CAST(height AS VARCHAR)"],
  ['compression', 'compression'],
  ['part type', 'part_type'],
  ['part count', 'CAST(multipart_count AS VARCHAR)'],
  ['channel count', 'CAST(channel_count AS VARCHAR)'],
  ['software', "render_software || ' ' || coalesce(render_software_version, '')"],
  ['camera', 'camera_name'],
  ['data window', 'data_window'],
] as const

/** Frames that are not like the others of their sequence. */
export const anomalies = defineQuery({
  name: 'anomalies',
  title: 'Which frames are not like the others of their sequence, and why?',
  doc: 'A frame is told when a fact of its first part differs from what most frames of its sequence have (more than half, of at least five), when its bytes are under half or over twice the middle of the sequence, or, where the engine reads vectors, when its header is far from the one that most frames have. One row for each reason.',
  parameters: {
    distance: { type: 'number', doc: 'cosine distance of headers from which a frame is far', default: 0.05 },
    where,
    limit,
  },
  columns: {
    file_path: { type: 'text', doc: 'file' },
    reason: { type: 'text', doc: 'in words' },
    actual: { type: 'text', doc: 'what the frame has; null for unknown' },
    usual: { type: 'text', doc: 'what most frames of the sequence have' },
    usual_count: { type: 'integer', doc: 'frames that have the usual value; null for sizes' },
    frame_count: { type: 'integer', doc: 'frames of the sequence' },
    frame_number: { type: 'integer', doc: 'frame' },
    sequence: { type: 'text', doc: 'sequence' },
  },
  sql: ({ distance, where, limit }, { kind, framesWithVectors, table, median }) => `WITH counted AS (
  SELECT file_id, count(*) AS channel_count FROM ${table('channels')} GROUP BY file_id
), chosen AS (
  SELECT frame.*, counted.channel_count FROM ${framesWithVectors} frame LEFT JOIN counted ON counted.file_id = frame.file_id
  WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL AND (${where}
  )
), facts AS (
${factRows('file_path, sequence_key, frame_number', FACTS, 'chosen')}
), counts AS (
  SELECT sequence_key, fact, fact_value, count(*) AS usual_count,
    sum(count(*)) OVER (PARTITION BY sequence_key, fact) AS frame_count
  FROM facts GROUP BY sequence_key, fact, fact_value
), usual AS (
  SELECT * FROM counts WHERE usual_count * 2 > frame_count AND frame_count >= 5
), middles AS (
  SELECT sequence_key, ${median('size_bytes')} AS middle, count(*) AS frame_count
  FROM chosen WHERE size_bytes IS NOT NULL GROUP BY sequence_key
)${
    kind === 'trino'
      ? ''
      : `, headers AS (
  SELECT sequence_key, embedding_version, metadata_embedding, count(*) AS usual_count,
    sum(count(*)) OVER (PARTITION BY sequence_key, embedding_version) AS frame_count
  FROM chosen WHERE metadata_embedding IS NOT NULL GROUP BY sequence_key, embedding_version, metadata_embedding
), centres AS (
  SELECT sequence_key, embedding_version, metadata_embedding AS centre, frame_count
  FROM headers WHERE usual_count * 2 > frame_count
)`
  }
SELECT file_path, reason, actual, usual, usual_count, frame_count, frame_number, sequence FROM (
  SELECT facts.file_path, facts.sequence_key AS sequence, facts.frame_number,
    concat('its ', facts.fact, ' is not that of most frames') AS reason, facts.fact_value AS actual,
    usual.fact_value AS usual, usual.usual_count, CAST(usual.frame_count AS BIGINT) AS frame_count
  FROM facts JOIN usual ON usual.sequence_key = facts.sequence_key AND usual.fact = facts.fact
  WHERE facts.fact_value IS DISTINCT FROM usual.fact_value
  UNION ALL
  SELECT file_path, chosen.sequence_key, frame_number,
    CASE WHEN size_bytes < middle THEN 'it has less than half of the usual bytes' ELSE 'it has more than twice the usual bytes' END,
    CAST(size_bytes AS VARCHAR), CAST(CAST(middle AS BIGINT) AS VARCHAR), NULL, frame_count
  FROM chosen JOIN middles ON middles.sequence_key = chosen.sequence_key
  WHERE frame_count >= 5 AND (size_bytes * 2 < middle OR size_bytes > middle * 2)${
    kind === 'trino'
      ? ''
      : `
  UNION ALL
  SELECT file_path, chosen.sequence_key, frame_number, 'its header is far from that of most frames',
    concat('distance ', CAST(round(1 - array_cosine_similarity(metadata_embedding, centre), 3) AS VARCHAR)),
    'distance 0', NULL, CAST(frame_count AS BIGINT)
  FROM chosen JOIN centres ON centres.sequence_key = chosen.sequence_key
    AND centres.embedding_version = chosen.embedding_version
  WHERE frame_count >= 5 AND 1 - array_cosine_similarity(metadata_embedding, centre) >= ${distance}`
  }
) told ORDER BY sequence, frame_number, reason LIMIT ${limit}`,
})
