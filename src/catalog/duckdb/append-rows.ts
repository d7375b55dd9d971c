import type { DuckDBConnection } from '@duckdb/node-api'
import { type CellType, columnWriter, StringCollector } from '../../tables/index.ts'
import { TableAppender } from './append.ts'

/** A value of a column: text, numbers, bigint for 64-bit integers, a vector. */
type Cell = string | number | bigint | boolean | null | Float32Array

/** Appends rows to a temporary table; values in the order of its columns. */
export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  types: readonly CellType[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  const strings = new StringCollector()
  const writers = types.map((type) => columnWriter(type, rows.length, strings))
  rows.forEach((values, row) => {
    values.forEach((value, column) => {
      writers[column]!.set(row, value)
    })
  })
  const columns = writers.map((writer) => writer.finish(rows.length))
  const encoded = { rowCount: rows.length, columns }
  await new TableAppender(types, table, 'temp').append(connection, encoded, strings.finish())
}
