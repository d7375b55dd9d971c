import type { DuckDBConnection } from '@duckdb/node-api'
import { TIMESTAMPTZ, timestampTZValue, VARCHAR } from '../../duckdb-api.ts'
import { tableNamed } from '../../tables/index.ts'
import { digestValues, ledgerChange } from '../ledger.ts'
import type { Ledger } from './ledger.ts'
import { FILE_ROWS } from './row-tables.ts'
import { writeSequencer } from './sequencers.ts'
import { withStatements } from './statements.ts'

const REMOVALS = tableNamed('removals')

/**
 * Marks the current rows of normalized paths as removed; a file that is marked already, since it was inspected last or
 * for a later moment, gets no second row. Returns how many files are marked.
 */
export async function writeRemovals(
  connection: DuckDBConnection,
  ledger: Ledger,
  normalizedPaths: readonly string[],
  removedAtUs: bigint,
  sequencer?: string,
): Promise<number> {
  return ledger.transaction(async (record) => {
    const insert = await connection.prepare(
      `INSERT INTO removals
       SELECT file_id, file_path, $2 FROM ${FILE_ROWS} f
       WHERE file_path_normalized = $1 AND superseded_by IS NULL
         AND NOT EXISTS (
           SELECT 1 FROM removals r WHERE r.file_id = f.file_id AND r.removed_at >= least($2, f.last_inspected)
         ) RETURNING file_id, file_path`,
    )
    const count = await connection.prepare(
      `SELECT DISTINCT f.file_id FROM removals r JOIN ${FILE_ROWS} f USING (file_id)
       WHERE file_path_normalized = $1 AND superseded_by IS NULL AND removed_at >= least($2, last_inspected)`,
    )
    let marked = 0
    const added: (readonly unknown[])[] = []
    await withStatements([insert, count], async () => {
      for (const path of normalizedPaths) {
        const values = [path, timestampTZValue(removedAtUs)]
        insert.bind(values, [VARCHAR, TIMESTAMPTZ])
        for (const row of (await insert.runAndReadAll()).getRows()) added.push([...row, removedAtUs])
        count.bind(values, [VARCHAR, TIMESTAMPTZ])
        marked += (await count.runAndReadAll()).currentRowCount
      }
    })
    if (sequencer !== undefined) await writeSequencer(connection, normalizedPaths, sequencer)
    if (added.length > 0) await record(ledgerChange([], { removals: digestValues(REMOVALS, added) }))
    return marked
  })
}
