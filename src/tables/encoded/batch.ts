import type { PerTable } from '../record-tables.ts'
import type { LargeValue } from './large-values.ts'

/** Bytes of every distinct string of a batch; string `code` is `bytes[offsets[code], offsets[code + 1])`, UTF-8. */
export interface StringPool {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly offsets: Uint32Array<ArrayBuffer>
}

/** Values of a column, packed by its type; see EncodedColumn. */
export type ColumnData =
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>

/**
 * One column. `utf8`: codes into the string pool, -1 for null, `valid` null. Scalars: one value a row.
 * Vectors and lists: the items of the non-null rows only, one after the other. Booleans: one byte, 0 or 1.
 */
export interface EncodedColumn {
  readonly data: ColumnData
  /** One byte a row, 1 where there is a value; null when every row has one. */
  readonly valid: Uint8Array<ArrayBuffer> | null
  /** Lists only: how many items each row has. */
  readonly lengths?: Uint32Array<ArrayBuffer>
  /** Vectors only: the `vectorId` of each row's, anything where there is none. Left out where nobody has made them. */
  readonly ids?: BigInt64Array<ArrayBuffer>
  /** Vectors that are elsewhere: what digests make of each row's, four numbers a row, anything where there is none. `data` is empty then. */
  readonly cells?: Uint32Array<ArrayBuffer>
}

/** The rows of one table as columns. */
export interface EncodedTable {
  readonly rowCount: number
  /** Rows of file `i` are `[rowStart[i], rowStart[i + 1])`. */
  readonly rowStart: Uint32Array<ArrayBuffer>
  /** In the order of the table's definition. */
  readonly columns: readonly EncodedColumn[]
  /** What names each row's content (see `contentIds`), of tables whose rows repeat what those of other files say. */
  readonly contentIds?: BigInt64Array<ArrayBuffer>
}

/** A record that could not be encoded; the others are. */
export interface EncodeFailure {
  /** Position in the records that were given. */
  readonly index: number
  readonly path: string
  readonly code: string
  readonly message: string
}

/**
 * Inspected files as columns: plain data that a worker can build and transfer (see `transferList`), and that a
 * catalog can write without touching a value.
 */
export interface EncodedBatch {
  readonly fileCount: number
  /** Position of file `i` in the records that were given. */
  readonly ordinals: Uint32Array<ArrayBuffer>
  readonly strings: StringPool
  readonly tables: PerTable<EncodedTable>
  /** Values that rows name by their hash; some may belong to files that are not in the batch. */
  readonly largeValues: readonly LargeValue[]
  readonly failures: readonly EncodeFailure[]
}

/** Every buffer of a batch, for `postMessage(batch, transferList(batch))`; the sender can no longer read it. */
export function transferList(batch: EncodedBatch): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>([
    batch.ordinals.buffer,
    batch.strings.bytes.buffer,
    batch.strings.offsets.buffer,
  ])
  for (const table of Object.values(batch.tables)) {
    buffers.add(table.rowStart.buffer)
    if (table.contentIds) buffers.add(table.contentIds.buffer)
    for (const column of table.columns) {
      buffers.add(column.data.buffer)
      if (column.valid) buffers.add(column.valid.buffer)
      if (column.ids) buffers.add(column.ids.buffer)
    }
  }
  for (const { stored } of batch.largeValues) buffers.add(stored.buffer)
  return [...buffers]
}

/** Memory of a batch. */
export function byteLengthOf(batch: EncodedBatch): number {
  return transferList(batch).reduce((sum, { byteLength }) => sum + byteLength, 0)
}

/** The string of a code, or null for -1. */
export function stringAt(pool: StringPool, code: number): string | null {
  if (code < 0) return null
  return Buffer.from(pool.bytes.buffer, pool.bytes.byteOffset, pool.bytes.byteLength).toString(
    'utf8',
    pool.offsets[code],
    pool.offsets[code + 1],
  )
}
