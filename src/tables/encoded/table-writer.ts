import type { AnyRecordTable } from '../definition.ts'
import type { FileRecord } from '../record.ts'
import type { EncodedTable } from './batch.ts'
import { type ColumnWriter, columnWriter, type StringCollector } from './column-writers.ts'

/** Rows that are made before they are written, column by column. */
const ROWS_AT_ONCE = 1024

/** Writes the rows of one table, file after file; the rows of a file that fails half-way are dropped again. */
export class TableWriter {
  readonly #table: AnyRecordTable
  readonly #writers: readonly ColumnWriter[]
  readonly #rowStart: Uint32Array<ArrayBuffer>
  #capacity: number
  #fileCount = 0
  #rowCount = 0

  /** `fileCount` is an upper bound. */
  constructor(table: AnyRecordTable, fileCount: number, strings: StringCollector) {
    this.#table = table
    this.#capacity = fileCount
    this.#writers = table.columns.map((column) => columnWriter(column.type, fileCount, strings))
    this.#rowStart = new Uint32Array(fileCount + 1)
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
    this.#rowStart[++this.#fileCount] = this.#rowCount
  }

  dropFile(): void {
    this.#rowCount = this.#rowStart[this.#fileCount]!
  }

  finish(): EncodedTable {
    return {
      rowCount: this.#rowCount,
      rowStart: this.#rowStart.slice(0, this.#fileCount + 1),
      columns: this.#writers.map((writer) => writer.finish(this.#rowCount)),
    }
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return
    this.#capacity = Math.max(rows, this.#capacity * 2)
    for (const writer of this.#writers) writer.reserve(this.#capacity)
  }
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
