import type { DuckDBConnection } from '@duckdb/node-api'
import { NO_VECTOR } from '../../oiio/vector-file.ts'
import { halvesOf } from './raw-columns.ts'

/** Which vector each file has, as one transaction sees them. */
export interface IndexedVectors {
  /** By rowid, the number of its vector or `NO_VECTOR`. */
  readonly vectorOf: Uint32Array
  readonly vectorCount: number
}

/** Files that take part in a search. */
export interface Candidates {
  /** Rowids of the files of each vector, one vector after the other. */
  readonly rows: Uint32Array
  /** Where the rows of a vector start, by its number; one more for the end of the last. */
  readonly starts: Uint32Array
  /** By vector, 1 where a file has it. */
  readonly wanted: Uint8Array
  /** By rowid, 1 where the file takes part. */
  readonly isCandidate: Uint8Array
}

/** Reads which rows `query`, whose one column is a rowid, answers. */
export async function readCandidates(
  connection: DuckDBConnection,
  query: string,
  { vectorOf, vectorCount }: IndexedVectors,
): Promise<Candidates> {
  const isCandidate = new Uint8Array(vectorOf.length)
  const starts = new Uint32Array(vectorCount + 1)
  const result = await connection.stream(query)
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const rowids = halvesOf(chunk, 0)
    for (let at = 0; at < rowids.length; at += 2) {
      const vector = vectorOf[rowids[at]!]!
      if (vector === NO_VECTOR) continue
      isCandidate[rowids[at]!] = 1
      starts[vector + 1]!++
    }
  }
  const wanted = Uint8Array.from(starts.subarray(1), (count) => (count > 0 ? 1 : 0))
  for (let vector = 0; vector < vectorCount; vector++) starts[vector + 1]! += starts[vector]!
  const rows = new Uint32Array(starts[vectorCount]!)
  const next = starts.slice()
  for (let rowid = 0; rowid < isCandidate.length; rowid++) {
    if (isCandidate[rowid] === 1) rows[next[vectorOf[rowid]!]!++] = rowid
  }
  return { rows, starts, wanted, isCandidate }
}
