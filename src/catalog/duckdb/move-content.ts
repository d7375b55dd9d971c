import type { DuckDBConnection } from '@duckdb/node-api'
import { type ColumnDefinition, contentIds, encodeRows, TextCells } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { ContentOnce, MigrateOptions } from '../migrations/migration.ts'
import { TableAppender } from './append.ts'
import { cellOf } from './read-table.ts'
import { contentOf, contentQuery, FILE_ROWS, ofContent, vectorsOnce } from './row-tables.ts'
import { type StoredColumn, storedColumnsOf } from './stored-columns.ts'

const OF_FILES: readonly string[] = ['file_id', 'file_path']
const PART = 'part_index'
/** What a table is called while it is on its way. */
const WHOLE = 'whole_rows'

/** Gives every file its number, inside the connection's transaction. No view may be there. */
export async function numberFiles(connection: DuckDBConnection): Promise<void> {
  const columns = await storedColumnsOf(connection, FILE_ROWS)
  await connection.run(
    `CREATE TABLE numbered_files (file_no INTEGER NOT NULL, ${columns.map(({ sql }) => sql).join(', ')})`,
  )
  await connection.run(
    `INSERT INTO numbered_files SELECT row_number() OVER (ORDER BY rowid), * FROM ${FILE_ROWS} ORDER BY rowid`,
  )
  await connection.run(`DROP TABLE ${FILE_ROWS}; ALTER TABLE numbered_files RENAME TO ${FILE_ROWS}`)
}

/** The way back. */
export async function dropFileNumbers(connection: DuckDBConnection): Promise<void> {
  await connection.run(`ALTER TABLE ${FILE_ROWS} DROP COLUMN file_no`)
}

/**
 * Takes the content out of the rows of a table, inside the connection's transaction: see `ContentOnce`. Files have their numbers, and
 * no view may be there. Rows of no file stay behind.
 */
export async function takeContentOut(
  connection: DuckDBConnection,
  once: ContentOnce,
  { onProgress, signal }: MigrateOptions = {},
): Promise<void> {
  const { table, rows, number, distinct, quoted } = once
  await connection.run(`ALTER TABLE ${wholeTable(once)} RENAME TO ${WHOLE}`)
  const content = (await storedColumnsOf(connection, WHOLE)).filter(
    ({ name }) => !OF_FILES.includes(name) && name !== PART,
  )
  const names = content.map(({ name }) => name)
  throwIfAborted(signal)
  onProgress?.({ doing: `looking for distinct ${table}`, rows: 0 })
  // To DuckDB 0.0 is -0.0, and to a digest it is not.
  const signs = content.flatMap(({ name, type }) => (type === 'DOUBLE' ? [signOf(`t.${name}`)] : []))
  const keys = names.map((name) => `t.${name}`)
  const said = content.map(({ name, type }) => (type === 'DOUBLE' ? `any_value(t.${name}) AS ${name}` : `t.${name}`))
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE found_content AS SELECT row_number() OVER (ORDER BY place) AS number, ${names.join(', ')}
     FROM (SELECT ${said.join(', ')}, min(t.rowid) AS place FROM ${WHOLE} t GROUP BY ${[...keys, ...signs].join(', ')})`,
  )
  await connection.run('CREATE OR REPLACE TEMP TABLE content_ids (number BIGINT, id BIGINT)')
  await fillIds(connection, once, names, signal)
  const kept = content.map(({ name, sql }) => (name === quoted?.column ? sql.replace(/ NOT NULL$/, '') : sql))
  await connection.run(
    `CREATE TABLE ${distinct} (${[`${number} INTEGER NOT NULL`, 'content_id BIGINT NOT NULL', ...kept].join(', ')})`,
  )
  const list = names.map((name) =>
    name === quoted?.column
      ? `CASE WHEN d.${name} = '"' || d.${quoted.of} || '"' THEN NULL ELSE d.${name} END`
      : `d.${name}`,
  )
  await connection.run(
    `INSERT INTO ${distinct} SELECT number, i.id, ${list.join(', ')}
     FROM temp.found_content d JOIN temp.content_ids i USING (number) ORDER BY number`,
  )
  throwIfAborted(signal)
  onProgress?.({ doing: `writing ${rows}`, rows: 0 })
  const isSame = names.map((name) => `t.${name} IS NOT DISTINCT FROM d.${name}`)
  const haveSigns = content.flatMap(({ name, type }) =>
    type === 'DOUBLE' ? [`${signOf(`t.${name}`)} IS NOT DISTINCT FROM ${signOf(`d.${name}`)}`] : [],
  )
  await connection.run(
    `CREATE TABLE ${rows} (file_no INTEGER NOT NULL, ${PART} INTEGER NOT NULL, ${number} INTEGER NOT NULL)`,
  )
  await connection.run(
    `INSERT INTO ${rows} SELECT f.file_no, t.${PART}, d.number FROM ${WHOLE} t JOIN ${FILE_ROWS} f ON f.file_id = t.file_id
     JOIN temp.found_content d ON ${[...isSame, ...haveSigns].join(' AND ')} ORDER BY t.rowid`,
  )
  await connection.run(`DROP TABLE ${WHOLE}; DROP TABLE temp.found_content; DROP TABLE temp.content_ids`)
}

/** Puts the content back into every row, inside the connection's transaction; vectors have their ids. No view may be there. */
export async function putContentBack(connection: DuckDBConnection, once: ContentOnce): Promise<void> {
  const { rows, distinct, number, quoted } = once
  const ofFiles = (await storedColumnsOf(connection, FILE_ROWS)).filter(({ name }) => OF_FILES.includes(name))
  const ofRows = (await storedColumnsOf(connection, rows)).filter(({ name }) => name === PART)
  const content = (await storedColumnsOf(connection, distinct)).filter(
    ({ name }) => name !== number && name !== 'content_id',
  )
  const required = ({ name, sql }: StoredColumn) => (name === quoted?.column ? `${sql} NOT NULL` : sql)
  const columns = [...ofFiles, ...ofRows, ...content]
  await connection.run(`CREATE TABLE ${WHOLE} (${columns.map(required).join(', ')})`)
  const list = columns.map(({ name }) => ofContent(once, name))
  await connection.run(`INSERT INTO ${WHOLE} ${contentQuery(once, list)} ORDER BY t.rowid`)
  await connection.run(`DROP TABLE ${rows}; DROP TABLE ${distinct}; ALTER TABLE ${WHOLE} RENAME TO ${wholeTable(once)}`)
}

/** The table that has whole rows: that of the version before, in which vectors have their ids. */
function wholeTable({ table }: ContentOnce): string {
  return vectorsOnce(table)?.rows ?? table
}

function signOf(number: string): string {
  return `(NOT isnan(${number}) AND signbit(${number}))`
}

/** Fills `temp.content_ids` with what names each content in `temp.found_content`. */
async function fillIds(
  connection: DuckDBConnection,
  once: ContentOnce,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const known = contentOf(once)
  const columns = names.map((name): ColumnDefinition => known.find((column) => column.name === name)!)
  const result = await connection.stream(`SELECT number, ${names.join(', ')} FROM temp.found_content`)
  const found: { readonly numbers: BigInt64Array<ArrayBuffer>; readonly ids: BigInt64Array<ArrayBuffer> }[] = []
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    throwIfAborted(signal)
    const [numbers, ...cells] = chunk.getColumns()
    const rows = encodeRows(columns, chunk.rowCount, (row, column) => cellOf(cells[column]![row]!))
    const ids = contentIds(columns, rows, new TextCells(rows.strings))
    found.push({ numbers: BigInt64Array.from(numbers as bigint[]), ids })
  }
  // Not before all is read: the next statement of a connection ends what it streams.
  const appender = new TableAppender(['int64', 'int64'], 'content_ids', 'temp')
  for (const { numbers, ids } of found) {
    const filled = [numbers, ids].map((data) => ({ data, valid: null }))
    await appender.append(connection, { rowCount: ids.length, columns: filled })
  }
}
