import { PARAM } from '../../vastdb/constants.ts'
import { badRequest } from '../errors.ts'
import { type EmulatorRequest, listPage, readListRequest, tablePath } from '../request.ts'
import {
  deleteProjection,
  getProjection,
  insertProjection,
  listProjections as listEntries,
  renameProjection,
  tableContentKey,
} from '../store/catalog.ts'
import { listProjectionsBody, projectionStatsBody, readProjectionColumns, readProjectionName } from './bodies.ts'
import { columnListing, columnsById, getColumn } from './columns.ts'
import { inTransaction } from './operation.ts'
import { requestedTable, tableSize } from './tables.ts'

export const createProjection = inTransaction(async (tx, request, store) => {
  const table = await requestedTable(tx, request)
  const columns = readProjectionColumns(request.body)
  const ids = (isSorted: boolean) =>
    columns.filter((column) => column.isSorted === isSorted).map((column) => getColumn(table, column.name).id)
  const sorted = ids(true)
  if (sorted.length === 0) throw badRequest('A projection needs at least one sorted column')
  tx.intents.share(tx, tableContentKey(table.id))
  const id = store.database.newId()
  await insertProjection(tx, table.id, { id, name: projectionName(request), sorted, unsorted: ids(false) })
})

export const alterProjection = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  const newName = readProjectionName(request.body)
  if (newName) await renameProjection(tx, table.id, projectionName(request), newName)
})

export const dropProjection = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  await deleteProjection(tx, table.id, projectionName(request))
})

/** Projections are computed when they are read, so they are never behind: their size is the table's. */
export const listProjections = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  const { page, headers } = listPage(
    readListRequest(request.headers),
    await listEntries(tx, table.id),
    (entry) => entry.name,
  )
  const size = await tableSize(tx, table)
  const entries = page.map(({ id, name }) => ({ name, properties: '', handle: String(id), ...size }))
  const { schemaPath } = tablePath(request)
  return { headers, body: listProjectionsBody(request.bucket, schemaPath, table.name, entries) }
})

export const projectionStats = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  await getProjection(tx, table.id, projectionName(request))
  const { rows, bytes } = await tableSize(tx, table)
  return { body: projectionStatsBody(rows, bytes) }
})

export const listProjectionColumns = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  const { sorted, unsorted } = await getProjection(tx, table.id, projectionName(request))
  return columnListing(request, columnsById(table, [...sorted, ...unsorted]))
})

function projectionName(request: EmulatorRequest): string {
  const name = request.params.get(PARAM.name)
  if (!name) throw badRequest(`${PARAM.name} must name the projection`)
  return name
}
