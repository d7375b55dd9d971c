import type { DuckDBConnection } from '@duckdb/node-api'
import { ARRAY, arrayValue, FLOAT } from '../../duckdb-api.ts'
import { ExrError } from '../../errors.ts'
import { normalizePath } from '../../inspect/identity.ts'
import { EMBEDDING_VERSION, METADATA_DIMENSION } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { SimilarMatch, SimilarOptions } from '../catalog.ts'
import { checkCondition } from '../condition.ts'
import { lastRemovals, liveCondition } from '../live.ts'
import { similarMatch } from '../results.ts'
import { checkCount, checkVector } from '../similar-options.ts'
import { readCandidates } from './candidates.ts'
import { queryError } from './errors.ts'
import { nearest } from './nearest.ts'
import { FILE_ROWS } from './row-tables.ts'
import { ownNames, type Session } from './session.ts'
import { withStatements } from './statements.ts'
import { interruptOn } from './transaction.ts'
import type { VectorIndex } from './vector-index.ts'

/** Exact cosine over every live file; see `Catalog.findSimilar`. Of `index` where it can be had, in DuckDB where not. */
export async function findSimilar(
  session: Session,
  index: VectorIndex,
  query: Float32Array | string,
  options: SimilarOptions,
): Promise<SimilarMatch[]> {
  const { k, where, embeddingVersion = EMBEDDING_VERSION, signal } = options
  checkCount(k)
  throwIfAborted(signal)
  const connection = await session.connect()
  const stopListening = interruptOn(connection, signal)
  try {
    if (where !== undefined) await checkCondition(where, await ownNames(connection))
    return await index.inTurn(async () => {
      throwIfAborted(signal)
      const before = session.changes.state
      await connection.run('BEGIN TRANSACTION READ ONLY')
      // A transaction of DuckDB sees what was committed when it first reads.
      await connection.run('SELECT 1 FROM files LIMIT 0')
      const state = before === session.changes.state ? before : null
      const target =
        typeof query === 'string'
          ? await storedVector(connection, session.path, query)
          : { fileId: null, rowid: null, vector: checkVector(query), version: embeddingVersion }
      return (
        (await searchIndex(connection, index, state, target, options)) ??
        (await searchCatalog(connection, target, options))
      )
    })
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    stopListening()
    connection.closeSync()
  }
}

/** Null where the index cannot answer. */
async function searchIndex(
  connection: DuckDBConnection,
  index: VectorIndex,
  state: object | null,
  target: Target,
  options: SimilarOptions,
): Promise<SimilarMatch[] | null> {
  // What has no direction has no cosine.
  if (!target.vector.some((value) => value !== 0) || !target.vector.every(Number.isFinite)) return null
  const vectors = await index.vectors(connection, state, options.signal)
  if (vectors === null) return null
  const query = candidatesSql(options.where, target.version)
  // A condition may ask for the time.
  const kept = options.where === undefined ? state : null
  const candidates = await index.candidates(query, kept, () => readCandidates(connection, query, vectors))
  return nearest(connection, index, candidates, { vector: target.vector, own: target.rowid }, options)
}

function candidatesSql(where: string | undefined, version: number): string {
  const condition = where === undefined ? '' : `AND file.file_id IN (${matchingFiles(where)})`
  return `SELECT file.rowid FROM ${FILE_ROWS} file
    LEFT JOIN (${lastRemovals('removals')}) removal ON removal.file_id = file.file_id
    WHERE ${liveCondition('file', 'removal')} AND embedding_version = ${version} ${condition}`
}

async function searchCatalog(
  connection: DuckDBConnection,
  target: Target,
  { k, where, each }: SimilarOptions,
): Promise<SimilarMatch[]> {
  const statement = await connection.prepare(similarSql(where, each))
  return withStatements([statement], async () => {
    statement.bindArray(1, arrayValue([...target.vector]), ARRAY(FLOAT, METADATA_DIMENSION))
    statement.bindInteger(2, k)
    if (target.fileId === null) statement.bindNull(3)
    else statement.bindVarchar(3, target.fileId)
    statement.bindInteger(4, target.version)
    const reader = await statement.runAndReadAll()
    return reader.getRows().map(similarMatch)
  })
}

/**
 * $1 the vector, $2 how many, $3 a file_id to leave out or null, $4 the version of the vectors' recipe. Each distinct vector is compared
 * once, before files are brought to it: joined before, DuckDB would build a hash table of vectors.
 */
export function similarSql(where: string | undefined, each = false): string {
  return `WITH compared AS MATERIALIZED (
      SELECT vector_id, array_cosine_similarity(vector, $1::FLOAT[${METADATA_DIMENSION}]) AS similarity FROM distinct_vectors
    ), scored AS MATERIALIZED (
      SELECT file.file_id, file_path, sequence_key, similarity FROM ${FILE_ROWS} file JOIN compared USING (vector_id)
      LEFT JOIN (${lastRemovals('removals')}) removal ON removal.file_id = file.file_id
      WHERE ${liveCondition('file', 'removal')} AND file.file_id IS DISTINCT FROM $3 AND embedding_version = $4
    )
    ${rankedSql(where, each)}`
}

/** Of the rows of `scored` the nearest. */
export function rankedSql(where: string | undefined, each: boolean): string {
  const condition = where === undefined ? '' : `WHERE file_id IN (${matchingFiles(where)})`
  return `${each ? eachFile(condition) : bestOfSequences(condition)}
    ORDER BY similarity DESC, file_path LIMIT $2`
}

function eachFile(condition: string): string {
  return `SELECT file_id, file_path, similarity, sequence_key, 1 AS file_count FROM scored ${condition}`
}

/** The smallest struct is the most alike of its frames, and of equal ones the first by path; windows take four times as long. */
function bestOfSequences(condition: string): string {
  return `SELECT best.file_id AS file_id, best.file_path AS file_path, -best.distance AS similarity,
      best.sequence_key AS sequence_key, file_count FROM (
      SELECT min({distance: -similarity, file_path: file_path, file_id: file_id, sequence_key: sequence_key}) AS best,
        count(*) AS file_count
      FROM scored ${condition} GROUP BY coalesce(sequence_key, file_id))`
}

function matchingFiles(where: string): string {
  return `WITH f AS (
      SELECT files.*, first_part.* EXCLUDE (file_id, file_path, is_deep)
      FROM files LEFT JOIN parts first_part ON first_part.file_id = files.file_id AND first_part.part_index = 0
    ) SELECT f.file_id FROM f WHERE (${where}\n)`
}

interface Target {
  readonly fileId: string | null
  readonly rowid: number | null
  readonly vector: Float32Array
  readonly version: number
}

async function storedVector(connection: DuckDBConnection, path: string, query: string): Promise<Target> {
  const byPath = ['file_path_normalized = $1 AND superseded_by IS NULL', normalizePath(query)]
  const byId = ['file_id = $1', query]
  for (const [condition, value] of isFileId(query) ? [byId, byPath] : [byPath, byId]) {
    const found = await connection.runAndReadAll(
      `SELECT rowid, file_id, vector_id, embedding_version FROM ${FILE_ROWS} WHERE ${condition}`,
      [value!],
    )
    for (const [rowid, fileId, vectorId, version] of found.getRows()) {
      if (vectorId === null) continue
      // A literal, which tells DuckDB which pieces of the table it may pass over.
      const reader = await connection.runAndReadAll(`SELECT vector FROM distinct_vectors WHERE vector_id = ${vectorId}`)
      const row = reader.getRows()[0]
      if (!row) continue
      const { items } = row[0] as unknown as { items: number[] }
      return {
        fileId: String(fileId),
        rowid: Number(rowid),
        vector: Float32Array.from(items),
        version: Number(version),
      }
    }
  }
  throw new ExrError(
    'ERR_CATALOG_QUERY',
    `No file ${query} in catalog ${path}. Give a file_id or the path of a file that was ingested.`,
  )
}

function isFileId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text)
}
