import { DataType, type RecordBatch, type Vector } from 'apache-arrow'
import { type ColumnType, type EncodedRows, encodeRows } from '../../tables/index.ts'
import { col, type SelectOptions } from '../../vastdb/index.ts'
import type { ReadTable } from '../content.ts'
import { RowView } from './rows.ts'
import type { Tables } from './store.ts'

interface ReadOptions {
  /** Only rows of these files; at most a thousand. */
  readonly fileIds?: readonly string[]
  /** Of `files` only this row. */
  readonly fileRow?: bigint
  readonly signal?: AbortSignal | undefined
}

/** Reads whole tables in one transaction. */
export function tableReader(tables: Tables, { fileIds, fileRow, signal }: ReadOptions = {}): ReadTable {
  return async function* ({ name, columns }): AsyncGenerator<EncodedRows> {
    const options: SelectOptions = {
      columns: columns.map((column) => column.name),
      ...(fileIds ? { where: col('file_id').in(fileIds) } : {}),
      ...(fileRow !== undefined && name === 'files' ? { where: col('$row_id').eq(fileRow) } : {}),
      ...(signal ? { signal } : {}),
    }
    for await (const batch of tables(name).select(options)) yield encodeBatch(batch, columns)
  }
}

/** A batch of Arrow's as encoded rows; its columns are those given, in their order, none of them of bytes. */
export function encodeBatch(batch: RecordBatch, columns: readonly { readonly type: ColumnType }[]): EncodedRows {
  const view = new RowView(batch)
  const readers = columns.map(({ type }, column) => cellReader(type, column, batch.getChildAt(column)!, view))
  return encodeRows(columns, batch.numRows, (row, column) => readers[column]!(row))
}

function cellReader(type: ColumnType, column: number, vector: Vector, view: RowView): (row: number) => unknown {
  if (typeof type === 'object') return (row) => (vector.isValid(row) ? floatsAt(vector, row) : null)
  if (type !== 'int64' && type !== 'timestamp') return (row) => vector.get(row)
  return (row) => {
    view.row = row
    return view.big(column)
  }
}

/** The float32 values of a vector or a list that is not null, where they lie. */
export function floatsAt({ data: [data], type }: Vector, row: number): Float32Array {
  const values = data!.children[0]!.values as Float32Array
  if (DataType.isFixedSizeList(type)) return values.subarray(row * type.listSize, (row + 1) * type.listSize)
  const offsets = data!.valueOffsets as Int32Array
  return values.subarray(offsets[row], offsets[row + 1])
}
