import { lchownSync, rmSync, statSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import {
  type FoundVectors,
  NO_VECTOR,
  VECTOR_GROUP_ROWS,
  type VectorFile,
  type VectorFileContent,
  vectorFileAt,
} from '../../oiio/vector-file.ts'
import { METADATA_DIMENSION } from '../../tables/index.ts'
import { throwIfAborted } from '../abort.ts'
import { WriteQueue } from '../write-queue.ts'
import type { Candidates, IndexedVectors } from './candidates.ts'
import { floatsOf, halvesOf, longsOf } from './raw-columns.ts'
import { FILE_ROWS } from './row-tables.ts'

/** The file beside a catalog that searches read in the place of its vectors. */
export function vectorFilePath(catalogPath: string): string {
  return `${catalogPath}.vectors`
}

/** Rows of `files` that lie next to each other, as the catalog has them. */
interface Group {
  readonly number: number
  /** Changes with the content of any of its rows. */
  readonly fingerprint: bigint
  /** Up to the last row that is there. */
  readonly rowCount: number
}

/** What is read of a state of the catalog, for the next search. */
interface Kept {
  readonly state: object
  readonly vectors: IndexedVectors
  /** Of the last query. */
  candidates: { readonly query: string; readonly found: Candidates } | null
}

/** Rows that are in the file beyond what twice the catalog has, before it is made anew. */
const SPARE_ROWS = 64 * VECTOR_GROUP_ROWS

/**
 * The file of vectors of a catalog. It is made from the catalog alone and extended when a search finds that rows are missing: a
 * group of rows is taken from it only when its fingerprint, over the digests of what the rows hold, is that of the catalog as the
 * search sees it. So nothing that befalls the file, and no write or rollback, can make an answer another one.
 */
export class VectorIndex {
  readonly #catalogPath: string
  readonly #turns = new WriteQueue()
  #file: VectorFile | null | undefined
  /** Cannot be written: asking again and again would only cost time. */
  #isRefused = false
  #kept: Kept | null = null

  /** Opens and makes nothing before it is searched. */
  constructor(catalogPath: string) {
    this.#catalogPath = catalogPath
  }

  /** Searches take turns: each may extend the file, and keeps every core busy. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.add(work)
  }

  /**
   * The vectors of every row the connection's transaction sees; null when they have to be read from the catalog, for the file can
   * neither be had nor made. `state` is what the transaction sees, null when that is not known. To be called in turn.
   */
  async vectors(
    connection: DuckDBConnection,
    state: object | null,
    signal: AbortSignal | undefined,
  ): Promise<IndexedVectors | null> {
    if (state !== null && this.#kept?.state === state) return this.#kept.vectors
    this.#kept = null
    if (this.#isRefused) return null
    this.#file ??= vectorFileAt(vectorFilePath(this.#catalogPath))
    if (this.#file === null) return null
    const groups = await readGroups(connection)
    if (groups === null) return null
    try {
      const content = await this.#upToDate(this.#file, connection, groups, signal)
      if (content === null) return null
      const last = groups.at(-1)
      const vectorOf = new Uint32Array(last ? last.number * VECTOR_GROUP_ROWS + last.rowCount : 0).fill(NO_VECTOR)
      await this.#file.rows(vectorOf, VECTOR_GROUP_ROWS)
      const vectors = { vectorOf, vectorCount: content.vectorCount }
      if (state !== null) this.#kept = { state, vectors, candidates: null }
      return vectors
    } catch {
      throwIfAborted(signal)
      this.#isRefused = true
      return null
    }
  }

  /** What `read` reads with `query`, or has read before of this state. To be called in turn, after `vectors`. */
  async candidates(query: string, state: object | null, read: () => Promise<Candidates>): Promise<Candidates> {
    const kept = this.#kept?.state === state ? this.#kept : null
    if (kept?.candidates?.query === query) return kept.candidates.found
    const found = await read()
    if (kept) kept.candidates = { query, found }
    return found
  }

  /** See `VectorFile.find`; null when the file was damaged. To be called in turn, after `vectors`. */
  async find(query: Float32Array, wanted: Uint8Array, most: number, enough: number): Promise<FoundVectors | null> {
    try {
      return await this.#file!.find(query, wanted, most, enough, false)
    } catch {
      this.#kept = null
      try {
        // The next search makes another.
        rmSync(vectorFilePath(this.#catalogPath), { force: true })
      } catch {
        this.#isRefused = true
      }
      return null
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#turns.idle()
    this.#file?.close()
    this.#kept = null
  }

  /** The file with every group as it is in the catalog; null when another process adds to it just now. */
  async #upToDate(
    file: VectorFile,
    connection: DuckDBConnection,
    groups: readonly Group[],
    signal: AbortSignal | undefined,
  ): Promise<VectorFileContent | null> {
    let content = await file.load()
    if (missing(groups, content).length === 0) return content
    const rows = groups.reduce((sum, { rowCount }) => sum + rowCount, 0)
    const isStale = content.rowCount > rows * 2 + SPARE_ROWS
    if (!(await file.beginAdding(statSync(this.#catalogPath).mode & 0o777, isStale))) return null
    try {
      giveToOwner(vectorFilePath(this.#catalogPath), this.#catalogPath)
      // What another process has added since, or nothing when the file was made anew.
      content = await file.load()
      for (const group of missing(groups, content)) {
        throwIfAborted(signal)
        await addGroup(file, connection, group)
      }
    } finally {
      file.endAdding()
    }
    content = await file.load()
    return missing(groups, content).length === 0 ? content : null
  }
}

/** The owner's own searches could not add to what root began. */
function giveToOwner(path: string, catalogPath: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = statSync(catalogPath)
  try {
    lchownSync(path, uid, gid)
  } catch {
    // Not every file system and container lets root do so.
  }
}

/** Null when there are rows without a digest, of which it cannot be told whether they have changed. */
async function readGroups(connection: DuckDBConnection): Promise<Group[] | null> {
  const reader = await connection.runAndReadAll(
    `SELECT rowid // ${VECTOR_GROUP_ROWS} AS number, bit_xor(hash(rowid, content_digest)),
       max(rowid) % ${VECTOR_GROUP_ROWS} + 1, count(*) - count(content_digest)
     FROM ${FILE_ROWS} GROUP BY number ORDER BY number`,
  )
  const rows = reader.getRows() as bigint[][]
  if (rows.some(([, , , undigested]) => undigested !== 0n)) return null
  return rows.map(([number, fingerprint, rowCount]) => ({
    number: Number(number),
    fingerprint: fingerprint!,
    rowCount: Number(rowCount),
  }))
}

function missing(groups: readonly Group[], { groups: numbers, fingerprints }: VectorFileContent): readonly Group[] {
  const known = new Map(Array.from(numbers, (number, index) => [number, fingerprints[index]!]))
  return groups.filter(({ number, fingerprint }) => known.get(number) !== fingerprint)
}

async function addGroup(file: VectorFile, connection: DuckDBConnection, group: Group): Promise<void> {
  const start = group.number * VECTOR_GROUP_ROWS
  const within = `rowid BETWEEN ${start} AND ${start + VECTOR_GROUP_ROWS - 1}`
  // By its rowid DuckDB finds a vector without looking at those of other groups.
  const vectorOf = await readVectors(
    connection,
    `SELECT vector_id, vector FROM distinct_vectors WHERE rowid IN (SELECT v.rowid FROM distinct_vectors v
       SEMI JOIN (SELECT vector_id FROM ${FILE_ROWS} WHERE ${within}) USING (vector_id))`,
  )
  const result = await connection.stream(
    `SELECT rowid, vector_id FROM ${FILE_ROWS} WHERE ${within} AND vector_id IS NOT NULL`,
  )
  const places = new Uint32Array(group.rowCount)
  const vectors = new Float32Array(group.rowCount * METADATA_DIMENSION)
  let count = 0
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const rowids = halvesOf(chunk, 0)
    const ids = longsOf(chunk, 1)
    for (let row = 0; row < chunk.rowCount; row++) {
      const vector = vectorOf.get(ids[row]!)
      if (vector === undefined) continue
      places[count] = rowids[row * 2]! - start
      vectors.set(vector, count * METADATA_DIMENSION)
      count++
    }
  }
  await file.add(group.number, group.fingerprint, group.rowCount, places.slice(0, count), vectors)
}

/** The vectors that a query gives, by their id. */
async function readVectors(connection: DuckDBConnection, query: string): Promise<Map<bigint, Float32Array>> {
  const vectors = new Map<bigint, Float32Array>()
  const result = await connection.stream(query)
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const ids = longsOf(chunk, 0)
    const numbers = floatsOf(chunk, 1, METADATA_DIMENSION)
    for (let row = 0; row < chunk.rowCount; row++) {
      vectors.set(ids[row]!, numbers.slice(row * METADATA_DIMENSION, (row + 1) * METADATA_DIMENSION))
    }
  }
  return vectors
}
