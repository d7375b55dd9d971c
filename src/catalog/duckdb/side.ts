import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { throwIfAborted } from '../abort.ts'
import type { QueryRow, SideDatabase } from '../catalog.ts'
import { rowObjects } from '../results.ts'
import { rowGroups } from './cells.ts'
import { queryError } from './errors.ts'
import { startQuery } from './query.ts'
import type { Session } from './session.ts'
import { interruptOn } from './transaction.ts'

/** What the errors of a side database name. */
const PLACE = 'a copy in memory'

/** Opens an empty database in memory that is filled from `session`, as long as that is open. */
export async function openSide(session: () => Session, memoryBytes: number): Promise<SideDatabase> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryBytes}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const use = async <T>(signal: AbortSignal | undefined, work: (connection: DuckDBConnection) => Promise<T>) => {
    throwIfAborted(signal)
    const connection = await instance.connect()
    const stopListening = interruptOn(connection, signal)
    try {
      return await work(connection)
    } catch (error) {
      throw queryError(error, PLACE)
    } finally {
      stopListening()
      connection.closeSync()
    }
  }
  await use(undefined, (connection) =>
    connection.run("SET GLOBAL TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true"),
  )
  return {
    fill: (table, query, signal) => use(signal, (to) => copyRows(session(), query, to, table, signal)),
    run: (statements, signal) => use(signal, async (connection) => void (await connection.run(statements))),
    rows: (query, signal) =>
      use(signal, async (connection) => {
        const result = await connection.stream(query)
        const names = result.columnNames()
        const columns = result.columnTypes().map((type, index) => ({ name: names[index]!, type: type.toString() }))
        const rows: QueryRow[] = []
        async function* batches() {
          for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
            yield* rowGroups(chunk, columns)
          }
        }
        for await (const row of rowObjects(async () => ({ columns, batches: batches() }))) rows.push(row)
        return rows
      }),
    close: () => instance.closeSync(),
  }
}

/** Chunks go from one database to the other as they are: no row becomes an object of JavaScript. */
async function copyRows(
  session: Session,
  query: string,
  to: DuckDBConnection,
  table: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const from = await session.connect()
  const stopListening = interruptOn(from, signal)
  try {
    const result = await startQuery(from, query)
    const columns = result.columnTypes().map((type, index) => `"${result.columnName(index)}" ${type}`)
    await to.run(`CREATE TABLE ${table} (${columns.join(', ')})`)
    const appender = await to.createAppender(table)
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
  } finally {
    stopListening()
    from.closeSync()
  }
}
