import { ROW_SCHEMA_VERSION } from '../../tables/index.ts'
import type { KnownFiles } from '../catalog.ts'
import { KnownFileTable, NO_TIME } from '../known-file-table.ts'
import { lastRemovals, liveCondition } from '../live.ts'
import { queryError } from './errors.ts'
import { longsOf } from './raw-columns.ts'
import { FILE_ROWS } from './row-tables.ts'
import type { Session } from './session.ts'

/**
 * Live files whose normalized path starts with a prefix, read as a stream of columns. Files with rows of an older release
 * are not known: they are to be looked at again, so that new columns are filled.
 */
export async function readKnownFiles(session: Session, prefix: string): Promise<KnownFiles> {
  const connection = await session.connect()
  try {
    const known = new KnownFileTable()
    const result = await connection.stream(
      `SELECT file_path_normalized, coalesce(size_bytes, -1), coalesce(epoch_us(mtime), ${NO_TIME}), etag,
         check_depth, limit_reached
       FROM ${FILE_ROWS} f LEFT JOIN (${lastRemovals('removals')}) r USING (file_id)
       WHERE ${liveCondition('f', 'r')} AND starts_with(file_path_normalized, $1) AND schema_version >= $2`,
      [prefix, ROW_SCHEMA_VERSION],
    )
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const texts = (column: number) => chunk.getColumnValues(column) as (string | null)[]
      const [paths, etags, depths, limits] = [texts(0) as string[], texts(3), texts(4), texts(5)]
      const [sizes, mtimes] = [longsOf(chunk, 1), longsOf(chunk, 2)]
      for (let row = 0; row < chunk.rowCount; row++) {
        known.add(paths[row]!, sizes[row]!, mtimes[row]!, etags[row]!, depths[row]!, limits[row]!)
      }
    }
    return known
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    connection.closeSync()
  }
}
