import { toPlainError } from '../../errors.ts'
import { type CatalogRecord, type EncodeOptions, fileRecord } from '../record.ts'
import { type PerTable, perTable, RECORD_TABLES, recordTables } from '../record-tables.ts'
import type { EncodedBatch, EncodeFailure } from './batch.ts'
import { StringCollector } from './column-writers.ts'
import { LargeValueCollector } from './large-values.ts'
import { sealFiles } from './seal.ts'
import { TableWriter } from './table-writer.ts'

/**
 * Inspected files as columns, one table after the other. A record that cannot be encoded (a payload that is not one,
 * a vector of another size) is left out and named in `failures`. Everything a catalog stores is decided here. Values too
 * large for a row go to `large`; with null they stay in their rows.
 */
export function encodeRecords(
  records: readonly CatalogRecord[],
  options: EncodeOptions,
  large: LargeValueCollector | null = new LargeValueCollector(),
): EncodedBatch {
  const encoder = new BatchEncoder(options, large, records.length)
  for (const record of records) encoder.add(record)
  return encoder.finish()
}

/** A batch that grows record by record: none of them is held. */
export class BatchEncoder {
  readonly #options: EncodeOptions
  readonly #large: LargeValueCollector | null
  readonly #strings = new StringCollector()
  readonly #writers: PerTable<TableWriter>
  readonly #all: readonly TableWriter[]
  readonly #ordinals: number[] = []
  readonly #failures: EncodeFailure[] = []
  #count = 0

  /** Has room for so many files before it grows. */
  constructor(options: EncodeOptions, large: LargeValueCollector | null = new LargeValueCollector(), files = 256) {
    this.#options = options
    this.#large = large
    this.#writers = perTable((table) => new TableWriter(table, files, this.#strings))
    this.#all = Object.values(this.#writers)
  }

  /** Bytes of what was added, without the room there is for more. */
  get byteLength(): number {
    const rows = this.#all.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return rows + this.#strings.byteLength + (this.#large?.byteLength ?? 0)
  }

  add(record: CatalogRecord): void {
    const index = this.#count++
    const writers = this.#writers
    try {
      const keyed = fileRecord(record, this.#options, this.#large)
      // The row of the file says how many rows each of the others has.
      for (const table of CHILD_TABLES) writers[table.name].write(table.rows(keyed), keyed)
      const file = { ...keyed, childRows: childRowsText(ONCE_TABLES.map(({ name }) => writers[name].fileRows)) }
      writers.files.write(RECORD_TABLES.files.rows(file), file)
      for (const writer of this.#all) writer.endFile()
      this.#ordinals.push(index)
    } catch (error) {
      for (const writer of this.#all) writer.dropFile()
      const { code, message } = toPlainError(error, 'ERR_CATALOG_WRITE')
      this.#failures.push({ index, path: String(record?.payload?.file?.path ?? ''), code, message })
    }
  }

  /** The batch; nothing can be added any more. */
  finish(): EncodedBatch {
    const tables = sealFiles(
      perTable((table) => this.#writers[table.name].finish()),
      this.#strings,
      perTable((table) => this.#writers[table.name].like),
    )
    return {
      fileCount: this.#ordinals.length,
      ordinals: Uint32Array.from(this.#ordinals),
      strings: this.#strings.finish(),
      tables,
      largeValues: this.#large?.finish() ?? [],
      failures: this.#failures,
    }
  }
}

const CHILD_TABLES = recordTables().filter(({ name }) => name !== 'files')
const ONCE_TABLES = CHILD_TABLES.filter(({ written }) => written === 'once')

/** Texts of rows by table, by their counts: frames of one kind have as many rows. */
const childRowsTexts = new Map<string, string>()
const MOST_TEXTS = 1024

function childRowsText(counts: readonly number[]): string {
  const key = counts.join()
  let text = childRowsTexts.get(key)
  if (text === undefined) {
    text = JSON.stringify(Object.fromEntries(ONCE_TABLES.map(({ name }, index) => [name, counts[index]])))
    if (childRowsTexts.size === MOST_TEXTS) childRowsTexts.clear()
    childRowsTexts.set(key, text)
  }
  return text
}
