import type { Migration } from './migration.ts'

/** Earlier releases stored statistics of full resolution alone. Frozen: later changes are later migrations. */
export const levelsOfStatistics: Migration = {
  version: 9,
  name: 'levels of pixel statistics',
  columns: { channel_stats: { level_x: 'int32', level_y: 'int32' } },
  backfill: [{ table: 'channel_stats', reads: ['channel_name'], writes: ['level_x', 'level_y'], values: () => [0, 0] }],
}
