import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { DuckDBInstance } from '../../duckdb-api.ts'
import { throwIfAborted } from '../abort.ts'
import type { QueryRow, SideDatabase } from '../catalog.ts'
import { rowObjects } from '../results.ts'
import { queryError } from './errors.ts'
import { startQuery, streamOf } from './query.ts'
import type { Session } from './session.ts'
import { interruptOn } from './transaction.ts'

/** What the errors of a side database name. */
const PLACE = 'a copy in memory'

/** Opens an empty database in memory that is filled from `session`, as long as that is open. */
export async function openSide(session: () => Session, memoryBytes: number): Promise<SideDatabase> {
  // Of its own: a database in memory spills into the folder that the program happens to run in.
  const folder = await mkdtemp(join(tmpdir(), 'exr-side-'))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${memoryBytes}B`,
    temp_directory: folder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }).catch((error: unknown) => {
    removeFolder()
    throw queryError(error, PLACE)
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
        const stream = async () => streamOf(connection, await connection.stream(query), PLACE, () => {})
        const rows: QueryRow[] = []
        for await (const row of rowObjects(stream)) rows.push(row)
        return rows
      }),
    close: () => {
      instance.closeSync()
      removeFolder()
    },
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
