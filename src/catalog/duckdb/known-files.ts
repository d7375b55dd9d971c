import { ROW_SCHEMA_VERSION } from '../../tables/index.ts'
import type { KnownFiles } from '../catalog.ts'
import { KnownFileTable, NO_TIME } from '../known-file-table.ts'
import { queryError } from './errors.ts'
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
       FROM live_files WHERE starts_with(file_path_normalized, $1) AND schema_version >= $2`,
      [prefix, ROW_SCHEMA_VERSION],
    )
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const [paths, sizes, mtimes, etags, depths, limits] = chunk.getColumns()
      for (let row = 0; row < chunk.rowCount; row++) {
        const [etag, checkDepth, limitReached] = [etags, depths, limits].map((column) => column![row] as string | null)
        known.add(paths![row] as string, sizes![row] as bigint, mtimes![row] as bigint, {
          etag: etag!,
          checkDepth: checkDepth!,
          limitReached: limitReached!,
        })
      }
    }
    return known
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    connection.closeSync()
  }
}
