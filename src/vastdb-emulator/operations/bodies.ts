import { Builder, ByteBuffer } from 'flatbuffers'
import * as fb from '../../vastdb/flatbuffers/generated/tabular.ts'
import { boundedLength } from '../arrow/schema-codec.ts'
import { badRequest } from '../errors.ts'
import type { VectorIndex } from '../store/catalog.ts'

/** One entry of a listing. */
export interface ListedObject {
  readonly name: string
  readonly properties: string
  readonly handle?: string
  readonly rows?: bigint
  readonly bytes?: bigint
  readonly isSorted?: boolean
  /** Null where a table is not partitioned. */
  readonly partitions?: bigint | null
}

/** Bit 63: sorting is done. The emulator's tables are never behind. */
const SORTING_DONE = -(2n ** 63n)

export function listSchemasBody(bucket: string, schemas: readonly ListedObject[]): Uint8Array {
  const builder = new Builder(1024)
  const entries = fb.ListSchemasResponse.createSchemasVector(
    builder,
    schemas.map((entry) => writeObject(builder, entry)),
  )
  const name = builder.createString(bucket)
  builder.finish(fb.ListSchemasResponse.createListSchemasResponse(builder, name, entries))
  return builder.asUint8Array()
}

export function listTablesBody(bucket: string, schema: string, tables: readonly ListedObject[]): Uint8Array {
  const builder = new Builder(1024)
  const entries = fb.ListTablesResponse.createTablesVector(
    builder,
    tables.map((entry) => writeObject(builder, entry)),
  )
  const bucketName = builder.createString(bucket)
  const schemaName = builder.createString(schema)
  builder.finish(fb.ListTablesResponse.createListTablesResponse(builder, bucketName, schemaName, entries))
  return builder.asUint8Array()
}

export function listProjectionsBody(
  bucket: string,
  schema: string,
  table: string,
  projections: readonly ListedObject[],
): Uint8Array {
  const builder = new Builder(1024)
  const offsets = projections.map((entry) => writeObject(builder, entry))
  const entries = fb.ListProjectionsResponse.createProjectionsVector(builder, offsets)
  const names = [bucket, schema, table].map((name) => builder.createString(name)) as [number, number, number]
  builder.finish(fb.ListProjectionsResponse.createListProjectionsResponse(builder, ...names, entries))
  return builder.asUint8Array()
}

function writeObject(builder: Builder, entry: ListedObject): number {
  const name = builder.createString(entry.name)
  const properties = builder.createString(entry.properties)
  const handle = builder.createString(entry.handle ?? '')
  fb.ObjectDetails.startObjectDetails(builder)
  fb.ObjectDetails.addName(builder, name)
  fb.ObjectDetails.addProperties(builder, properties)
  fb.ObjectDetails.addHandle(builder, handle)
  fb.ObjectDetails.addNumRows(builder, entry.rows ?? 0n)
  fb.ObjectDetails.addSizeInBytes(builder, entry.bytes ?? 0n)
  fb.ObjectDetails.addSortingKeyEnabled(builder, entry.isSorted ?? false)
  fb.ObjectDetails.addPartitioningKeyEnabled(builder, (entry.partitions ?? null) !== null)
  fb.ObjectDetails.addNumPartitions(builder, entry.partitions ?? 0n)
  if (entry.isSorted) fb.ObjectDetails.addSortingScore(builder, SORTING_DONE)
  return fb.ObjectDetails.endObjectDetails(builder)
}

interface TableStats {
  readonly rows: bigint
  readonly bytes: bigint
  readonly externalRowIds: boolean
  readonly isSorted: boolean
  /** Null where the table is not partitioned. */
  readonly partitions: bigint | null
  readonly vectorIndex: (VectorIndex & { readonly sqlFunction: string }) | null
}

export function tableStatsBody(stats: TableStats): Uint8Array {
  const builder = new Builder(256)
  const index = stats.vectorIndex && writeVectorIndex(builder, stats.vectorIndex)
  fb.GetTableStatsResponse.startGetTableStatsResponse(builder)
  fb.GetTableStatsResponse.addNumRows(builder, stats.rows)
  fb.GetTableStatsResponse.addSizeInBytes(builder, stats.bytes)
  fb.GetTableStatsResponse.addIsExternalRowidAlloc(builder, stats.externalRowIds)
  fb.GetTableStatsResponse.addSortingKeyEnabled(builder, stats.isSorted)
  fb.GetTableStatsResponse.addPartitioningKeyEnabled(builder, stats.partitions !== null)
  fb.GetTableStatsResponse.addNumPartitions(builder, stats.partitions ?? 0n)
  if (stats.isSorted) fb.GetTableStatsResponse.addSortingScore(builder, SORTING_DONE)
  if (index !== null) fb.GetTableStatsResponse.addVectorIndexMetadata(builder, index)
  builder.finish(fb.GetTableStatsResponse.endGetTableStatsResponse(builder))
  return builder.asUint8Array()
}

function writeVectorIndex(builder: Builder, index: NonNullable<TableStats['vectorIndex']>): number {
  const column = builder.createString(index.column)
  const metric = builder.createString(index.metric)
  const sqlFunction = builder.createString(index.sqlFunction)
  const cluster = builder.createString(index.cluster)
  const search = builder.createString(index.search)
  fb.VectorIndexMetadata.startVectorIndexMetadata(builder)
  fb.VectorIndexMetadata.addColumnName(builder, column)
  fb.VectorIndexMetadata.addDistanceMetric(builder, metric)
  fb.VectorIndexMetadata.addSqlFunctionName(builder, sqlFunction)
  fb.VectorIndexMetadata.addClusterQuantization(builder, cluster)
  fb.VectorIndexMetadata.addSearchQuantization(builder, search)
  return fb.VectorIndexMetadata.endVectorIndexMetadata(builder)
}

export function projectionStatsBody(rows: bigint, bytes: bigint): Uint8Array {
  const builder = new Builder(128)
  const { GetProjectionTableStatsResponse: Response } = fb
  builder.finish(Response.createGetProjectionTableStatsResponse(builder, rows, bytes, 0n, 100n))
  return builder.asUint8Array()
}

/** `properties` of any of the create and alter requests: it is always their first field. Null when absent. */
export function readProperties(body: Uint8Array): string | null {
  return read(body, (bytes) => fb.AlterTableRequest.getRootAsAlterTableRequest(bytes).properties())
}

export function readProjectionName(body: Uint8Array): string | null {
  return read(body, (bytes) => fb.AlterProjectionTableRequest.getRootAsAlterProjectionTableRequest(bytes).newName())
}

export function readProjectionColumns(body: Uint8Array): { name: string; isSorted: boolean }[] {
  const columns = read(body, (bytes) => {
    const request = fb.CreateProjectionRequest.getRootAsCreateProjectionRequest(bytes)
    return Array.from({ length: boundedLength(request.columnsLength(), bytes) }, (_, index) => {
      const column = request.columns(index)!
      return { name: column.name() ?? '', isSorted: column.type() === fb.ColumnType.Sorted }
    })
  })
  return columns ?? []
}

function read<T>(body: Uint8Array, decode: (bytes: ByteBuffer) => T): T | null {
  if (body.byteLength === 0) return null
  try {
    return decode(new ByteBuffer(body))
  } catch {
    throw badRequest(`The body of ${body.byteLength} bytes is not the expected message`)
  }
}
