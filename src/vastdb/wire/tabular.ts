import { Builder } from 'flatbuffers'
import { protocolError } from '../errors.ts'
import * as fb from '../flatbuffers/generated/tabular.ts'
import { boundedLength, decoding, rootBuffer } from './guard.ts'

/** An entry of a list response: a schema, table or projection. Counts are zero where the server leaves them out. */
export interface ObjectInfo {
  readonly name: string
  readonly properties: string
  /** Decimal text for tables and projections. */
  readonly handle: string
  readonly rows: bigint
  readonly bytes: bigint
  /** Whether it is a table with partition keys. */
  readonly partitioned: boolean
  readonly partitions: bigint
  readonly sorted: boolean
  /** How well sorted the table is; only for sorted tables. */
  readonly sortingScore: bigint
  readonly sortingDone: boolean
}

/** A projection in a list. */
export type ProjectionInfo = ObjectInfo

/** A vector index of a table. */
export interface VectorIndex {
  readonly column: string
  /** `l2sq` or `ip`. */
  readonly metric: string
  /** SQL function that ranks by this metric, for instance `array_distance`. */
  readonly sqlFunction: string
  /** How the index keeps clusters, and what it searches by: `scalar_8bit` or `none`; null from servers that do not say. */
  readonly clusterQuantization: string | null
  readonly searchQuantization: string | null
}

/** Size of a table, as the server counts it. */
export interface TableStats {
  readonly rows: bigint
  readonly bytes: bigint
  readonly externalRowIds: boolean
  readonly sorted: boolean
  readonly sortingScore: bigint
  readonly sortingDone: boolean
  /** Null where the table is not partitioned. */
  readonly partitions: bigint | null
  readonly vectorIndices: readonly VectorIndex[]
}

/** Size of a projection, as the server counts it. */
export interface ProjectionStats {
  readonly rows: bigint
  readonly bytes: bigint
  readonly dirtyBlocksPercent: bigint
  readonly initialSyncPercent: bigint
}

const SCORE_BITS = (1n << 63n) - 1n

export function encodeCreateSchema(properties = ''): Uint8Array {
  const builder = new Builder(64)
  builder.finish(fb.CreateSchemaRequest.createCreateSchemaRequest(builder, builder.createString(properties)))
  return builder.asUint8Array()
}

/** Renames leave the properties alone: the table is empty, the new name travels in the query. */
export function encodeAlter(kind: 'schema' | 'table' | 'column'): Uint8Array {
  const builder = new Builder(64)
  const table = {
    schema: () => fb.AlterSchemaRequest.createAlterSchemaRequest(builder, 0),
    table: () => fb.AlterTableRequest.createAlterTableRequest(builder, 0),
    column: () => fb.AlterColumnRequest.createAlterColumnRequest(builder, 0, 0),
  }[kind]()
  builder.finish(table)
  return builder.asUint8Array()
}

export function encodeCreateProjection(sorted: readonly string[], unsorted: readonly string[]): Uint8Array {
  const builder = new Builder(256)
  const column = (type: fb.ColumnType) => (name: string) =>
    fb.Column.createColumn(builder, builder.createString(name), type)
  const columns = [...sorted.map(column(fb.ColumnType.Sorted)), ...unsorted.map(column(fb.ColumnType.Unsorted))]
  const vector = fb.CreateProjectionRequest.createColumnsVector(builder, columns)
  builder.finish(fb.CreateProjectionRequest.createCreateProjectionRequest(builder, vector))
  return builder.asUint8Array()
}

export function encodeRenameProjection(name: string): Uint8Array {
  const builder = new Builder(64)
  const offset = builder.createString(name)
  fb.AlterProjectionTableRequest.startAlterProjectionTableRequest(builder)
  fb.AlterProjectionTableRequest.addNewName(builder, offset)
  builder.finish(fb.AlterProjectionTableRequest.endAlterProjectionTableRequest(builder))
  return builder.asUint8Array()
}

export function readSchemaList(bytes: Uint8Array, what: string): ObjectInfo[] {
  return decoding(what, () => {
    const list = fb.ListSchemasResponse.getRootAsListSchemasResponse(rootBuffer(bytes, what))
    return readObjects(list.schemasLength(), (i) => list.schemas(i), bytes, what)
  })
}

export function readTableList(bytes: Uint8Array, what: string): ObjectInfo[] {
  return decoding(what, () => {
    const list = fb.ListTablesResponse.getRootAsListTablesResponse(rootBuffer(bytes, what))
    return readObjects(list.tablesLength(), (i) => list.tables(i), bytes, what)
  })
}

export function readProjectionList(bytes: Uint8Array, what: string): ObjectInfo[] {
  return decoding(what, () => {
    const list = fb.ListProjectionsResponse.getRootAsListProjectionsResponse(rootBuffer(bytes, what))
    return readObjects(list.projectionsLength(), (i) => list.projections(i), bytes, what)
  })
}

export function readTableStats(bytes: Uint8Array, what: string): TableStats {
  return decoding(what, () => {
    const stats = fb.GetTableStatsResponse.getRootAsGetTableStatsResponse(rootBuffer(bytes, what))
    const several = boundedLength(stats.vectorIndicesMetadataLength(), 4, bytes.length, what)
    const indices = Array.from({ length: several }, (_, i) => stats.vectorIndicesMetadata(i))
    const first = stats.vectorIndexMetadata()
    return {
      rows: stats.numRows(),
      bytes: stats.sizeInBytes(),
      externalRowIds: stats.isExternalRowidAlloc(),
      sorted: stats.sortingKeyEnabled(),
      ...sorting(stats.sortingScore()),
      partitions: stats.partitioningKeyEnabled() ? stats.numPartitions() : null,
      vectorIndices: (several > 0 ? indices : [first]).flatMap((index) =>
        index
          ? [
              {
                column: index.columnName() ?? '',
                metric: index.distanceMetric() ?? '',
                sqlFunction: index.sqlFunctionName() ?? '',
                clusterQuantization: index.clusterQuantization(),
                searchQuantization: index.searchQuantization(),
              },
            ]
          : [],
      ),
    }
  })
}

export function readProjectionStats(bytes: Uint8Array, what: string): ProjectionStats {
  return decoding(what, () => {
    const stats = fb.GetProjectionTableStatsResponse.getRootAsGetProjectionTableStatsResponse(rootBuffer(bytes, what))
    return {
      rows: stats.numRows(),
      bytes: stats.sizeInBytes(),
      dirtyBlocksPercent: stats.dirtyBlocksPercentage(),
      initialSyncPercent: stats.initialSyncProgress(),
    }
  })
}

function readObjects(
  claimed: number,
  at: (index: number) => fb.ObjectDetails | null,
  bytes: Uint8Array,
  what: string,
): ObjectInfo[] {
  const count = boundedLength(claimed, 4, bytes.length, what)
  return Array.from({ length: count }, (_, index) => {
    const object = at(index)
    const name = object?.name()
    if (!object || !name) throw protocolError(what, `entry ${index} of the list has no name`)
    return {
      name,
      properties: object.properties() ?? '',
      handle: object.handle() ?? '',
      rows: object.numRows(),
      bytes: object.sizeInBytes(),
      partitioned: object.partitioningKeyEnabled(),
      partitions: object.numPartitions(),
      sorted: object.sortingKeyEnabled(),
      ...sorting(object.sortingScore()),
    }
  })
}

/** Bit 63 says that sorting is done, the rest is the score. */
function sorting(packed: bigint): { readonly sortingScore: bigint; readonly sortingDone: boolean } {
  const bits = BigInt.asUintN(64, packed)
  return { sortingScore: bits & SCORE_BITS, sortingDone: bits > SCORE_BITS }
}
