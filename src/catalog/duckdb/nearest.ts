import type { DuckDBConnection } from '@duckdb/node-api'
import { BIGINT, LIST, listValue, VARCHAR } from '../../duckdb-api.ts'
import { throwIfAborted } from '../abort.ts'
import type { SimilarMatch, SimilarOptions } from '../catalog.ts'
import { similarMatch } from '../results.ts'
import type { Candidates } from './candidates.ts'
import { halvesOf } from './raw-columns.ts'
import { FILE_ROWS } from './row-tables.ts'
import type { VectorIndex } from './vector-index.ts'

/** Vectors that are compared exactly before all are read once more, if so many are needed. */
const FEWEST_COMPARED = 8192

/** Files whose names are fetched to put them in order, at most. */
const MOST_FETCHED = 65_536

/** Pieces of the table that are asked for one by one; more are one scan. */
const MOST_RANGES = 32

/** Rows between two that are read along: DuckDB decodes so many at once. */
const RANGE_GAP = 2048

/**
 * The matches among the candidates, `own` left out; null when DuckDB has to be asked: the file of vectors was damaged, a vector
 * has no cosine, or too many files are equally alike.
 */
export async function nearest(
  connection: DuckDBConnection,
  index: VectorIndex,
  candidates: Candidates,
  { vector, own }: { readonly vector: Float32Array; readonly own: number | null },
  { k, each = false, signal }: SimilarOptions,
): Promise<SimilarMatch[] | null> {
  for (let [most, enough] = [FEWEST_COMPARED, k + 1]; ; most *= 8, enough *= 8) {
    throwIfAborted(signal)
    const found = await index.find(vector, candidates.wanted, Math.max(most, enough * 2), enough)
    if (found === null || found.similarities[0] === Number.POSITIVE_INFINITY) return null
    // What may be left out is less alike than these; equally alike it could come before one of them.
    const firstUnsure = found.similarities.findIndex((similarity) => similarity <= found.bound)
    const sure = firstUnsure === -1 ? found.vectors.length : firstUnsure
    const best = await bestOf(connection, candidates, own, ranked(found, sure), { k, each })
    if (best === null || best.length === k || found.bound < -1) {
      return best === null || each ? best : withCounts(connection, candidates, own, best)
    }
  }
}

interface Ranked {
  readonly vector: number
  readonly similarity: number
}

function ranked({ vectors, similarities }: { vectors: Uint32Array; similarities: Float64Array }, count: number) {
  return Array.from(vectors.subarray(0, count), (vector, index) => ({ vector, similarity: similarities[index]! }))
}

/** Goes through vectors, the most alike first, until enough files or sequences are found. */
async function bestOf(
  connection: DuckDBConnection,
  candidates: Candidates,
  own: number | null,
  vectors: readonly Ranked[],
  { k, each }: { readonly k: number; readonly each: boolean },
): Promise<SimilarMatch[] | null> {
  const best = new Map<string, SimilarMatch>()
  let [next, wanted] = [0, k * 2]
  while (next < vectors.length && best.size < k) {
    const similarityOf = new Map<number, number>()
    // Files that are equally alike are ordered together.
    for (let last = Number.NaN; next < vectors.length; next++) {
      const { vector, similarity } = vectors[next]!
      if (similarityOf.size >= wanted && similarity !== last) break
      for (const rowid of candidates.rows.subarray(candidates.starts[vector]!, candidates.starts[vector + 1]!)) {
        if (rowid !== own) similarityOf.set(rowid, similarity)
      }
      if (similarityOf.size > MOST_FETCHED) return null
      last = similarity
    }
    for (const match of await matchesAt(connection, similarityOf)) {
      const key = each ? match.fileId : (match.sequenceKey ?? match.fileId)
      if (!best.has(key)) best.set(key, match)
    }
    wanted *= 8
  }
  return [...best.values()].slice(0, k)
}

/** The files at some rowids, the most alike first and of equal ones the first by path. */
async function matchesAt(
  connection: DuckDBConnection,
  similarityOf: ReadonlyMap<number, number>,
): Promise<SimilarMatch[]> {
  const rowids = Uint32Array.from(similarityOf.keys()).sort()
  const ranges = rangesOf(rowids)
  const rows: (readonly unknown[])[] = []
  for (const range of ranges.length <= MOST_RANGES ? ranges : [rowids]) {
    const [first, last] = [range[0]!, range.at(-1)!]
    const query = `SELECT rowid, file_id, file_path, sequence_key FROM ${FILE_ROWS} WHERE rowid BETWEEN ${first} AND ${last}`
    const isWhole = range.length === last - first + 1
    const reader = isWhole
      ? await connection.runAndReadAll(query)
      : await connection.runAndReadAll(
          `${query} AND rowid IN (SELECT unnest($1))`,
          [listValue(Array.from(range, BigInt))],
          [LIST(BIGINT)],
        )
    for (const row of reader.getRows()) rows.push(row)
  }
  return rows
    .map(([rowid, fileId, path, sequenceKey]) =>
      similarMatch([fileId, path, similarityOf.get(Number(rowid)), sequenceKey, 1]),
    )
    .sort((a, b) => b.similarity - a.similarity || byBytes(a.path, b.path) || byBytes(a.fileId, b.fileId))
}

/** Rowids, ascending, in pieces that lie apart. */
function rangesOf(rowids: Uint32Array): Uint32Array[] {
  const ranges: Uint32Array[] = []
  let start = 0
  for (let next = 1; next <= rowids.length; next++) {
    if (next < rowids.length && rowids[next]! - rowids[next - 1]! <= RANGE_GAP) continue
    ranges.push(rowids.subarray(start, next))
    start = next
  }
  return ranges
}

/** Order of texts as DuckDB has it. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** With the number of files that were compared of each sequence. */
async function withCounts(
  connection: DuckDBConnection,
  { isCandidate }: Candidates,
  own: number | null,
  matches: readonly SimilarMatch[],
): Promise<SimilarMatch[]> {
  const keys = matches.flatMap(({ sequenceKey }) => sequenceKey ?? [])
  if (keys.length === 0) return [...matches]
  const counts = new Map<string, number>()
  const result = await connection.stream(
    `SELECT rowid, sequence_key FROM ${FILE_ROWS} WHERE sequence_key IN (SELECT unnest($1))`,
    [listValue(keys)],
    [LIST(VARCHAR)],
  )
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const rowids = halvesOf(chunk, 0)
    const sequences = chunk.getColumnValues(1) as string[]
    sequences.forEach((sequence, row) => {
      const rowid = rowids[row * 2]!
      if (isCandidate[rowid] === 1 && rowid !== own) counts.set(sequence, (counts.get(sequence) ?? 0) + 1)
    })
  }
  return matches.map((match) => ({
    ...match,
    fileCount: match.sequenceKey === null ? 1 : counts.get(match.sequenceKey)!,
  }))
}
