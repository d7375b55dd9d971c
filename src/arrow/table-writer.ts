import { type ColumnName, RECORD_TABLES, type RecordTableName } from '../tables/tables.ts'
import { type ColumnWriter, columnWriter, type StringCollector } from './column-writers.ts'
import type { EncodedTable } from './encoded.ts'
import type { CatalogRecord } from './record.ts'

export type TableWriters = { readonly [T in RecordTableName]: TableWriter<T> }

/** Writers with room for every row of the records. */
export function tableWriters(records: readonly CatalogRecord[], strings: StringCollector): TableWriters {
  let parts = 0
  let channels = 0
  let attributes = 0
  // A record may be broken; what is wrong with it is found when it is written.
  for (const record of records) {
    parts += record?.payload?.parts?.length ?? 0
    channels += record?.payload?.channels?.length ?? 0
    for (const list of record?.payload?.attributes?.parts ?? []) attributes += list?.length ?? 0
  }
  const files = records.length
  return {
    files: new TableWriter('files', files, files, strings),
    parts: new TableWriter('parts', parts, files, strings),
    channels: new TableWriter('channels', channels, files, strings),
    attributes: new TableWriter('attributes', attributes, files, strings),
    inspections: new TableWriter('inspections', files, files, strings),
  }
}

/** Writes the rows of one table, file after file; the rows of a file that fails half-way are dropped again. */
export class TableWriter<T extends RecordTableName> {
  /** Every column must be set on every row. */
  readonly columns: Readonly<Record<ColumnName<T>, ColumnWriter>>
  readonly #writers: readonly ColumnWriter[]
  readonly #rowStart: Uint32Array<ArrayBuffer>
  #fileCount = 0
  #rowCount = 0

  constructor(name: T, rows: number, fileCount: number, strings: StringCollector) {
    const definitions = RECORD_TABLES[name].columns
    this.#writers = definitions.map((column) => columnWriter(column.type, rows, strings))
    this.columns = Object.fromEntries(
      definitions.map((column, index) => [column.name, this.#writers[index]]),
    ) as Readonly<Record<ColumnName<T>, ColumnWriter>>
    this.#rowStart = new Uint32Array(fileCount + 1)
  }

  /** The row to write. */
  addRow(): number {
    return this.#rowCount++
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
}
