import type { DuckDBConnection } from '@duckdb/node-api'
import { TableAppender } from '../catalog/duckdb/append.ts'
import { DuckDBInstance } from '../duckdb-api.ts'
import { ExrError } from '../errors.ts'
import { defaultCatalogMemoryBytes } from '../settings/memory.ts'
import type { CellType, ColumnDefinition, ColumnType, EncodedRows, TableDefinition } from '../tables/index.ts'

/** A database of our own beside what is written, that may read and write files. */
export interface Scratch {
  readonly connection: DuckDBConnection
  /** Its name for `TableAppender`. */
  readonly database: string
  close(): void
}

/** Opens `path`, or a database in memory whose rows that do not fit go to `spill`. One thread: files come out in the order of rows. */
export async function openScratch(path: string | null, spill: string): Promise<Scratch> {
  const instance = await DuckDBInstance.create(path ?? ':memory:', {
    memory_limit: `${defaultCatalogMemoryBytes()}B`,
    temp_directory: spill,
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  const database = (await connection.runAndReadAll('SELECT current_database()')).getRows()[0]![0]
  return {
    connection,
    database: String(database),
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** A name as SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Whether a type is that of vectors. */
export function isVector(type: ColumnType): boolean {
  return typeof type === 'object'
}

/** A failure to write or read files of an export as one of ours. */
export function fileError(error: unknown, what: string, path: string): ExrError {
  if (error instanceof ExrError) return error
  const message = error instanceof Error ? error.message : String(error)
  const isFull = /No space left|ENOSPC/i.test(message)
  return new ExrError(
    isFull ? 'ERR_DISK_FULL' : 'ERR_EXPORT_WRITE',
    `Could not ${what} ${path}: ${message.split('\n')[0]}`,
    { cause: error, details: { path } },
  )
}

/** Appends rows to a table of the scratch database that has just these columns, none of them of bytes. */
export async function appendTable(
  { connection, database }: Scratch,
  { name, columns }: Pick<TableDefinition, 'name'> & { readonly columns: readonly Pick<ColumnDefinition, 'type'>[] },
  rows: EncodedRows,
): Promise<void> {
  const types = columns.map(({ type }) => type as CellType)
  await new TableAppender(types, name, database).append(connection, rows, rows.strings)
}
