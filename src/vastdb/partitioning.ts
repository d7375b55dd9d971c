import type { Schema } from 'apache-arrow'
import { optionError, protocolError } from './errors.ts'

/** One key a table is partitioned by: what an Iceberg transform makes of a column. */
export interface PartitionKey {
  readonly column: string
  readonly transform: 'identity' | 'year' | 'month' | 'day' | 'hour' | 'bucket' | 'truncate'
  /** Number of buckets, or width; only for `bucket` and `truncate`. */
  readonly arg?: number
}

/** A key as the server tells it. */
export interface TablePartitionKey {
  readonly column: string
  /** In lower case; servers may know more than can be asked for. */
  readonly transform: string
  readonly arg: number | null
  /** What the server calls the transformed column. */
  readonly name: string
}

const MAX_KEYS = 4
const SPEC = 'VAST:partition_spec'

/** What the schema of a new table says of its keys. Throws ERR_OPTION_INVALID. */
export function partitionMetadata(columns: Schema, keys: readonly PartitionKey[]): Map<string, string> {
  if (keys.length > MAX_KEYS) throw optionError('partitionedBy', `at most ${MAX_KEYS} keys`, keys.length)
  const names = columns.fields.map((field) => field.name)
  return new Map(
    keys.map(({ column, transform, arg }, position) => {
      const index = names.indexOf(column)
      if (index === -1) throw optionError('partitionedBy', `one of the columns ${names.join(', ')}`, column)
      const needsArg = transform === 'bucket' || transform === 'truncate'
      if (needsArg !== (arg !== undefined) || (arg !== undefined && !(Number.isSafeInteger(arg) && arg > 0)))
        throw optionError('partitionedBy', needsArg ? `a number for ${transform}` : `no number for ${transform}`, arg)
      const key = { 'column-index': index, transform, 'transform-arg': arg ?? null }
      return [`VAST:table:partition-key-${position}`, JSON.stringify(key)]
    }),
  )
}

/** The keys in the metadata of a table's columns; none where it is not partitioned. */
export function readPartitionKeys(columns: Schema, what: string): TablePartitionKey[] {
  const spec = columns.metadata.get(SPEC)
  if (spec === undefined) return []
  let keys: unknown
  try {
    keys = JSON.parse(spec)
  } catch (cause) {
    throw protocolError(what, 'the partition keys are no JSON', { cause })
  }
  if (!Array.isArray(keys)) throw protocolError(what, 'the partition keys are no list')
  return keys.map((key) => {
    const { column_name: name, source_column_name: column, transform, arg = null } = Object(key)
    const isKey = [name, column, transform].every((text) => typeof text === 'string')
    if (!isKey || !(arg === null || Number.isSafeInteger(arg)))
      throw protocolError(what, 'a partition key is incomplete')
    return { column, transform: transform.toLowerCase(), arg, name }
  })
}
