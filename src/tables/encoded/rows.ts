import type { CellType, ColumnDefinition } from '../definition.ts'
import type { EncodedColumn, StringPool } from './batch.ts'
import { columnWriter, StringCollector } from './column-writers.ts'

/** Rows of some columns, whatever table they are of. */
export interface EncodedRows {
  readonly rowCount: number
  readonly columns: readonly EncodedColumn[]
  readonly strings: StringPool
}

/** Rows as columns, none of them of bytes, cell by cell: text, numbers, bigint for 64-bit integers and timestamps, Float32Array. */
export function encodeRows(
  columns: readonly Pick<ColumnDefinition, 'type'>[],
  rowCount: number,
  cell: (row: number, column: number) => unknown,
): EncodedRows {
  const strings = new StringCollector()
  const encoded = columns.map(({ type }, column) => {
    const writer = columnWriter(type as CellType, rowCount, strings)
    for (let row = 0; row < rowCount; row++) writer.set(row, cell(row, column))
    return writer.finish(rowCount)
  })
  return { rowCount, columns: encoded, strings: strings.finish() }
}
