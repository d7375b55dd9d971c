import {
  ARRAY,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  FLOAT,
  INTEGER,
  LIST,
  TIMESTAMPTZ,
  VARCHAR,
} from '@duckdb/node-api'
import duckdb, { type Vector } from '@duckdb/node-bindings'
import type { CellType, EncodedColumn, StringPool } from '../../tables/index.ts'
import { DATABASE } from './session.ts'

/** Columns of one table, ready to be written. */
interface AppendColumns {
  readonly rowCount: number
  readonly columns: readonly EncodedColumn[]
}

/** Rows of a DuckDB vector. */
const CHUNK_ROWS = duckdb.vector_size()
/** Bytes of text in a chunk after which it ends early: DuckDB holds a chunk's strings several times. */
const CHUNK_TEXT_BYTES = 4 * 1024 * 1024
/** Items of lists, for the same reason. */
const CHUNK_LIST_ITEMS = 1024 * 1024
/** Chunks that are appended at once: tens of milliseconds of work. */
const SLICE_CHUNKS = 8
/** Rows beyond which a table is appended in slices; fewer take less time in one go. */
const MOST_ROWS_AT_ONCE = 32_768
/** Bytes of a `duckdb_string_t`. */
const STRING_BYTES = 16
const ALL_VALID = 2n ** 64n - 1n
const VALIDITY_WORDS = CHUNK_ROWS / 64

/**
 * Fills one table through the appender, a chunk of columns at a time, inside the connection's transaction.
 * Keeps its chunk between calls; use one appender per table and connection.
 */
export class TableAppender {
  readonly #name: string
  readonly #database: string
  readonly #types: readonly CellType[]
  readonly #chunk: DuckDBDataChunk
  readonly #validity = new BigUint64Array(VALIDITY_WORDS)

  constructor(types: readonly CellType[], name: string, database: string = DATABASE) {
    this.#types = types
    this.#chunk = DuckDBDataChunk.create(types.map(duckdbType))
    this.#name = name
    this.#database = database
  }

  /** Throws DuckDB's error when a row breaks a constraint; nothing of the call may then be committed. */
  async append(connection: DuckDBConnection, table: AppendColumns, strings: StringPool): Promise<void> {
    if (table.rowCount === 0) return
    const chunks = this.#chunks(table, strings)
    if (table.rowCount <= MOST_ROWS_AT_ONCE) {
      await this.#appendSome(connection, chunks, Number.POSITIVE_INFINITY, this.#name, this.#database)
    } else await this.#appendSlices(connection, chunks)
  }

  /**
   * The appender works on this thread, and compresses a full row group at once: many rows go through a table in memory,
   * from which DuckDB's own threads take them.
   */
  async #appendSlices(connection: DuckDBConnection, chunks: Iterator<DuckDBDataChunk>): Promise<void> {
    const target = `${this.#database}.${this.#name}`
    const slice = `slice_of_${this.#name}`
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${slice} AS FROM ${target} LIMIT 0`)
    while (await this.#appendSome(connection, chunks, SLICE_CHUNKS, slice, 'temp')) {
      await connection.run(`INSERT INTO ${target} FROM temp.${slice}`)
      await connection.run(`TRUNCATE temp.${slice}`)
    }
    await connection.run(`DROP TABLE temp.${slice}`)
  }

  /** Returns whether there were chunks to append. */
  async #appendSome(
    connection: DuckDBConnection,
    chunks: Iterator<DuckDBDataChunk>,
    most: number,
    name: string,
    database: string,
  ): Promise<boolean> {
    let next = chunks.next()
    if (next.done) return false
    const appender = await connection.createAppender(name, null, database)
    try {
      for (let count = 0; !next.done; next = chunks.next()) {
        appender.appendDataChunk(next.value)
        if (++count === most) break
      }
      appender.flushSync()
      return true
    } catch (error) {
      // Else closing would flush the same rows again, in whatever transaction runs by then.
      appender.clear()
      throw error
    } finally {
      appender.closeSync()
    }
  }

  /** The table's rows, chunk after chunk in the same memory. */
  *#chunks(table: AppendColumns, strings: StringPool): Generator<DuckDBDataChunk> {
    const chunk = this.#chunk
    const positions = new StringPositions(strings)
    const vectorsTaken = new Uint32Array(this.#types.length)
    const listItemsTaken = new Float64Array(this.#types.length)
    for (let start = 0, rows = 0; start < table.rowCount; start += rows) {
      rows = this.#rowsFrom(start, table, strings)
      chunk.reset()
      chunk.rowCount = rows
      this.#types.forEach((type, index) => {
        const vector = duckdb.data_chunk_get_vector(chunk.chunk, index)
        const column = table.columns[index]!
        if (typeof type === 'object' && 'list' in type) {
          listItemsTaken[index]! += this.#fillLists(vector, column, start, rows, listItemsTaken[index]!)
        } else if (typeof type === 'object') {
          vectorsTaken[index]! += this.#fillVectors(vector, column, type.vector, start, rows, vectorsTaken[index]!)
        } else if (type === 'utf8') {
          this.#fillText(vector, column.data as Int32Array, start, rows, positions)
        } else {
          this.#fillScalars(vector, column, start, rows)
        }
      })
      yield chunk
    }
  }

  /** Rows of the chunk that begins at `start`: at least one. */
  #rowsFrom(start: number, { rowCount, columns }: AppendColumns, { bytes, offsets }: StringPool): number {
    const most = Math.min(CHUNK_ROWS, rowCount - start)
    const hasLists = this.#types.some((type) => typeof type === 'object' && 'list' in type)
    if (bytes.length <= CHUNK_TEXT_BYTES && !hasLists) return most
    let textBytes = 0
    let items = 0
    for (let row = 0; row < most; row++) {
      for (const [index, type] of this.#types.entries()) {
        const code = type === 'utf8' ? columns[index]!.data[start + row]! : -1
        if (code >= 0) textBytes += offsets[Number(code) + 1]! - offsets[Number(code)]!
        items += columns[index]!.lengths?.[start + row] ?? 0
      }
      if (textBytes > CHUNK_TEXT_BYTES || items > CHUNK_LIST_ITEMS) return Math.max(1, row)
    }
    return most
  }

  #fillScalars(vector: Vector, { data, valid }: EncodedColumn, start: number, rows: number): void {
    copy(vector, data, start, rows)
    if (valid) this.#setValidity(vector, rows, (row) => valid[start + row] === 1)
  }

  /** Returns how many vectors it took. */
  #fillVectors(
    vector: Vector,
    { data, valid }: EncodedColumn,
    size: number,
    start: number,
    rows: number,
    at: number,
  ): number {
    const items = duckdb.array_vector_get_child(vector)
    if (!valid) {
      copy(items, data, start * size, rows * size)
      return rows
    }
    let taken = 0
    const words = new BigUint64Array((rows * size) / 64)
    for (let row = 0; row < rows; row++) {
      if (valid[start + row] === 0) continue
      copy(items, data, (at + taken++) * size, size, row * size)
      words.fill(ALL_VALID, (row * size) / 64, ((row + 1) * size) / 64)
    }
    // The items of a null vector are nulls too; their memory was never written.
    writeValidity(items, words)
    this.#setValidity(vector, rows, (row) => valid[start + row] === 1)
    return taken
  }

  /** Returns how many items it took. */
  #fillLists(vector: Vector, { data, valid, lengths }: EncodedColumn, start: number, rows: number, at: number): number {
    // `duckdb_list_entry`: where its items begin, and how many there are.
    const entries = new BigUint64Array(rows * 2)
    let items = 0
    for (let row = 0; row < rows; row++) {
      const length = lengths![start + row]!
      entries.set([BigInt(items), BigInt(length)], row * 2)
      items += length
    }
    duckdb.list_vector_reserve(vector, items)
    duckdb.list_vector_set_size(vector, items)
    copy(vector, entries, 0, entries.length)
    if (items > 0) copy(duckdb.list_vector_get_child(vector), data, at, items)
    if (valid) this.#setValidity(vector, rows, (row) => valid[start + row] === 1)
    return items
  }

  /**
   * Each distinct string is handed to DuckDB once a chunk; the rows that repeat it get copies of the 16-byte
   * `duckdb_string_t` (duckdb.h: length, then the text itself or a prefix and a pointer into the vector's own heap).
   * One native call a string instead of one a cell: 21 us a file of 25 attributes and not 50.
   */
  #fillText(vector: Vector, codes: Int32Array, start: number, rows: number, positions: StringPositions): void {
    positions.reset()
    let hasNull = false
    for (let row = 0; row < rows; row++) {
      const code = codes[start + row]!
      if (code < 0) hasNull = true
      else if (positions.claim(code, row)) duckdb.vector_assign_string_element_len(vector, row, positions.bytes(code))
    }
    const bytes = duckdb.vector_get_data(vector, rows * STRING_BYTES)
    const words = new BigUint64Array(bytes.buffer, bytes.byteOffset, rows * 2)
    for (let row = 0; row < rows; row++) {
      const code = codes[start + row]!
      if (code < 0) continue
      const from = positions.rowOf(code)
      words[row * 2] = words[from * 2]!
      words[row * 2 + 1] = words[from * 2 + 1]!
    }
    copy(vector, words, 0, rows * 2)
    if (hasNull) this.#setValidity(vector, rows, (row) => codes[start + row]! >= 0)
  }

  #setValidity(vector: Vector, rows: number, isValid: (row: number) => boolean): void {
    const words = this.#validity.fill(0n)
    for (let row = 0; row < rows; row++) if (isValid(row)) words[row >> 6]! |= 1n << BigInt(row & 63)
    writeValidity(vector, words)
  }
}

/** Where in the current chunk each string of a pool stands first. */
class StringPositions {
  readonly #pool: StringPool
  readonly #rows: Int32Array
  readonly #generations: Uint32Array
  #generation = 0

  constructor(pool: StringPool) {
    this.#pool = pool
    this.#rows = new Int32Array(pool.offsets.length)
    this.#generations = new Uint32Array(pool.offsets.length)
  }

  reset(): void {
    this.#generation++
  }

  /** True when the string is not in the chunk yet; it then stands at `row`. */
  claim(code: number, row: number): boolean {
    if (this.#generations[code] === this.#generation) return false
    this.#generations[code] = this.#generation
    this.#rows[code] = row
    return true
  }

  rowOf(code: number): number {
    return this.#rows[code]!
  }

  bytes(code: number): Uint8Array {
    return this.#pool.bytes.subarray(this.#pool.offsets[code], this.#pool.offsets[code + 1])
  }
}

type CopySource = Int32Array | BigInt64Array | BigUint64Array | Float32Array | Float64Array | Uint8Array

function copy(vector: Vector, source: CopySource, start: number, count: number, target = 0): void {
  const size = source.BYTES_PER_ELEMENT
  const from = source.byteOffset + start * size
  duckdb.copy_data_to_vector(vector, target * size, source.buffer as ArrayBuffer, from, count * size)
}

/** One bit a row, least significant first. */
function writeValidity(vector: Vector, words: BigUint64Array<ArrayBuffer>): void {
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, words.buffer, words.byteOffset, words.byteLength)
}

function duckdbType(type: CellType): DuckDBType {
  if (typeof type === 'object') return 'vector' in type ? ARRAY(FLOAT, type.vector) : LIST(FLOAT)
  return SCALAR_TYPES[type]
}

const SCALAR_TYPES = {
  utf8: VARCHAR,
  int32: INTEGER,
  int64: BIGINT,
  float32: FLOAT,
  float64: DOUBLE,
  bool: BOOLEAN,
  timestamp: TIMESTAMPTZ,
} as const
