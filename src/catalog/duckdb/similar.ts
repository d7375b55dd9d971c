import { ARRAY, arrayValue, FLOAT } from '@duckdb/node-api'
import { ExrError } from '../../errors.ts'
import { normalizePath } from '../../inspect/identity.ts'
import { EMBEDDING_VERSION, METADATA_DIMENSION } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import type { SimilarMatch, SimilarOptions } from '../catalog.ts'
import { checkCondition } from '../condition.ts'
import { similarMatch } from '../results.ts'
import { checkCount, checkVector } from '../similar-options.ts'
import { queryError } from './errors.ts'
import { ownNames, type Session } from './session.ts'
import { interruptOn } from './transaction.ts'

/** Exact cosine over every live file, in DuckDB; see `Catalog.findSimilar`. */
export async function findSimilar(
  session: Session,
  query: Float32Array | string,
  { k, where, each, embeddingVersion = EMBEDDING_VERSION, signal }: SimilarOptions,
): Promise<SimilarMatch[]> {
  checkCount(k)
  throwIfAborted(signal)
  const connection = await session.connect()
  const stopListening = interruptOn(connection, signal)
  try {
    if (where !== undefined) await checkCondition(where, await ownNames(connection))
    await connection.run('BEGIN TRANSACTION READ ONLY')
    const target =
      typeof query === 'string'
        ? await storedVector(session, query)
        : { fileId: null, vector: checkVector(query), version: embeddingVersion }
    const statement = await connection.prepare(similarSql(where, each))
    statement.bindArray(1, arrayValue([...target.vector]), ARRAY(FLOAT, METADATA_DIMENSION))
    statement.bindInteger(2, k)
    if (target.fileId === null) statement.bindNull(3)
    else statement.bindVarchar(3, target.fileId)
    statement.bindInteger(4, target.version)
    const reader = await statement.runAndReadAll()
    return reader.getRows().map(similarMatch)
  } catch (error) {
    throw queryError(error, session.path)
  } finally {
    stopListening()
    connection.closeSync()
  }
}

/**
 * $1 the vector, $2 how many, $3 a file_id to leave out or null, $4 the version of the vectors' recipe. Similarities are computed first: joined before,
 * DuckDB would build a hash table of vectors.
 */
export function similarSql(where: string | undefined, each = false): string {
  return `WITH scored AS MATERIALIZED (
      SELECT file_id, file_path, sequence_key,
        array_cosine_similarity(metadata_embedding, $1::FLOAT[${METADATA_DIMENSION}]) AS similarity
      FROM live_files WHERE metadata_embedding IS NOT NULL AND file_id IS DISTINCT FROM $3
        AND embedding_version = $4
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
  readonly vector: ArrayLike<number> & Iterable<number>
  readonly version: number
}

async function storedVector(session: Session, query: string): Promise<Target> {
  const connection = await session.connect()
  try {
    const reader = await connection.runAndReadAll(
      `SELECT file_id, metadata_embedding, embedding_version FROM files
       WHERE metadata_embedding IS NOT NULL AND (file_id = $1 OR (file_path_normalized = $2 AND superseded_by IS NULL))
       ORDER BY file_id = $1 DESC LIMIT 1`,
      [query, normalizePath(query)],
    )
    const row = reader.getRows()[0]
    if (!row) {
      throw new ExrError(
        'ERR_CATALOG_QUERY',
        `No file ${query} in catalog ${session.path}. Give a file_id or the path of a file that was ingested.`,
      )
    }
    return { fileId: String(row[0]), vector: (row[1] as unknown as { items: number[] }).items, version: Number(row[2]) }
  } finally {
    connection.closeSync()
  }
}
