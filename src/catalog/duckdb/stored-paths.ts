import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api'
import { HashSet64 } from './hash-set.ts'

/** Batches that ask the table before all of its paths are read: whoever writes a few does not pay for millions. */
const ASKED_BEFORE_LEARNING = 16

/**
 * Which paths have rows in `files`, by DuckDB's own hash of each: eleven to twenty-one bytes a path. The table takes a look at all
 * of its paths to answer, batch after batch; here it takes none, and a batch of new files asks nothing.
 * There is one writer, so that what is remembered stays true. Paths that were not stored after all, rows that are gone
 * and hashes that two paths share cost a look.
 */
export class StoredPaths {
  readonly #connection: DuckDBConnection
  #known: HashSet64 | null = null
  #asked = 0

  constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  /** Whether rows may be stored for one of the paths in `temp.batch_keys`; from now on there may be for all of them. */
  async mayHoldBatch(): Promise<boolean> {
    if (this.#known === null && ++this.#asked > ASKED_BEFORE_LEARNING) this.#known = await this.#hashes('files')
    const known = this.#known
    if (known === null) return true
    const batch = await this.#hashes('temp.batch_keys')
    const mayHold = batch.some((low, high) => known.has(low, high))
    known.addAll(batch)
    return mayHold
  }

  /** To be called when rows may have come by another way. */
  forget(): void {
    this.#known = null
    this.#asked = 0
  }

  async #hashes(table: string): Promise<HashSet64> {
    const found = new HashSet64()
    const result = await this.#connection.stream(`SELECT hash(file_path_normalized) FROM ${table}`)
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      addColumn(found, chunk)
    }
    return found
  }
}

function addColumn(found: HashSet64, chunk: DuckDBDataChunk): void {
  for (const hash of chunk.getColumnValues(0) as readonly bigint[]) {
    found.add(Number(hash & 0xffffffffn), Number(hash >> 32n))
  }
}
