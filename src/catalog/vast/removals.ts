import { tableNamed } from '../../arrow/index.ts'
import { col } from '../../vastdb/index.ts'
import { lookUp } from './lookup.ts'
import { rowBatch } from './row-batch.ts'
import type { Store } from './store.ts'

/**
 * Marks the current rows of normalized paths as removed; the same removal told twice is one row. Returns how many
 * files are marked for that moment.
 */
export function writeRemovals(
  store: Store,
  normalizedPaths: readonly string[],
  removedAtUs: bigint,
  signal: AbortSignal | undefined,
): Promise<number> {
  return store.write(
    async (tables) => {
      const files = await lookUp(
        {
          table: tables('files'),
          column: 'file_path_normalized',
          values: normalizedPaths,
          columns: ['file_id', 'file_path', 'superseded_by'],
        },
        (row) => ({ fileId: row.name(0), path: row.name(1), isCurrent: row.isNull(2) }),
      )
      const removals = tables('removals')
      const marked = new Set(
        await lookUp(
          {
            table: removals,
            column: 'file_id',
            values: files.map(({ fileId }) => fileId),
            columns: ['file_id'],
            where: col('removed_at').eq(removedAtUs),
          },
          (row) => row.name(0),
        ),
      )
      const current = files.filter(({ fileId, isCurrent }) => isCurrent && !marked.has(fileId))
      const rows = current.map(({ fileId, path }) => [fileId, path, removedAtUs])
      if (rows.length > 0) await removals.insert(rowBatch(tableNamed('removals'), rows))
      return marked.size + rows.length
    },
    { signal },
  )
}
