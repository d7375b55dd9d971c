import type { DuckDBConnection } from '@duckdb/node-api'
import { LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import { type CellType, tableNamed } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { FileResults } from '../catalog.ts'
import { ledgerChange } from '../ledger.ts'
import { encodedResults, withResults } from '../plan-results.ts'
import type { CountedChange, CountedFile } from '../plan-upsert.ts'
import { TableAppender } from './append.ts'
import { appendRows } from './append-rows.ts'
import type { Ledger } from './ledger.ts'
import { FILE_ROWS } from './row-tables.ts'

const RESULTS = tableNamed('validation_results')
const TYPES = RESULTS.columns.map(({ type }) => type as CellType)

/** See `CatalogResults.replaceResults`. */
export async function replaceResults(
  connection: DuckDBConnection,
  ledger: Ledger,
  files: readonly FileResults[],
  validatedAtUs: bigint,
  signal: AbortSignal | undefined,
): Promise<void> {
  await ledger.transaction(async (record) => {
    const ids = listValue(files.map(({ fileId }) => fileId))
    await connection.run('DELETE FROM validation_results WHERE file_id IN (SELECT unnest($1))', [ids], [LIST(VARCHAR)])
    const appender = new TableAppender(TYPES, RESULTS.name)
    const latest: (readonly [string, string])[] = []
    for (const { rows, latest: own } of encodedResults(files, validatedAtUs)) {
      throwIfAborted(signal)
      await appender.append(connection, rows, rows.strings)
      for (const { fileId, latestRows } of own) latest.push([fileId, latestRows])
    }
    await record(ledgerChange(await writeLatest(connection, latest)))
  })
}

/** Gives files the digests of their new rows; returns what that changes. */
async function writeLatest(
  connection: DuckDBConnection,
  latest: readonly (readonly [string, string])[],
): Promise<CountedChange[]> {
  const added = new Map(latest)
  const reader = await connection.runAndReadAll(
    `SELECT file_id, superseded_by IS NULL, content_digest, latest_rows FROM ${FILE_ROWS}
     WHERE file_id IN (SELECT unnest($1))`,
    [listValue([...added.keys()])],
    [LIST(VARCHAR)],
  )
  const changes = reader.getRows().map(([fileId, isCurrent, contentDigest, latestRows]) => {
    const before = { isCurrent, contentDigest, latestRows } as CountedFile
    return { fileId: String(fileId), before, after: withResults(before, added.get(String(fileId))!) }
  })
  await connection.run('CREATE OR REPLACE TEMP TABLE new_latest (file_id VARCHAR, latest_rows VARCHAR)')
  const rows = changes.map(({ fileId, after }) => [fileId, after.latestRows])
  await appendRows(connection, 'new_latest', ['utf8', 'utf8'], rows)
  await connection.run(`
    UPDATE ${FILE_ROWS} f SET latest_rows = n.latest_rows FROM temp.new_latest n WHERE f.file_id = n.file_id;
    DROP TABLE temp.new_latest`)
  return changes
}
