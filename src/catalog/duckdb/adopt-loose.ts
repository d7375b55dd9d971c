import type { DuckDBConnection } from '@duckdb/node-api'
import { type CellType, type EncodedRows, tableNamed } from '../../tables/index.ts'
import { TableAppender } from './append.ts'
import { FILE_ROWS } from './row-tables.ts'
import { inTransaction } from './transaction.ts'

/** Which of two rows of one key says more. */
const NEWER = {
  ingest_runs: 'coalesce(a.ended_at, a.started_at) > coalesce(t.ended_at, t.started_at)',
  ingest_errors: 'a.last_seen > t.last_seen',
} as const

/** Takes rows of runs or failures over: of two of one key the newer one stays. A file that was read since is no failure. */
export async function adoptLoose(
  connection: DuckDBConnection,
  name: keyof typeof NEWER,
  rows: EncodedRows,
): Promise<void> {
  const definition = tableNamed(name)
  const [key] = definition.key
  await inTransaction(connection, async () => {
    await connection.run(`CREATE OR REPLACE TEMP TABLE adopted AS SELECT * FROM ${name} LIMIT 0`)
    const types = definition.columns.map(({ type }) => type as CellType)
    await new TableAppender(types, 'adopted', 'temp').append(connection, rows, rows.strings)
    await connection.run(`DELETE FROM ${name} t USING temp.adopted a WHERE a.${key} = t.${key} AND ${NEWER[name]}`)
    const isRead = `EXISTS (SELECT 1 FROM ${FILE_ROWS} f WHERE f.file_path = a.file_path AND f.superseded_by IS NULL
      AND f.last_inspected >= a.last_seen)`
    const wanted = name === 'ingest_errors' ? ` AND NOT ${isRead}` : ''
    const columns = definition.columns.map((column) => column.name).join(', ')
    await connection.run(`INSERT INTO ${name} (${columns}) SELECT ${columns} FROM temp.adopted a
      WHERE NOT EXISTS (SELECT 1 FROM ${name} t WHERE t.${key} = a.${key})${wanted}`)
    await connection.run('DROP TABLE temp.adopted')
  })
}
