import {
  type Data,
  Decimal,
  Field,
  makeVector,
  type RecordBatch,
  Table,
  Type,
  Uint64,
  Vector,
  vectorFromArray,
} from 'apache-arrow'
import { ROW_ID } from './constants.ts'
import { decimalVector, wordsToBigInt } from './decimals.ts'
import { protocolError, VastdbError } from './errors.ts'
import { readSchema } from './wire/arrow-schema.ts'
import { readStreamMessages } from './wire/frames.ts'
import { BatchCursor, checkLeafSchema, leafPaths, toData } from './wire/leaves.ts'
import { permuteRows, type RowColumn, type Rows, toRows } from './wire/rows.ts'

/** Ids of rows: 64-bit on ordinary tables, 128-bit decimals on those with a sorting key or a vector index. Usable as `$row_id` of updates and deletes. */
export type RowIds = Vector<Uint64> | Vector<Decimal>

/** Rows to delete: a batch or table with a `$row_id` column, or ids alone. */
export type RowIdSource = RecordBatch | Table | Vector | BigUint64Array | readonly bigint[]

export function rowIdField(isWide: boolean): Field {
  return new Field(ROW_ID, isWide ? new Decimal(0, 38, 128) : new Uint64(), true)
}

export function noRowIds(): RowIds {
  return makeVector(new BigUint64Array(0)) as RowIds
}

/** The ids in the answer to an insert of `rowCount` rows. */
export async function readRowIds(body: Uint8Array, rowCount: number, what: string): Promise<Data> {
  const messages = await readStreamMessages(body, { what, maxMessageBytes: body.length, subSplits: 1 })
  const [first, second, ...rest] = messages
  if (first?.kind !== 'schema' || second?.kind !== 'batch' || rest.length > 0) {
    throw protocolError(what, 'the answer does not hold exactly one batch of row ids')
  }
  const schema = readSchema(first.header, first.metadataBytes, what)
  const received = schema.fields[0]
  if (schema.fields.length !== 1 || received?.name !== ROW_ID) {
    throw protocolError(what, `the answer has no column ${ROW_ID}`)
  }
  const field = rowIdField(received.type.typeId === Type.Decimal)
  const [path] = leafPaths([field])
  checkLeafSchema(schema, [path!], what)
  const cursor = new BatchCursor(second.header, second.body, second.metadataBytes, what)
  const [level] = cursor.leaf(path!)
  if (level!.length !== rowCount) throw protocolError(what, `${level!.length} row ids came back for ${rowCount} rows`)
  return toData(field.type, level!, [])
}

/** The `$row_id` column first, then `columns`, in ascending order of id. */
export function rowsById(source: RecordBatch | Table, columns: readonly string[], what: string): Rows {
  const rows = toRows(source)
  const id = rows.columns.find(({ field }) => field.name === ROW_ID)
  if (!id)
    throw new VastdbError(
      'ERR_VASTDB_TYPE',
      `${what}: the rows have no ${ROW_ID} column. Select them with rowId: true.`,
    )
  const sorted = id.field.type.typeId === Type.Decimal
  if (!sorted && String(id.field.type) !== 'Uint64') {
    throw new VastdbError(
      'ERR_VASTDB_TYPE',
      `${what}: ${ROW_ID} is ${id.field.type}; it must be Uint64 or Decimal(38, 0).`,
    )
  }
  const rest = columns.map((name) => {
    const column = rows.columns.find(({ field }) => field.name === name)
    if (!column) throw new VastdbError('ERR_VASTDB_TYPE', `${what}: the rows have no column ${JSON.stringify(name)}.`)
    return column
  })
  const idColumn: RowColumn = { field: rowIdField(sorted), runs: id.runs }
  const ordered: Rows = { length: rows.length, columns: [idColumn, ...rest] }
  const permutation = ascending(readIds(id, what))
  return permutation ? permuteRows(ordered, permutation) : ordered
}

/** Whether these are numbers that do not say how wide they are. */
export function holdsIdsAlone(source: RowIdSource): source is BigUint64Array | readonly bigint[] {
  return source instanceof BigUint64Array || Array.isArray(source)
}

/** `isWide` says what ids alone are. */
export function rowIdTable(source: RowIdSource, isWide: boolean): RecordBatch | Table {
  if (!holdsIdsAlone(source)) return source instanceof Vector ? new Table({ [ROW_ID]: source }) : source
  if (isWide) return new Table({ [ROW_ID]: decimalVector([...source], 38, 0) })
  const ids = source instanceof BigUint64Array ? makeVector(source) : vectorFromArray([...source], new Uint64())
  return new Table({ [ROW_ID]: ids })
}

function readIds({ runs }: RowColumn, what: string): BigUint64Array | bigint[] {
  const ids: bigint[] = []
  for (const { data, start, end } of runs) {
    if (data.nullCount > 0) throw new VastdbError('ERR_VASTDB_TYPE', `${what}: ${ROW_ID} holds nulls.`)
    const words = data.values as BigUint64Array | Uint32Array
    for (let i = start; i < end; i++) {
      ids.push(words instanceof Uint32Array ? wordsToBigInt(words, i * data.stride) : words[i]!)
    }
  }
  return ids
}

/** The order that sorts the ids, or undefined when they are sorted already. */
function ascending(ids: ArrayLike<bigint>): Uint32Array | undefined {
  let sorted = true
  for (let i = 1; i < ids.length && sorted; i++) sorted = ids[i - 1]! <= ids[i]!
  if (sorted) return undefined
  const order = Uint32Array.from({ length: ids.length }, (_, i) => i)
  return order.sort((a, b) => (ids[a]! < ids[b]! ? -1 : ids[a]! > ids[b]! ? 1 : a - b))
}
