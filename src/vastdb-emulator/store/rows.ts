import type { DuckDBType } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { DuckDBDataChunk } from '../../duckdb-api.ts'
import { EXTERNAL_ROW_ID } from '../../vastdb/constants.ts'
import type { Column } from '../arrow/column.ts'
import { badRequest, notFound, notImplemented } from '../errors.ts'
import { setExternalRowIds, type TableColumn, type TableEntry, tableContentKey } from './catalog.ts'
import { assertAscending, type RowIds } from './row-ids.ts'
import { storageType } from './sql-types.ts'
import type { Transaction } from './transactions.ts'
import { assertText, writeNulls, writeRowIds, writeVector } from './write-vectors.ts'

/** Entries of one DuckDB vector. */
const CHUNK_ROWS = 2048
const STAGE = 'staged_rows'

/** Name of a column in DuckDB. */
export function columnName(column: TableColumn): string {
  return column.field.name === EXTERNAL_ROW_ID ? 'rid' : `c${column.id}`
}

/** Columns that are kept apart from the row id. */
function storedColumns(table: TableEntry): TableColumn[] {
  return table.columns.filter((column) => column.field.name !== EXTERNAL_ROW_ID)
}

/** The DuckDB table behind a table. */
export function dataTable(table: Pick<TableEntry, 'id'>): string {
  return `data.t${table.id}`
}

export async function createDataTable(tx: Transaction, table: TableEntry): Promise<void> {
  const columns = storedColumns(table).map(columnDefinition)
  await tx.run(`CREATE TABLE ${dataTable(table)} (${['rid BIGINT', ...columns].join(', ')})`)
}

export function columnDefinition(column: TableColumn): string {
  return `${columnName(column)} ${storageType(column.field.type)}`
}

/** A column of a request together with the table column it goes to. */
export interface BoundColumn {
  readonly target: TableColumn
  readonly values: Column
}

/**
 * Append rows and return their ids, in order. Columns that are not named become null. Ids the writer chose itself
 * (column `vastdb_rowid`) must ascend and be unused.
 */
export async function insertRows(
  tx: Transaction,
  rowIds: RowIds,
  table: TableEntry,
  columns: readonly BoundColumn[],
  length: number,
): Promise<BigInt64Array> {
  if (columns.length === 0) throw notImplemented('Rows cannot be inserted without columns')
  tx.intents.share(tx, tableContentKey(table.id))
  const chosen = columns.find((column) => column.target.field.name === EXTERNAL_ROW_ID)
  const ids = chosen ? await claimChosenIds(tx, rowIds, table, chosen.values) : await newIds(tx, rowIds, table, length)
  const byTarget = new Map(columns.map((column) => [column.target.id, column.values]))
  const values = storedColumns(table).map((column) => byTarget.get(column.id) ?? null)
  await append(tx, `t${table.id}`, 'data', ids, values, storedColumns(table))
  return ids
}

async function newIds(tx: Transaction, rowIds: RowIds, table: TableEntry, length: number): Promise<BigInt64Array> {
  const first = await rowIds.allocate(tx, table.id, length)
  return BigInt64Array.from({ length }, (_, index) => first + BigInt(index))
}

async function claimChosenIds(
  tx: Transaction,
  rowIds: RowIds,
  table: TableEntry,
  chosen: Column,
): Promise<BigInt64Array> {
  const ids = toRowIds(chosen)
  assertAscending(ids)
  if (ids.length === 0) return ids
  tx.intents.claimRows(tx, table.id, ids)
  const known = await rowIds.next(tx, table.id)
  if (ids[0]! < known) {
    const [row] = await tx.rows(
      `SELECT count(*) AS n FROM ${dataTable(table)} WHERE rid BETWEEN ${ids[0]} AND ${ids.at(-1)} AND rid IN (${ids.join(', ')})`,
    )
    if (row!['n'] !== 0n) throw badRequest('Found duplicate row ids or not in ascending order: some are in use')
  }
  await rowIds.use(tx, table.id, ids.at(-1)!)
  if (!table.externalRowIds) await setExternalRowIds(tx, table)
  return ids
}

/** Change columns of existing rows. Throws 404 when a row is missing and 409 when another transaction changed one. */
export async function updateRows(
  tx: Transaction,
  table: TableEntry,
  ids: BigInt64Array,
  columns: readonly BoundColumn[],
): Promise<void> {
  if (columns.length === 0 || ids.length === 0) return
  await stageRows(tx, table, ids, columns)
  const names = columns.map((column) => columnName(column.target))
  const assignments = names.map((name) => `${name} = s.${name}`).join(', ')
  await tx.run(`UPDATE ${dataTable(table)} AS t SET ${assignments} FROM ${STAGE} AS s WHERE t.rid = s.rid`)
  await tx.run(`DROP TABLE ${STAGE}`)
}

/** Remove rows. Throws 404 when a row is missing and 409 when another transaction changed one. */
export async function deleteRows(tx: Transaction, table: TableEntry, ids: BigInt64Array): Promise<void> {
  if (ids.length === 0) return
  await stageRows(tx, table, ids, [])
  await tx.run(`DELETE FROM ${dataTable(table)} WHERE rid IN (SELECT rid FROM ${STAGE})`)
  await tx.run(`DROP TABLE ${STAGE}`)
}

/** Claim existing rows and put their ids and new values into the staging table. */
async function stageRows(
  tx: Transaction,
  table: TableEntry,
  ids: BigInt64Array,
  columns: readonly BoundColumn[],
): Promise<void> {
  tx.intents.share(tx, tableContentKey(table.id))
  assertAscending(ids)
  tx.intents.claimRows(tx, table.id, ids)
  const targets = columns.map((column) => column.target)
  const definitions = ['rid BIGINT', ...targets.map(columnDefinition)]
  await tx.run(`CREATE OR REPLACE TEMP TABLE ${STAGE} (${definitions.join(', ')})`)
  const values = columns.map((column) => column.values)
  await append(tx, STAGE, null, ids, values, targets)
  const [row] = await tx.rows(
    `SELECT count(*) AS n FROM ${dataTable(table)}
     WHERE rid BETWEEN ${ids[0]} AND ${ids.at(-1)} AND rid IN (SELECT rid FROM ${STAGE})`,
  )
  const missing = BigInt(ids.length) - (row!['n'] as bigint)
  if (missing !== 0n) throw notFound(`${missing} of ${ids.length} row ids do not exist in table ${table.name}`)
}

/** Row ids of a `$row_id` column (uint64, or decimal128 whose low 64 bits count) or of `vastdb_rowid`. */
export function toRowIds(column: Column): BigInt64Array {
  if (column.validity !== null) throw badRequest(`Column ${column.field.name} holds a null where a row id is needed`)
  const { kind } = column.field.type
  const stride = kind === 'decimal' ? 16 : 8
  const values = column.values!
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength)
  return BigInt64Array.from({ length: column.length }, (_, index) => view.getBigInt64(index * stride, true))
}

async function append(
  tx: Transaction,
  table: string,
  schema: string | null,
  ids: BigInt64Array,
  values: readonly (Column | null)[],
  targets: readonly TableColumn[],
): Promise<void> {
  for (const column of values) if (column) assertText(column)
  const types: DuckDBType[] = [storageType(ROW_ID_STORAGE), ...targets.map((target) => storageType(target.field.type))]
  try {
    const appender = await tx.connection.createAppender(table, schema, schema === null ? 'temp' : null)
    try {
      const chunk = DuckDBDataChunk.create(types)
      for (let start = 0; start < ids.length; start += CHUNK_ROWS) {
        const count = Math.min(CHUNK_ROWS, ids.length - start)
        chunk.reset()
        chunk.rowCount = count
        writeRowIds(duckdb.data_chunk_get_vector(chunk.chunk, 0), ids, start, count)
        values.forEach((column, index) => {
          const vector = duckdb.data_chunk_get_vector(chunk.chunk, index + 1)
          if (column === null) writeNulls(vector, count)
          else writeVector(vector, column, start, count)
        })
        appender.appendDataChunk(chunk)
      }
    } catch (error) {
      appender.clear()
      throw error
    } finally {
      appender.closeSync()
    }
  } catch (error) {
    throw tx.fail(error)
  }
}

const ROW_ID_STORAGE = { kind: 'int', bits: 64, signed: true } as const
