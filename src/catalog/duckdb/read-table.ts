import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import {
  DuckDBArrayValue,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  LIST,
  listValue,
  VARCHAR,
} from '../../duckdb-api.ts'
import { type EncodedRows, encodeRows, type TableDefinition } from '../../tables/index.ts'
import type { ReadTable } from '../content.ts'

/** Reads whole tables through a connection, or the rows of some files, whatever version of the schema they have. */
export async function tableReader(connection: DuckDBConnection, fileIds?: readonly string[]): Promise<ReadTable> {
  const reader = await connection.runAndReadAll(
    'SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database()',
  )
  const there = new Set(reader.getRows().map(([table, column]) => `${table} ${column}`))
  return (table) => readTable(connection, table, there, fileIds)
}

async function* readTable(
  connection: DuckDBConnection,
  { name, columns }: TableDefinition,
  there: ReadonlySet<string>,
  fileIds: readonly string[] | undefined,
): AsyncGenerator<EncodedRows> {
  const list = columns.map((column) => (there.has(`${name} ${column.name}`) ? column.name : 'NULL'))
  if (list.every((column) => column === 'NULL')) return
  const query = `SELECT ${list.join(', ')} FROM ${name}`
  const result = fileIds
    ? await connection.stream(
        `${query} WHERE file_id IN (SELECT unnest($1))`,
        [listValue([...fileIds])],
        [LIST(VARCHAR)],
      )
    : await connection.stream(query)
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const values = chunk.getColumns()
    yield encodeRows(columns, chunk.rowCount, (row, column) => cellOf(values[column]![row]!))
  }
}

/** A value of DuckDB's as a cell of an encoded column. */
export function cellOf(value: DuckDBValue): unknown {
  if (value instanceof DuckDBTimestampTZValue) return value.micros
  if (value instanceof DuckDBArrayValue || value instanceof DuckDBListValue)
    return Float32Array.from(value.items as number[])
  return value
}
