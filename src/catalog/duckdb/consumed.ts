import type { DuckDBConnection } from '@duckdb/node-api'
import { BIGINT, INTEGER, TIMESTAMPTZ, timestampTZValue, VARCHAR } from '../../duckdb-api.ts'
import type { ConsumedTopic } from '../catalog.ts'
import { withStatements } from './statements.ts'

/** How far a group has stored a topic; of a topic that was made again since, nothing. */
export async function readConsumed(
  connection: DuckDBConnection,
  { group, topic, topicId }: Omit<ConsumedTopic, 'offsets'>,
): Promise<Map<number, bigint>> {
  const reader = await connection.runAndReadAll(
    `SELECT partition, next_offset FROM consumer_offsets
     WHERE group_id = $1 AND topic = $2 AND topic_id IS NOT DISTINCT FROM $3`,
    [group, topic, topicId],
    [VARCHAR, VARCHAR, VARCHAR],
  )
  return new Map(reader.getRows() as [number, bigint][])
}

/** Keeps it, within the transaction of what was stored. */
export async function writeConsumed(
  connection: DuckDBConnection,
  { group, topic, topicId, offsets }: ConsumedTopic,
): Promise<void> {
  const now = timestampTZValue(BigInt(Date.now()) * 1000n)
  const drop = await connection.prepare(
    'DELETE FROM consumer_offsets WHERE group_id = $1 AND topic = $2 AND partition = $3',
  )
  const add = await connection.prepare('INSERT INTO consumer_offsets VALUES ($1, $2, $3, $4, $5, $6)')
  await withStatements([drop, add], async () => {
    for (const [partition, next] of offsets) {
      drop.bind([group, topic, partition], [VARCHAR, VARCHAR, INTEGER])
      await drop.run()
      add.bind([group, topic, topicId, partition, next, now], [VARCHAR, VARCHAR, VARCHAR, INTEGER, BIGINT, TIMESTAMPTZ])
      await add.run()
    }
  })
}
