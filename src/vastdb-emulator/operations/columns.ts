import { EXTERNAL_ROW_ID, HEADER, PARAM } from '../../vastdb/constants.ts'
import { readIpcSchema } from '../arrow/ipc-read.ts'
import { schemaMessage } from '../arrow/ipc-write.ts'
import { badRequest, conflict, notFound } from '../errors.ts'
import { type EmulatorRequest, listPage, readListRequest } from '../request.ts'
import { listProjections, type TableColumn, type TableEntry, tableContentKey, updateTable } from '../store/catalog.ts'
import { partitionSpec, partitionsTableFields } from '../store/partitions.ts'
import { columnDefinition, columnName, dataTable } from '../store/rows.ts'
import { inTransaction, type Operation, type Reply } from './operation.ts'
import { assertColumns, readableTable, requestedTable } from './tables.ts'

/** Largest column listing a server sends in one answer. */
const MAX_LISTING_BYTES = 4 * 1024 * 1024
/** Of what no table stores. */
const NO_COLUMN = -1

export const listColumns: Operation = inTransaction(async (tx, request, store) => {
  const { table, ofPartitions } = await readableTable(tx, request)
  const shown = ofPartitions ? partitionsTableFields(table).map((field) => ({ id: NO_COLUMN, field })) : table.columns
  const columns = store.isNewer ? shown.map((column) => toldOf(table, column)) : shown
  const isPartitioned = table.partitionKeys.length > 0 && !ofPartitions
  return columnListing(request, columns, isPartitioned ? [['VAST:partition_spec', partitionSpec(table)]] : [])
})

/** Newer servers say of every column whether it is in the sorting key, and where. */
function toldOf({ sortingKey }: TableEntry, { id, field }: TableColumn): TableColumn {
  const place = sortingKey.indexOf(id)
  const told: [string, string][] =
    place === -1
      ? [['VAST:sort_type', 'Unsorted']]
      : [
          ['VAST:sort_type', 'Sorted'],
          ['VAST:sort_index', String(place)],
        ]
  return { id, field: { ...field, metadata: [...field.metadata.filter(([key]) => !key.startsWith('VAST:')), ...told] } }
}

export const listSortedColumns: Operation = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  if (table.sortingKey.length === 0) {
    throw badRequest(`Listing sorted columns of table ${table.name} without elysium being enabled`)
  }
  return columnListing(request, columnsById(table, table.sortingKey))
})

/** Columns of a table in the order of their ids. */
export function columnsById(table: TableEntry, ids: readonly number[]): TableColumn[] {
  const byId = new Map(table.columns.map((column) => [column.id, column]))
  return ids.map((id) => byId.get(id)!)
}

/** A page of columns as an Arrow schema; with names only when that is all the client wants. */
export function columnListing(
  request: EmulatorRequest,
  columns: readonly TableColumn[],
  metadata: readonly (readonly [string, string])[] = [],
): Reply {
  const { page, headers } = listPage(readListRequest(request.headers), columns, (column) => column.field.name)
  const namesOnly = request.headers.flag(HEADER.onlyColumnNames)
  const fields = page.map(({ field }) =>
    namesOnly ? { ...field, type: { kind: 'null' } as const, metadata: [] } : field,
  )
  const body = schemaMessage(fields, metadata)
  if (body.byteLength > MAX_LISTING_BYTES && !namesOnly) {
    throw badRequest(
      `list column result size ${body.byteLength} exceeds ${MAX_LISTING_BYTES} bytes, ask for smaller pages`,
    )
  }
  return { headers, body }
}

export const addColumns: Operation = inTransaction(async (tx, request, store) => {
  const table = await requestedTable(tx, request)
  const added = readIpcSchema(request.body).map((field) => ({ id: store.database.newId(), field }))
  tx.intents.claim(tx, tableContentKey(table.id))
  assertColumns(added.map((column) => column.field))
  for (const { field } of added) {
    if (field.name === EXTERNAL_ROW_ID)
      throw badRequest(`Column ${EXTERNAL_ROW_ID} can only be declared when a table is created`)
    if (findColumn(table, field.name))
      throw conflict(`Column ${field.name} already exists`, 'TabularColumnAlreadyExists')
  }
  for (const column of added) await tx.run(`ALTER TABLE ${dataTable(table)} ADD COLUMN ${columnDefinition(column)}`)
  await updateTable(tx, { ...table, columns: [...table.columns, ...added] }, store.database.newId())
})

export const alterColumn: Operation = inTransaction(async (tx, request, store) => {
  const table = await requestedTable(tx, request)
  const name = request.params.get(PARAM.columnName)
  if (name === null) throw badRequest(`${PARAM.columnName} must name the column to alter`)
  const column = getColumn(table, name)
  const newName = request.params.get(PARAM.newColumnName)
  if (newName === null || newName === name) return
  tx.intents.claim(tx, tableContentKey(table.id))
  if (findColumn(table, newName)) throw conflict(`Column ${newName} already exists`, 'TabularColumnAlreadyExists')
  if (name === EXTERNAL_ROW_ID || newName === EXTERNAL_ROW_ID)
    throw badRequest(`Column ${EXTERNAL_ROW_ID} cannot be renamed`)
  const columns = table.columns.map((other) =>
    other.id === column.id ? { ...other, field: { ...other.field, name: newName } } : other,
  )
  await updateTable(tx, { ...table, columns }, store.database.newId())
})

export const dropColumns: Operation = inTransaction(async (tx, request, store) => {
  const table = await requestedTable(tx, request)
  const dropped = readIpcSchema(request.body).map((field) => getColumn(table, field.name))
  tx.intents.claim(tx, tableContentKey(table.id))
  const ids = new Set(dropped.map((column) => column.id))
  if (ids.size === table.columns.length) throw badRequest(`Table ${table.name} would have no columns left`)
  const used = new Set(
    (await listProjections(tx, table.id)).flatMap(({ sorted, unsorted }) => [...sorted, ...unsorted]),
  )
  for (const column of dropped) {
    const { name } = column.field
    if (table.sortingKey.includes(column.id)) throw badRequest(`Column ${name} is part of the sorting key`)
    if (table.partitionKeys.some((key) => key.column === column.id))
      throw badRequest(`The table is partitioned by column ${name}`)
    if (used.has(column.id)) throw conflict(`Column ${name} is used by a projection`)
    if (name !== EXTERNAL_ROW_ID) await tx.run(`ALTER TABLE ${dataTable(table)} DROP COLUMN ${columnName(column)}`)
  }
  const columns = table.columns.filter((column) => !ids.has(column.id))
  await updateTable(tx, { ...table, columns }, store.database.newId())
})

function findColumn(table: TableEntry, name: string): TableColumn | undefined {
  return table.columns.find((column) => column.field.name === name)
}

/** Throws 404. */
export function getColumn(table: TableEntry, name: string): TableColumn {
  const column = findColumn(table, name)
  if (column === undefined)
    throw notFound(`Column ${name} does not exist in table ${table.name}`, 'TabularMismatchColumnName')
  return column
}
