import { consumerOffsets } from './consumer-offsets.ts'
import type { TableDefinition } from './definition.ts'
import { embeddings } from './embeddings.ts'
import { ingestErrors } from './ingest-errors.ts'
import { ingestRuns } from './ingest-runs.ts'
import { largeValues } from './large-values.ts'
import { ledger } from './ledger.ts'
import { recordTables } from './record-tables.ts'
import { removals } from './removals.ts'
import { schemaMigrations } from './schema-migrations.ts'
import { VECTOR_TABLES, withoutVectors } from './vector-tables.ts'

export { createTableSql, sqlType } from './ddl.ts'
export type {
  AnyRecordTable,
  CellType,
  ColumnDefinition,
  ColumnType,
  ListType,
  TableDefinition,
  VectorType,
} from './definition.ts'
export {
  byteLengthOf,
  type ColumnData,
  type EncodedBatch,
  type EncodedColumn,
  type EncodedTable,
  type StringPool,
  stringAt,
  transferList,
} from './encoded/batch.ts'
export { columnWriter, StringCollector } from './encoded/column-writers.ts'
export { concatBatches, recordCount } from './encoded/concat.ts'
export { contentColumns, contentIds } from './encoded/content-id.ts'
export { DigestSum, digestRows, TextCells, vectorCell } from './encoded/digest.ts'
export { BatchEncoder, encodeRecords } from './encoded/encode.ts'
export {
  deflatePiece,
  framedPieces,
  inflatePiece,
  LARGE_VALUE_BYTES,
  type LargeValue,
  largeMarkerOf,
  storedPieces,
} from './encoded/large-values.ts'
export { type EncodedRows, encodeRows } from './encoded/rows.ts'
export { parseChildRows, parseLatestRows } from './encoded/seal.ts'
export { selectFiles, selectRows } from './encoded/select.ts'
export { vectorId, vectorIds } from './encoded/vector-id.ts'
export type { ValidationResultRow } from './facts.ts'
export {
  type CatalogRecord,
  type EncodeOptions,
  FINGERPRINT_DIMENSION,
  METADATA_DIMENSION,
  type RecordVectors,
  ROW_SCHEMA_VERSION,
  recordVectors,
} from './record.ts'
export { type PerTable, perTable, RECORD_TABLES, type RecordTableName, recordTables } from './record-tables.ts'
export { isoFromUs, notInFuture, timestampUs } from './timestamp.ts'
export { type JudgedBytes, judgedFrom } from './validation-results.ts'
export { numberOf } from './value-columns.ts'
export { VECTOR_TABLES, type VectorTable, vectorTableOf, withoutVectors } from './vector-tables.ts'

/** Every table of a catalog. DDL, Arrow schemas and documentation derive from this list. */
export const TABLES: readonly TableDefinition[] = [
  ...recordTables(),
  ingestRuns,
  ingestErrors,
  removals,
  embeddings,
  consumerOffsets,
  largeValues,
  ledger,
  schemaMigrations,
]

/** The tables of a catalog as a VAST DataBase has them: vectors stand in tables of their own. */
export const VAST_TABLES: readonly TableDefinition[] = [...TABLES.map(withoutVectors), ...VECTOR_TABLES]

/** The definition of a table. Throws RangeError for a name that is neither in `TABLES` nor in `VECTOR_TABLES`. */
export function tableNamed(name: string): TableDefinition {
  const table = [...TABLES, ...VECTOR_TABLES].find((candidate) => candidate.name === name)
  if (!table) throw new RangeError(`Expected the name of a catalog table but received ${name}`)
  return table
}
export { EMBEDDING_VERSION } from '../embeddings/index.ts'
