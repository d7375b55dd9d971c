import type { DuckDBConnection } from '@duckdb/node-api'
import { FLOAT, INTEGER, LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import { normalizePath } from '../../inspect/identity.ts'
import { type CellType, encodeRows, tableNamed } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { SimilarMatch, SimilarOptions } from '../catalog.ts'
import { checkCondition } from '../condition.ts'
import {
  checkDimension,
  chooseEmbeddings,
  type EmbeddingSet,
  type FileToEmbed,
  type MissingEmbeddings,
  type NewEmbedding,
  type StoredEmbeddings,
  withoutEmbedding,
} from '../embeddings.ts'
import { similarMatch } from '../results.ts'
import { checkCount } from '../similar-options.ts'
import { TableAppender } from './append.ts'
import { queryError } from './errors.ts'
import { ownNames, type Session } from './session.ts'
import { rankedSql } from './similar.ts'
import { inTransaction, interruptOn } from './transaction.ts'

const EMBEDDINGS = tableNamed('embeddings')
const TYPES = EMBEDDINGS.columns.map(({ type }) => type as CellType)

/** See `CatalogEmbeddings.filesToEmbed`. */
export async function readFilesToEmbed(
  connection: DuckDBConnection,
  { provider, version, readsPixels }: MissingEmbeddings,
  limit: number,
  after: Pick<FileToEmbed, 'path' | 'fileId'> | null,
): Promise<FileToEmbed[]> {
  const sameBytes = readsPixels
    ? 'AND (e.size_bytes, e.mtime, e.etag) IS NOT DISTINCT FROM (f.size_bytes, f.mtime, f.etag)'
    : ''
  const reader = await connection.runAndReadAll(
    `SELECT file_id, file_path, header_hash, size_bytes, epoch_us(mtime), etag FROM live_files f
     WHERE (file_path, file_id) > ($1, $2) AND NOT EXISTS (
       SELECT 1 FROM embeddings e WHERE e.file_id = f.file_id AND e.provider = $3 AND e.version = $4 ${sameBytes})
     ORDER BY file_path, file_id LIMIT ${limit}`,
    [after?.path ?? '', after?.fileId ?? '', provider, version],
  )
  return reader.getRows().map(([fileId, path, headerHash, sizeBytes, mtimeUs, etag]) => ({
    fileId: String(fileId),
    path: String(path),
    headerHash: String(headerHash),
    sizeBytes: sizeBytes as bigint | null,
    mtimeUs: mtimeUs as bigint | null,
    etag: etag as string | null,
  }))
}

/** See `CatalogEmbeddings.writeEmbeddings`. */
export async function writeEmbeddings(
  connection: DuckDBConnection,
  { provider, version }: EmbeddingSet,
  batch: readonly NewEmbedding[],
): Promise<void> {
  const madeAtUs = BigInt(Date.now()) * 1000n
  const cells = batch.map(({ fileId, path, vector, bytes }) => {
    const { sizeBytes = null, mtimeUs = null, etag = null } = bytes ?? {}
    return [fileId, path, provider, version, vector.length, vector, sizeBytes, mtimeUs, etag, madeAtUs]
  })
  const rows = encodeRows(EMBEDDINGS.columns, cells.length, (row, column) => cells[row]![column])
  await inTransaction(connection, async () => {
    await connection.run(
      'DELETE FROM embeddings WHERE provider = $1 AND version = $2 AND file_id IN (SELECT unnest($3))',
      [provider, version, listValue(batch.map(({ fileId }) => fileId))],
      [VARCHAR, VARCHAR, LIST(VARCHAR)],
    )
    await new TableAppender(TYPES, EMBEDDINGS.name).append(connection, rows, rows.strings)
  })
}

/** See `CatalogEmbeddings.dropEmbeddings`. */
export async function dropEmbeddings(
  connection: DuckDBConnection,
  { provider, version }: EmbeddingSet,
): Promise<number> {
  const result = await connection.run('DELETE FROM embeddings WHERE provider = $1 AND version = $2', [
    provider,
    version,
  ])
  return result.rowsChanged
}

/** See `CatalogEmbeddings.embeddingSets`. */
export async function readEmbeddingSets(connection: DuckDBConnection): Promise<StoredEmbeddings[]> {
  const reader = await connection.runAndReadAll(
    `SELECT provider, version, any_value(dimension), count(*), epoch_us(max(made_at)) AS last FROM embeddings
     GROUP BY provider, version ORDER BY last DESC, provider, version`,
  )
  return reader.getRows().map(([provider, version, dimension, fileCount, last]) => ({
    provider: String(provider),
    version: String(version),
    dimension: Number(dimension),
    fileCount: Number(fileCount),
    lastMadeAtUs: BigInt(last as bigint),
  }))
}

/** Exact cosine over every live file that has a vector of a provider; see `Catalog.findSimilar`. */
export async function findSimilarBy(
  session: Session,
  query: Float32Array | string,
  { k, where, each, by, signal }: SimilarOptions & { readonly by: string },
): Promise<SimilarMatch[]> {
  checkCount(k)
  throwIfAborted(signal)
  const url = `duckdb:${session.path}`
  const connection = await session.connect()
  const stopListening = interruptOn(connection, signal)
  try {
    if (where !== undefined) await checkCondition(where, await ownNames(connection))
    await connection.run('BEGIN TRANSACTION READ ONLY')
    const set = chooseEmbeddings(await readEmbeddingSets(connection), by, url)
    const target =
      typeof query === 'string'
        ? await storedEmbedding(connection, query, set, url)
        : { fileId: null, vector: [...checkDimension(query, set)] }
    const reader = await connection.runAndReadAll(
      similarBySql(where, each),
      [listValue(target.vector), k, target.fileId, set.provider, set.version],
      [LIST(FLOAT), INTEGER, VARCHAR, VARCHAR, VARCHAR],
    )
    return reader.getRows().map(similarMatch)
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    stopListening()
    connection.closeSync()
  }
}

/** $1 the vector, $2 how many, $3 a file_id to leave out or null, $4 the provider, $5 its version. No vectors in a hash table: see `similarSql`. */
export function similarBySql(where: string | undefined, each = false): string {
  return `WITH compared AS MATERIALIZED (
      SELECT file_id, list_cosine_similarity(vector, $1::FLOAT[]) AS similarity
      FROM embeddings WHERE provider = $4 AND version = $5 AND len(vector) = len($1::FLOAT[]) AND file_id IS DISTINCT FROM $3
    ), scored AS MATERIALIZED (
      SELECT file_id, file_path, sequence_key, similarity FROM compared JOIN live_files USING (file_id)
    )
    ${rankedSql(where, each)}`
}

async function storedEmbedding(connection: DuckDBConnection, query: string, set: StoredEmbeddings, url: string) {
  const reader = await connection.runAndReadAll(
    `SELECT f.file_id, e.vector FROM files f JOIN embeddings e USING (file_id)
     WHERE e.provider = $3 AND e.version = $4 AND e.vector IS NOT NULL
       AND (f.file_id = $1 OR (f.file_path_normalized = $2 AND f.superseded_by IS NULL))
     ORDER BY f.file_id = $1 DESC LIMIT 1`,
    [query, normalizePath(query), set.provider, set.version],
  )
  const row = reader.getRows()[0]
  if (!row) throw withoutEmbedding(query, set, url)
  return { fileId: String(row[0]), vector: [...(row[1] as unknown as { items: readonly number[] }).items] }
}
