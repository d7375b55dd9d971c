import { EMBEDDING_VERSION, type RecordVectors, tableNamed } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { digestChange } from '../content.ts'
import { ledgerChange, type Tallies } from '../ledger.ts'
import type { CountedFile } from '../plan-upsert.ts'
import { type AfterFile, FACT_COLUMNS, type FactRows, type NewVectors, type OutdatedFile } from '../stored-vectors.ts'
import { lookUp } from './lookup.ts'
import { tableReader } from './read-table.ts'
import { rowBatch, updateBatch } from './row-batch.ts'
import { forEachRow } from './rows.ts'
import type { Store, Tables } from './store.ts'

const OUTDATED = ['file_id', 'file_path', 'header_hash', 'superseded_by', 'embedding_version']

/** See `CatalogVectors.outdatedFiles`. Every page is a scan of which only outdated files travel. */
export function readOutdated(store: Store, limit: number, after: AfterFile | null): Promise<OutdatedFile[]> {
  return store.read(async (tables) => {
    let found: OutdatedFile[] = []
    const version = col('embedding_version')
    const isOld = version.isNull().or(version.ne(EMBEDDING_VERSION))
    const where = after === null ? isOld : isOld.and(col('file_path').gte(after.path))
    await forEachRow(tables('files').select({ columns: OUTDATED, where }), (row) => {
      const file = {
        fileId: row.name(0),
        path: row.name(1),
        headerHash: row.name(2),
        isCurrent: row.isNull(3),
        embeddingVersion: row.int(4),
      }
      if (after === null || compare(file, after) > 0) found.push(file)
      if (found.length >= 4 * limit) found = found.sort(compare).slice(0, limit)
    })
    return found.sort(compare).slice(0, limit)
  })
}

function compare(a: AfterFile, b: AfterFile): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return a.fileId === b.fileId ? 0 : a.fileId < b.fileId ? -1 : 1
}

export function readFactRows(store: Store, files: readonly OutdatedFile[]): Promise<FactRows> {
  const values = files.map(({ fileId }) => fileId)
  return store.read(async (tables) => {
    const read = async (name: keyof typeof FACT_COLUMNS) => {
      const columns = FACT_COLUMNS[name]
      const rows = await lookUp({ table: tables(name), column: 'file_id', values, columns, rowId: true }, (row) => ({
        id: row.big(columns.length)!,
        values: columns.map((_, index) => row.value(index)),
      }))
      return rows.sort((a, b) => (a.id < b.id ? -1 : 1)).map((row) => row.values)
    }
    return {
      files: await read('files'),
      parts: await read('parts'),
      channels: await read('channels'),
      attributes: await read('attributes'),
    }
  })
}

/** One transaction. A fingerprint goes where the part's was: to its first channel. */
export function writeVectors(store: Store, batch: readonly NewVectors[]): Promise<void> {
  const vectors = new Map(batch.map((one) => [one.fileId, one.vectors]))
  return store.record(async (tables, record) => {
    const read = tableReader(tables, { fileIds: [...vectors.keys()] })
    const digestOf = await digestChange(read, ['files', 'channels'], () => replaceVectors(tables, vectors))
    await record(await writeDigests(tables, vectors.keys(), digestOf))
  })
}

async function replaceVectors(tables: Tables, vectors: ReadonlyMap<string, RecordVectors>): Promise<void> {
  const files = await rowsOf(tables, 'files', vectors.keys())
  const versions = files.map(({ rowId, fileId }) => ({ rowId, values: [vectors.get(fileId)!.version] }))
  await tables('files').update(updateBatch('files', ['embedding_version'], versions))
  const old = await rowsOf(tables, 'vectors', vectors.keys())
  if (old.length > 0) await tables('vectors').delete(old.map(({ rowId }) => rowId))
  const rows = [...new Set(files.map(({ fileId }) => fileId))].map((fileId) => [
    fileId,
    vectors.get(fileId)!.version,
    vectors.get(fileId)!.metadata,
  ])
  await tables('vectors').insert(rowBatch(tableNamed('vectors'), rows))
  const fingerprints = (await rowsOf(tables, 'channel_vectors', vectors.keys())).flatMap(({ rowId, fileId, part }) => {
    const fingerprint = vectors.get(fileId)!.fingerprints[part] ?? null
    return fingerprint === null ? [] : [{ rowId, values: [fingerprint] }]
  })
  if (fingerprints.length > 0) {
    await tables('channel_vectors').update(updateBatch('channel_vectors', ['channel_fingerprint'], fingerprints))
  }
}

/** Gives files the digests they have now; returns what that changes in the ledger. */
async function writeDigests(
  tables: Tables,
  fileIds: Iterable<string>,
  digestOf: (fileId: string, stored: string | null) => string | null,
): Promise<Tallies> {
  const columns = ['file_id', 'superseded_by', 'content_digest', 'latest_rows']
  const rows = await lookUp(
    { table: tables('files'), column: 'file_id', values: fileIds, columns, rowId: true },
    (row) => {
      const before: CountedFile = { isCurrent: row.isNull(1), contentDigest: row.text(2), latestRows: row.text(3) }
      return {
        rowId: row.big(4)!,
        before,
        after: { ...before, contentDigest: digestOf(row.name(0), before.contentDigest) },
      }
    },
  )
  const changes = rows.map(({ rowId, after }) => ({ rowId, values: [after.contentDigest] }))
  await tables('files').update(updateBatch('files', ['content_digest'], changes))
  return ledgerChange(rows)
}

function rowsOf(tables: Tables, name: 'files' | 'vectors' | 'channel_vectors', fileIds: Iterable<string>) {
  const columns = name === 'channel_vectors' ? ['file_id', 'part_index'] : ['file_id']
  return lookUp({ table: tables(name), column: 'file_id', values: fileIds, columns, rowId: true }, (row) => ({
    fileId: row.name(0),
    part: columns.length > 1 ? (row.int(1) ?? 0) : 0,
    rowId: row.big(columns.length)!,
  }))
}
