import { col, type Predicate, type SelectOptions, type Table } from '../../vastdb/index.ts'
import { forEachRow, type RowView } from './rows.ts'

/** Values in one request: far below what a request may hold, paths being long. */
const VALUES_PER_REQUEST = 1_000

interface LookUp {
  readonly table: Table
  /** Column that must hold one of `values`. */
  readonly column: string
  readonly values: Iterable<string>
  readonly columns: readonly string[]
  readonly where?: Predicate
  /** `$row_id` comes last. */
  readonly rowId?: boolean
}

/** Rows whose column holds one of some values, in as many requests as that takes. */
export async function lookUp<T>(request: LookUp, read: (row: RowView) => T): Promise<T[]> {
  const values = [...new Set(request.values)]
  const rows: T[] = []
  for (let start = 0; start < values.length; start += VALUES_PER_REQUEST) {
    const among = col(request.column).in(values.slice(start, start + VALUES_PER_REQUEST))
    const options: SelectOptions = {
      columns: request.columns,
      where: request.where ? among.and(request.where) : among,
      rowId: request.rowId ?? false,
      splits: 1,
    }
    await forEachRow(request.table.select(options), (row) => rows.push(read(row)))
  }
  return rows
}

/** Removes the rows of files from a table. */
export async function deleteRows(table: Table, fileIds: readonly string[]): Promise<void> {
  const rowIds = await lookUp(
    { table, column: 'file_id', values: fileIds, columns: [], rowId: true },
    (row) => row.big(0)!,
  )
  if (rowIds.length > 0) await table.delete(rowIds)
}
