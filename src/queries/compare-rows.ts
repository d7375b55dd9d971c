import { recordTables } from '../tables/index.ts'

/** A table whose rows a header brings with it, and what of it is compared. */
export interface ComparedTable {
  readonly name: string
  /** Columns that tell a row from the other rows of a file. */
  readonly key: readonly string[]
  /** Columns that may differ. */
  readonly columns: readonly string[]
}

/** Of an attribute its JSON says all that its other columns do. */
const DERIVED = new Set(['value_text', 'value_int', 'value_float', 'display', 'oiio_name'])
/** Who and where, and what is made of the rest. */
const UNTOLD = new Set([
  'file_id',
  'file_path',
  'file_path_normalized',
  'header_hash',
  'embedding_version',
  'schema_version',
])

/** What is compared, table by table, as their definitions say: no vectors, nothing that changes after a row is stored. */
export const COMPARED: readonly ComparedTable[] = recordTables()
  .filter(({ written }) => written === 'once')
  .map(({ name, key, columns }) => {
    const own = key.filter((column) => column !== 'file_id')
    return {
      name,
      key: own,
      columns: columns.flatMap((column) => {
        const isTold = !UNTOLD.has(column.name) && column.digest !== 'none' && typeof column.type === 'string'
        return isTold && !own.includes(column.name) && !DERIVED.has(column.name) ? [column.name] : []
      }),
    }
  })

/** What two headers say differently. */
export interface Difference {
  /** Table of the catalog: `files`, `parts`, `channels` or `attributes`. */
  readonly table: string
  /** Which row of it: part, and name of the channel or attribute; empty for the file itself. */
  readonly of: Readonly<Record<string, unknown>>
  /** Null where the whole row is only in one of them. */
  readonly column: string | null
  /** Null in what was added. */
  readonly before: unknown
  /** Null in what was removed. */
  readonly after: unknown
}

type Row = Readonly<Record<string, unknown>>

/** What the rows of two headers in one table say differently, in the order of the first's rows, then of those only the second has. */
export function compareRows(table: ComparedTable, before: readonly Row[], after: readonly Row[]): Difference[] {
  const { name, key, columns } = table
  const nameOf = (row: Row) => JSON.stringify(key.map((column) => row[column]))
  const others = new Map(after.map((row) => [nameOf(row), row]))
  const differences: Difference[] = []
  for (const row of before) {
    const other = others.get(nameOf(row))
    others.delete(nameOf(row))
    const of = Object.fromEntries(key.map((column) => [column, row[column]]))
    if (!other) differences.push({ table: name, of, column: null, before: whole(row, columns), after: null })
    else {
      for (const column of columns) {
        if (row[column] === other[column]) continue
        differences.push({ table: name, of, column, before: row[column] ?? null, after: other[column] ?? null })
      }
    }
  }
  for (const row of others.values()) {
    const of = Object.fromEntries(key.map((column) => [column, row[column]]))
    differences.push({ table: name, of, column: null, before: null, after: whole(row, columns) })
  }
  return differences
}

function whole(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.flatMap((column) => (row[column] == null ? [] : [[column, row[column]]])))
}
