import { attributes } from './attributes.ts'
import { channelStats } from './channel-stats.ts'
import { channels } from './channels.ts'
import { contentHashes } from './content-hashes.ts'
import { deepStats } from './deep-stats.ts'
import type { AnyRecordTable } from './definition.ts'
import { files } from './files.ts'
import { idCoverage } from './id-coverage.ts'
import { inspections } from './inspections.ts'
import { parts } from './parts.ts'
import { validationResults } from './validation-results.ts'

/**
 * Tables an inspected file fills, in the order they are written. Everything that encodes, stores, checks or mends rows
 * goes through this list: a new table is one file here and one migration.
 */
export const RECORD_TABLES = {
  files,
  parts,
  channels,
  attributes,
  inspections,
  channel_stats: channelStats,
  deep_stats: deepStats,
  content_hashes: contentHashes,
  id_coverage: idCoverage,
  validation_results: validationResults,
} as const satisfies Readonly<Record<string, AnyRecordTable>>

/** Name of a table an inspected file fills. */
export type RecordTableName = keyof typeof RECORD_TABLES

/** Something for each record table. */
export type PerTable<T> = Readonly<Record<RecordTableName, T>>

/** The record tables, in the order they are written. */
export function recordTables(): readonly (AnyRecordTable & { readonly name: RecordTableName })[] {
  return Object.values(RECORD_TABLES)
}

/** Something for each record table, made from its definition. */
export function perTable<T>(make: (table: AnyRecordTable & { readonly name: RecordTableName }) => T): PerTable<T> {
  return Object.fromEntries(recordTables().map((table) => [table.name, make(table)])) as PerTable<T>
}
