import { normalizePath } from '../../inspect/identity.ts'
import { tableNamed } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { throwIfAborted } from '../abort.ts'
import { bytesKey } from '../batch-files.ts'
import type { SimilarMatch, SimilarOptions } from '../catalog.ts'
import {
  checkDimension,
  type EmbeddingSet,
  type FileToEmbed,
  type MissingEmbeddings,
  type NewEmbedding,
  type StoredEmbeddings,
  withoutEmbedding,
} from '../embeddings.ts'
import { isRemoved } from '../live.ts'
import { checkCount } from '../similar-options.ts'
import { pushCondition } from './condition.ts'
import { lookUp } from './lookup.ts'
import { similarities } from './rank.ts'
import { readRemovals } from './removals.ts'
import { rowBatch } from './row-batch.ts'
import { floatsAt, forEachRow, RowView, readRows } from './rows.ts'
import { filesWithFirstPart, type Target } from './scan.ts'
import type { Store, Tables } from './store.ts'
import { TopK } from './top-k.ts'

const EMBEDDINGS = tableNamed('embeddings')

type After = Pick<FileToEmbed, 'path' | 'fileId'>

/** See `CatalogEmbeddings.filesToEmbed`. Every page is a scan: memory grows with the files that have a vector. */
export function readFilesToEmbed(
  store: Store,
  { readsPixels, ...set }: MissingEmbeddings,
  limit: number,
  after: After | null,
): Promise<FileToEmbed[]> {
  return store.read(async (tables) => {
    const done = new Map<string, string>()
    const seen = ['file_id', 'size_bytes', 'mtime', 'etag']
    await forEachRow(tables('embeddings').select({ columns: seen, where: isOf(set) }), (row) => {
      done.set(row.name(0), readsPixels ? bytesKey(row.big(1), row.big(2), row.text(3)) : '')
    })
    const removals = await readRemovals(tables)
    const isCurrent = col('superseded_by').isNull()
    const where = after === null ? isCurrent : isCurrent.and(col('file_path').gte(after.path))
    const columns = [...seen, 'file_path', 'header_hash', 'last_inspected']
    let found: FileToEmbed[] = []
    await forEachRow(tables('files').select({ columns, where }), (row) => {
      const file: FileToEmbed = {
        fileId: row.name(0),
        sizeBytes: row.big(1),
        mtimeUs: row.big(2),
        etag: row.text(3),
        path: row.name(4),
        headerHash: row.name(5),
      }
      if (after !== null && compare(file, after) <= 0) return
      const key = readsPixels ? bytesKey(file.sizeBytes, file.mtimeUs, file.etag) : ''
      if (done.get(file.fileId) === key || isRemoved(removals, file.fileId, row.big(6))) return
      found.push(file)
      if (found.length >= 4 * limit) found = found.sort(compare).slice(0, limit)
    })
    return found.sort(compare).slice(0, limit)
  })
}

/** See `CatalogEmbeddings.writeEmbeddings`. */
export async function writeEmbeddings(store: Store, set: EmbeddingSet, batch: readonly NewEmbedding[]): Promise<void> {
  const madeAtUs = BigInt(Date.now()) * 1000n
  const rows = batch.map(({ fileId, path, vector, bytes }) => {
    const { sizeBytes = null, mtimeUs = null, etag = null } = bytes ?? {}
    return [fileId, path, set.provider, set.version, vector.length, vector, sizeBytes, mtimeUs, etag, madeAtUs]
  })
  const values = batch.map(({ fileId }) => fileId)
  await store.write(async (tables) => {
    const table = tables('embeddings')
    const old = await lookUp(
      { table, column: 'file_id', values, columns: [], where: isOf(set), rowId: true },
      (row) => row.big(0)!,
    )
    if (old.length > 0) await table.delete(old)
    await table.insert(rowBatch(EMBEDDINGS, rows))
  })
  await settleEmbeddings(store, values)
}

/**
 * Looks once more at files that were just given vectors: nothing of what two writers insert at the same time is in conflict. Of
 * several of one set the one made last stays.
 */
export function settleEmbeddings(store: Store, fileIds: readonly string[]): Promise<void> {
  return store.write(async (tables) => {
    const table = tables('embeddings')
    const rows = await lookUp(
      {
        table,
        column: 'file_id',
        values: fileIds,
        columns: ['file_id', 'provider', 'version', 'made_at'],
        rowId: true,
      },
      (row) => ({
        key: [0, 1, 2].map((column) => row.name(column)).join('\0'),
        madeAt: row.big(3),
        rowId: row.big(4)!,
      }),
    )
    rows.sort((a, b) => Number((b.madeAt ?? 0n) - (a.madeAt ?? 0n)) || Number(a.rowId - b.rowId))
    const kept = new Set<string>()
    const doubles: bigint[] = []
    for (const { key, rowId } of rows) {
      if (kept.has(key)) doubles.push(rowId)
      kept.add(key)
    }
    if (doubles.length > 0) await table.delete(doubles)
  })
}

/** See `CatalogEmbeddings.dropEmbeddings`. */
export function dropEmbeddings(store: Store, set: EmbeddingSet): Promise<number> {
  return store.write(async (tables) => {
    const table = tables('embeddings')
    const rowIds = await readRows(table.select({ columns: [], where: isOf(set), rowId: true }), (row) => row.big(0)!)
    if (rowIds.length > 0) await table.delete(rowIds)
    return rowIds.length
  })
}

/** See `CatalogEmbeddings.embeddingSets`. */
export function readEmbeddingSets(store: Store): Promise<StoredEmbeddings[]> {
  return store.read(async (tables) => {
    const sets = new Map<string, StoredEmbeddings>()
    const columns = ['provider', 'version', 'dimension', 'made_at']
    await forEachRow(tables('embeddings').select({ columns }), (row) => {
      const [provider, version, madeAtUs] = [row.name(0), row.name(1), row.big(3) ?? 0n]
      const known = sets.get(`${provider}@${version}`)
      const lastMadeAtUs = known && known.lastMadeAtUs > madeAtUs ? known.lastMadeAtUs : madeAtUs
      const fileCount = (known?.fileCount ?? 0) + 1
      sets.set(`${provider}@${version}`, { provider, version, dimension: row.int(2) ?? 0, fileCount, lastMadeAtUs })
    })
    return [...sets.values()].sort((a, b) => (a.lastMadeAtUs > b.lastMadeAtUs ? -1 : 1))
  })
}

/** Checks the options and finds the vector to compare with: given, or stored for a file_id or a path. */
export async function targetOfSet(
  store: Store,
  query: Float32Array | string,
  { k, signal }: SimilarOptions,
  { set, foldCase }: { readonly set: StoredEmbeddings; readonly foldCase: boolean },
): Promise<Target> {
  checkCount(k)
  throwIfAborted(signal)
  if (typeof query !== 'string') return { fileId: null, vector: checkDimension(query, set), version: 0 }
  const atPath = col('file_path_normalized').eq(normalizePath(query, { foldCase })).and(col('superseded_by').isNull())
  const target = await store.read(async (tables) => {
    const named = await readRows(tables('files').select({ columns: ['file_id'], where: atPath }), (row) => row.name(0))
    for (const fileId of [query, ...named]) {
      const where = isOf(set).and(col('file_id').eq(fileId))
      for await (const batch of tables('embeddings').select({ columns: ['vector'], where, splits: 1 })) {
        const vectors = batch.getChildAt(0)!
        if (batch.numRows > 0 && vectors.isValid(0)) return { fileId, vector: floatsAt(vectors, 0).slice(), version: 0 }
      }
    }
    return null
  }, signal)
  if (target) return target
  throw withoutEmbedding(query, set, store.address.url)
}

/** Exact cosine over every live file that has a vector of the set, on this machine; memory grows with the files. */
export function scanSet(
  store: Store,
  target: Target,
  set: StoredEmbeddings,
  { k, where, each = false, signal }: SimilarOptions,
): Promise<SimilarMatch[]> {
  return store.read(async (tables) => {
    const files = await filesToCompare(tables, where, signal)
    const best = new TopK(k)
    const sequences = new Map<string, number>()
    const columns = ['file_id', 'vector']
    for await (const batch of tables('embeddings').select({
      columns,
      where: isOf(set),
      ...(signal ? { signal } : {}),
    })) {
      throwIfAborted(signal)
      const row = new RowView(batch)
      const vectors = batch.getChildAt(1)!
      for (; row.row < batch.numRows; row.row++) {
        const fileId = row.name(0)
        const file = files.get(fileId)
        if (file === undefined || fileId === target.fileId || !vectors.isValid(row.row)) continue
        const vector = floatsAt(vectors, row.row)
        if (vector.length !== target.vector.length) continue
        const { path, sequenceKey } = file
        if (sequenceKey !== null) sequences.set(sequenceKey, (sequences.get(sequenceKey) ?? 0) + 1)
        const kin = each ? null : (sequenceKey ?? fileId)
        best.add({ fileId, path, sequenceKey, kin, similarity: similarities(vector, target.vector)[0]! })
      }
    }
    return best.sorted().map(({ kin: _, ...match }) => ({
      ...match,
      fileCount: each ? 1 : (sequences.get(match.sequenceKey ?? '') ?? 1),
    }))
  }, signal)
}

async function filesToCompare(tables: Tables, where: string | undefined, signal: AbortSignal | undefined) {
  const pushed = where === undefined ? null : pushCondition(where)
  const among = pushed?.firstPart ? await filesWithFirstPart(tables, pushed.firstPart, signal) : null
  const removals = await readRemovals(tables)
  const isCurrent = col('superseded_by').isNull()
  const files = new Map<string, { readonly path: string; readonly sequenceKey: string | null }>()
  const selection = tables('files').select({
    columns: ['file_id', 'file_path', 'sequence_key', 'last_inspected'],
    where: pushed?.files ? isCurrent.and(pushed.files) : isCurrent,
    ...(signal ? { signal } : {}),
  })
  await forEachRow(selection, (row) => {
    const fileId = row.name(0)
    if ((among && !among.has(fileId)) || isRemoved(removals, fileId, row.big(3))) return
    files.set(fileId, { path: row.name(1), sequenceKey: row.text(2) })
  })
  return files
}

function isOf({ provider, version }: EmbeddingSet) {
  return col('provider').eq(provider).and(col('version').eq(version))
}

function compare(a: After, b: After): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return a.fileId === b.fileId ? 0 : a.fileId < b.fileId ? -1 : 1
}
