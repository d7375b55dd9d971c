import { METADATA_DIMENSION, tableNamed, withoutVectors } from '../../tables/index.ts'
import type { EmbeddingSet } from '../embeddings.ts'
import { lastRemovals, liveCondition } from '../live.ts'

/** SQL of the cluster's engine, or of Trino's VAST connector. */
export type SqlKind = 'engine' | 'trino'

interface SimilarSql {
  readonly kind: SqlKind
  /** Puts a table's name as the door writes it. */
  readonly tableName: (table: string) => string
  /** The vector to compare with, or null for a placeholder. */
  readonly vector: Float32Array | null
  /** Version of the vector's recipe, or null for a placeholder. */
  readonly version: number | null
  /** Left out of the matches. */
  readonly fileId: string | null
  readonly k: number
  readonly where: string | undefined
  readonly each?: boolean | undefined
  /** Whose vectors are compared; null for those of headers, which Trino does not read. */
  readonly set?: EmbeddingSet | null
}

const FILES = withoutVectors(tableNamed('files')).columns.map(({ name }) => name)
const FIRST_PART = tableNamed('parts')
  .columns.map(({ name }) => name)
  .filter((name) => !FILES.includes(name))

/**
 * The files nearest to a vector by cosine distance, with the columns file_id, file_path, distance, sequence_key and file_count. The condition may
 * use every column of `files` and of a file's first part. It is
 * put in as it is: `checkPortableCondition` must have let it through.
 */
export function similarSql({ kind, tableName, vector, version, fileId, k, where, each, set }: SimilarSql): string {
  const columns = [...FILES.map((name) => `live.${name}`)]
  if (where !== undefined) columns.push(...FIRST_PART.map((name) => `first_part.${name}`))
  columns.push(`embedding.${set ? 'vector' : 'metadata_embedding'} AS compared_vector`)
  const ofSet = set
    ? `embedding.provider = ${quoted(set.provider)} AND embedding.version = ${quoted(set.version)}`
    : `embedding.embedding_version = ${version ?? ':version'}`
  const embedding = `\n  JOIN ${tableName(set ? 'embeddings' : 'vectors')} embedding ON embedding.file_id = live.file_id AND ${ofSet}`
  const join =
    where === undefined
      ? embedding
      : `${embedding}\n  LEFT JOIN ${tableName('parts')} first_part ON first_part.file_id = live.file_id AND first_part.part_index = 0`
  const conditions = ['compared_vector IS NOT NULL']
  if (fileId !== null) conditions.push(`file_id <> ${quoted(fileId)}`)
  if (where !== undefined) conditions.push(`(${where}\n)`)
  const count = each ? ', 1 AS file_count' : ''
  const scored = `SELECT file_id, file_path, ${distance(kind, vector, set ? null : METADATA_DIMENSION)} AS distance, sequence_key${count}
FROM candidates
WHERE ${conditions.join(' AND ')}`
  return `WITH candidates AS (
  SELECT ${columns.join(', ')}
  FROM ${tableName('files')} live
  LEFT JOIN (
    ${lastRemovals(tableName('removals'))}
  ) gone ON gone.file_id = live.file_id${join}
  WHERE ${liveCondition('live', 'gone')}
)
${each ? scored : bestOfSequences(scored)}
ORDER BY distance, file_path
LIMIT ${k}`
}

/** The nearest file of each sequence, the first by path of equal ones, with how many there are. */
function bestOfSequences(scored: string): string {
  return `SELECT file_id, file_path, distance, sequence_key, file_count FROM (
  SELECT file_id, file_path, distance, sequence_key,
    count(*) OVER (PARTITION BY coalesce(sequence_key, file_id)) AS file_count,
    row_number() OVER (PARTITION BY coalesce(sequence_key, file_id) ORDER BY distance, file_path) AS place
  FROM (
${scored}
  ) scored
) ranked
WHERE place = 1`
}

/** Trino has no vectors of fixed length; stored vectors have length 1, so a dot product with a unit vector is the cosine. */
function distance(kind: SqlKind, vector: Float32Array | null, dimension: number | null): string {
  const numbers = vector && Array.from(kind === 'trino' ? unit(vector) : vector, (value) => value.toExponential())
  if (kind === 'engine') {
    const query = numbers ? `[${numbers.join(', ')}]` : ':vector'
    if (dimension === null) return `list_cosine_distance(compared_vector, ${query}::FLOAT[])`
    const type = `FLOAT[${dimension}]`
    return `array_cosine_distance(compared_vector::${type}, ${query}::${type})`
  }
  const query = numbers ? `ARRAY[${numbers.join(', ')}]` : ':vector'
  const products = `zip_with(compared_vector, ${query}, (a, b) -> CAST(a AS DOUBLE) * b)`
  return `1E0 - reduce(${products}, 0E0, (sum, product) -> sum + product, sum -> sum)`
}

function unit(vector: Float32Array): Float64Array {
  const length = Math.hypot(...vector) || 1
  return Float64Array.from(vector, (value) => value / length)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
