import { defineQuery, where } from '../query.ts'

/** Layers by the bytes of their samples. */
export const largestLayers = defineQuery({
  name: 'largest-layers',
  title: 'Which layers take most?',
  doc: 'Bytes of samples without compression, over the data windows of live files; deep parts and mipmap levels are left out, since headers do not tell their samples. What a layer takes on disk a header does not tell either.',
  parameters: { where, limit: { type: 'integer', doc: 'rows at most', default: 30 } },
  columns: {
    layer: { type: 'text', doc: 'layer; empty for channels without one' },
    channel_types: { type: 'text', doc: 'pixel types of its channels' },
    file_count: { type: 'integer', doc: 'files that have it' },
    channel_count: { type: 'integer', doc: 'channels of all files' },
    sample_bytes: { type: 'integer', doc: 'bytes of their samples' },
    share: { type: 'number', doc: 'of the samples of all layers, 0 to 1' },
  },
  // Grouped by file before files are counted: counting distinct ones holds all of them in memory.
  sql: ({ where, limit }, { frames, table, joined, sampleBytes }) => `WITH each_file AS (
  SELECT c.file_id, c.layer_name, c.channel_type, count(*) AS channel_count, sum(${sampleBytes}) AS sample_bytes
  FROM ${table('channels')} c
  JOIN ${table('parts')} p ON p.file_id = c.file_id AND p.part_index = c.part_index
  JOIN (SELECT file_id FROM ${frames} frame WHERE (${where}
  )) frame ON frame.file_id = c.file_id
  WHERE NOT coalesce(p.is_deep, false)
  GROUP BY c.file_id, c.layer_name, c.channel_type
), types AS (
  SELECT layer_name, ${joined('channel_type')} AS channel_types
  FROM (SELECT DISTINCT layer_name, channel_type FROM each_file) named GROUP BY layer_name
)
SELECT types.layer_name AS layer, channel_types, file_count, channel_count, sample_bytes,
  CAST(sample_bytes AS DOUBLE) / nullif(sum(sample_bytes) OVER (), 0) AS share
FROM types JOIN (
  SELECT layer_name, count(*) AS file_count, CAST(sum(channel_count) AS BIGINT) AS channel_count,
    CAST(sum(sample_bytes) AS BIGINT) AS sample_bytes
  FROM (
    SELECT file_id, layer_name, sum(channel_count) AS channel_count, sum(sample_bytes) AS sample_bytes
    FROM each_file GROUP BY file_id, layer_name
  ) each_layer GROUP BY layer_name
) counted ON counted.layer_name = types.layer_name
ORDER BY sample_bytes DESC, layer LIMIT ${limit}`,
})
