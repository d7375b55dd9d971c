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
  const interrupt = () => connection.interrupt()
  signal.addEventListener('abort', interrupt, { once: true })
  return () => signal.removeEventListener('abort', interrupt)
}
