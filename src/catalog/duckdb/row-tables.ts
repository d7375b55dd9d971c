import { type ColumnDefinition, TABLES, type TableDefinition } from '../../tables/index.ts'
import { CATALOG_VERSION, vectorsOnceOf } from '../migrations/index.ts'
import type { VectorsOnce } from '../migrations/migration.ts'

/** What a catalog of this release keeps once. */
export const VECTORS_ONCE: readonly VectorsOnce[] = vectorsOnceOf(CATALOG_VERSION)

/** The vectors of a table that are kept once each; null for a table that has none. */
export function vectorsOnce(table: string): VectorsOnce | null {
  return VECTORS_ONCE.find((once) => once.table === table) ?? null
}

/**
 * The table that has the rows of one that people ask for: the two differ where vectors are kept once. Whoever writes, needs
 * a rowid or no vector goes there.
 */
export function rowTable(table: string, version: number = CATALOG_VERSION): string {
  return vectorsOnceOf(version).find((once) => once.table === table)?.rows ?? table
}

/** The rows of `files`, without vectors. */
export const FILE_ROWS = rowTable('files')

/** A query of some columns of a table as people ask for them, and the rowid as `place`. */
export function rowsWithPlaces(table: string, columns: readonly string[]): string {
  const once = vectorsOnce(table)
  if (once === null)
    return `SELECT t.rowid AS place, ${columns.map((column) => `t.${column}`).join(', ')} FROM ${table} t`
  const list = columns.map((column) => (column === once.column ? `v.vector AS ${column}` : `t.${column}`))
  return `SELECT t.rowid AS place, ${list.join(', ')} FROM ${once.rows} t ${joinVectors(once, 't', 'v')}`
}

/** Brings vectors to rows; a row without one stays. */
export function joinVectors({ distinct, id }: VectorsOnce, rows: string, vectors: string): string {
  return `LEFT JOIN ${distinct} ${vectors} ON ${vectors}.${id} = ${rows}.${id}`
}

/** Deletes the vectors that no row has any more. `database` is where, with a dot behind it. */
export function deleteUnused({ distinct, id, rows }: VectorsOnce, database = ''): string {
  return `DELETE FROM ${database}${distinct} v WHERE NOT EXISTS (SELECT 1 FROM ${database}${rows} t WHERE t.${id} = v.${id})`
}

/** The columns that are stored for a table: ids in the place of vectors that are kept once. */
export function storedColumns({ name, columns }: TableDefinition): ColumnDefinition[] {
  const once = vectorsOnce(name)
  return columns.map((column) => {
    if (column.name !== once?.column) return column
    return { ...column, name: once.id, type: 'int64', doc: `names the row of ${once.distinct} that has the vector` }
  })
}

/** Every table that the file of a catalog has. */
export const STORED_TABLES: readonly TableDefinition[] = TABLES.flatMap((table) => {
  const once = vectorsOnce(table.name)
  if (once === null) return [table]
  const { doc } = table.columns.find(({ name }) => name === once.column)!
  const distinct: TableDefinition = {
    name: once.distinct,
    doc: `one row per distinct ${once.column} of ${once.rows}`,
    key: [once.id],
    parent: null,
    columns: [
      { name: once.id, type: 'int64', nullable: false, doc: 'first 64 bits of SHA-256 over the vector, float32' },
      { name: 'vector', type: { vector: once.dimension }, nullable: false, doc },
    ],
  }
  return [distinct, { ...table, name: once.rows, columns: storedColumns(table) }]
})
