import {
  type ColumnType,
  type EncodedRows,
  type EncodedTable,
  encodeRows,
  recordTables,
  TABLES,
  type TableDefinition,
} from '../tables/index.ts'
import { textReader } from './content.ts'

/** Tables whose rows belong to files: `files` itself first. */
export const FILE_TABLES: readonly TableDefinition[] = TABLES.filter(
  ({ name, parent }) => name === 'files' || parent !== null,
)

/** Tables of a catalog that say something of the world, and that files do not have rows in. */
export const LOOSE_TABLES = ['ingest_runs', 'ingest_errors'] as const

/**
 * How rows of two catalogs about one file become one: `once`, those of one side; `latest`, table by table those of one side;
 * `all`, every row that either side has.
 */
export type Union = 'once' | 'latest' | 'all'

/** How the rows of a table become one. */
export function unionOf({ name }: Pick<TableDefinition, 'name'>): Union {
  const written = recordTables().find((table) => table.name === name)?.written
  return written === undefined || written === 'sighting' ? 'all' : written
}

/** The rows of one table, those of each file together, with the texts they are made of. */
export type WholeTable = EncodedTable & EncodedRows

/** Some files with all of their rows. All files at a path are among them, so that what supersedes them is too. */
export interface WholeFiles {
  readonly fileCount: number
  readonly tables: ReadonlyMap<string, WholeTable>
}

type Cells = readonly unknown[]

/** Whole files from cells in the order of each table's columns, rows of `files` in the order wanted. */
export function wholeFiles(cells: ReadonlyMap<string, readonly Cells[]>): WholeFiles {
  const own = cells.get('files') ?? []
  const places = new Map(own.map(([fileId], place) => [fileId, place]))
  const tables = new Map<string, WholeTable>()
  for (const definition of FILE_TABLES) {
    const rows = cells.get(definition.name) ?? []
    const id = definition.columns.findIndex(({ name }) => name === 'file_id')
    const byFile: Cells[][] = own.map(() => [])
    for (const row of rows) byFile[places.get(row[id])!]!.push(row)
    tables.set(definition.name, wholeTable(definition, byFile))
  }
  return { fileCount: own.length, tables }
}

function wholeTable({ columns }: TableDefinition, byFile: readonly (readonly Cells[])[]): WholeTable {
  const rows = byFile.flat()
  const rowStart = new Uint32Array(byFile.length + 1)
  byFile.forEach(({ length }, file) => {
    rowStart[file + 1] = rowStart[file]! + length
  })
  return { rowStart, ...encodeRows(columns, rows.length, (row, column) => rows[row]![column]) }
}

/** Which rows belong to some files of a batch. */
export function rowsOf({ rowStart }: WholeTable, files: Iterable<number>): number[] {
  const rows: number[] = []
  for (const file of files) for (let row = rowStart[file]!; row < rowStart[file + 1]!; row++) rows.push(row)
  return rows
}

/** The file that each row belongs to. */
export function fileOfRows({ rowStart, rowCount }: WholeTable): Uint32Array {
  const files = new Uint32Array(rowCount)
  for (let file = 0; file + 1 < rowStart.length; file++) files.fill(file, rowStart[file], rowStart[file + 1])
  return files
}

/** Rows that were read as columns, cell by cell again. */
export function* cellsOf({ columns }: TableDefinition, rows: EncodedRows): Generator<unknown[]> {
  const readers = columns.map(({ type }, column) => cellReader(type, rows, column))
  for (let row = 0; row < rows.rowCount; row++) yield readers.map((read) => read(row))
}

function cellReader(type: ColumnType, rows: EncodedRows, column: number): (row: number) => unknown {
  if (type === 'utf8') return textReader(rows, column)
  const { data, valid, lengths } = rows.columns[column]!
  const isNull = (row: number) => valid !== null && valid[row] === 0
  if (typeof type === 'string') {
    return (row) => (isNull(row) ? null : type === 'bool' ? data[row] === 1 : data[row])
  }
  // Only vectors and lists that are there are kept, one behind the other; rows are asked for in their order.
  let taken = 0
  return (row) => {
    if (isNull(row)) return null
    const start = taken
    taken += 'vector' in type ? type.vector : lengths![row]!
    return data.slice(start, taken)
  }
}
