import { type ColumnDefinition, contentColumns, TABLES, type TableDefinition, tableNamed } from '../../tables/index.ts'
import { CATALOG_VERSION, contentOnceOf, numberedRowsOf, vectorsOnceOf } from '../migrations/index.ts'
import type { ContentOnce, ContentSets, NumberedRows, VectorsOnce } from '../migrations/migration.ts'

/** Content that parts share in sets, as in a catalog of this release. */
export type ContentInSets = ContentOnce & ContentSets

/** The vectors that a catalog of this release keeps once. */
export const VECTORS_ONCE: readonly VectorsOnce[] = vectorsOnceOf(CATALOG_VERSION)

/** The tables whose content it keeps once. */
export const CONTENT_ONCE = contentOnceOf(CATALOG_VERSION).filter(isInSets)

/** The vectors of a table that are kept once each; null for a table that has none. */
export function vectorsOnce(table: string): VectorsOnce | null {
  return VECTORS_ONCE.find((once) => once.table === table) ?? null
}

/** How the content of a table is kept once; null for a table whose rows have all of it. */
export function contentOnce(table: string): ContentInSets | null {
  return CONTENT_ONCE.find((once) => once.table === table) ?? null
}

/** How the rows of a table name their files; null for a table that has their ids, or its content apart. */
export function numberedRows(table: string): NumberedRows | null {
  return numberedRowsOf(CATALOG_VERSION).find((numbered) => numbered.table === table) ?? null
}

/**
 * The table that has the rows of one that people ask for: the two differ where something is kept once. Whoever writes, needs
 * a rowid or no vector goes there.
 */
export function rowTable(table: string, version: number = CATALOG_VERSION): string {
  const once = [...contentOnceOf(version), ...vectorsOnceOf(version), ...numberedRowsOf(version)]
  return once.find((candidate) => candidate.table === table)?.rows ?? table
}

/** Whether parts share sets of it, in the version that it is of. */
export function isInSets(once: ContentOnce): once is ContentInSets {
  return once.sets !== undefined
}

/** The rows of `files`, without vectors. */
export const FILE_ROWS = rowTable('files')

/** Whether rows name their file by its number. */
export function isNumbered(table: string): boolean {
  return contentOnce(table) !== null || numberedRows(table) !== null
}

/** The condition by which a row of `rowTable(table)` belongs to one of the files that a query gives by `file_id`. */
export function isOfFiles(table: string, fileIds: string): string {
  const isAmong = `file_id IN (${fileIds})`
  return isNumbered(table) ? `file_no IN (SELECT file_no FROM ${FILE_ROWS} WHERE ${isAmong})` : isAmong
}

/** Deletes all that a table has of the files that a query gives by `file_id`, a statement each. */
export function deleteOfFiles(table: string, fileIds: string): string[] {
  const tables = [rowTable(table), ...(contentOnce(table) ? [contentOnce(table)!.setRows] : [])]
  return tables.map((rows) => `DELETE FROM ${rows} WHERE ${isOfFiles(table, fileIds)}`)
}

/** How many rows people see of a table, or those of some files. */
export function countRows(table: string, version: number = CATALOG_VERSION, where = 'true'): string {
  const { sets, setRows } = contentOnceOf(version).find((once) => once.table === table) ?? {}
  const inSets = sets ? ` + (SELECT count(*) FROM ${setRows} JOIN ${sets} USING (set_no) WHERE ${where})` : ''
  return `SELECT (SELECT count(*) FROM ${rowTable(table, version)} WHERE ${where})${inSets}`
}

/** A query of some columns of a table as people ask for them, and `place`, by which the rows of a file are in the order of its header. */
export function rowsWithPlaces(table: string, columns: readonly string[]): string {
  const content = contentOnce(table)
  const once = vectorsOnce(table)
  if (content) {
    const list = columns.map((column) =>
      column === once?.column ? `v.vector AS ${column}` : ofContent(content, column),
    )
    const query = contentQuery(content, [`${PLACE} AS place`, ...list])
    return once ? `${query} ${joinVectors(once, 'd', 'v')}` : query
  }
  const numbered = numberedRows(table)
  if (numbered) {
    const list = columns.map((column) => `${numbered.ofFile.includes(column) ? 'f' : 't'}.${column}`)
    return `SELECT t.rowid AS place, ${list.join(', ')} FROM ${numbered.rows} t JOIN ${FILE_ROWS} f ON f.file_no = t.file_no`
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

/** Where a row stands among those of its file, in a `contentQuery`. */
const PLACE = '(t.part_index::BIGINT << 32) + t.place'

/** Brings content to rows: `t` are the rows, `f` the files, `d` the content, in which vectors have their ids. */
export function contentQuery(once: ContentOnce, columns: readonly string[]): string {
  const { rows, number, distinct } = once
  return `SELECT ${columns.join(', ')} FROM ${isInSets(once) ? `(${namedContent(once)})` : rows} t
    JOIN ${FILE_ROWS} f ON f.file_no = t.file_no JOIN ${distinct} d ON d.${number} = t.${number}`
}

/** Which content a part has, and at which place of its header. */
export function namedContent({ rows, number, sets, setRows }: ContentInSets): string {
  return `SELECT file_no, part_index, place, ${number} FROM ${rows}
    UNION ALL SELECT n.file_no, n.part_index, s.place, s.${number} FROM ${setRows} n JOIN ${sets} s ON s.set_no = n.set_no`
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
    ...CONTENT_ONCE.flatMap(({ distinct, rows, number, sets, setRows }) => [
      unused(sets, setRows, 'set_no'),
      `${unused(distinct, rows, number)} AND NOT EXISTS (SELECT 1 FROM ${database}${sets} s WHERE s.${number} = d.${number})`,
    ]),
    ...VECTORS_ONCE.map(({ table, distinct, rows, id }) => unused(distinct, contentOnce(table)?.distinct ?? rows, id)),
  ]
}

const fileNumber: ColumnDefinition = {
  name: 'file_no',
  type: 'int32',
  nullable: false,
  doc: 'names the file in this catalog',
}

const place: ColumnDefinition = {
  name: 'place',
  type: 'int32',
  nullable: false,
  doc: 'in the header of the part, counted from 0',
}

const setNumber: ColumnDefinition = { name: 'set_no', type: 'int32', nullable: false, doc: 'names a set; counts up' }

function contentNumber({ number, distinct }: ContentOnce): ColumnDefinition {
  return { name: number, type: 'int32', nullable: false, doc: `names the row of ${distinct} that says all else` }
}

/** The columns that are stored for a table: ids and numbers in the place of what is kept once. */
export function storedColumns({ name, columns }: TableDefinition): ColumnDefinition[] {
  const content = contentOnce(name)
  if (content) {
    return [fileNumber, partIndex(columns), place, contentNumber(content)]
  }
  const numbered = numberedRows(name)
  if (numbered) return [fileNumber, ...columns.filter((column) => !numbered.ofFile.includes(column.name))]
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

/** The tables that have the sets of content, and which parts have them. */
export function setTables(once: ContentInSets): [sets: TableDefinition, setRows: TableDefinition] {
  const table = (name: string, doc: string, columns: readonly ColumnDefinition[]): TableDefinition => {
    return { name, doc, key: [], parent: null, columns }
  }
  const part = partIndex(tableNamed(once.table).columns)
  return [
    table(once.sets, `one row per content of a set that parts share`, [setNumber, place, contentNumber(once)]),
    table(once.setRows, `one row per set of a part`, [fileNumber, part, setNumber]),
  ]
}

/** Every table that the file of a catalog has. */
export const STORED_TABLES: readonly TableDefinition[] = TABLES.flatMap((table) => {
  const rows = { ...table, name: rowTable(table.name), columns: storedColumns(table) }
  const content = contentOnce(table.name)
  const apart = content ? [distinctTable(content), ...setTables(content)] : []
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
