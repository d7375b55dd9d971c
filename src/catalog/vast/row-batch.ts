import { Binary, type Data, Field, makeData, RecordBatch, Schema, Struct, Uint64 } from 'apache-arrow'
import { arrowType, columnData } from '../../arrow/index.ts'
import { columnWriter, StringCollector, type TableDefinition, tableNamed } from '../../tables/index.ts'

/** A value of a column: text, numbers, bigint for 64-bit integers and timestamps (microseconds), bytes for binary, a vector. */
export type CellValue = string | number | bigint | boolean | Uint8Array | Float32Array | null

/** Name of the virtual column that names a row. */
const ROW_ID = '$row_id'

/** Rows of a table, values in the order of its definition. */
export function rowBatch(table: TableDefinition, rows: readonly (readonly CellValue[])[]): RecordBatch {
  return toBatch(
    fieldsOf(
      table,
      table.columns.map(({ name }) => name),
    ),
    rows,
  )
}

/** New values of some columns of existing rows, named by `$row_id`. Values in the order of `columns`. */
export function updateBatch(
  tableName: string,
  columns: readonly string[],
  rows: readonly { readonly rowId: bigint; readonly values: readonly CellValue[] }[],
): RecordBatch {
  const ids = BigUint64Array.from(rows, ({ rowId }) => rowId)
  const idData = makeData({ type: new Uint64(), length: rows.length, nullCount: 0, data: ids })
  const values = dataOf(
    fieldsOf(tableNamed(tableName), columns),
    rows.map((row) => row.values),
  )
  return batchOf([{ field: new Field(ROW_ID, new Uint64(), false), data: idData }, ...values], rows.length)
}

interface NamedData {
  readonly field: Field
  readonly data: Data
}

type TypedField = TableDefinition['columns'][number]

function fieldsOf(table: TableDefinition, names: readonly string[]): TypedField[] {
  return names.map((name) => {
    const column = table.columns.find((candidate) => candidate.name === name)
    if (!column) throw new RangeError(`Expected a column of ${table.name} but received ${name}`)
    return column
  })
}

function toBatch(fields: readonly TypedField[], rows: readonly (readonly CellValue[])[]): RecordBatch {
  return batchOf(dataOf(fields, rows), rows.length)
}

function dataOf(fields: readonly TypedField[], rows: readonly (readonly CellValue[])[]): NamedData[] {
  const strings = new StringCollector()
  const writers = fields.map(({ type }) => (type === 'binary' ? null : columnWriter(type, rows.length, strings)))
  rows.forEach((values, row) => {
    values.forEach((value, column) => {
      writers[column]?.set(row, value)
    })
  })
  const columns = writers.map((writer) => writer?.finish(rows.length))
  const pool = strings.finish()
  return fields.map(({ name, type, nullable }, index) => {
    const column = columns[index]
    return {
      field: new Field(name, arrowType(type), nullable),
      data: column
        ? columnData(arrowType(type), column, rows.length, pool)
        : bytesData(rows.map((values) => values[index] as Uint8Array)),
    }
  })
}

/** Bytes in every row. */
function bytesData(values: readonly Uint8Array[]): Data {
  const valueOffsets = new Int32Array(values.length + 1)
  values.forEach(({ length }, row) => {
    valueOffsets[row + 1] = valueOffsets[row]! + length
  })
  const data = new Uint8Array(valueOffsets.at(-1)!)
  values.forEach((value, row) => {
    data.set(value, valueOffsets[row])
  })
  return makeData({ type: new Binary(), length: values.length, nullCount: 0, valueOffsets, data })
}

function batchOf(columns: readonly NamedData[], length: number): RecordBatch {
  const schema = new Schema(columns.map(({ field }) => field))
  const children = columns.map(({ data }) => data)
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }))
}
