import { HEADER, IMPORTED_OBJECTS, PARAM } from '../../vastdb/constants.ts'
import { readIpcSchema, readIpcSchemaMetadata } from '../arrow/ipc-read.ts'
import { assertColumnType, estimatedBytes, type Field } from '../arrow/types.ts'
import { badRequest, conflict, notFound, notImplemented, RequestFailure } from '../errors.ts'
import { type EmulatorRequest, type Headers, listPage, readListRequest, tablePath } from '../request.ts'
import {
  deleteTable,
  findTable,
  getSchema,
  getTable,
  insertTable,
  listTables as listTableNames,
  schemaContentKey,
  type TableColumn,
  type TableEntry,
  tableContentKey,
  tableKey,
  updateTable,
  type VectorIndex,
} from '../store/catalog.ts'
import { PARTITIONS_SUFFIX, partitionColumns, partitionCount, readPartitionKeys } from '../store/partitions.ts'
import { createDataTable, dataTable } from '../store/rows.ts'
import type { Transaction } from '../store/transactions.ts'
import { type ListedObject, listTablesBody, readProperties, tableStatsBody } from './bodies.ts'
import { inTransaction, type Store } from './operation.ts'

const SQL_FUNCTIONS: Readonly<Record<string, string>> = {
  l2sq: 'array_distance',
  ip: 'array_negative_inner_product',
}

/** The table a request's path names. Throws 404, and 501 for the table of imported objects. */
export async function requestedTable(tx: Transaction, request: EmulatorRequest): Promise<TableEntry> {
  if (request.params.get(PARAM.subTable) === IMPORTED_OBJECTS) throw notImplemented('Imports are not emulated')
  const { schemaPath, table } = tablePath(request)
  return getTable(tx, request.bucket, schemaPath, table)
}

/** A table to read, or the table of its partitions. Throws as `requestedTable`. */
export async function readableTable(tx: Transaction, request: EmulatorRequest) {
  const { schemaPath, table: name } = tablePath(request)
  if (name.endsWith(PARTITIONS_SUFFIX)) {
    const base = name.slice(0, -PARTITIONS_SUFFIX.length)
    const table = await getTable(tx, request.bucket, schemaPath, base)
    if (table.partitionKeys.length === 0) throw notFound(`Table ${base} has no partitions`)
    return { table, ofPartitions: true }
  }
  return { table: await requestedTable(tx, request), ofPartitions: false }
}

export const createTable = inTransaction(async (tx, request, store) => {
  if (request.params.has(PARAM.subTable))
    throw new RequestFailure(500, 'InternalError', 'We encountered an internal error: imports are not emulated')
  const { schemaPath, table: name } = tablePath(request)
  const schema = await getSchema(tx, request.bucket, schemaPath)
  const fields = readIpcSchema(request.body)
  assertColumns(fields)
  const columns = fields.map((field) => ({ id: store.database.newId(), field }))
  const table: TableEntry = {
    id: store.database.newId(),
    schemaId: schema.id,
    name,
    properties: request.params.get('table-props') ?? '',
    columns,
    sortingKey: readSortingKey(request.headers, columns, store),
    externalRowIds: request.headers.flag(HEADER.externalRowIds),
    vectorIndex: readVectorIndex(request.headers, columns),
    partitionKeys: readPartitionKeys(readIpcSchemaMetadata(request.body), columns),
  }
  assertPartitionNames(table)
  await insertTable(tx, table, store.database.newId())
  await createDataTable(tx, table)
  store.rowIds.create(table.id)
})

export const alterTable = inTransaction(async (tx, request, store) => {
  const table = await requestedTable(tx, request)
  const properties = readProperties(request.body)
  const sortingKey = readSortingKey(request.headers, table.columns, store)
  if (sortingKey.length > 0 && table.sortingKey.length > 0)
    throw badRequest(`Table ${table.name} already has a sorting key`)
  const place = await newPlace(tx, request, table)
  if (sortingKey.length > 0) tx.intents.claim(tx, tableContentKey(table.id))
  else tx.intents.claim(tx, tableKey(table.schemaId, table.name))
  const changed: TableEntry = {
    ...table,
    ...place,
    ...(properties ? { properties } : {}),
    ...(sortingKey.length > 0 ? { sortingKey } : {}),
  }
  await updateTable(tx, changed, store.database.newId())
})

/** Schema and name a rename moves a table to; the claim keeps others from taking the name. */
async function newPlace(tx: Transaction, request: EmulatorRequest, table: TableEntry) {
  const target = request.params.get(PARAM.newTableName)
  if (target === null) return {}
  const path = target.split('/').filter(Boolean)
  const name = path.pop()
  if (name === undefined) throw badRequest(`${PARAM.newTableName} must be <schema path>/<table>, found ${target}`)
  const schemaId = path.length === 0 ? table.schemaId : (await getSchema(tx, request.bucket, path.join('/'))).id
  tx.intents.share(tx, schemaContentKey(schemaId))
  tx.intents.claim(tx, tableKey(schemaId, name))
  if (await findTable(tx, schemaId, name)) throw conflict(`Table ${target} already exists`, 'TabularTableAlreadyExists')
  return { schemaId, name }
}

export const dropTable = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  await deleteTable(tx, table)
  await tx.run(`DROP TABLE ${dataTable(table)}`)
})

export const listTables = inTransaction(async (tx, request) => {
  const path = request.path.join('/')
  const schema = await getSchema(tx, request.bucket, path)
  const tables = await listTableNames(tx, schema.id)
  const { page, headers } = listPage(readListRequest(request.headers), tables, (table) => table.name)
  const withStats = request.headers.flag(HEADER.includeListStats)
  const entries: ListedObject[] = []
  for (const { id, name, properties, isSorted, isPartitioned } of page) {
    const listed = { name, properties, handle: String(id), isSorted, ...(isPartitioned ? { partitions: 0n } : {}) }
    if (!withStats) {
      entries.push(listed)
      continue
    }
    const table = await getTable(tx, request.bucket, path, name)
    entries.push({ ...listed, ...(await tableSize(tx, table)), partitions: await countPartitions(tx, table) })
  }
  return { headers, body: listTablesBody(request.bucket, path, entries) }
})

export const tableStats = inTransaction(async (tx, request) => {
  const { table, ofPartitions } = await readableTable(tx, request)
  const { vectorIndex } = table
  const partitions = await countPartitions(tx, table)
  if (ofPartitions) return { body: tableStatsBody({ ...NO_STATS, rows: partitions ?? 0n }) }
  const body = tableStatsBody({
    ...(await tableSize(tx, table)),
    partitions,
    externalRowIds: table.externalRowIds,
    isSorted: table.sortingKey.length > 0,
    vectorIndex: vectorIndex && { ...vectorIndex, sqlFunction: SQL_FUNCTIONS[vectorIndex.metric]! },
  })
  return { body }
})

const NO_STATS = { bytes: 0n, externalRowIds: false, isSorted: false, partitions: null, vectorIndex: null }

/** Null where a table is not partitioned. */
async function countPartitions(tx: Transaction, table: TableEntry): Promise<bigint | null> {
  if (table.partitionKeys.length === 0) return null
  const [row] = await tx.rows(partitionCount(table))
  return row!['n'] as bigint
}

/** What the Java clients send with the queries of one scan; all of them are served at once here. */
export const scheduleOf = inTransaction(async (tx, request) => {
  const { id } = await requestedTable(tx, request)
  return { headers: { [HEADER.scheduleId]: String(id) } }
})

/** No table has a policy of rows or columns, which clients are told by 404. */
export const noRowColumnSecurity = inTransaction(async (tx, request) => {
  const { name } = await requestedTable(tx, request)
  throw notFound(`Table ${name} has no policy of rows or columns`)
})

/** Rows the transaction sees, and a rough size: the store compresses, and nobody is billed. */
export async function tableSize(tx: Transaction, table: TableEntry): Promise<{ rows: bigint; bytes: bigint }> {
  const [row] = await tx.rows(`SELECT count(*) AS n FROM ${dataTable(table)}`)
  const rows = row!['n'] as bigint
  const width = table.columns.reduce((sum, column) => sum + estimatedBytes(column.field.type), 0)
  return { rows, bytes: rows * BigInt(Math.ceil(width)) }
}

/** Throws 400 where a partition's column would be called what another is. */
function assertPartitionNames(table: TableEntry): void {
  const names = new Set<string>()
  for (const { field, key } of partitionColumns(table)) {
    const isTaken = key.transform !== 'identity' && table.columns.some((column) => column.field.name === field.name)
    if (isTaken || names.has(field.name)) throw badRequest(`Two columns would be called ${field.name}`)
    names.add(field.name)
  }
}

/** Throws 400 for types tables may not have and for names that are there twice. */
export function assertColumns(fields: readonly Field[]): void {
  const names = new Set<string>()
  for (const field of fields) {
    assertColumnType(field)
    if (names.has(field.name)) throw badRequest(`Column ${field.name} is there twice`)
    names.add(field.name)
  }
}

function readSortingKey(headers: Headers, columns: readonly TableColumn[], { isNewer }: Store): number[] {
  return headers.integerList(HEADER.sortedColumnPrefix).map((index) => {
    const column = columns[index]
    if (column === undefined) {
      if (isNewer) throw badRequest(`The sorting key names column ${index} of ${columns.length}`, 'InvalidArgument')
      throw new RequestFailure(500, 'InternalError', 'We encountered an internal error. Please try again.')
    }
    return column.id
  })
}

function readVectorIndex(headers: Headers, columns: readonly TableColumn[]): VectorIndex | null {
  const column = headers.text(HEADER.vectorIndexColumn)
  if (column === null) return null
  const metric = headers.text(HEADER.vectorIndexMetric) ?? ''
  if (columns.find((candidate) => candidate.field.name === column)?.field.type.kind !== 'fixedList') {
    throw badRequest(`invalid vector indexed column name ${column}`)
  }
  if (!(metric in SQL_FUNCTIONS)) {
    throw badRequest(`invalid vector index distance metric ${metric}, supported metrics: 'l2sq', 'ip'`)
  }
  const [cluster, search] = [HEADER.vectorIndexCluster, HEADER.vectorIndexSearch].map((name) =>
    quantization(headers, name),
  )
  if (cluster === 'scalar_8bit' && search === 'none') {
    throw badRequest('vector index cluster quantization scalar_8bit does not go with search quantization none')
  }
  return { column, metric, cluster: cluster!, search: search! }
}

function quantization(headers: Headers, name: string): string {
  const value = headers.text(name) ?? 'scalar_8bit'
  if (['scalar_8bit', 'none'].includes(value)) return value
  throw badRequest(
    `invalid ${name.replace('tabular-', '').replaceAll('-', ' ')} ${value}, supported: 'scalar_8bit', 'none'`,
  )
}
