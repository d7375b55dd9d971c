import { type Data, DataType, Float32, makeData, RecordBatch, Struct, type Utf8 } from 'apache-arrow'
import { ExrError } from '../errors.ts'
import {
  type CatalogRecord,
  type EncodedBatch,
  type EncodedColumn,
  type EncodedTable,
  type EncodeOptions,
  encodeRecords,
  type PerTable,
  perTable,
  type StringPool,
  type TableDefinition,
} from '../tables/index.ts'
import { arrowSchema } from './schema.ts'

/** One RecordBatch per table an inspected file fills. */
export type RecordBatches = PerTable<RecordBatch>

/**
 * Inspected files as Arrow, one batch a table, columns as in `TABLES`; large values are in their rows.
 * Throws the first failure's message as ERR_CATALOG_WRITE when a record cannot be encoded; use `encodeRecords` to
 * keep the others.
 */
export function recordsToBatches(records: readonly CatalogRecord[], options: EncodeOptions): RecordBatches {
  const batch = encodeRecords(records, options, null)
  const failure = batch.failures[0]
  if (failure) {
    throw new ExrError('ERR_CATALOG_WRITE', `Encoding ${failure.path} for Arrow failed: ${failure.message}`, {
      details: { path: failure.path },
    })
  }
  return encodedToBatches(batch)
}

/** An encoded batch as Arrow; numeric buffers are shared, not copied. */
export function encodedToBatches(batch: EncodedBatch): RecordBatches {
  return perTable((table) => tableBatch(table, batch.tables[table.name], batch.strings))
}

/** The rows of one table as Arrow; numeric buffers are shared, not copied. */
export function tableBatch(
  definition: TableDefinition,
  table: Pick<EncodedTable, 'rowCount' | 'columns'>,
  strings: StringPool,
): RecordBatch {
  const schema = arrowSchema(definition)
  const children = schema.fields.map((field, index) =>
    columnData(field.type, table.columns[index]!, table.rowCount, strings),
  )
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: table.rowCount, children }))
}

/** One column as Arrow; `column` must have been written for `type`. */
export function columnData(type: DataType, column: EncodedColumn, length: number, strings: StringPool): Data {
  if (DataType.isUtf8(type)) return utf8Data(type, column.data as Int32Array, strings)
  const nulls = column.valid
    ? { nullBitmap: bitmap(column.valid), nullCount: countZeros(column.valid) }
    : { nullCount: 0 }
  if (DataType.isFixedSizeList(type)) {
    const data = spreadVectors(column, length, type.listSize)
    const child = makeData({ type: new Float32(), length: data.length, nullCount: 0, data })
    return makeData({ type, length, child, ...nulls })
  }
  if (DataType.isList(type)) {
    const valueOffsets = new Int32Array(length + 1)
    for (let row = 0; row < length; row++) valueOffsets[row + 1] = valueOffsets[row]! + column.lengths![row]!
    const child = makeData({
      type: new Float32(),
      length: column.data.length,
      nullCount: 0,
      data: column.data as Float32Array,
    })
    return makeData({ type, length, valueOffsets, child, ...nulls } as never)
  }
  const data = DataType.isBool(type) ? bitmap(column.data as Uint8Array) : column.data
  return makeData({ type, length, data, ...nulls } as never)
}

function utf8Data(type: Utf8, codes: Int32Array, { bytes, offsets }: StringPool): Data {
  const valueOffsets = new Int32Array(codes.length + 1)
  const present = new Uint8Array(codes.length)
  let total = 0
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!
    if (code >= 0) {
      present[row] = 1
      total += offsets[code + 1]! - offsets[code]!
    }
    valueOffsets[row + 1] = total
  }
  const data = new Uint8Array(total)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!
    if (code >= 0) data.set(bytes.subarray(offsets[code], offsets[code + 1]), valueOffsets[row])
  }
  const nullCount = countZeros(present)
  const nulls = nullCount > 0 ? { nullBitmap: bitmap(present), nullCount } : { nullCount }
  return makeData({ type, length: codes.length, valueOffsets, data, ...nulls })
}

/** Arrow keeps room for the vectors of null rows. */
function spreadVectors({ data, valid }: EncodedColumn, rows: number, dimension: number): Float32Array {
  if (!valid) return data as Float32Array
  const out = new Float32Array(rows * dimension)
  let vector = 0
  for (let row = 0; row < rows; row++) {
    if (valid[row] === 1) {
      out.set((data as Float32Array).subarray(vector * dimension, (vector + 1) * dimension), row * dimension)
      vector++
    }
  }
  return out
}

/** Least significant bit first, padded to 64 bits as Arrow recommends. */
function bitmap(flags: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(flags.length / 64) * 8)
  for (let index = 0; index < flags.length; index++) bits[index >> 3]! |= flags[index]! << (index & 7)
  return bits
}

function countZeros(flags: Uint8Array): number {
  let zeros = 0
  for (const flag of flags) zeros += flag ^ 1
  return zeros
}
