import type { DuckDBConnection } from '@duckdb/node-api'
import { throwIfAborted } from '../abort.ts'
import type { MigrateOptions } from '../migrations/migration.ts'
import { TableAppender } from './append.ts'
import { intsOf } from './raw-columns.ts'
import { type ContentInSets, namedContent } from './row-tables.ts'
import { type PartNumbers, StoredSets } from './stored-sets.ts'

/** Rows that are read together; the last part among them waits for its end. */
const ROWS_AT_ONCE = 262_144

/** What a table of rows is called while it is on its way. */
const BEFORE = 'rows_before'

const OF_PART = 'file_no INTEGER NOT NULL, part_index INTEGER NOT NULL'

/** Has the rows of a table name sets of content, inside the connection's transaction: see `ContentSets`. No view may be there. */
export async function putInSets(
  connection: DuckDBConnection,
  once: ContentInSets,
  { onProgress, signal }: MigrateOptions = {},
): Promise<void> {
  const { rows, sets, setRows, number } = once
  await connection.run(`ALTER TABLE ${rows} RENAME TO ${BEFORE}`)
  await connection.run(
    `CREATE TABLE ${sets} (set_no INTEGER NOT NULL, place INTEGER NOT NULL, ${number} INTEGER NOT NULL)`,
  )
  await connection.run(`CREATE TABLE ${setRows} (${OF_PART}, set_no INTEGER NOT NULL)`)
  await connection.run(`CREATE TABLE ${rows} (${OF_PART}, place INTEGER NOT NULL, ${number} INTEGER NOT NULL)`)
  const reader = await connection.runAndReadAll(`SELECT min(rowid), max(rowid), current_database() FROM ${BEFORE}`)
  const [[first, last, database]] = reader.getRows() as [[bigint | null, bigint, string]]
  const stored = new StoredSets(connection, once, database)
  const appender = new TableAppender(['int32', 'int32', 'int32', 'int32'], rows, database)
  const append = async (found: PartNumbers) => appender.append(connection, await stored.rows(found))
  let left: PartNumbers = noNumbers()
  for (let start = first; start !== null && start <= last; start += BigInt(ROWS_AT_ONCE)) {
    throwIfAborted(signal)
    onProgress?.({ doing: `looking for what ${rows} share`, rows: Number(start - first!) })
    const found = await readNumbers(connection, once, start, left)
    const whole = wholeParts(found)
    await append(slice(found, 0, whole))
    left = slice(found, whole)
  }
  await append(left)
  await connection.run(`DROP TABLE ${BEFORE}`)
}

/** The way back. */
export async function takeFromSets(connection: DuckDBConnection, once: ContentInSets): Promise<void> {
  const { rows, sets, setRows, number } = once
  await connection.run(`ALTER TABLE ${rows} RENAME TO ${BEFORE}`)
  await connection.run(`CREATE TABLE ${rows} (${OF_PART}, ${number} INTEGER NOT NULL)`)
  await connection.run(
    `INSERT INTO ${rows} SELECT file_no, part_index, ${number} FROM (${namedContent({ ...once, rows: BEFORE })})
     ORDER BY file_no, part_index, place`,
  )
  await connection.run(`DROP TABLE ${BEFORE}; DROP TABLE ${setRows}; DROP TABLE ${sets}`)
}

/** The rows from a place on, behind those that are left of the ones before. */
async function readNumbers(
  connection: DuckDBConnection,
  { number }: ContentInSets,
  start: bigint,
  left: PartNumbers,
): Promise<PartNumbers> {
  const result = await connection.stream(
    `SELECT file_no, part_index, ${number} FROM ${BEFORE}
     WHERE rowid >= ${start} AND rowid < ${start + BigInt(ROWS_AT_ONCE)} ORDER BY rowid`,
  )
  const before = left.numbers.length
  const [files, parts, numbers] = [left.files, left.parts, left.numbers].map((column) => {
    const grown = new Int32Array(before + ROWS_AT_ONCE)
    grown.set(column)
    return grown
  }) as [Int32Array, Int32Array, Int32Array]
  let count = before
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    files.set(intsOf(chunk, 0), count)
    parts.set(intsOf(chunk, 1), count)
    numbers.set(intsOf(chunk, 2), count)
    count += chunk.rowCount
  }
  return slice({ files, parts, numbers }, 0, count)
}

/** Rows in front of the last part's. */
function wholeParts({ files, parts }: PartNumbers): number {
  let end = files.length - 1
  while (end > 0 && files[end - 1] === files[end] && parts[end - 1] === parts[end]) end--
  return Math.max(0, end)
}

function slice({ files, parts, numbers }: PartNumbers, start: number, end = files.length): PartNumbers {
  return { files: files.subarray(start, end), parts: parts.subarray(start, end), numbers: numbers.subarray(start, end) }
}

function noNumbers(): PartNumbers {
  return { files: new Int32Array(0), parts: new Int32Array(0), numbers: new Int32Array(0) }
}
