import type { DuckDBBlobValue } from '@duckdb/node-api'
import { type DataType, makeBuilder, makeData, RecordBatch, Struct } from 'apache-arrow'
import { arrowSchema } from '../arrow/index.ts'
import type { TableDefinition } from '../tables/index.ts'

/** Rows of a table with a column of bytes as Arrow; cells as DuckDB hands them out. */
export function binaryBatch(
  definition: TableDefinition,
  rowCount: number,
  cell: (row: number, column: number) => unknown,
): RecordBatch {
  const schema = arrowSchema(definition)
  const children = schema.fields.map(({ type }, column) => {
    const builder = makeBuilder({ type: type as DataType, nullValues: [null] })
    for (let row = 0; row < rowCount; row++) {
      const value = cell(row, column)
      builder.append(isBlob(value) ? value.bytes : value)
    }
    return builder.finish().flush()
  })
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rowCount, children }))
}

function isBlob(value: unknown): value is DuckDBBlobValue {
  return typeof value === 'object' && value !== null && 'bytes' in value
}
