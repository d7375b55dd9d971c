import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api'
import { StatementType } from '../../duckdb-api.ts'
import { ExrError } from '../../errors.ts'
import { throwIfAborted } from '../abort.ts'
import type { QueryColumn, QueryStream } from '../catalog.ts'
import { checkQuery } from '../statement.ts'
import { rowGroups } from './cells.ts'
import { queryError } from './errors.ts'
import { ownNames, type Session } from './session.ts'
import { withStatements } from './statements.ts'
import { interruptOn } from './transaction.ts'

const READ_STATEMENTS: readonly StatementType[] = [StatementType.SELECT, StatementType.EXPLAIN]

/**
 * Starts a read-only query on a connection of its own, inside a transaction DuckDB itself keeps from writing
 * (EXPLAIN ANALYZE runs the statement it explains); files and the network are out of reach by configuration, and what
 * else could act is refused before anything is planned.
 */
export async function readStream(
  session: Session,
  query: string,
  signal: AbortSignal | undefined,
): Promise<QueryStream> {
  throwIfAborted(signal)
  const connection = await session.connect()
  const stopListening = interruptOn(connection, signal)
  const close = () => {
    stopListening()
    connection.closeSync()
  }
  try {
    const result = await startQuery(connection, query)
    return streamOf(connection, result, session.path, close)
  } catch (error) {
    close()
    throw queryError(error, session.path)
  }
}

function notOne(found: string): ExrError {
  return new ExrError('ERR_CATALOG_QUERY', `Expected one SQL statement but received ${found}.`)
}

/** Starts a query that reads, in a transaction that ends with the connection. Throws what DuckDB throws, or ERR_CATALOG_QUERY. */
export async function startQuery(connection: DuckDBConnection, query: string): Promise<DuckDBResult> {
  const statements = await connection.extractStatements(query).catch((error: Error) => {
    // All that the binding says of a text without a statement.
    throw error.message === 'Error in native callback' ? notOne('none') : error
  })
  if (statements.count === 0) throw notOne('none')
  // Names what makes several of one text, such as some PIVOTs.
  await checkQuery(query, await ownNames(connection))
  if (statements.count !== 1) throw notOne(String(statements.count))
  await connection.run('BEGIN TRANSACTION READ ONLY')
  const statement = await statements.prepare(0)
  return withStatements([statement], () => streamStatement(statement))
}

function streamStatement(statement: DuckDBPreparedStatement): Promise<DuckDBResult> {
  if (!READ_STATEMENTS.includes(statement.statementType)) {
    throw new ExrError(
      'ERR_CATALOG_QUERY',
      `Only queries may be run here (SELECT, WITH, FROM, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN), not ` +
        `${StatementType[statement.statementType]}.`,
    )
  }
  if (statement.parameterCount > 0) {
    throw new ExrError('ERR_CATALOG_QUERY', 'Write values into the query: it has parameters and nothing to bind.')
  }
  return statement.stream()
}

/** The rows of a result, after which `close` is called, however they end. Throws what `queryError` makes of `place`. */
export function streamOf(
  connection: DuckDBConnection,
  result: DuckDBResult,
  place: string,
  close: () => void,
): QueryStream {
  const names = result.columnNames()
  const columns = result.columnTypes().map((type, index) => ({ name: names[index]!, type: type.toString() }))
  return { columns, batches: batchesOf(connection, result, columns, place, close) }
}

async function* batchesOf(
  connection: DuckDBConnection,
  result: DuckDBResult,
  columns: readonly QueryColumn[],
  path: string,
  close: () => void,
): AsyncGenerator<readonly (readonly unknown[])[]> {
  let isOver = false
  try {
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      yield* rowGroups(chunk, columns)
    }
    isOver = true
  } catch (error) {
    isOver = true
    throw queryError(error, path)
  } finally {
    if (!isOver) await abandon(connection, result)
    close()
  }
}

/** Ends a result that nobody reads any more: else it keeps the database's file open until it is collected. */
async function abandon(connection: DuckDBConnection, result: DuckDBResult): Promise<void> {
  try {
    do connection.interrupt()
    while (((await result.fetchChunk())?.rowCount ?? 0) > 0)
  } catch {
    // Interrupted.
  }
}
