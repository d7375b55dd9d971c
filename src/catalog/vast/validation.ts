import { tableBatch } from '../../arrow/index.ts'
import { tableNamed } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { FileResults } from '../catalog.ts'
import { ledgerChange } from '../ledger.ts'
import { encodedResults, withResults } from '../plan-results.ts'
import type { CountedFile } from '../plan-upsert.ts'
import { lookUp } from './lookup.ts'
import { updateBatch } from './row-batch.ts'
import type { Store, Tables } from './store.ts'

const RESULTS = tableNamed('validation_results')
const ROWS_PER_REQUEST = 10_000

/** See `CatalogResults.replaceResults`. */
export function replaceResults(
  store: Store,
  files: readonly FileResults[],
  validatedAtUs: bigint,
  signal: AbortSignal | undefined,
): Promise<void> {
  return store.record(
    async (tables, record) => {
      await deleteResults(tables, files)
      const latest = new Map<string, string>()
      for (const { rows, latest: own } of encodedResults(files, validatedAtUs)) {
        throwIfAborted(signal)
        await tables(RESULTS.name).insert(tableBatch(RESULTS, rows, rows.strings))
        for (const { fileId, latestRows } of own) latest.set(fileId, latestRows)
      }
      const changes = await changesOf(tables, latest)
      for (let start = 0; start < changes.length; start += ROWS_PER_REQUEST) {
        const rows = changes
          .slice(start, start + ROWS_PER_REQUEST)
          .map(({ rowId, after }) => ({ rowId, values: [after.latestRows] }))
        await tables('files').update(updateBatch('files', ['latest_rows'], rows))
      }
      await record(ledgerChange(changes))
    },
    { signal },
  )
}

async function deleteResults(tables: Tables, files: readonly FileResults[]): Promise<void> {
  const table = tables(RESULTS.name)
  const values = files.map(({ fileId }) => fileId)
  const rowIds = await lookUp({ table, column: 'file_id', values, columns: [], rowId: true }, (row) => row.big(0)!)
  if (rowIds.length > 0) await table.delete(rowIds)
}

async function changesOf(tables: Tables, latest: ReadonlyMap<string, string>) {
  const columns = ['file_id', 'superseded_by', 'content_digest', 'latest_rows']
  const request = { table: tables('files'), column: 'file_id', values: latest.keys(), columns, rowId: true }
  return lookUp(request, (row) => {
    const before: CountedFile = { isCurrent: row.isNull(1), contentDigest: row.text(2), latestRows: row.text(3) }
    return { rowId: row.big(4)!, before, after: withResults(before, latest.get(row.name(0))!) }
  })
}
