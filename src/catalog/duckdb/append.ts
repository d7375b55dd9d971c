import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import duckdb, { type Vector } from '@duckdb/node-bindings'
import {
  ARRAY,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  FLOAT,
  INTEGER,
  LIST,
  TIMESTAMPTZ,
  VARCHAR,
} from '../../duckdb-api.ts'
import type { CellType, EncodedColumn, StringPool } from '../../tables/index.ts'
import { DATABASE } from './session.ts'

/** Columns of one table, ready to be written. */
interface AppendColumns {
  readonly rowCount: number
  readonly columns: readonly EncodedColumn[]
}

/** Of tables without texts. */
const NO_STRINGS: StringPool = { bytes: new Uint8Array(0), offsets: new Uint32Array(1) }

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

/**
 * Fills one table through the appender, a chunk of columns at a time, inside the connection's transaction.
 * Keeps its chunk between calls; use one appender per table and connection.
 */
export class TableAppender {
  readonly #name: string
  readonly #database: string
  readonly #types: readonly CellType[]
  readonly #chunk: DuckDBDataChunk
  /** Memory that every chunk is put together in: new memory each time would have V8 collect all of its heap again and again. */
  readonly #validity = new Uint8Array(CHUNK_ROWS / 8)
  #items = new Uint8Array(0)
  readonly #strings = new Uint32Array((CHUNK_ROWS * STRING_BYTES) / 4)

  constructor(types: readonly CellType[], name: string, database: string = DATABASE) {
    this.#types = types
    this.#chunk = DuckDBDataChunk.create(types.map(duckdbType))
    this.#name = name
    this.#database = database
  }

  /** Throws DuckDB's error when a row breaks a constraint; nothing of the call may then be committed. */
  async append(connection: DuckDBConnection, table: AppendColumns, strings: StringPool = NO_STRINGS): Promise<void> {
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
    const cells = new StringCells(strings)
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
          this.#fillText(vector, column.data as Int32Array, start, rows, cells)
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
    const bits = this.#itemBits(rows * size)
    for (let row = 0; row < rows; row++) {
      if (valid[start + row] === 0) continue
      copy(items, data, (at + taken++) * size, size, row * size)
      bits.fill(0xff, (row * size) / 8, ((row + 1) * size) / 8)
    }
    // The items of a null vector are nulls too; their memory was never written.
    writeValidity(items, bits)
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
   * The chunk's distinct strings go to DuckDB as one text; rows point into it (see StringCells). One native call a column
   * instead of one a string or a cell.
   */
  #fillText(vector: Vector, codes: Int32Array, start: number, rows: number, cells: StringCells): void {
    cells.reset()
    let hasNull = false
    for (let row = 0; row < rows; row++) {
      const code = codes[start + row]!
      if (code < 0) hasNull = true
      else cells.collect(code)
    }
    const text = cells.text()
    if (text.length > 0) duckdb.vector_assign_string_element_len(vector, 0, text)
    // What DuckDB made of it says where the text lies.
    const base = text.length > 0 ? pointerIn(duckdb.vector_get_data(vector, STRING_BYTES)) : 0
    for (let row = 0; row < rows; row++) cells.write(this.#strings, row, codes[start + row]!, base)
    copy(vector, this.#strings, 0, (rows * STRING_BYTES) / this.#strings.BYTES_PER_ELEMENT)
    if (hasNull) this.#setValidity(vector, rows, (row) => codes[start + row]! >= 0)
  }

  #setValidity(vector: Vector, rows: number, isValid: (row: number) => boolean): void {
    const bits = this.#validity.fill(0)
    for (let row = 0; row < rows; row++) if (isValid(row)) bits[row >> 3]! |= 1 << (row & 7)
    writeValidity(vector, bits)
  }

  /** Memory for the validity of so many items, all null. */
  #itemBits(items: number): Uint8Array<ArrayBuffer> {
    const byteLength = Math.ceil(items / 64) * 8
    if (this.#items.length < byteLength) this.#items = new Uint8Array(byteLength)
    return this.#items.subarray(0, byteLength).fill(0)
  }
}

/** Bytes of a `duckdb_string_t`: the length, then a text of up to twelve bytes or its first four and where it lies. */
const STRING_BYTES = 16
const INLINE_BYTES = 12
/** Memory for a chunk's text that is kept for the next chunk. */
const KEPT_TEXT_BYTES = 1024 * 1024

/**
 * Strings of a pool as the `duckdb_string_t` of a chunk's rows (duckdb.h): short ones are in it, longer ones lie in one text
 * that the vector holds. Every distinct string is in that text once.
 */
class StringCells {
  readonly #pool: StringPool
  /** By code: where in the text it lies, and in which chunk and column that was said. */
  readonly #places: Int32Array
  readonly #generations: Uint32Array
  #generation = 0
  #text = new Uint8Array(16 * 1024)
  #length = 0

  constructor(pool: StringPool) {
    this.#pool = pool
    this.#places = new Int32Array(pool.offsets.length)
    this.#generations = new Uint32Array(pool.offsets.length)
  }

  reset(): void {
    this.#generation++
    this.#length = 0
    if (this.#text.length > KEPT_TEXT_BYTES) this.#text = new Uint8Array(KEPT_TEXT_BYTES)
  }

  collect(code: number): void {
    if (this.#generations[code] === this.#generation) return
    this.#generations[code] = this.#generation
    const { bytes, offsets } = this.#pool
    const [start, end] = [offsets[code]!, offsets[code + 1]!]
    if (end - start <= INLINE_BYTES) return
    const needed = this.#length + end - start
    if (needed > this.#text.length) {
      const grown = new Uint8Array(Math.max(needed, this.#text.length * 2))
      grown.set(this.#text.subarray(0, this.#length))
      this.#text = grown
    }
    this.#text.set(bytes.subarray(start, end), this.#length)
    this.#places[code] = this.#length
    this.#length = needed
  }

  /** Everything that was collected and is too long for a cell; empty or longer than a cell has room for. */
  text(): Uint8Array {
    return this.#text.subarray(0, this.#length)
  }

  /** The cell of a row, for a text that lies at `base`; a code below zero is null. */
  write(cells: Uint32Array, row: number, code: number, base: number): void {
    const at = row * (STRING_BYTES / 4)
    if (code < 0) {
      cells.fill(0, at, at + 4)
      return
    }
    const { bytes, offsets } = this.#pool
    const start = offsets[code]!
    const length = offsets[code + 1]! - start
    cells[at] = length
    cells[at + 1] = fourBytes(bytes, start, length)
    if (length <= INLINE_BYTES) {
      cells[at + 2] = fourBytes(bytes, start + 4, length - 4)
      cells[at + 3] = fourBytes(bytes, start + 8, length - 8)
      return
    }
    const pointer = base + this.#places[code]!
    cells[at + 2] = pointer % 2 ** 32
    cells[at + 3] = Math.floor(pointer / 2 ** 32)
  }
}

/** Up to four bytes as a little-endian number, zeros behind them. */
function fourBytes(bytes: Uint8Array, at: number, count: number): number {
  let number = 0
  for (let index = Math.min(count, 4) - 1; index >= 0; index--) number = number * 256 + bytes[at + index]!
  return number
}

/** Addresses have 48 bits, which a double holds. */
function pointerIn(cell: Uint8Array): number {
  const view = new DataView(cell.buffer, cell.byteOffset, STRING_BYTES)
  return view.getUint32(12, true) * 2 ** 32 + view.getUint32(8, true)
}

type CopySource = Int32Array | Uint32Array | BigInt64Array | BigUint64Array | Float32Array | Float64Array | Uint8Array

function copy(vector: Vector, source: CopySource, start: number, count: number, target = 0): void {
  const size = source.BYTES_PER_ELEMENT
  const from = source.byteOffset + start * size
  duckdb.copy_data_to_vector(vector, target * size, source.buffer as ArrayBuffer, from, count * size)
}

/** One bit a row, least significant first. */
function writeValidity(vector: Vector, bits: Uint8Array<ArrayBuffer>): void {
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer, bits.byteOffset, bits.byteLength)
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
