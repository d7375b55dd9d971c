import { ROW_SCHEMA_VERSION } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import type { KnownFiles } from '../catalog.ts'
import { KnownFileTable, NO_TIME } from '../known-file-table.ts'
import { isRemoved } from '../live.ts'
import { readRemovals } from './removals.ts'
import { forEachRow } from './rows.ts'
import type { Store } from './store.ts'

const COLUMNS = ['file_path_normalized', 'size_bytes', 'mtime', 'etag', 'check_depth', 'limit_reached']
const LIVE_COLUMNS = [...COLUMNS, 'file_id', 'last_inspected']

/**
 * Live files whose normalized path starts with a prefix, read as a stream; only what is looked at travels. Files with rows
 * of an older release are not known: they are to be looked at again, so that new columns are filled.
 */
export function readKnownFiles(store: Store, prefix: string): Promise<KnownFiles> {
  return store.read(async (tables) => {
    const removals = await readRemovals(tables)
    const known = new KnownFileTable()
    const isOurs = col('schema_version').gte(ROW_SCHEMA_VERSION)
    const where = col('file_path_normalized').startsWith(prefix).and(col('superseded_by').isNull()).and(isOurs)
    const columns = removals.size > 0 ? LIVE_COLUMNS : COLUMNS
    await forEachRow(tables('files').select({ columns, where }), (row) => {
      if (removals.size > 0 && isRemoved(removals, row.name(6), row.big(7))) return
      known.add(row.name(0), row.big(1) ?? -1n, row.big(2) ?? NO_TIME, row.text(3), row.text(4), row.text(5))
    })
    return known
  })
}
