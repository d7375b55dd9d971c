import { columnsOf, type RecordTable } from './definition.ts'
import type { DeepStatsRow } from './facts.ts'
import { fileId, filePath, partIndex } from './shared-columns.ts'

const { optional } = columnsOf<DeepStatsRow>()

/** One row per deep part. */
export const deepStats = {
  name: 'deep_stats',
  doc: 'one row per deep part',
  key: ['file_id', 'part_index'],
  parent: 'parts',
  written: 'latest',
  rows: ({ record }) => record.facts?.deep_stats ?? [],
  columns: [
    fileId,
    filePath,
    partIndex,
    optional('sample_count', 'int64', 'samples in the part'),
    optional('empty_pixels', 'int64', 'pixels without a sample'),
    optional('max_samples', 'int64', 'most samples at one pixel'),
    optional('mean_samples', 'float64', 'samples per pixel'),
    optional('depth_min', 'float64', 'nearest finite Z'),
    optional('depth_max', 'float64', 'farthest finite Z or ZBack'),
    optional('histogram', 'utf8', 'JSON, samples per pixel'),
    optional('is_tidy', 'bool', 'sorted and not overlapping everywhere'),
    optional('is_sorted', 'bool', 'sorted by depth everywhere'),
    optional('computed_at', 'timestamp', 'when', (_, { record }) => record.inspectedAtUs),
  ],
} as const satisfies RecordTable<DeepStatsRow>
