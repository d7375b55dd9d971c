import { tableNamed } from '../../tables/index.ts'
import { countChildren, readContent, tallyOf } from '../content.ts'
import { holdsRows, LedgerWriter, ledgerChange } from '../ledger.ts'
import type { CountedFile } from '../plan-upsert.ts'
import { digestReader } from './read-table.ts'
import { rowBatch, updateBatch } from './row-batch.ts'
import { readRows } from './rows.ts'
import type { Tables } from './store.ts'

const ROWS_PER_UPDATE = 10_000
const LEDGER = tableNamed('ledger')

/** Makes the digests of files, counts that they lack, and the ledger from the rows there are: what was lost before cannot be told any more. */
export async function recount(tables: Tables): Promise<void> {
  const read = digestReader(tables)
  const contentOf = await readContent(read)
  const countsOf = await countChildren(read)
  const columns = ['file_id', 'superseded_by', 'child_rows']
  const files = await readRows(tables('files').select({ columns, rowId: true }), (row) => {
    const after: CountedFile = { isCurrent: row.isNull(1), ...contentOf(row.name(0)) }
    return { before: null, after, childRows: row.text(2) ?? countsOf(row.name(0)), rowId: row.big(3)! }
  })
  for (let start = 0; start < files.length; start += ROWS_PER_UPDATE) {
    const rows = files.slice(start, start + ROWS_PER_UPDATE).map(({ rowId, after, childRows }) => {
      return { rowId, values: [after.contentDigest, after.latestRows, childRows] }
    })
    await tables('files').update(updateBatch('files', ['content_digest', 'latest_rows', 'child_rows'], rows))
  }
  const change = {
    ...ledgerChange(files),
    inspections: await tallyOf(read, 'inspections'),
    removals: await tallyOf(read, 'removals'),
  }
  const ledger = tables('ledger')
  const old = await readRows(ledger.select({ columns: [], rowId: true }), (row) => row.big(0)!)
  if (old.length > 0) await ledger.delete(old)
  if (holdsRows(change)) await ledger.insert(rowBatch(LEDGER, [new LedgerWriter().next(change).row]))
}
