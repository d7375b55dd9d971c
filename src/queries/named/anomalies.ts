import { changingFacts, oneFact } from '../fact-rows.ts'
import { defineQuery, limit, where } from '../query.ts'

/** What is told of a frame's first part, the column it is computed into, and how. */
const FACTS = [
  ['size', 'fact_size', "CAST(width AS VARCHAR) || 'x' || CAST(height AS VARCHAR)"],
  ['compression', 'fact_compression', 'compression'],
  ['part type', 'fact_type', 'part_type'],
  ['part count', 'fact_parts', 'CAST(multipart_count AS VARCHAR)'],
  ['channel count', 'fact_channels', 'CAST(counted.channel_count AS VARCHAR)'],
  ['software', 'fact_software', "render_software || ' ' || coalesce(render_software_version, '')"],
  ['camera', 'fact_camera', 'camera_name'],
  ['data window', 'fact_window', 'data_window'],
] as const
const COLUMNS = FACTS.map(([fact, column]) => [fact, column] as const)

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
  sql: ({ distance, where, limit }, { kind, frames, table, median }) => `WITH counted AS (
  SELECT file_id, count(*) AS channel_count FROM ${table('channels')} GROUP BY file_id
), chosen AS (
  SELECT frame.file_id, file_path, sequence_key, frame_number, size_bytes,
    ${FACTS.map(([, column, value]) => `${value} AS ${column}`).join(',\n    ')}
  FROM ${frames} frame LEFT JOIN counted ON counted.file_id = frame.file_id
  WHERE sequence_key IS NOT NULL AND frame_number IS NOT NULL AND (${where}
  )
), ${changingFacts(COLUMNS, 'chosen')}, facts AS (
  SELECT file_path, chosen.sequence_key, frame_number, fact, ${oneFact(COLUMNS)} AS fact_value
  FROM chosen JOIN changing ON changing.sequence_key = chosen.sequence_key
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
      : `, prints AS (
  SELECT chosen.file_id, file_path, sequence_key, frame_number, embedding_version, print
  FROM (SELECT file_id, embedding_version, hash(metadata_embedding) AS print FROM ${table('vectors')} all_vectors) v
  JOIN chosen ON chosen.file_id = v.file_id
), headers AS (
  SELECT sequence_key, embedding_version, print, min(file_id) AS file_id, count(*) AS usual_count,
    sum(count(*)) OVER (PARTITION BY sequence_key, embedding_version) AS frame_count
  FROM prints GROUP BY sequence_key, embedding_version, print
), centres AS (
  SELECT headers.sequence_key, headers.embedding_version, print, frame_count, v.metadata_embedding AS centre
  FROM headers JOIN ${table('vectors')} v ON v.file_id = headers.file_id
  WHERE usual_count * 2 > frame_count AND frame_count >= 5
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
  SELECT prints.file_path, prints.sequence_key, prints.frame_number, 'its header is far from that of most frames',
    concat('distance ', CAST(round(1 - array_cosine_similarity(v.metadata_embedding, centre), 3) AS VARCHAR)),
    'distance 0', NULL, CAST(frame_count AS BIGINT)
  FROM prints JOIN centres ON centres.sequence_key = prints.sequence_key
    AND centres.embedding_version = prints.embedding_version AND centres.print <> prints.print
  JOIN ${table('vectors')} v ON v.file_id = prints.file_id
  WHERE 1 - array_cosine_similarity(v.metadata_embedding, centre) >= ${distance}`
  }
) told ORDER BY sequence, frame_number, reason LIMIT ${limit}`,
})
