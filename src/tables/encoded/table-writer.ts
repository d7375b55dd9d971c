import type { AnyRecordTable } from '../definition.ts'
import type { FileRecord } from '../record.ts'
import type { EncodedTable } from './batch.ts'
import { type ColumnWriter, columnWriter, type StringCollector, VectorWriter } from './column-writers.ts'

/** Rows that are made before they are written, column by column. */
const ROWS_AT_ONCE = 1024

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

  /** Has room for so many rows and files before it grows. */
  constructor(table: AnyRecordTable, files: number, strings: StringCollector) {
    this.#table = table
    this.#capacity = files
    this.#writers = table.columns.map((column) => columnWriter(column.type, files, strings))
    this.#vectors = this.#writers.filter((writer) => writer instanceof VectorWriter)
    this.#rowStart = new Uint32Array(files + 1)
  }

  /** About what its rows take, their texts left out. */
  get byteLength(): number {
    const cells = this.#rowCount * this.#writers.length
    return this.#vectors.reduce((sum, { byteLength }) => sum + byteLength, cells * CELL_BYTES)
  }

  /** Rows of one more file, made by the table's own `rows`; `endFile` or `dropFile` follows. */
  write(rows: Iterable<unknown>, file: FileRecord): void {
    for (const run of runsOf(rows)) {
      const start = this.#rowCount
      this.#reserve(start + run.length)
      this.#table.columns.forEach(({ value }, index) => {
        const writer = this.#writers[index]!
        for (let row = 0; row < run.length; row++) writer.set(start + row, value(run[row], file))
      })
      this.#rowCount = start + run.length
    }
  }

  /** Rows of the file that is being written. */
  get fileRows(): number {
    return this.#rowCount - this.#rowStart[this.#fileCount]!
  }

  endFile(): void {
    if (this.#fileCount + 1 === this.#rowStart.length) this.#rowStart = doubled(this.#rowStart)
    this.#rowStart[++this.#fileCount] = this.#rowCount
  }

  dropFile(): void {
    this.#rowCount = this.#rowStart[this.#fileCount]!
  }

  finish(): EncodedTable {
    return {
      rowCount: this.#rowCount,
      rowStart: this.#rowStart.slice(0, this.#fileCount + 1),
      columns: this.#writers.map((writer) => {
        return writer instanceof VectorWriter ? writer.finishWithIds(this.#rowCount) : writer.finish(this.#rowCount)
      }),
    }
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return
    this.#capacity = Math.max(rows, this.#capacity * 2)
    for (const writer of this.#writers) writer.reserve(this.#capacity)
  }
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(array.length * 2)
  next.set(array)
  return next
}

function* runsOf(rows: Iterable<unknown>): Generator<readonly unknown[]> {
  let run: unknown[] = []
  for (const row of rows) {
    if (run.push(row) < ROWS_AT_ONCE) continue
    yield run
    run = []
  }
  if (run.length > 0) yield run
}
