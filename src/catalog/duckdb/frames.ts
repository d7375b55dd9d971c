import type { DuckDBConnection } from '@duckdb/node-api'
import type { CellType } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import { lastRemovals, liveCondition } from '../live.ts'
import { type FrameChange, type FrameRow, planFrames } from '../plan-frames.ts'
import { appendRows } from './append-rows.ts'
import { FILE_ROWS } from './row-tables.ts'
import { inTransaction } from './transaction.ts'

const FOLDER_COLUMNS: readonly CellType[] = ['utf8']
const CHANGE_COLUMNS: readonly CellType[] = ['int64', 'int32', 'utf8']
const FOLDER = "regexp_extract(file_path_normalized, '^.*/', 0, 's')"

/**
 * Decides frame and sequence of the files of these folders (of all when null) anew, over the names of each folder.
 * Belongs into a transaction. Returns how many rows changed. `files` is the table that has the rows.
 */
export async function regroupFrames(
  connection: DuckDBConnection,
  folders: Iterable<string> | null,
  signal?: AbortSignal,
  files: string = FILE_ROWS,
): Promise<number> {
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE frame_folders (folder VARCHAR);
    CREATE OR REPLACE TEMP TABLE frame_changes (row_id BIGINT, frame_number INTEGER, sequence_key VARCHAR)`)
  try {
    if (folders !== null) {
      const rows = Array.from(folders, (folder) => [folder])
      await appendRows(connection, 'frame_folders', FOLDER_COLUMNS, rows)
    }
    const changes = await changesIn(connection, files, folders !== null, signal)
    if (changes.length === 0) return 0
    const rows = changes.map(({ id, frameNumber, sequenceKey }) => [id, frameNumber, sequenceKey])
    await appendRows(connection, 'frame_changes', CHANGE_COLUMNS, rows)
    throwIfAborted(signal)
    await connection.run(`
      UPDATE ${files} f SET frame_number = c.frame_number, sequence_key = c.sequence_key
      FROM temp.frame_changes c WHERE f.rowid = c.row_id`)
    return changes.length
  } finally {
    await connection
      .run('DROP TABLE IF EXISTS temp.frame_folders; DROP TABLE IF EXISTS temp.frame_changes')
      .catch(() => undefined)
  }
}

/**
 * The same for those of the folders in which it may not have been decided: a file was seen, or marked as removed, by a run
 * that has not come to its end, or by none. In a transaction of its own, where there is anything to do.
 */
export async function settleFrames(
  connection: DuckDBConnection,
  folders: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<number> {
  const reader = await connection.runAndReadAll(UNSETTLED)
  const unsettled = reader.getRows().flatMap(([folder]) => (folders.has(folder as string) ? [folder as string] : []))
  if (unsettled.length === 0) return 0
  return inTransaction(connection, () => regroupFrames(connection, unsettled, signal))
}

const UNSETTLED = `
  WITH ended AS (SELECT run_id, started_at, ended_at FROM ingest_runs WHERE ended_at IS NOT NULL)
  SELECT DISTINCT ${FOLDER} FROM ${FILE_ROWS} WHERE file_id IN (
    SELECT file_id FROM inspections ANTI JOIN ended USING (run_id)
    UNION ALL
    SELECT file_id FROM removals r ASOF LEFT JOIN ended e ON r.removed_at >= e.started_at
    WHERE e.ended_at IS NULL OR r.removed_at > e.ended_at)`

/** Every change; one folder at a time is held. */
async function changesIn(
  connection: DuckDBConnection,
  files: string,
  isSome: boolean,
  signal: AbortSignal | undefined,
): Promise<FrameChange[]> {
  const changes: FrameChange[] = []
  const where = isSome ? 'WHERE f.folder IN (FROM temp.frame_folders)' : ''
  for await (const rows of rowsByFolder(connection, where, signal, files)) {
    for (const change of planFrames(rows)) changes.push(change)
  }
  return changes
}

/** The files of each folder, folder after folder. */
export async function* rowsByFolder(
  connection: DuckDBConnection,
  where: string,
  signal: AbortSignal | undefined,
  files: string = FILE_ROWS,
): AsyncGenerator<FrameRow[]> {
  const result = await connection.stream(`
    SELECT f.rowid, f.folder, f.file_path_normalized, f.frame_number, f.sequence_key,
      ${liveCondition('f', 'r')} AS is_live
    FROM (SELECT rowid, ${FOLDER} AS folder, * FROM ${files}) f
    LEFT JOIN (${lastRemovals('removals')}) r USING (file_id)
    ${where}
    ORDER BY f.folder`)
  let folder: string | null = null
  let rows: FrameRow[] = []
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    throwIfAborted(signal)
    const [ids, folders, paths, frames, keys, live] = chunk.getColumns()
    for (let row = 0; row < chunk.rowCount; row++) {
      if (folders![row] !== folder && rows.length > 0) {
        yield rows
        rows = []
      }
      folder = folders![row] as string
      rows.push({
        id: ids![row] as bigint,
        path: paths![row] as string,
        frameNumber: frames![row] as number | null,
        sequenceKey: keys![row] as string | null,
        isLive: live![row] === true,
      })
    }
  }
  if (rows.length > 0) yield rows
}
