import type { DuckDBConnection } from '@duckdb/node-api'
import type { NumberedRows } from '../migrations/migration.ts'
import { FILE_ROWS } from './row-tables.ts'
import { storedColumnsOf } from './stored-columns.ts'

/** Has rows name their file by its number, inside the connection's transaction: see `NumberedRows`. No view may be there; rows of no file stay behind. */
export async function nameFilesByNumber(
  connection: DuckDBConnection,
  { table, rows, ofFile }: NumberedRows,
): Promise<void> {
  const kept = (await storedColumnsOf(connection, table)).filter(({ name }) => !ofFile.includes(name))
  await connection.run(`CREATE TABLE ${rows} (file_no INTEGER NOT NULL, ${kept.map(({ sql }) => sql).join(', ')})`)
  await connection.run(
    `INSERT INTO ${rows} SELECT f.file_no, ${kept.map(({ name }) => `t.${name}`).join(', ')}
     FROM ${table} t JOIN ${FILE_ROWS} f ON f.file_id = t.file_id ORDER BY t.rowid`,
  )
  await connection.run(`DROP TABLE ${table}`)
}

/** The way back. */
export async function nameFilesById(
  connection: DuckDBConnection,
  { table, rows, ofFile }: NumberedRows,
): Promise<void> {
  const ofFiles = (await storedColumnsOf(connection, FILE_ROWS)).filter(({ name }) => ofFile.includes(name))
  const kept = (await storedColumnsOf(connection, rows)).filter(({ name }) => name !== 'file_no')
  await connection.run(`CREATE TABLE ${table} (${[...ofFiles, ...kept].map(({ sql }) => sql).join(', ')})`)
  const list = [...ofFiles.map(({ name }) => `f.${name}`), ...kept.map(({ name }) => `t.${name}`)]
  await connection.run(
    `INSERT INTO ${table} SELECT ${list.join(', ')} FROM ${rows} t JOIN ${FILE_ROWS} f ON f.file_no = t.file_no ORDER BY t.rowid`,
  )
  await connection.run(`DROP TABLE ${rows}`)
}
