import {
  Binary,
  Bool,
  type Data,
  DataType,
  Decimal,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  makeBuilder,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
} from 'apache-arrow'
import { ExrError } from '../errors.ts'
import { toIpcStream } from './ipc.ts'

/** A column of an answer; `type` as its engine names it: DuckDB, Trino, or Arrow itself. */
interface AnswerColumn {
  readonly name: string
  readonly type: string
}

type Rows = readonly (readonly unknown[])[]

/** Continuation and a length of zero. */
const END_OF_STREAM_BYTES = 8

/**
 * Rows of a query as an Arrow IPC stream, a piece for every batch, which pyarrow, Polars and DuckDB read. Numbers, booleans, texts,
 * bytes, times (microseconds), lists and decimals keep their types; dates, intervals, structs and maps are text, the last two as JSON.
 * Throws ERR_CATALOG_QUERY for a value that its column's type cannot hold, and what `batches` throws.
 */
export async function* rowsAsIpc(
  columns: readonly AnswerColumn[],
  batches: AsyncIterable<Rows>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const schema = new Schema(columns.map(({ name, type }) => new Field(name, answerType(type), true)))
  const empty = toIpcStream(batchOf(schema, []))
  // A stream of one batch is the schema's message, the batch's and the end; the schema is said once.
  const schemaBytes = 8 + new DataView(empty.buffer, empty.byteOffset).getInt32(4, true)
  let from = 0
  for await (const rows of batches) {
    yield toIpcStream(batchOf(schema, rows)).subarray(from, -END_OF_STREAM_BYTES)
    from = schemaBytes
  }
  if (from === 0) yield empty.subarray(0, schemaBytes)
  yield empty.subarray(-END_OF_STREAM_BYTES)
}

const SCALARS: Readonly<Record<string, () => DataType>> = {
  boolean: () => new Bool(),
  bool: () => new Bool(),
  tinyint: () => new Int8(),
  int8: () => new Int8(),
  smallint: () => new Int16(),
  int16: () => new Int16(),
  integer: () => new Int32(),
  int32: () => new Int32(),
  bigint: () => new Int64(),
  int64: () => new Int64(),
  utinyint: () => new Uint8(),
  uint8: () => new Uint8(),
  usmallint: () => new Uint16(),
  uint16: () => new Uint16(),
  uinteger: () => new Uint32(),
  uint32: () => new Uint32(),
  ubigint: () => new Uint64(),
  uint64: () => new Uint64(),
  hugeint: () => new Decimal(0, 38, 128),
  real: () => new Float32(),
  float: () => new Float32(),
  float32: () => new Float32(),
  double: () => new Float64(),
  float64: () => new Float64(),
  blob: () => new Binary(),
  varbinary: () => new Binary(),
  binary: () => new Binary(),
}

/** The Arrow type of a column's SQL type; text for what has none. */
export function answerType(sqlType: string): DataType {
  const type = sqlType.trim().toLowerCase()
  const list = /^(.*)\[(\d*)\]$/.exec(type)
  if (list) return listOf(list[1]!, list[2]!)
  const item = /^(?:array\((.*)\)|(?:fixedsize)?list<(.*)>)$/.exec(type)
  if (item) return listOf(item[1] ?? item[2]!, '')
  const [, precision, scale] = /^decimal\((\d+),\s*(\d+)\)$/.exec(type) ?? []
  if (precision !== undefined && Number(precision) <= 38) return new Decimal(Number(scale), Number(precision), 128)
  if (/^timestamp/.test(type)) return new TimestampMicrosecond(/time zone|utc/.test(type) ? 'UTC' : null)
  return SCALARS[type]?.() ?? new Utf8()
}

function listOf(item: string, length: string): DataType {
  const field = new Field('item', answerType(item), true)
  return length === '' ? new List(field) : new FixedSizeList(Number(length), field)
}

function batchOf(schema: Schema, rows: Rows): RecordBatch {
  const children = schema.fields.map((field, index) => columnOf(field, rows, index))
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rows.length, children }))
}

function columnOf({ name, type }: Field, rows: Rows, index: number): Data {
  // Arrow's builder rounds times to milliseconds.
  const isTime = DataType.isTimestamp(type)
  const builder = makeBuilder({ type: isTime ? new Int64() : type, nullValues: [null] })
  for (const row of rows) builder.append(cellOf(row[index] ?? null, type, name))
  const data = builder.finish().flush()
  if (!isTime) return data
  const { length, nullCount, nullBitmap, values } = data
  return makeData({ type, length, nullCount, nullBitmap, data: values })
}

function cellOf(value: unknown, type: DataType, column: string): unknown {
  if (value === null || value === undefined) return null
  if (DataType.isTimestamp(type)) return microseconds(value, column)
  if (DataType.isDecimal(type)) return decimalWords(value, type.scale, column)
  if (DataType.isUtf8(type)) return typeof value === 'string' ? value : toText(value)
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const [item] = type.children
    return Array.isArray(value) ? value.map((each) => cellOf(each, item!.type, column)) : misfit(value, type, column)
  }
  if (DataType.isInt(type) && type.bitWidth === 64) return BigInt(value as bigint)
  return value
}

/** Microseconds of ISO 8601 text; what is behind the seconds is read apart, since dates of JavaScript end at milliseconds. */
function microseconds(value: unknown, column: string): bigint {
  const [, seconds, fraction = ''] = /^([^.]*?)(?:\.(\d+))?Z$/.exec(String(value)) ?? []
  const ms = Date.parse(`${seconds}Z`)
  if (Number.isNaN(ms)) return misfit(value, new TimestampMicrosecond(), column)
  return BigInt(ms) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'))
}

/** An exact decimal as four words of 32 bits, lowest first. */
function decimalWords(value: unknown, scale: number, column: string): Uint32Array {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? []
  if (whole === undefined || fraction.length > scale) return misfit(value, new Decimal(scale, 38, 128), column)
  const digits = BigInt(`${sign}${whole}${fraction.padEnd(scale, '0')}`)
  return Uint32Array.from([0n, 32n, 64n, 96n], (shift) => Number(BigInt.asUintN(32, digits >> shift)))
}

function toText(value: unknown): string {
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_, member) => (typeof member === 'bigint' ? String(member) : member))
}

function misfit(value: unknown, type: DataType, column: string): never {
  throw new ExrError(
    'ERR_CATALOG_QUERY',
    `Column ${column} holds ${toText(value)}, which is no ${type} of Arrow. Cast the column to VARCHAR.`,
  )
}
