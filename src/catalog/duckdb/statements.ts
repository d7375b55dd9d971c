import type { DuckDBPreparedStatement } from '@duckdb/node-api'

/**
 * Works with prepared statements and destroys them. One that is left to the garbage collector keeps the database's file open,
 * and so from other processes, after everything was closed: closing a connection finds only those that are not garbage yet.
 */
export async function withStatements<T>(
  statements: readonly DuckDBPreparedStatement[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } finally {
    for (const statement of statements) statement.destroySync()
  }
}
