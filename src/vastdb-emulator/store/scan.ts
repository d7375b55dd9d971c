import duckdb from '@duckdb/node-bindings'
import { ROW_ID } from '../../vastdb/constants.ts'
import type { Column } from '../arrow/column.ts'
import { estimatedBytes, type Field, ROW_ID_DECIMAL, UINT64 } from '../arrow/types.ts'
import type { RowRange } from '../query/splits.ts'
import type { TableEntry } from './catalog.ts'
import { columnSink } from './read-vectors.ts'
import { columnName, dataTable } from './rows.ts'
import type { Transaction } from './transactions.ts'

/** A column a query can read: a table column, or the virtual row id. */
export interface ScanColumn {
  readonly field: Field
  /** Name in DuckDB; `rid` for the row id in any of its forms. */
  readonly name: string
}

/** What to read, in which order. Positions are row ids, or places in a projection's order. */
export interface Scan {
  readonly source: string
  readonly position: string
  readonly columns: readonly ScanColumn[]
  readonly condition: string
}

/** Rows in ascending position; `positions` has one entry a row. */
interface ScanPage {
  readonly positions: BigInt64Array
  readonly columns: readonly Column[]
}

/** High half of 128-bit row ids: any number that keeps them from looking like 64-bit ids. */
const WIDE_ROW_ID_HIGH = 1n

/** `$row_id`, see `hasWideRowIds`. */
export function rowIdField(isWide: boolean): Field {
  return { name: ROW_ID, nullable: true, type: isWide ? ROW_ID_DECIMAL : UINT64, metadata: [] }
}

/** SQL for the value a row id column has on the wire. */
export function rowIdExpression(isWide: boolean): string {
  return isWide ? `(rid::HUGEINT + ${WIDE_ROW_ID_HIGH << 64n})` : 'rid'
}

/** A scan of a table in order of its row ids. */
export function tableScan(table: TableEntry, columns: readonly ScanColumn[], condition: string): Scan {
  return { source: dataTable(table), position: 'rid', columns, condition }
}

/** A scan in the order of a projection: its sorted columns, then the row id. */
export function projectionScan(scan: Scan, table: TableEntry, sorted: readonly number[]): Scan {
  const keys = table.columns.filter((column) => sorted.includes(column.id))
  const order = [...sorted.map((id) => columnName(keys.find((column) => column.id === id)!)), 'rid'].join(', ')
  const source = `(SELECT *, row_number() OVER (ORDER BY ${order}) - 1 AS position FROM ${dataTable(table)})`
  return { ...scan, source, position: 'position' }
}

/** Rough bytes of a row as a scan returns it. */
export function rowBytes(scan: Scan): number {
  return scan.columns.reduce((sum, column) => sum + estimatedBytes(column.field.type), 8)
}

/** Up to `limit` matching rows of a range, in order. */
export async function readPage(tx: Transaction, scan: Scan, range: RowRange, limit: number): Promise<ScanPage> {
  const names = [scan.position, 'rid', ...scan.columns.map((column) => column.name)]
  const { position } = scan
  const result = await tx.run(
    `SELECT ${names.map((name, index) => `${name} AS r${index}`).join(', ')} FROM ${scan.source}
     WHERE ${position} >= ${range.start} AND ${position} < ${range.endExclusive} AND ${scan.condition}
     ORDER BY ${position} LIMIT ${limit}`,
  )
  const { rowCount } = result
  const positions = columnSink(INT64, rowCount)
  const rowIds = columnSink(INT64, rowCount)
  const sinks = scan.columns.map((column) => (column.name === 'rid' ? null : columnSink(column.field, rowCount)))
  for (let index = 0; index < result.chunkCount; index++) {
    const { chunk, rowCount: count } = result.getChunk(index)
    positions.append(duckdb.data_chunk_get_vector(chunk, 0), 0, count)
    rowIds.append(duckdb.data_chunk_get_vector(chunk, 1), 0, count)
    sinks.forEach((sink, column) => {
      sink?.append(duckdb.data_chunk_get_vector(chunk, column + 2), 0, count)
    })
  }
  const ids = toInt64(rowIds.finish())
  const columns = sinks.map((sink, index) => sink?.finish() ?? rowIdColumn(scan.columns[index]!.field, ids))
  return { positions: toInt64(positions.finish()), columns }
}

const INT64: Field = { name: '', nullable: true, type: { kind: 'int', bits: 64, signed: true }, metadata: [] }

function toInt64(column: Column): BigInt64Array {
  const bytes = column.values!.slice()
  return new BigInt64Array(bytes.buffer, 0, column.length)
}

function rowIdColumn(field: Field, ids: BigInt64Array): Column {
  return { ...rowIdValues(field, ids), field }
}

/** Row ids as an Arrow column: 64-bit integers, or decimals on sorted tables. */
export function rowIdValues(field: Field, ids: BigInt64Array): Column {
  const base = { field, length: ids.length, validity: null, offsets: null, children: [] }
  if (field.type.kind !== 'decimal')
    return { ...base, values: new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength) }
  const wide = new BigInt64Array(ids.length * 2)
  ids.forEach((id, index) => {
    wide[index * 2] = id
    wide[index * 2 + 1] = WIDE_ROW_ID_HIGH
  })
  return { ...base, values: new Uint8Array(wide.buffer) }
}
