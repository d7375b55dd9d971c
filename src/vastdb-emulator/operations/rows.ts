import { EXTERNAL_ROW_ID, MAX_ROWS_PER_REQUEST, ROW_ID } from '../../vastdb/constants.ts'
import type { Batch } from '../arrow/column.ts'
import { readIpcStream } from '../arrow/ipc-read.ts'
import { ipcStream } from '../arrow/ipc-write.ts'
import { sameLayout, typeName } from '../arrow/types.ts'
import { badRequest, mismatchedType } from '../errors.ts'
import type { EmulatorRequest } from '../request.ts'
import { hasWideRowIds, type TableEntry } from '../store/catalog.ts'
import { type BoundColumn, deleteRows, insertRows, toRowIds, updateRows } from '../store/rows.ts'
import { rowIdField, rowIdValues } from '../store/scan.ts'
import { getColumn } from './columns.ts'
import { inTransaction } from './operation.ts'
import { requestedTable } from './tables.ts'

export const insert = inTransaction(async (tx, request, store) => {
  const table = await requestedTable(tx, request)
  const batch = readBatch(request)
  const columns = batch.columns.map((values) => bind(table, values))
  const ids = await insertRows(tx, store.rowIds, table, columns, batch.length)
  const field = rowIdField(hasWideRowIds(table))
  const body = ipcStream([field], { length: ids.length, columns: [rowIdValues(field, ids)] })
  return { body }
})

export const update = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  const { ids, rest } = splitRowIds(table, readBatch(request))
  const columns = rest.map((values) => bind(table, values))
  for (const { target } of columns) {
    if (table.sortingKey.includes(target.id))
      throw badRequest(`Column ${target.field.name} is part of the sorting key and cannot change`)
    if (table.partitionKeys.some(({ column }) => column === target.id))
      throw badRequest(`The table is partitioned by column ${target.field.name}, which cannot change`)
    if (target.field.name === EXTERNAL_ROW_ID) throw badRequest('A row id cannot change')
  }
  await updateRows(tx, table, ids, columns)
})

export const remove = inTransaction(async (tx, request) => {
  const table = await requestedTable(tx, request)
  const { ids } = splitRowIds(table, readBatch(request))
  await deleteRows(tx, table, ids)
})

function readBatch(request: EmulatorRequest): Batch {
  const { fields, batch } = readIpcStream(request.body)
  if (fields.length > 0 && batch === null) throw badRequest('Expected one record batch after the schema')
  return batch ?? { length: 0, columns: [] }
}

/** Find the table column for a request's column. Throws unless the type, nullability included, is the declared one. */
function bind(table: TableEntry, values: Batch['columns'][number]): BoundColumn {
  const target = getColumn(table, values.field.name)
  const { name, type, nullable } = target.field
  if (!sameLayout(values.field.type, type, true)) {
    throw mismatchedType(`column ${name} has type ${typeName(type)}, the request sent ${typeName(values.field.type)}`)
  }
  if (type.kind === 'fixedList' && values.field.nullable !== nullable) {
    throw mismatchedType(`column ${name} is ${nullable ? '' : 'not '}nullable, the request's column is the opposite`)
  }
  if (!nullable && values.validity !== null) throw badRequest(`Column ${name} must not hold nulls`)
  return { target, values: { ...values, field: target.field } }
}

/** The first column of updates and deletes names the rows. */
function splitRowIds(table: TableEntry, batch: Batch) {
  // The vendor's newer clients slice what they insert by bytes alone.
  if (batch.length > MAX_ROWS_PER_REQUEST) {
    throw badRequest(`A request may change ${MAX_ROWS_PER_REQUEST} rows, found ${batch.length}`)
  }
  const [first, ...rest] = batch.columns
  if (first === undefined || (first.field.name !== ROW_ID && first.field.name !== EXTERNAL_ROW_ID)) {
    throw badRequest(`The first column must be ${ROW_ID}, found ${first?.field.name ?? 'none'}`)
  }
  const expected = first.field.name === ROW_ID ? rowIdField(hasWideRowIds(table)).type : INT64
  if (!sameLayout(first.field.type, expected)) {
    throw mismatchedType(
      `column ${first.field.name} has type ${typeName(first.field.type)}, expected ${typeName(expected)}`,
    )
  }
  return { ids: toRowIds(first), rest }
}

const INT64 = { kind: 'int', bits: 64, signed: true } as const
