import type { Migration } from './migration.ts'

/** How far the topics of work are stored. Frozen: later changes are later migrations. */
export const consumerOffsetsTable: Migration = {
  version: 17,
  name: 'how far topics are stored',
  tables: {
    consumer_offsets: {
      group_id: 'utf8!',
      topic: 'utf8!',
      topic_id: 'utf8',
      partition: 'int32!',
      next_offset: 'int64!',
      stored_at: 'timestamp!',
    },
  },
}
