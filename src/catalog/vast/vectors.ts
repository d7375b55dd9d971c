import { EMBEDDING_VERSION } from '../../tables/index.ts'
import { col } from '../../vastdb/index.ts'
import { type AfterFile, FACT_COLUMNS, type FactRows, type NewVectors, type OutdatedFile } from '../stored-vectors.ts'
import { lookUp } from './lookup.ts'
import { updateBatch } from './row-batch.ts'
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
  return store.write(async (tables) => {
    const files = await rowsOf(tables, 'files', vectors.keys())
    await tables('files').update(
      updateBatch(
        'files',
        ['metadata_embedding', 'embedding_version'],
        files.map(({ rowId, fileId }) => ({
          rowId,
          values: [vectors.get(fileId)!.metadata, vectors.get(fileId)!.version],
        })),
      ),
    )
    const fingerprints = (await rowsOf(tables, 'channels', vectors.keys())).flatMap(({ rowId, fileId, part }) => {
      const fingerprint = vectors.get(fileId)!.fingerprints[part] ?? null
      return fingerprint === null ? [] : [{ rowId, values: [fingerprint] }]
    })
    if (fingerprints.length > 0) {
      await tables('channels').update(updateBatch('channels', ['channel_fingerprint'], fingerprints))
    }
  })
}

/** Rows of `files`, or those of `channels` that have a fingerprint. */
function rowsOf(tables: Tables, name: 'files' | 'channels', fileIds: Iterable<string>) {
  const isFiles = name === 'files'
  const columns = isFiles ? ['file_id'] : ['file_id', 'part_index']
  const where = isFiles ? {} : { where: col('channel_fingerprint').isNotNull() }
  return lookUp({ table: tables(name), column: 'file_id', values: fileIds, columns, rowId: true, ...where }, (row) => ({
    fileId: row.name(0),
    part: isFiles ? 0 : (row.int(1) ?? 0),
    rowId: row.big(columns.length)!,
  }))
}
