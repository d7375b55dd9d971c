import type { DuckDBConnection } from '@duckdb/node-api'
import { LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import { type CellType, EMBEDDING_VERSION, encodeRows, tableNamed } from '../../tables/index.ts'
import { digestChange } from '../content.ts'
import { ledgerChange, type Tallies } from '../ledger.ts'
import type { VectorsOnce } from '../migrations/migration.ts'
import type { CountedFile } from '../plan-upsert.ts'
import { type AfterFile, FACT_COLUMNS, type FactRows, type NewVectors, type OutdatedFile } from '../stored-vectors.ts'
import { TableAppender } from './append.ts'
import { appendRows } from './append-rows.ts'
import type { DistinctVectors } from './distinct-vectors.ts'
import type { Ledger } from './ledger.ts'
import { cellOf, tableReader } from './read-table.ts'
import { contentOf, contentOnce, contentQuery, FILE_ROWS, rowsWithPlaces, vectorsOnce } from './row-tables.ts'
import { type StoredOnce, storedTypes } from './stored-once.ts'
import { plainValue } from './values.ts'

/**
 * See `CatalogVectors.outdatedFiles`. Two conditions apart are answered from what DuckDB knows of whole pieces of the table; as one
 * they would have it read every vector.
 */
export async function readOutdated(
  connection: DuckDBConnection,
  limit: number,
  after: AfterFile | null,
): Promise<OutdatedFile[]> {
  const reader = await connection.runAndReadAll(
    `SELECT file_id, file_path, header_hash, superseded_by IS NULL, embedding_version FROM ${FILE_ROWS}
     WHERE rowid IN (
         SELECT rowid FROM ${FILE_ROWS} WHERE vector_id IS NULL
         UNION SELECT rowid FROM ${FILE_ROWS} WHERE embedding_version IS DISTINCT FROM ${EMBEDDING_VERSION})
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
      `SELECT ${FACT_COLUMNS[table].join(', ')} FROM (${rowsWithPlaces(table, [...new Set([...FACT_COLUMNS[table], 'file_id', 'file_path'])])})
       WHERE file_path BETWEEN $1 AND $2 AND file_id IN (SELECT unnest($3)) ORDER BY place`,
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

const FILE_COLUMNS: readonly CellType[] = ['utf8', 'int64', 'int32']
const PART_COLUMNS: readonly CellType[] = ['utf8', 'int32', 'int64']

/** One transaction. A fingerprint goes where the part's was: to its first channel. */
export async function writeVectors(
  connection: DuckDBConnection,
  ledger: Ledger,
  once: StoredOnce,
  batch: readonly NewVectors[],
): Promise<void> {
  once.rolledBack()
  await ledger.transaction(async (record) => {
    const ids = batch.map(({ fileId }) => fileId)
    const read = await tableReader(connection, ids)
    const digestOf = await digestChange(read, ['files', 'channels'], () => replaceVectors(connection, once, batch))
    await record(await writeDigests(connection, ids, digestOf))
  })
  once.committed()
}

async function replaceVectors(
  connection: DuckDBConnection,
  once: StoredOnce,
  batch: readonly NewVectors[],
): Promise<void> {
  await connection.run(`
      CREATE OR REPLACE TEMP TABLE new_vectors (file_id VARCHAR, vector_id BIGINT, version INTEGER);
      CREATE OR REPLACE TEMP TABLE new_fingerprints (file_id VARCHAR, part_index INTEGER, fingerprint_id BIGINT)`)
  const vectors = batch.map(({ vectors: { metadata } }) => metadata)
  const vectorOf = await storeVectors(once.vectors, 'files', vectors)
  const files = batch.map(({ fileId, vectors: { version } }, file) => [fileId, vectorOf[file]!, version])
  await appendRows(connection, 'new_vectors', FILE_COLUMNS, files)
  const parts = batch.flatMap(({ fileId, vectors: { fingerprints } }) =>
    fingerprints.flatMap((fingerprint, part) => (fingerprint === null ? [] : [{ fileId, part, fingerprint }])),
  )
  const fingerprints = parts.map(({ fingerprint }) => fingerprint)
  const fingerprintOf = await storeVectors(once.vectors, 'channels', fingerprints)
  await appendRows(
    connection,
    'new_fingerprints',
    PART_COLUMNS,
    parts.map(({ fileId, part }, row) => [fileId, part, fingerprintOf[row]!]),
  )
  await replaceFingerprints(connection, once)
  await connection.run(`
      UPDATE ${FILE_ROWS} f SET vector_id = n.vector_id, embedding_version = n.version FROM temp.new_vectors n
      WHERE f.file_id = n.file_id`)
  await connection.run('DROP TABLE temp.new_vectors; DROP TABLE temp.new_fingerprints')
}

/** Gives the channels that have a fingerprint that of their part in `temp.new_fingerprints`: the rows of such parts are made anew. */
const FINGERPRINT = 'CASE WHEN d.fingerprint_id IS NULL THEN NULL ELSE n.fingerprint_id END'

async function replaceFingerprints(connection: DuckDBConnection, once: StoredOnce): Promise<void> {
  const channels = contentOnce('channels')!
  const columns = contentOf(channels)
  const list = columns.map(({ name }) => (name === 'fingerprint_id' ? FINGERPRINT : `d.${name}`))
  const reader = await connection.runAndReadAll(
    `${contentQuery(channels, ['t.file_no', 't.part_index', ...list])}
     JOIN temp.new_fingerprints n ON n.file_id = f.file_id AND n.part_index = t.part_index
     ORDER BY t.file_no, t.part_index, t.place`,
  )
  const found = reader.getRows()
  const rows = encodeRows(columns, found.length, (row, column) => cellOf(found[row]![column + 2]!))
  const numbers = await once.numbers(channels, rows)
  const [files, parts] = [0, 1].map((column) => Int32Array.from(found, (row) => Number(row[column])))
  for (const table of [channels.rows, channels.setRows]) {
    await connection.run(
      `DELETE FROM ${table} WHERE (file_no, part_index) IN
         (SELECT f.file_no, n.part_index FROM temp.new_fingerprints n JOIN ${FILE_ROWS} f ON f.file_id = n.file_id)`,
    )
  }
  const stored = await once.namedRows(channels, { files: files!, parts: parts!, numbers })
  await new TableAppender(storedTypes(tableNamed('channels')), channels.rows).append(connection, stored)
}

/** Stores vectors that are not there yet; returns the id of each. */
async function storeVectors(
  vectorsIn: DistinctVectors,
  table: VectorsOnce['table'],
  vectors: readonly Float32Array[],
): Promise<BigInt64Array> {
  const once = vectorsOnce(table)!
  const rows = encodeRows([{ type: { vector: once.dimension } }], vectors.length, (row) => vectors[row])
  const { data } = await vectorsIn.ids(once, rows.columns[0]!, rows.rowCount)
  return data as BigInt64Array
}

/** Gives files the digests they have now; returns what that changes in the ledger. */
async function writeDigests(
  connection: DuckDBConnection,
  ids: readonly string[],
  digestOf: (fileId: string, stored: string | null) => string | null,
): Promise<Tallies> {
  const reader = await connection.runAndReadAll(
    `SELECT file_id, superseded_by IS NULL, content_digest, latest_rows FROM ${FILE_ROWS}
     WHERE file_id IN (SELECT unnest($1)) AND content_digest IS NOT NULL`,
    [listValue([...ids])],
    [LIST(VARCHAR)],
  )
  const changes = reader.getRows().map(([fileId, isCurrent, contentDigest, latestRows]) => {
    const before = { isCurrent, contentDigest, latestRows } as CountedFile
    return {
      fileId: String(fileId),
      before,
      after: { ...before, contentDigest: digestOf(String(fileId), before.contentDigest) },
    }
  })
  await connection.run('CREATE OR REPLACE TEMP TABLE new_digests (file_id VARCHAR, content_digest VARCHAR)')
  await appendRows(
    connection,
    'new_digests',
    ['utf8', 'utf8'],
    changes.map(({ fileId, after }) => [fileId, after.contentDigest]),
  )
  await connection.run(`
    UPDATE ${FILE_ROWS} f SET content_digest = n.content_digest FROM temp.new_digests n WHERE f.file_id = n.file_id;
    DROP TABLE temp.new_digests`)
  return ledgerChange(changes)
}
