import type { DuckDBConnection } from '@duckdb/node-api'
import { recordTables, sqlType, type TableDefinition } from '../../tables/index.ts'
import { CATALOG_VERSION } from '../migrations/index.ts'
import { columnsError } from '../plan-rows.ts'
import { missingSchema } from './errors.ts'
import { readVersion } from './migrate.ts'
import { contentOnce, distinctTable, rowTable, setTables, storedColumns } from './row-tables.ts'

/**
 * Checks that every table an inspection fills has the columns this program writes, in its order. Throws
 * ERR_CATALOG_SCHEMA for an older catalog and ERR_CATALOG_COLUMNS where the program and its own version disagree.
 */
export async function checkLayout(connection: DuckDBConnection, path: string): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT table_name, column_name, data_type FROM duckdb_columns()
     WHERE database_name = current_database() ORDER BY table_oid, column_index`,
  )
  const found = new Map<string, string[]>()
  for (const [table, column, type] of reader.getRows()) {
    const columns = found.get(String(table)) ?? []
    columns.push(`${column} ${type}`)
    found.set(String(table), columns)
  }
  for (const { name, columns } of recordTables().flatMap(tablesFilled)) {
    const wanted = columns.map((column) => `${column.name} ${fullType(sqlType(column.type, 'duckdb'))}`)
    const there = found.get(name) ?? []
    const wrong = [...wanted.keys()].find((index) => wanted[index] !== there[index])
    if (wrong === undefined && there.length === wanted.length) continue
    if ((await readVersion(connection, path)) < CATALOG_VERSION) throw missingSchema(null, path)
    const at = wrong ?? wanted.length
    throw columnsError(
      `Could not store a batch in catalog ${path}: column ${at + 1} of its table ${name} is ` +
        `${there[at] ?? 'not there'}, and this program writes ${wanted[at] ?? 'none'}`,
    )
  }
}

/** The tables that the rows of one are stored in. */
function tablesFilled(table: TableDefinition): Pick<TableDefinition, 'name' | 'columns'>[] {
  const content = contentOnce(table.name)
  const rows = { name: rowTable(table.name), columns: storedColumns(table) }
  return content ? [rows, distinctTable(content), ...setTables(content)] : [rows]
}

function fullType(type: string): string {
  return type === 'TIMESTAMPTZ' ? 'TIMESTAMP WITH TIME ZONE' : type
}
