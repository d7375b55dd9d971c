import type { DuckDBConnection, DuckDBResult, DuckDBValue } from '@duckdb/node-api'
import type { TableDefinition } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import { FILE_TABLES, type WholeFiles, wholeFiles } from '../whole-files.ts'
import { cellOf } from './read-table.ts'
import { FILE_ROWS, rowsWithPlaces } from './row-tables.ts'

/** Files of a batch, and rows after which it ends early: always with the last file at a path. */
const BATCH_FILES = 500
const BATCH_ROWS = 50_000

const FILE_ID = FILE_TABLES[0]!.columns.findIndex(({ name }) => name === 'file_id')
const NORMALIZED = FILE_TABLES[0]!.columns.findIndex(({ name }) => name === 'file_path_normalized')

/**
 * Every file with all of its rows, in the order of their paths. Each table is read through a connection of its own, in
 * the same order, so that a batch is all that is held; DuckDB sorts, and spills what does not fit.
 */
export async function* readWholeFiles(
  connections: readonly DuckDBConnection[],
  signal: AbortSignal | undefined,
): AsyncGenerator<WholeFiles> {
  const cursors = await Promise.all(FILE_TABLES.map((table, index) => openCursor(connections[index]!, table)))
  const [files, ...others] = cursors as [Cursor, ...Cursor[]]
  while (await files.hasRow()) {
    throwIfAborted(signal)
    const cells = new Map<string, unknown[][]>(FILE_TABLES.map(({ name }) => [name, []]))
    const own = cells.get('files')!
    let rows = 0
    let path: unknown = null
    while (await files.hasRow()) {
      const isNext = files.cell(NORMALIZED) !== path
      if (isNext && (own.length >= BATCH_FILES || rows >= BATCH_ROWS)) break
      path = files.cell(NORMALIZED)
      const fileId = files.cell(FILE_ID)
      own.push(files.take())
      for (const cursor of others) {
        const list = cells.get(cursor.name)!
        while ((await cursor.hasRow()) && cursor.cell(cursor.fileId) === fileId) {
          list.push(cursor.take())
          rows++
        }
      }
    }
    yield wholeFiles(cells)
  }
}

async function openCursor(connection: DuckDBConnection, { name, columns }: TableDefinition): Promise<Cursor> {
  const names = columns.map((column) => column.name)
  const result = await connection.stream(
    `SELECT ${names.map((column) => `t.${column}`).join(', ')} FROM (${rowsWithPlaces(name, names)}) t
     JOIN (SELECT file_id, file_path_normalized FROM ${FILE_ROWS}) f ON f.file_id = t.file_id
     ORDER BY f.file_path_normalized, f.file_id, t.place`,
  )
  return new Cursor(
    name,
    columns.findIndex((column) => column.name === 'file_id'),
    result,
  )
}

/** Rows of a result, one at a time. */
class Cursor {
  readonly name: string
  /** Place of the file's id. */
  readonly fileId: number
  readonly #result: DuckDBResult
  #columns: readonly (readonly DuckDBValue[])[] = []
  #rowCount = 0
  #row = 0
  #hasEnded = false

  constructor(name: string, fileId: number, result: DuckDBResult) {
    this.name = name
    this.fileId = fileId
    this.#result = result
  }

  async hasRow(): Promise<boolean> {
    while (this.#row === this.#rowCount && !this.#hasEnded) {
      const chunk = await this.#result.fetchChunk()
      this.#row = 0
      this.#rowCount = chunk?.rowCount ?? 0
      this.#hasEnded = this.#rowCount === 0
      this.#columns = this.#hasEnded ? [] : chunk!.getColumns()
    }
    return !this.#hasEnded
  }

  cell(column: number): unknown {
    return this.#columns[column]![this.#row]
  }

  take(): unknown[] {
    const row = this.#columns.map((column) => cellOf(column[this.#row]!))
    this.#row++
    return row
  }
}
