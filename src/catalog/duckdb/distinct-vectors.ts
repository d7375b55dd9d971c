import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { BIGINT, LIST, listValue } from '../../duckdb-api.ts'
import { type EncodedColumn, type TableDefinition, vectorIds } from '../../tables/index.ts'
import type { VectorsOnce } from '../migrations/migration.ts'
import { TableAppender } from './append.ts'
import { HashSet64 } from './hash-set.ts'
import { vectorsOnce } from './row-tables.ts'

/** Ids that are remembered, of each kind: four megabytes, and farms have a few thousand vectors. */
const MOST_KNOWN = 131_072

/** Rows of one table as columns. */
interface Rows {
  readonly rowCount: number
  readonly columns: readonly EncodedColumn[]
}

/**
 * Stores vectors that are not there yet, through one connection, and turns columns of vectors into columns of ids. Which are there
 * is remembered of those that came last, and asked of all others; there is one writer, so that it stays true.
 */
export class DistinctVectors {
  readonly #connection: DuckDBConnection
  readonly #kinds = new Map<string, Kind>()

  constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  /** The rows as they are stored; inside the connection's transaction. */
  async rowsToStore<T extends Rows>({ name, columns }: TableDefinition, rows: T): Promise<Rows> {
    const once = vectorsOnce(name)
    if (once === null || rows.rowCount === 0) return rows
    const at = columns.findIndex((column) => column.name === once.column)
    const ids = await this.ids(once, rows.columns[at]!, rows.rowCount)
    return { rowCount: rows.rowCount, columns: rows.columns.with(at, ids) }
  }

  /** The ids of a column's vectors, all of which are stored then; inside the connection's transaction. */
  async ids(once: VectorsOnce, column: EncodedColumn, rowCount: number): Promise<EncodedColumn> {
    const kind = this.#kinds.get(once.table) ?? new Kind(once)
    this.#kinds.set(once.table, kind)
    const ids = vectorIds(column, rowCount, once.dimension)
    await kind.store(this.#connection, ids, column)
    return { data: ids, valid: column.valid }
  }

  /** To be called when the transaction is committed, or when it is rolled back: what it stored is not there then. */
  settle(isCommitted: boolean): void {
    for (const kind of this.#kinds.values()) kind.settle(isCommitted)
  }

  /** To be called when vectors may have gone by another way. */
  forget(): void {
    this.#kinds.clear()
  }
}

/** The vectors of one table. `HashSet64` may take two ids in 2^63 for each other, as rarely as two vectors have one id. */
class Kind {
  readonly #once: VectorsOnce
  readonly #appender: TableAppender
  #known = new HashSet64()
  /** Those of the running transaction. */
  #pending = new HashSet64()

  constructor(once: VectorsOnce) {
    this.#once = once
    this.#appender = new TableAppender(['int64', { vector: once.dimension }], once.distinct)
  }

  async store(
    connection: DuckDBConnection,
    ids: BigInt64Array<ArrayBuffer>,
    { data, valid }: EncodedColumn,
  ): Promise<void> {
    const halves = new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2)
    /** By id, which of the column's vectors it is. */
    const unsure = new Map<bigint, number>()
    for (let row = 0, place = 0; row < ids.length; row++) {
      if (valid?.[row] === 0) continue
      const [low, high] = [halves[row * 2]!, halves[row * 2 + 1]!]
      if (!this.#known.has(low, high) && !this.#pending.has(low, high)) unsure.set(ids[row]!, place)
      this.#pending.add(low, high)
      place++
    }
    if (unsure.size === 0) return
    for (const id of await this.#stored(connection, [...unsure.keys()])) unsure.delete(id)
    const { dimension } = this.#once
    const vectors = new Float32Array(unsure.size * dimension)
    let at = 0
    for (const place of unsure.values()) {
      vectors.set((data as Float32Array).subarray(place * dimension, (place + 1) * dimension), at++ * dimension)
    }
    const columns = [
      { data: BigInt64Array.from(unsure.keys()), valid: null },
      { data: vectors, valid: null },
    ]
    await this.#appender.append(connection, { rowCount: unsure.size, columns })
  }

  settle(isCommitted: boolean): void {
    if (isCommitted) {
      if (this.#known.size + this.#pending.size > MOST_KNOWN) this.#known = new HashSet64()
      this.#known.addAll(this.#pending)
    }
    this.#pending = new HashSet64()
  }

  async #stored(connection: DuckDBConnection, ids: readonly bigint[]): Promise<bigint[]> {
    const { distinct, id } = this.#once
    const reader = await connection.runAndReadAll(
      `SELECT ${id} FROM ${distinct} WHERE ${id} IN (SELECT unnest($1))`,
      [listValue(ids as DuckDBValue[])],
      [LIST(BIGINT)],
    )
    return reader.getRows().map(([found]) => found as bigint)
  }
}
