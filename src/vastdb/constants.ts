/**
 * Numbers and names of the wire protocol that a client and a server share. They come from the vendor's public
 * clients (the Python SDK 2.0.14 and the Java connectors).
 */

/** A sub-split that has no more rows reports this as its next row id: 2^48 - 1. */
export const FINISHED_ROW_ID = 281_474_976_710_655n

/** Split id of the row-count estimate query on sorted tables. */
export const ESTIMATE_SPLIT_ID = 4_294_967_292
/** The estimate query answers one row for this many rows of the table. */
export const ESTIMATE_ROWS_PER_ROW = 65_536

export const ROWS_PER_ROW_GROUP = 65_536
/** Row groups in a row block; semi-sorted projections need sub-splits of exactly this size. */
export const ROW_GROUPS_PER_SUB_SPLIT = 8

/** Stream ids of query response frames that are not sub-split numbers. */
export const FRAME_KEEP_ALIVE = 0xffff_ffff
export const FRAME_COMPLETED = 0xffff_fffe
export const FRAME_FAILED = 0xffff_fffd

/** Bytes before the Arrow message of a data frame: stream id (u32) and next row id (u64), little-endian. */
export const DATA_FRAME_PREFIX_BYTES = 12

/** Bytes a server accepts in one request body. */
export const MAX_REQUEST_BYTES = 5 * 1024 * 1024
/** Bytes clients put into one request body: nine tenths of the above. */
export const MAX_SLICE_BYTES = 4_718_592
/** Rows in one insert, update or delete request. */
export const MAX_ROWS_PER_REQUEST = 524_288
/** Bytes one cell may hold. */
export const MAX_CELL_BYTES = 128 * 1024
/** Columns in one insert, so that a row of cells of the maximum size fits into one request. */
export const COLUMNS_PER_INSERT = 40

export const DEFAULT_SUB_SPLITS = 4
export const MAX_SUB_SPLITS = 64
export const DEFAULT_ROWS_PER_SPLIT = 4_000_000
/** Rows a server sends of one sub-split before it ends the response and names the row to go on from. */
export const DEFAULT_ROWS_PER_PAGE = 131_072

/** Virtual column with the id of a row: uint64, or decimal128(38, 0) on sorted tables. Never listed. */
export const ROW_ID = '$row_id'
/** A column of this name (int64) exposes the row id and lets a writer choose it. */
export const EXTERNAL_ROW_ID = 'vastdb_rowid'

/** Value of `sub-table` that addresses the table of imported objects. */
export const IMPORTED_OBJECTS = 'vastdb-imported-objects'

/** Command words: the first query item of a request, written without `=`. */
export const COMMAND = {
  transaction: 'transaction',
  schema: 'schema',
  table: 'table',
  stats: 'stats',
  column: 'column',
  columns: 'columns',
  sortedColumns: 'sorted-columns',
  rows: 'rows',
  data: 'data',
  projection: 'projection',
  projectionStats: 'projection-stats',
  projectionColumns: 'projection-columns',
} as const

/** Query items after the command word. */
export const PARAM = {
  name: 'name',
  subTable: 'sub-table',
  newSchemaName: 'tabular-new-schema-name',
  newTableName: 'tabular-new-table-name',
  columnName: 'tabular-column-name',
  newColumnName: 'tabular-new-column-name',
} as const

/** Header names, lower case as Node reports them. */
export const HEADER = {
  txid: 'tabular-txid',
  apiVersion: 'tabular-api-version-id',
  clientName: 'tabular-client-name',
  maxKeys: 'tabular-max-keys',
  nextKey: 'tabular-next-key',
  namePrefix: 'tabular-name-prefix',
  nameExactMatch: 'tabular-name-exact-match',
  listCountOnly: 'tabular-list-count-only',
  listCount: 'tabular-list-count',
  includeListStats: 'tabular-include-list-stats',
  onlyColumnNames: 'tabular-only-column-names',
  isTruncated: 'tabular-is-truncated',
  columnSeparator: 'tabular-column-sep',
  /** Followed by the position in the sorting key; the value is the index of a table column. */
  sortedColumnPrefix: 'tabular-sorted-column-',
  externalRowIds: 'use-external-row-ids-alloc',
  vectorIndexColumn: 'tabular-vector-index-column',
  vectorIndexMetric: 'tabular-vector-index-distance-metric',
  vectorIndexCluster: 'tabular-vector-index-cluster-quantization',
  vectorIndexSearch: 'tabular-vector-index-search-quantization',
  split: 'tabular-split',
  subSplits: 'tabular-num-of-subsplits',
  requestFormat: 'tabular-request-format',
  responseFormat: 'tabular-response-format',
  sortedProjections: 'tabular-enable-sorted-projections',
  limitRows: 'tabular-limit-rows',
  /** Followed by the sub-split; the value is `<sub-split>,<row id>`. */
  startRowIdPrefix: 'tabular-start-row-id-',
  scheduleId: 'tabular-schedule-id',
  requestId: 'x-amz-request-id',
} as const

export const API_VERSION = '1'
export const CLIENT_NAME = 'tabular-api'
