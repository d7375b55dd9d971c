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
  const strings = new StringCollector()
  const writers = perTable((table) => new TableWriter(table, records.length, strings))
  const tables = recordTables()
  const all = Object.values(writers)
  const ordinals: number[] = []
  const failures: EncodeFailure[] = []
  records.forEach((record, index) => {
    try {
      const keyed = fileRecord(record, options, large)
      // The row of the file says how many rows each of the others has.
      for (const table of tables) if (table.name !== 'files') writers[table.name].write(table.rows(keyed), keyed)
      const file = { ...keyed, childRows: JSON.stringify(onceCounts(writers)) }
      writers.files.write(RECORD_TABLES.files.rows(file), file)
      for (const writer of all) writer.endFile()
      ordinals.push(index)
    } catch (error) {
      for (const writer of all) writer.dropFile()
      const { code, message } = toPlainError(error, 'ERR_CATALOG_WRITE')
      failures.push({ index, path: String(record?.payload?.file?.path ?? ''), code, message })
    }
  })
  const encoded = perTable((table) => writers[table.name].finish())
  sealFiles(encoded, strings)
  return {
    fileCount: ordinals.length,
    ordinals: Uint32Array.from(ordinals),
    strings: strings.finish(),
    tables: encoded,
    largeValues: large?.finish() ?? [],
    failures,
  }
}

function onceCounts(writers: PerTable<TableWriter>): Record<string, number> {
  const counted = recordTables().filter(({ written, parent }) => written === 'once' && parent !== null)
  return Object.fromEntries(counted.map(({ name }) => [name, writers[name].fileRows]))
}
