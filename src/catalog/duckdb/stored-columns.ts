import type { DuckDBConnection } from '@duckdb/node-api'

/** A column of a table as it is stored. */
export interface StoredColumn {
  readonly name: string
  /** As DuckDB calls it. */
  readonly type: string
  /** As CREATE TABLE has it. */
  readonly sql: string
}

/** The columns of a table of this database, whatever version it has. */
export async function storedColumnsOf(connection: DuckDBConnection, table: string): Promise<StoredColumn[]> {
  const reader = await connection.runAndReadAll(
    `SELECT column_name, data_type, is_nullable FROM duckdb_columns()
     WHERE database_name = current_database() AND table_name = $1 ORDER BY column_index`,
    [table],
  )
  return reader.getRows().map(([name, type, isNullable]) => ({
    name: String(name),
    type: String(type),
    sql: `${name} ${type}${isNullable ? '' : ' NOT NULL'}`,
  }))
}
