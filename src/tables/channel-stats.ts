import { columnsOf, type RecordTable } from './definition.ts'
import type { ChannelStatsRow } from './facts.ts'
import { fileId, filePath, partIndex } from './shared-columns.ts'

const { required, optional } = columnsOf<ChannelStatsRow>()

/** Pixel statistics, one row per channel of a level of a part. */
export const channelStats = {
  name: 'channel_stats',
  doc: 'pixel statistics, one row per channel of a level of a part',
  key: ['file_id', 'part_index', 'channel_name', 'level_x', 'level_y'],
  parent: 'parts',
  written: 'latest',
  rows: ({ record }) => record.facts?.channel_stats ?? [],
  columns: [
    fileId,
    filePath,
    partIndex,
    required('channel_name', 'utf8', 'full name'),
    optional('min', 'float64', 'smallest finite value'),
    optional('max', 'float64', 'largest finite value'),
    optional('mean', 'float64', 'of finite values'),
    optional('stddev', 'float64', 'population standard deviation of finite values'),
    optional('nan_count', 'int64', 'samples that are NaN'),
    optional('inf_count', 'int64', 'samples that are infinite'),
    optional('finite_count', 'int64', 'samples that are neither'),
    optional('zero_count', 'int64', 'samples equal to zero'),
    optional('negative_count', 'int64', 'samples below zero'),
    optional('percentiles', 'utf8', 'JSON object, percentile to value'),
    optional('histogram', 'utf8', 'JSON object with edges and counts'),
    optional('sampling', 'utf8', 'which pixels were read'),
    optional('computed_at', 'timestamp', 'when', (_, { record }) => record.inspectedAtUs),
    optional('level_x', 'int32', 'number of the level, 0 for full resolution', ({ level_x }) => level_x ?? 0),
    optional('level_y', 'int32', 'the same downwards; differs for rip maps only', ({ level_y }) => level_y ?? 0),
  ],
} as const satisfies RecordTable<ChannelStatsRow>
