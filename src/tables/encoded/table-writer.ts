import { type AnyRecordTable, ROWS_AT_ONCE } from '../definition.ts'
import type { FileRecord } from '../record.ts'
import type { EncodedTable } from './batch.ts'
import { type ColumnWriter, columnWriter, grown, type StringCollector, VectorWriter } from './column-writers.ts'

/** Rows a file of each table in the last batch: the next one starts with room for as many. */
const usualRows = new Map<string, number>()
const MOST_USUAL_ROWS = 64

/** A code, a number or half a 64-bit one, and whether there is a value. */
const CELL_BYTES = 5

/** Writes the rows of one table, file after file; the rows of a file that fails half-way are dropped again. */
export class TableWriter {
  readonly #table: AnyRecordTable
  readonly #writers: readonly ColumnWriter[]
  readonly #vectors: readonly VectorWriter[]
  #rowStart: Uint32Array<ArrayBuffer>
  #capacity: number
  #fileCount = 0
  #rowCount = 0
  /** The first row of what rows share. */
  readonly #firsts = new Map<object, number>()
  #like: Int32Array<ArrayBuffer> | null

  /** Has room for so many files, of as many rows as usual, before it grows. */
  constructor(table: AnyRecordTable, files: number, strings: StringCollector) {
    this.#table = table
    const rows = Math.ceil(files * (usualRows.get(table.name) ?? 1))
    this.#capacity = rows
    this.#writers = table.columns.map((column) => columnWriter(column.type, rows, strings))
    this.#vectors = this.#writers.filter((writer) => writer instanceof VectorWriter)
    this.#rowStart = new Uint32Array(files + 1)
    this.#like = table.shared === undefined ? null : new Int32Array(rows)
  }

  /** By row: an earlier one with the same cells but for columns that vary, -1 for none. Null: no rows of this table share any. */
  get like(): Int32Array | null {
    return this.#like
  }

  /** About what its rows take, their texts left out. */
  get byteLength(): number {
    const cells = this.#rowCount * this.#writers.length
    return this.#vectors.reduce((sum, { byteLength }) => sum + byteLength, cells * CELL_BYTES)
  }

  /** Rows of one more file, made by the table's own `rows`; `endFile` or `dropFile` follows. */
  write(rows: Iterable<unknown>, file: FileRecord): void {
    if (Array.isArray(rows) && rows.length <= ROWS_AT_ONCE) this.#writeRun(rows, file)
    else for (const run of runsOf(rows)) this.#writeRun(run, file)
  }

  #writeRun(run: readonly unknown[], file: FileRecord): void {
    if (run.length === 0) return
    const start = this.#rowCount
    const end = start + run.length
    this.#reserve(end)
    const like = this.#findLike(run)
    const { columns } = this.#table
    for (let index = 0; index < columns.length; index++) {
      const { value, varies } = columns[index]!
      const writer = this.#writers[index]!
      const copied = varies ? null : like
      for (let row = start; row < end; row++) {
        if (copied === null || copied[row]! < 0) writer.set(row, value(run[row - start], file))
      }
      if (copied !== null) writer.copyLike(copied, start, end)
    }
    this.#rowCount = end
  }

  /** Rows of the file that is being written. */
  get fileRows(): number {
    return this.#rowCount - this.#rowStart[this.#fileCount]!
  }

  endFile(): void {
    if (this.#fileCount + 1 === this.#rowStart.length) this.#rowStart = grown(this.#rowStart, this.#rowStart.length * 2)
    this.#rowStart[++this.#fileCount] = this.#rowCount
  }

  dropFile(): void {
    this.#firsts.clear()
    this.#rowCount = this.#rowStart[this.#fileCount]!
  }

  finish(): EncodedTable {
    if (this.#fileCount > 0) {
      usualRows.set(this.#table.name, Math.min(MOST_USUAL_ROWS, (this.#rowCount / this.#fileCount) * 1.2))
    }
    return {
      rowCount: this.#rowCount,
      rowStart: this.#rowStart.slice(0, this.#fileCount + 1),
      columns: this.#writers.map((writer) => {
        return writer instanceof VectorWriter ? writer.finishWithIds(this.#rowCount) : writer.finish(this.#rowCount)
      }),
    }
  }

  #findLike(run: readonly unknown[]): Int32Array | null {
    const { shared } = this.#table
    const like = this.#like
    if (shared === undefined || like === null) return null
    for (let index = 0; index < run.length; index++) {
      const key = shared(run[index])
      const at = this.#rowCount + index
      const first = this.#firsts.get(key)
      like[at] = first ?? -1
      if (first === undefined && Object.isFrozen(key)) this.#firsts.set(key, at)
    }
    return like
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return
    this.#capacity = Math.max(rows, this.#capacity * 2)
    for (const writer of this.#writers) writer.reserve(this.#capacity)
    if (this.#like !== null) this.#like = grown(this.#like, this.#capacity)
  }
}

function* runsOf(rows: Iterable<unknown>): Generator<readonly unknown[]> {
  let run: unknown[] = []
  for (const row of rows) {
    if (run.push(row) < ROWS_AT_ONCE) continue
    yield run
    run = []
  }
  yield run
}
