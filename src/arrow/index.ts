export { createTableSql, type SqlDialect, sqlType } from '../tables/ddl.ts'
export {
  type ColumnDefinition,
  type ColumnName,
  type ColumnType,
  FINGERPRINT_DIMENSION,
  METADATA_DIMENSION,
  RECORD_TABLES,
  type RecordTableName,
  ROW_SCHEMA_VERSION,
  TABLES,
  type TableDefinition,
  tableNamed,
  type VectorType,
} from '../tables/tables.ts'
export { isoFromUs, timestampUs } from '../tables/timestamp.ts'
export { columnData, encodedToBatches, type RecordBatches, recordsToBatches } from './batches.ts'
export { concatBatches, recordCount } from './concat.ts'
export { type EncodeOptions, encodeRecords, recordVectors } from './encode.ts'
export {
  type ColumnData,
  type EncodedBatch,
  type EncodedColumn,
  type EncodedTable,
  type EncodeFailure,
  type StringPool,
  stringAt,
  transferList,
} from './encoded.ts'
export { toIpcStream } from './ipc.ts'
export type { CatalogRecord, RecordVectors } from './record.ts'
export { arrowSchema, arrowType } from './schema.ts'
export { selectFiles } from './select.ts'
