import { type ColumnDefinition, contentColumns, TABLES, type TableDefinition, tableNamed } from '../../tables/index.ts'
import { CATALOG_VERSION, contentOnceOf, vectorsOnceOf } from '../migrations/index.ts'
import type { ContentOnce, VectorsOnce } from '../migrations/migration.ts'

/** The vectors that a catalog of this release keeps once. */
export const VECTORS_ONCE: readonly VectorsOnce[] = vectorsOnceOf(CATALOG_VERSION)

/** The tables whose content it keeps once. */
export const CONTENT_ONCE: readonly ContentOnce[] = contentOnceOf(CATALOG_VERSION)

/** The vectors of a table that are kept once each; null for a table that has none. */
export function vectorsOnce(table: string): VectorsOnce | null {
  return VECTORS_ONCE.find((once) => once.table === table) ?? null
}

/** How the content of a table is kept once; null for a table whose rows have all of it. */
export function contentOnce(table: string): ContentOnce | null {
  return CONTENT_ONCE.find((once) => once.table === table) ?? null
}

/**
 * The table that has the rows of one that people ask for: the two differ where something is kept once. Whoever writes, needs
 * a rowid or no vector goes there.
 */
export function rowTable(table: string, version: number = CATALOG_VERSION): string {
  const once = [...contentOnceOf(version), ...vectorsOnceOf(version)]
  return once.find((candidate) => candidate.table === table)?.rows ?? table
}

/** The rows of `files`, without vectors. */
export const FILE_ROWS = rowTable('files')

/** The condition by which a row of `rowTable(table)` belongs to one of the files that a query gives by `file_id`. */
export function isOfFiles(table: string, fileIds: string): string {
  const isAmong = `file_id IN (${fileIds})`
  return contentOnce(table) ? `file_no IN (SELECT file_no FROM ${FILE_ROWS} WHERE ${isAmong})` : isAmong
}

/** A query of some columns of a table as people ask for them, and the rowid of each row as `place`. */
export function rowsWithPlaces(table: string, columns: readonly string[]): string {
  const content = contentOnce(table)
  const once = vectorsOnce(table)
  if (content) {
    const list = columns.map((column) =>
      column === once?.column ? `v.vector AS ${column}` : ofContent(content, column),
    )
    const query = contentQuery(content, ['t.rowid AS place', ...list])
    return once ? `${query} ${joinVectors(once, 'd', 'v')}` : query
  }
  if (once === null)
    return `SELECT t.rowid AS place, ${columns.map((column) => `t.${column}`).join(', ')} FROM ${table} t`
  const list = columns.map((column) => (column === once.column ? `v.vector AS ${column}` : `t.${column}`))
  return `SELECT t.rowid AS place, ${list.join(', ')} FROM ${once.rows} t ${joinVectors(once, 't', 'v')}`
}

/** Brings vectors to rows; a row without one stays. */
export function joinVectors({ distinct, id }: VectorsOnce, rows: string, vectors: string): string {
  return `LEFT JOIN ${distinct} ${vectors} ON ${vectors}.${id} = ${rows}.${id}`
}

/** Brings content to rows: `t` are the rows, `f` the files, `d` the content, in which vectors have their ids. */
export function contentQuery({ rows, number, distinct }: ContentOnce, columns: readonly string[]): string {
  return `SELECT ${columns.join(', ')} FROM ${rows} t JOIN ${FILE_ROWS} f ON f.file_no = t.file_no
    JOIN ${distinct} d ON d.${number} = t.${number}`
}

/** A column of the table's view, in a `contentQuery`. */
export function ofContent({ quoted }: ContentOnce, column: string): string {
  if (column === 'file_id' || column === 'file_path') return `f.${column}`
  if (column === 'part_index') return `t.${column}`
  return column === quoted?.column ? `coalesce(d.${column}, '"' || d.${quoted.of} || '"') AS ${column}` : `d.${column}`
}

/** Deletes what is kept once and no row has any more. `database` is where, with a dot behind it. */
export function deleteUnused(database = ''): string[] {
  const unused = (distinct: string, rows: string, name: string) =>
    `DELETE FROM ${database}${distinct} d WHERE NOT EXISTS (SELECT 1 FROM ${database}${rows} t WHERE t.${name} = d.${name})`
  return [
    ...CONTENT_ONCE.map(({ distinct, rows, number }) => unused(distinct, rows, number)),
    ...VECTORS_ONCE.map(({ table, distinct, rows, id }) => unused(distinct, contentOnce(table)?.distinct ?? rows, id)),
  ]
}

const fileNumber: ColumnDefinition = {
  name: 'file_no',
  type: 'int32',
  nullable: false,
  doc: 'names the file in this catalog',
}

/** The columns that are stored for a table: ids and numbers in the place of what is kept once. */
export function storedColumns({ name, columns }: TableDefinition): ColumnDefinition[] {
  const content = contentOnce(name)
  if (content) {
    const doc = `names the row of ${content.distinct} that says all else`
    return [fileNumber, partIndex(columns), { name: content.number, type: 'int32', nullable: false, doc }]
  }
  const stored = withIds(name, columns)
  return name === 'files' && CONTENT_ONCE.length > 0 ? [fileNumber, ...stored] : stored
}

/** Columns of a table, ids in the place of vectors that are kept once. */
function withIds(table: string, columns: readonly ColumnDefinition[]): ColumnDefinition[] {
  const once = vectorsOnce(table)
  return columns.map((column) => {
    if (column.name !== once?.column) return column
    return { ...column, name: once.id, type: 'int64', doc: `names the row of ${once.distinct} that has the vector` }
  })
}

/** What a row of a table says beside its file and its part, vectors by their ids. */
export function contentOf({ table }: ContentOnce): ColumnDefinition[] {
  const columns = withIds(table, tableNamed(table).columns)
  return contentColumns(columns).map((index) => columns[index]!)
}

function partIndex(columns: readonly ColumnDefinition[]): ColumnDefinition {
  return columns.find(({ name }) => name === 'part_index')!
}

/** The table that has the content of another, each once. */
export function distinctTable(once: ContentOnce): TableDefinition {
  const content = contentOf(once).map((column): ColumnDefinition => {
    if (column.name !== once.quoted?.column) return column
    return { ...column, nullable: true, doc: `${column.doc}; null where it is ${once.quoted.of} in quotes` }
  })
  return {
    name: once.distinct,
    doc: `one row per distinct content of ${once.rows}`,
    key: [once.number],
    parent: null,
    columns: [
      { name: once.number, type: 'int32', nullable: false, doc: 'counts up' },
      { name: 'content_id', type: 'int64', nullable: false, doc: 'first 64 bits of SHA-256 over the cells' },
      ...content,
    ],
  }
}

/** Every table that the file of a catalog has. */
export const STORED_TABLES: readonly TableDefinition[] = TABLES.flatMap((table) => {
  const rows = { ...table, name: rowTable(table.name), columns: storedColumns(table) }
  const content = contentOnce(table.name)
  const apart = content ? [distinctTable(content)] : []
  const once = vectorsOnce(table.name)
  if (once === null) return [...apart, rows]
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
  return [distinct, ...apart, rows]
})
