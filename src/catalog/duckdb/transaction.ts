import type { DuckDBConnection } from '@duckdb/node-api'

/** Commits when `work` returns and rolls back when it throws. */
export async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN TRANSACTION')
  try {
    const result = await work()
    await connection.run('COMMIT')
    return result
  } catch (error) {
    // After a failed COMMIT, or when the database is invalidated, there is nothing left to roll back.
    await connection.run('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** Ends the connection's running statement when the signal fires. Returns what undoes the listening. */
export function interruptOn(connection: DuckDBConnection, signal: AbortSignal | undefined): () => void {
  if (!signal) return () => undefined
  let again: NodeJS.Timeout | undefined
  const interrupt = () => {
    connection.interrupt()
    // Between two statements there is nothing to interrupt, and the next one would run to its end.
    again ??= setInterval(() => connection.interrupt(), 50)
  }
  signal.addEventListener('abort', interrupt, { once: true })
  return () => {
    signal.removeEventListener('abort', interrupt)
    clearInterval(again)
  }
}
