import { tableNamed } from '../../tables/index.ts'
import type { RemovalOptions } from '../catalog.ts'
import { digestValues, ledgerChange } from '../ledger.ts'
import { noteRemoval, type Removals } from '../live.ts'
import { laterSequencer } from '../sequencer.ts'
import { lookUp } from './lookup.ts'
import { rowBatch, updateBatch } from './row-batch.ts'
import { forEachRow } from './rows.ts'
import type { Store, Tables } from './store.ts'

const REMOVALS = tableNamed('removals')

/** When each file was last marked as removed. */
export async function readRemovals(tables: Tables): Promise<Removals> {
  const removals = new Map<string, bigint>()
  await forEachRow(tables('removals').select({ columns: ['file_id', 'removed_at'] }), (row) => {
    noteRemoval(removals, row.name(0), row.big(1)!)
  })
  return removals
}

/**
 * Marks the current rows of normalized paths as removed; a file that is marked already, since it was inspected last or
 * for a later moment, gets no second row. Returns how many files are marked.
 */
export function writeRemovals(
  store: Store,
  normalizedPaths: readonly string[],
  removedAtUs: bigint,
  { signal, sequencer }: RemovalOptions,
): Promise<number> {
  return store.record(
    async (tables, record) => {
      const files = await lookUp(
        {
          table: tables('files'),
          column: 'file_path_normalized',
          values: normalizedPaths,
          columns: ['file_id', 'file_path', 'superseded_by', 'last_inspected', 'sequencer'],
          rowId: true,
        },
        (row) => ({
          fileId: row.name(0),
          path: row.name(1),
          isCurrent: row.isNull(2),
          inspectedAtUs: row.big(3),
          sequencer: row.text(4),
          rowId: row.big(5)!,
        }),
      )
      const removals = tables('removals')
      const current = files.filter(({ isCurrent }) => isCurrent)
      if (sequencer !== undefined) {
        const numbered = current.map((file) => ({ ...file, last: laterSequencer(file.sequencer, sequencer) }))
        const behind = numbered.filter((file) => file.last !== file.sequencer)
        const rows = behind.map(({ rowId, last }) => ({ rowId, values: [last] }))
        if (rows.length > 0) await tables('files').update(updateBatch('files', ['sequencer'], rows))
      }
      const told = await lookUp(
        {
          table: removals,
          column: 'file_id',
          values: current.map(({ fileId }) => fileId),
          columns: ['file_id', 'removed_at'],
        },
        (row) => ({ fileId: row.name(0), removedAtUs: row.big(1)! }),
      )
      const isMarked = ({ fileId, inspectedAtUs }: (typeof current)[number]) => {
        const from = inspectedAtUs !== null && inspectedAtUs < removedAtUs ? inspectedAtUs : removedAtUs
        return told.some((removal) => removal.fileId === fileId && removal.removedAtUs >= from)
      }
      const unmarked = current.filter((file) => !isMarked(file))
      const rows = unmarked.map(({ fileId, path }) => [fileId, path, removedAtUs])
      if (rows.length > 0) {
        await removals.insert(rowBatch(REMOVALS, rows))
        await record(ledgerChange([], { removals: digestValues(REMOVALS, rows) }))
      }
      return current.length
    },
    { signal },
  )
}
