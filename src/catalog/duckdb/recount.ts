import type { DuckDBConnection } from '@duckdb/node-api'
import { encodeRows } from '../../tables/index.ts'
import { countChildren, readContent, tallyOf } from '../content.ts'
import { holdsRows, LedgerWriter, ledgerChange } from '../ledger.ts'
import type { CountedChange } from '../plan-upsert.ts'
import { TableAppender } from './append.ts'
import { insertLedger } from './ledger.ts'
import { tableReader } from './read-table.ts'

const DIGESTS = ['utf8', 'utf8', 'utf8', 'utf8'] as const

/**
 * Makes the digests of files, counts that they lack, and the ledger from the rows there are, inside the connection's transaction: what was lost
 * before cannot be told any more. `files` is the table that has the rows of files.
 */
export async function recount(connection: DuckDBConnection, files: string): Promise<void> {
  const read = await tableReader(connection)
  const contentOf = await readContent(read)
  const stored = (await connection.runAndReadAll(`SELECT file_id, superseded_by IS NULL FROM ${files}`)).getRows()
  const changes = stored.map(([fileId, isCurrent]): CountedChange & { readonly fileId: string } => ({
    fileId: String(fileId),
    before: null,
    after: { isCurrent: isCurrent === true, ...contentOf(String(fileId)) },
  }))
  await writeDigests(connection, files, changes, await countChildren(read))
  const change = {
    ...ledgerChange(changes),
    inspections: await tallyOf(read, 'inspections'),
    removals: await tallyOf(read, 'removals'),
  }
  await connection.run('DELETE FROM ledger')
  if (holdsRows(change)) await insertLedger(connection, new LedgerWriter().next(change).row)
}

async function writeDigests(
  connection: DuckDBConnection,
  table: string,
  files: readonly (CountedChange & { readonly fileId: string })[],
  countsOf: (fileId: string) => string,
): Promise<void> {
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE file_digests (file_id VARCHAR, content_digest VARCHAR, latest_rows VARCHAR, child_rows VARCHAR)',
  )
  const rows = encodeRows(
    DIGESTS.map((type) => ({ type })),
    files.length,
    (row, column) => {
      const { fileId, after } = files[row]!
      return [fileId, after?.contentDigest, after?.latestRows, countsOf(fileId)][column]
    },
  )
  await new TableAppender(DIGESTS, 'file_digests', 'temp').append(connection, rows, rows.strings)
  await connection.run(
    `UPDATE ${table} f SET content_digest = d.content_digest, latest_rows = d.latest_rows,
       child_rows = coalesce(f.child_rows, d.child_rows)
     FROM temp.file_digests d WHERE f.file_id = d.file_id`,
  )
  await connection.run('DROP TABLE temp.file_digests')
}
