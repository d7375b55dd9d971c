import { col } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import { isRemoved, type Removals } from '../live.ts'
import { type FrameRow, folderOf, planFrames } from '../plan-frames.ts'
import { readRemovals } from './removals.ts'
import { updateBatch } from './row-batch.ts'
import { forEachRow } from './rows.ts'
import type { Tables } from './store.ts'

const WRITTEN = ['frame_number', 'sequence_key']
const READ = ['file_path_normalized', ...WRITTEN, 'superseded_by', 'file_id', 'last_inspected']
/** Rows held at a time; a larger folder is held whole. */
const ROWS_HELD = 500_000
const ROWS_PER_UPDATE = 10_000

/**
 * Decides frame and sequence of the files of these folders (of all when null) anew, over the names of each folder.
 * Names are counted first, so that a second look holds so many folders as fit. Returns how many rows changed.
 */
export async function regroupFrames(
  tables: Tables,
  folders: ReadonlySet<string> | null,
  signal?: AbortSignal,
): Promise<number> {
  let changed = 0
  for await (const held of rowsByFolder(tables, folders, signal)) {
    const changes = held.flatMap(planFrames)
    for (let start = 0; start < changes.length; start += ROWS_PER_UPDATE) {
      const rows = changes
        .slice(start, start + ROWS_PER_UPDATE)
        .map(({ id, frameNumber, sequenceKey }) => ({ rowId: id, values: [frameNumber, sequenceKey] }))
      await tables('files').update(updateBatch('files', WRITTEN, rows))
    }
    changed += changes.length
  }
  return changed
}

/** The files of some folders (of all when null), as many folders at a time as may be held. */
export async function* rowsByFolder(
  tables: Tables,
  folders: ReadonlySet<string> | null,
  signal?: AbortSignal,
): AsyncGenerator<FrameRow[][]> {
  const removals = await readRemovals(tables)
  for (const group of inGroups(await countFiles(tables, folders))) {
    throwIfAborted(signal)
    yield await readHeld(tables, group, removals)
  }
}

async function countFiles(tables: Tables, folders: ReadonlySet<string> | null): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const where = col('file_path_normalized').startsWith(folders === null ? '' : commonPrefix(folders))
  await forEachRow(tables('files').select({ columns: ['file_path_normalized'], where }), (row) => {
    const folder = folderOf(row.name(0))
    if (folders === null || folders.has(folder)) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  })
  return counts
}

/** Folders next to each other by name, so that what they share narrows the scan. */
function* inGroups(counts: ReadonlyMap<string, number>): Generator<Set<string>> {
  let group = new Set<string>()
  let held = 0
  for (const folder of [...counts.keys()].sort()) {
    const rows = counts.get(folder)!
    if (held > 0 && held + rows > ROWS_HELD) {
      yield group
      group = new Set()
      held = 0
    }
    group.add(folder)
    held += rows
  }
  if (group.size > 0) yield group
}

async function readHeld(tables: Tables, folders: ReadonlySet<string>, removals: Removals): Promise<FrameRow[][]> {
  const held = new Map<string, FrameRow[]>(Array.from(folders, (folder) => [folder, []]))
  const where = col('file_path_normalized').startsWith(commonPrefix(folders))
  await forEachRow(tables('files').select({ columns: READ, where, rowId: true }), (row) => {
    const path = row.name(0)
    held.get(folderOf(path))?.push({
      id: row.big(6)!,
      path,
      frameNumber: row.int(1),
      sequenceKey: row.text(2),
      isLive: row.isNull(3) && !isRemoved(removals, row.name(4), row.big(5)),
    })
  })
  return [...held.values()]
}

function commonPrefix(folders: Iterable<string>): string {
  let prefix: string | null = null
  for (const folder of folders) {
    if (prefix === null) prefix = folder
    let length = 0
    while (length < prefix.length && prefix[length] === folder[length]) length += 1
    prefix = prefix.slice(0, length)
  }
  return prefix ?? ''
}
