import { hash } from 'node:crypto'
import { tableNamed } from '../tables/index.ts'
import { bytesKey, longAt } from './batch-files.ts'
import type { SampledFile } from './catalog.ts'
import { type ReadTable, textReader } from './content.ts'
import { isRemoved, noteRemoval, type Removals } from './live.ts'

const FILES = tableNamed('files')
const COLUMNS = [
  'file_id',
  'file_path',
  'superseded_by',
  'content_digest',
  'check_depth',
  'etag',
  'size_bytes',
  'mtime',
  'last_inspected',
  'limit_reached',
]
const OWN = { ...FILES, columns: COLUMNS.map((name) => FILES.columns.find((column) => column.name === name)!) }

/**
 * Live files that have a digest, picked by a hash over the seed and their id: the same seed picks the same files of the same catalog. At
 * most `count`, in the order of their paths.
 */
export async function sampleFiles(read: ReadTable, count: number, seed: string): Promise<SampledFile[]> {
  const removals = await readRemovals(read)
  let picked: { readonly rank: string; readonly file: SampledFile }[] = []
  for await (const rows of read(OWN)) {
    const [id, path, supersededBy, digest, depth, etag, limit] = [0, 1, 2, 3, 4, 5, 9].map((column) =>
      textReader(rows, column),
    )
    for (let row = 0; row < rows.rowCount; row++) {
      const fileId = id!(row) ?? ''
      const contentDigest = digest!(row)
      if (contentDigest === null || supersededBy!(row) !== null) continue
      if (isRemoved(removals, fileId, longAt(rows, 8, row))) continue
      const bytes = bytesKey(longAt(rows, 6, row), longAt(rows, 7, row), etag!(row))
      const looked = { checkDepth: depth!(row), limitReached: limit!(row) }
      const file = { fileId, path: path!(row) ?? '', contentDigest, bytes, ...looked }
      picked.push({ rank: hash('sha256', `${seed}\0${fileId}`, 'hex'), file })
    }
    if (picked.length > 4 * count) picked = lowest(picked, count)
  }
  return lowest(picked, count)
    .map(({ file }) => file)
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

function lowest<T extends { readonly rank: string }>(items: readonly T[], count: number): T[] {
  return [...items].sort((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, count)
}

async function readRemovals(read: ReadTable): Promise<Removals> {
  const table = tableNamed('removals')
  const [idColumn, atColumn] = ['file_id', 'removed_at'].map((name) => table.columns.findIndex((c) => c.name === name))
  const removals = new Map<string, bigint>()
  for await (const rows of read(table)) {
    const id = textReader(rows, idColumn!)
    for (let row = 0; row < rows.rowCount; row++) {
      noteRemoval(removals, id(row) ?? '', longAt(rows, atColumn!, row) ?? 0n)
    }
  }
  return removals
}
