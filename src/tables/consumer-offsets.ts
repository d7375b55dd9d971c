import { optional, required, type TableDefinition } from './definition.ts'

/** One row per group, topic and partition that `consume` stores from. */
export const consumerOffsets: TableDefinition = {
  name: 'consumer_offsets',
  doc: 'one row per group, topic and partition: how far its messages are stored; written with what they asked for, in embedded catalogs only',
  key: ['group_id', 'topic', 'partition'],
  parent: null,
  columns: [
    required('group_id', 'utf8', 'the group of consumers'),
    required('topic', 'utf8', 'the topic'),
    optional('topic_id', 'utf8', "the broker's own name of the topic, another one once it was made again"),
    required('partition', 'int32', 'the partition, from 0'),
    required('next_offset', 'int64', 'the first message that is not stored'),
    required('stored_at', 'timestamp', 'when'),
  ],
}
