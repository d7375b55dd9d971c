import { type DuckDBConnection, LIST, listValue, VARCHAR } from '@duckdb/node-api'
import { type CellType, EMBEDDING_VERSION, FINGERPRINT_DIMENSION, METADATA_DIMENSION } from '../../tables/index.ts'
import { type AfterFile, FACT_COLUMNS, type FactRows, type NewVectors, type OutdatedFile } from '../stored-vectors.ts'
import { appendRows } from './append-rows.ts'
import { inTransaction } from './transaction.ts'
import { plainValue } from './values.ts'

/** See `CatalogVectors.outdatedFiles`. */
export async function readOutdated(
  connection: DuckDBConnection,
  limit: number,
  after: AfterFile | null,
): Promise<OutdatedFile[]> {
  const reader = await connection.runAndReadAll(
    `SELECT file_id, file_path, header_hash, superseded_by IS NULL, embedding_version FROM files
     WHERE (embedding_version IS DISTINCT FROM ${EMBEDDING_VERSION} OR metadata_embedding IS NULL)
       AND (file_path, file_id) > ($1, $2)
     ORDER BY file_path, file_id LIMIT ${limit}`,
    [after?.path ?? '', after?.fileId ?? ''],
  )
  return reader.getRows().map(([fileId, path, headerHash, isCurrent, version]) => ({
    fileId: String(fileId),
    path: String(path),
    headerHash: String(headerHash),
    isCurrent: isCurrent === true,
    embeddingVersion: version === null ? null : Number(version),
  }))
}

/** Rows of files that lie next to each other by path: the paths let DuckDB pass over most of a table. */
export async function readFactRows(connection: DuckDBConnection, files: readonly OutdatedFile[]): Promise<FactRows> {
  const paths = files.map(({ path }) => path).sort()
  const ids = listValue(files.map(({ fileId }) => fileId))
  const read = async (table: keyof typeof FACT_COLUMNS) => {
    const reader = await connection.runAndReadAll(
      `SELECT ${FACT_COLUMNS[table].join(', ')} FROM ${table}
       WHERE file_path BETWEEN $1 AND $2 AND file_id IN (SELECT unnest($3)) ORDER BY rowid`,
      [paths[0]!, paths.at(-1)!, ids],
      [VARCHAR, VARCHAR, LIST(VARCHAR)],
    )
    return reader.getRows().map((row) => row.map(plainValue))
  }
  return {
    files: await read('files'),
    parts: await read('parts'),
    channels: await read('channels'),
    attributes: await read('attributes'),
  }
}

const FILE_COLUMNS: readonly CellType[] = ['utf8', { vector: METADATA_DIMENSION }, 'int32']
const PART_COLUMNS: readonly CellType[] = ['utf8', 'int32', { vector: FINGERPRINT_DIMENSION }]

/** One transaction. A fingerprint goes where the part's was: to its first channel. */
export async function writeVectors(connection: DuckDBConnection, batch: readonly NewVectors[]): Promise<void> {
  await inTransaction(connection, async () => {
    await connection.run(`
      CREATE OR REPLACE TEMP TABLE new_vectors (file_id VARCHAR, vector FLOAT[${METADATA_DIMENSION}], version INTEGER);
      CREATE OR REPLACE TEMP TABLE new_fingerprints (
        file_id VARCHAR, part_index INTEGER, fingerprint FLOAT[${FINGERPRINT_DIMENSION}]
      )`)
    const files = batch.map(({ fileId, vectors }) => [fileId, vectors.metadata, vectors.version])
    await appendRows(connection, 'new_vectors', FILE_COLUMNS, files)
    const parts = batch.flatMap(({ fileId, vectors }) =>
      vectors.fingerprints.flatMap((fingerprint, part) => (fingerprint === null ? [] : [[fileId, part, fingerprint]])),
    )
    await appendRows(connection, 'new_fingerprints', PART_COLUMNS, parts)
    await connection.run(`
      UPDATE channels SET channel_fingerprint = n.fingerprint FROM temp.new_fingerprints n
      WHERE channels.file_id = n.file_id AND channels.part_index = n.part_index AND channel_fingerprint IS NOT NULL`)
    await connection.run(`
      UPDATE files SET metadata_embedding = n.vector, embedding_version = n.version FROM temp.new_vectors n
      WHERE files.file_id = n.file_id`)
    await connection.run('DROP TABLE temp.new_vectors; DROP TABLE temp.new_fingerprints')
  })
}
