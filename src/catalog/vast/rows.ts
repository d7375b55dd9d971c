import { type Data, DataType, type RecordBatch, Type, type Vector } from 'apache-arrow'
import { isoFromUs } from '../../tables/index.ts'
import { decimalText, type RowIds, type Selection } from '../../vastdb/index.ts'

/** The rows of a batch, one at a time, read by the position of a column. */
export class RowView {
  row = 0
  readonly #columns: readonly Vector[]

  constructor(batch: RecordBatch) {
    this.#columns = Array.from({ length: batch.numCols }, (_, index) => batch.getChildAt(index)!)
  }

  text(column: number): string | null {
    return this.#columns[column]!.get(this.row) as string | null
  }

  /** A column that is never null. */
  name(column: number): string {
    return this.text(column) ?? ''
  }

  int(column: number): number | null {
    return this.#columns[column]!.get(this.row) as number | null
  }

  /** 64-bit integers, row ids, and timestamps as microseconds: Arrow's own getter rounds these to milliseconds. */
  big(column: number): bigint | null {
    const vector = this.#columns[column]!
    if (!vector.isValid(this.row)) return null
    // Row ids of a table with a vector index have 128 bits.
    if (DataType.isDecimal(vector.type)) return BigInt(decimalText(vector.get(this.row) as Uint32Array, 0))
    return longs(vector.data[0]!)[this.row]!
  }

  bool(column: number): boolean | null {
    return this.#columns[column]!.get(this.row) as boolean | null
  }

  /** The numbers of a vector or a list, where they lie. */
  floats(column: number): Float32Array | null {
    const vector = this.#columns[column]!
    return vector.isValid(this.row) ? floatsAt(vector, this.row) : null
  }

  /** Whatever Arrow gives for the cell. */
  value(column: number): unknown {
    return this.#columns[column]!.get(this.row)
  }

  isNull(column: number): boolean {
    return !this.#columns[column]!.isValid(this.row)
  }
}

/** Reads every row of a selection. */
export async function forEachRow(selection: Selection, visit: (row: RowView) => void): Promise<void> {
  for await (const batch of selection) {
    const view = new RowView(batch)
    for (; view.row < batch.numRows; view.row++) visit(view)
  }
}

/** Every row of a selection as a value. */
export async function readRows<T>(selection: Selection, read: (row: RowView) => T): Promise<T[]> {
  const rows: T[] = []
  await forEachRow(selection, (row) => rows.push(read(row)))
  return rows
}

/** The ids of inserted rows, in order. */
export function rowIdsOf(ids: RowIds): bigint[] {
  return ids.data.flatMap((data) => [...longs(data)])
}

/** The column's 64-bit values. */
function longs({ values }: Data): BigInt64Array | BigUint64Array {
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return values
  return new BigInt64Array(values.buffer, values.byteOffset, values.byteLength / 8)
}

/** The float32 values of a vector or a list that is not null, where they lie. */
export function floatsAt({ data: [data], type }: Vector, row: number): Float32Array {
  const values = data!.children[0]!.values as Float32Array
  if (DataType.isFixedSizeList(type)) return values.subarray(row * type.listSize, (row + 1) * type.listSize)
  const offsets = data!.valueOffsets as Int32Array
  return values.subarray(offsets[row], offsets[row + 1])
}

/** The rows of a batch as arrays of the values `QueryResult` describes. */
export function plainRows(batch: RecordBatch): unknown[][] {
  const columns = Array.from({ length: batch.numCols }, (_, index) => batch.getChildAt(index)!)
  return Array.from({ length: batch.numRows }, (_, row) => columns.map((column) => plainValue(column, row)))
}

function plainValue(column: Vector, row: number): unknown {
  if (!column.isValid(row)) return null
  if (column.type.typeId === Type.Timestamp) return isoFromUs(longs(column.data[0]!)[row]!)
  const value: unknown = column.get(row)
  return isVector(value) ? [...value] : value
}

function isVector(value: unknown): value is Vector {
  return typeof value === 'object' && value !== null && 'toArray' in value
}
