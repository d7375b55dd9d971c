import type { DuckDBType } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { DuckDBTypeId } from '../../duckdb-api.ts'
import type { Batch } from '../arrow/column.ts'
import { type ArrowType, type Field, field } from '../arrow/types.ts'
import { badRequest, RequestFailure } from '../errors.ts'
import { columnSink } from '../store/read-vectors.ts'
import { quoteName } from '../store/sql-types.ts'
import type { Transaction } from '../store/transactions.ts'
import { dropViews, rewriteQuery } from './views.ts'

export interface QueryResult {
  readonly fields: readonly Field[]
  readonly batches: readonly Batch[]
}

/** Chunks of 2,048 rows that make one record batch. */
const CHUNKS_PER_BATCH = 16

/** Run one SELECT in a transaction and read its whole result. Throws 400 with DuckDB's words when it fails. */
export async function runQuery(tx: Transaction, sql: string): Promise<QueryResult> {
  const query = await rewriteQuery(tx, sql)
  try {
    return await readResult(tx, query.sql)
  } catch (error) {
    if (error instanceof RequestFailure) throw error
    await tx.checkAlive()
    throw badRequest(`The query cannot be run: ${error instanceof Error ? error.message : error}`, 'InvalidQuery')
  } finally {
    if (!tx.hasFailed) await dropViews(tx, query.views)
  }
}

async function readResult(tx: Transaction, sql: string): Promise<QueryResult> {
  const shape = await tx.connection.run(`SELECT * FROM (${sql}) LIMIT 0`)
  const columns = shape.columnTypes().map(toColumn)
  const names = columns.map((_, index) => `r${index}`)
  const outputs = columns.map(({ stored }, index) => `${stored(quoteName(names[index]!))} AS s${index}`)
  const result = await tx.connection.run(`SELECT ${outputs.join(', ')} FROM (${sql}) AS q(${names.join(', ')})`)
  const fields = columns.map(({ type }, index) => field(shape.columnName(index), type))
  const batches: Batch[] = []
  for (let first = 0; first < result.chunkCount; first += CHUNKS_PER_BATCH) {
    const sinks = fields.map((entry) => columnSink(entry, 2048))
    let length = 0
    for (let index = first; index < Math.min(first + CHUNKS_PER_BATCH, result.chunkCount); index++) {
      const { chunk, rowCount } = result.getChunk(index)
      sinks.forEach((sink, column) => {
        sink.append(duckdb.data_chunk_get_vector(chunk, column), 0, rowCount)
      })
      length += rowCount
    }
    if (length > 0) batches.push({ length, columns: sinks.map((sink) => sink.finish()) })
  }
  return { fields, batches }
}

interface ResultColumn {
  readonly type: ArrowType
  /** SQL that brings a value of the result into the form columns of `type` are stored in. */
  readonly stored: (expression: string) => string
}

const INTEGERS: Readonly<Partial<Record<DuckDBTypeId, ArrowType>>> = {
  [DuckDBTypeId.TINYINT]: { kind: 'int', bits: 8, signed: true },
  [DuckDBTypeId.SMALLINT]: { kind: 'int', bits: 16, signed: true },
  [DuckDBTypeId.INTEGER]: { kind: 'int', bits: 32, signed: true },
  [DuckDBTypeId.BIGINT]: { kind: 'int', bits: 64, signed: true },
  [DuckDBTypeId.UTINYINT]: { kind: 'int', bits: 8, signed: false },
  [DuckDBTypeId.USMALLINT]: { kind: 'int', bits: 16, signed: false },
  [DuckDBTypeId.UINTEGER]: { kind: 'int', bits: 32, signed: false },
  [DuckDBTypeId.UBIGINT]: { kind: 'int', bits: 64, signed: false },
  [DuckDBTypeId.HUGEINT]: { kind: 'decimal', precision: 38, scale: 0 },
  [DuckDBTypeId.FLOAT]: { kind: 'float', bits: 32 },
  [DuckDBTypeId.DOUBLE]: { kind: 'float', bits: 64 },
  [DuckDBTypeId.BOOLEAN]: { kind: 'bool' },
  [DuckDBTypeId.VARCHAR]: { kind: 'utf8' },
  [DuckDBTypeId.BLOB]: { kind: 'binary' },
}

const same = (expression: string): string => expression

function toColumn(type: DuckDBType): ResultColumn {
  const direct = directType(type)
  if (direct) return { type: direct, stored: same }
  switch (type.typeId) {
    case DuckDBTypeId.DATE:
      return { type: { kind: 'date' }, stored: (value) => `(${value} - DATE '1970-01-01')::INTEGER` }
    case DuckDBTypeId.TIME:
      return { type: { kind: 'time', unit: 'microsecond' }, stored: (value) => `epoch_us(${value})` }
    case DuckDBTypeId.TIMESTAMP_NS:
      return { type: timestamp('nanosecond'), stored: (value) => `epoch_ns(${value})` }
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_S:
    case DuckDBTypeId.TIMESTAMP_MS:
      return { type: timestamp('microsecond'), stored: (value) => `epoch_us(${value}::TIMESTAMP)` }
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = type as DuckDBType & { width: number; scale: number }
      return {
        type: { kind: 'decimal', precision: width, scale },
        stored: (value) => `replace(${value}::VARCHAR, '.', '')::HUGEINT`,
      }
    }
    default:
      return { type: { kind: 'utf8' }, stored: (value) => `${value}::VARCHAR` }
  }
}

/** The Arrow type whose values DuckDB holds as they are; null when they need a conversion. */
function directType(type: DuckDBType): ArrowType | null {
  if (type.typeId === DuckDBTypeId.LIST || type.typeId === DuckDBTypeId.ARRAY) {
    const { valueType, length } = type as DuckDBType & { valueType: DuckDBType; length?: number }
    const item = directType(valueType)
    if (item === null) return null
    return length === undefined
      ? { kind: 'list', item: field('item', item) }
      : { kind: 'fixedList', item: field('item', item), size: length }
  }
  return INTEGERS[type.typeId] ?? null
}

function timestamp(unit: 'microsecond' | 'nanosecond'): ArrowType {
  return { kind: 'timestamp', unit, timezone: null }
}
