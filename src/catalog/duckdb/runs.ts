import type { DuckDBConnection } from '@duckdb/node-api'
import { BIGINT, TIMESTAMPTZ, timestampTZValue, VARCHAR } from '../../duckdb-api.ts'
import type { CatalogFailure, RunSummary } from '../catalog.ts'
import { withStatements } from './statements.ts'
import { inTransaction } from './transaction.ts'

/** Writes a run's row, in place of an earlier one. */
export async function writeRun(connection: DuckDBConnection, run: RunSummary): Promise<void> {
  await inTransaction(connection, async () => {
    await connection.run('DELETE FROM ingest_runs WHERE run_id = $1', [run.runId])
    await connection.run('INSERT INTO ingest_runs VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      run.runId,
      timestampTZValue(run.startedAtUs),
      run.endedAtUs === null ? null : timestampTZValue(run.endedAtUs),
      run.source,
      run.found,
      run.inserted,
      run.updated,
      run.unchanged,
      run.failed,
      run.toolVersion,
    ])
  })
}

/** Writes failures: a location that failed before keeps its `first_seen` and counts on. */
export async function writeFailures(
  connection: DuckDBConnection,
  failures: readonly CatalogFailure[],
  runId: string,
): Promise<void> {
  await inTransaction(connection, () => addFailures(connection, failures, runId))
}

/** The same within a transaction. */
export async function addFailures(
  connection: DuckDBConnection,
  failures: readonly CatalogFailure[],
  runId: string,
): Promise<void> {
  const update = await connection.prepare(
    `UPDATE ingest_errors SET code = $2, message = $3, byte_offset = $4, run_id = $5,
         last_seen = greatest(last_seen, $6), attempts = attempts + 1
       WHERE file_path = $1 RETURNING 1`,
  )
  const insert = await connection.prepare('INSERT INTO ingest_errors VALUES ($1, $2, $3, $4, $5, $6, $6, 1)')
  await withStatements([update, insert], async () => {
    for (const { path, code, message, byteOffset, seenAtUs } of failures) {
      const values = [
        path,
        code,
        message,
        byteOffset === null ? null : BigInt(byteOffset),
        runId,
        timestampTZValue(seenAtUs),
      ]
      const types = [VARCHAR, VARCHAR, VARCHAR, BIGINT, VARCHAR, TIMESTAMPTZ]
      update.bind(values, types)
      if ((await update.run()).rowCount > 0) continue
      insert.bind(values, types)
      await insert.run()
    }
  })
}
