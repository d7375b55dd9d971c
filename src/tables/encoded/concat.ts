import type { AnyRecordTable, CellType } from '../definition.ts'
import { perTable } from '../record-tables.ts'
import type { ColumnData, EncodedBatch, EncodedColumn, EncodedTable, StringPool } from './batch.ts'
import type { LargeValue } from './large-values.ts'

/**
 * Several batches as one, their files in order, so that they share a transaction. `ordinals` and `failures` count
 * on: the records of a batch follow all records of the batches before it.
 */
export function concatBatches(batches: readonly EncodedBatch[]): EncodedBatch {
  const [first] = batches
  if (first && batches.length === 1) return first
  const codeBases = startsOf(batches, ({ strings }) => strings.offsets.length - 1)
  const recordBases = startsOf(batches, recordCount)
  return {
    fileCount: batches.reduce((sum, batch) => sum + batch.fileCount, 0),
    ordinals: Uint32Array.from(
      batches.flatMap(({ ordinals }, index) => Array.from(ordinals, (ordinal) => ordinal + recordBases[index]!)),
    ),
    strings: concatPools(batches.map((batch) => batch.strings)),
    tables: perTable((table) =>
      concatTables(
        table,
        batches.map((batch) => batch.tables[table.name]),
        codeBases,
      ),
    ),
    largeValues: distinctValues(batches),
    failures: batches.flatMap(({ failures }, batch) =>
      failures.map((failure) => ({ ...failure, index: failure.index + recordBases[batch]! })),
    ),
  }
}

function distinctValues(batches: readonly EncodedBatch[]): LargeValue[] {
  const values = batches.flatMap(({ largeValues }) => largeValues)
  return [...new Map(values.map((value) => [value.sha256, value])).values()]
}

/** How many records a batch was encoded from. */
export function recordCount(batch: EncodedBatch): number {
  return batch.fileCount + batch.failures.length
}

function concatPools(pools: readonly StringPool[]): StringPool {
  const bytes = concatData(pools.map((pool) => pool.bytes)) as Uint8Array<ArrayBuffer>
  const byteBases = startsOf(pools, (pool) => pool.bytes.length)
  const codeBases = startsOf(pools, (pool) => pool.offsets.length - 1)
  const offsets = new Uint32Array(pools.reduce((sum, pool) => sum + pool.offsets.length - 1, 1))
  pools.forEach((pool, index) => {
    const base = byteBases[index]!
    const at = codeBases[index]!
    for (let code = 0; code < pool.offsets.length; code++) offsets[at + code] = base + pool.offsets[code]!
  })
  return { bytes, offsets }
}

function concatTables(
  table: AnyRecordTable,
  tables: readonly EncodedTable[],
  codeBases: readonly number[],
): EncodedTable {
  const rowBases = startsOf(tables, (table) => table.rowCount)
  const rowStart = [0]
  tables.forEach((table, index) => {
    for (const end of table.rowStart.subarray(1)) rowStart.push(rowBases[index]! + end)
  })
  const contentIds = tables.flatMap((table) => table.contentIds ?? [])
  return {
    rowCount: tables.reduce((sum, table) => sum + table.rowCount, 0),
    rowStart: Uint32Array.from(rowStart),
    ...(contentIds.length === tables.length && { contentIds: concatData(contentIds) as BigInt64Array<ArrayBuffer> }),
    columns: table.columns.map(({ type }, column) => {
      const pieces = tables.map((table) => table.columns[column]!)
      return concatColumns(type, pieces, tables, codeBases)
    }),
  }
}

function concatColumns(
  type: CellType,
  pieces: readonly EncodedColumn[],
  tables: readonly EncodedTable[],
  codeBases: readonly number[],
): EncodedColumn {
  const data = pieces.map((piece, index) =>
    type === 'utf8' ? moveCodes(piece.data as Int32Array<ArrayBuffer>, codeBases[index]!) : piece.data,
  )
  const valid = pieces.some((piece) => piece.valid)
    ? pieces.map((piece, index) => piece.valid ?? new Uint8Array(tables[index]!.rowCount).fill(1))
    : null
  const ids = pieces.flatMap((piece) => piece.ids ?? [])
  return {
    data: concatData(data),
    valid: valid && (concatData(valid) as Uint8Array<ArrayBuffer>),
    ...(ids.length === pieces.length && { ids: concatData(ids) as BigInt64Array<ArrayBuffer> }),
  }
}

function moveCodes(codes: Int32Array<ArrayBuffer>, base: number): Int32Array<ArrayBuffer> {
  return base === 0 ? codes : codes.map((code) => (code < 0 ? code : code + base))
}

function concatData(pieces: readonly ColumnData[]): ColumnData {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const Column = (pieces[0]?.constructor ?? Uint8Array) as new (length: number) => ColumnData
  const out = new Column(length)
  let at = 0
  for (const piece of pieces) {
    out.set(piece as never, at)
    at += piece.length
  }
  return out
}

/** Where each item starts when all are laid end to end. */
function startsOf<T>(items: readonly T[], size: (item: T) => number): number[] {
  let next = 0
  return items.map((item) => {
    const start = next
    next += size(item)
    return start
  })
}
