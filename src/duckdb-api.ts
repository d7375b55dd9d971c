import { createRequire } from 'node:module'
import type * as Api from '@duckdb/node-api'

/**
 * DuckDB's client. Required and not imported: of a CommonJS package Node parses every file a second time to find its names
 * where it is imported, which takes 120 ms of CPU for this one, half of what an embedded catalog takes to open.
 */
const api = createRequire(import.meta.url)('@duckdb/node-api') as typeof Api

export const {
  ARRAY,
  arrayValue,
  BIGINT,
  BLOB,
  blobValue,
  BOOLEAN,
  DOUBLE,
  DuckDBArrayValue,
  DuckDBBlobType,
  DuckDBBlobValue,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  DuckDBUnionValue,
  DuckDBVarCharType,
  FLOAT,
  HUGEINT,
  INTEGER,
  LIST,
  listValue,
  SMALLINT,
  StatementType,
  STRUCT,
  TIMESTAMPTZ,
  timestampTZValue,
  TINYINT,
  UBIGINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
  VARCHAR,
} = api

export type DuckDBDataChunk = Api.DuckDBDataChunk
export type DuckDBInstance = Api.DuckDBInstance
export type DuckDBTimestampTZValue = Api.DuckDBTimestampTZValue
export type DuckDBTimestampValue = Api.DuckDBTimestampValue
export type DuckDBTypeId = Api.DuckDBTypeId
export type StatementType = Api.StatementType
