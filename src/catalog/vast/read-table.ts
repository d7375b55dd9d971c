import type { RecordBatch, Vector } from 'apache-arrow'
import {
  type ColumnDefinition,
  type ColumnType,
  type EncodedRows,
  encodeRows,
  type TableDefinition,
  type VectorTable,
  vectorTableOf,
} from '../../tables/index.ts'
import { col, type SelectOptions } from '../../vastdb/index.ts'
import type { ReadTable } from '../content.ts'
import { floatsAt, RowView } from './rows.ts'
import type { Tables } from './store.ts'
import { keyOf, readVectorCells, VectorsOfFiles } from './vectors-apart.ts'

interface ReadOptions {
  /** Only rows of these files; at most a thousand. */
  readonly fileIds?: readonly string[]
  /** Of `files` only this row. */
  readonly fileRow?: bigint
  readonly signal?: AbortSignal | undefined
}

/** Rows whose vectors are looked up at once. */
const ROWS_AT_ONCE = 1_000

/** Reads tables as an embedded catalog has them, in one transaction: vectors are put back where they belong. */
export function tableReader(tables: Tables, options: ReadOptions = {}): ReadTable {
  return async function* (definition): AsyncGenerator<EncodedRows> {
    const apart = apartOf(definition)
    if (!apart) return yield* readPlain(tables, definition, options)
    const vectors = new VectorsOfFiles(tables, apart)
    const { own, keys } = columnsBeside(definition, apart)
    for await (const batch of tables(definition.name).select(selection(definition.name, own, options))) {
      const cell = cellsOf(batch, own)
      const place = definition.columns.map(({ name }) => own.findIndex((column) => column.name === name))
      for (let start = 0; start < batch.numRows; start += ROWS_AT_ONCE) {
        const count = Math.min(ROWS_AT_ONCE, batch.numRows - start)
        const names = Array.from({ length: count }, (_, row) => keys.map((key) => cell(start + row, key)))
        await vectors.load(names.map(([fileId]) => String(fileId)))
        yield encodeRows(definition.columns, count, (row, column) =>
          place[column] === -1 ? vectors.take(names[row]!) : cell(start + row, place[column]!),
        )
      }
    }
  }
}

/**
 * The same for digests alone, of whole tables: of a vector only what digests make of it is kept, so that memory grows with
 * files and parts by a few bytes each, whatever the order of rows.
 */
export function digestReader(tables: Tables, signal?: AbortSignal): ReadTable {
  return async function* (definition): AsyncGenerator<EncodedRows> {
    const apart = apartOf(definition)
    if (!apart) return yield* readPlain(tables, definition, { signal })
    const cells = await readVectorCells(tables, apart, signal)
    const { own, keys } = columnsBeside(definition, apart)
    const at = definition.columns.findIndex(({ name }) => name === apart.vector)
    const rest = definition.columns.filter((_, index) => index !== at)
    for await (const batch of tables(definition.name).select(selection(definition.name, own, { signal }))) {
      const cell = cellsOf(batch, own)
      const place = rest.map(({ name }) => own.findIndex((column) => column.name === name))
      const rows = encodeRows(rest, batch.numRows, (row, column) => cell(row, place[column]!))
      const names = Array.from({ length: batch.numRows }, (_, row) => keyOf(keys.map((key) => cell(row, key))))
      yield { ...rows, columns: rows.columns.toSpliced(at, 0, cells.column(names)) }
    }
  }
}

async function* readPlain(
  tables: Tables,
  { name, columns }: TableDefinition,
  options: ReadOptions,
): AsyncGenerator<EncodedRows> {
  for await (const batch of tables(name).select(selection(name, columns, options))) yield encodeBatch(batch, columns)
}

function selection(
  name: string,
  columns: readonly Pick<ColumnDefinition, 'name'>[],
  { fileIds, fileRow, signal }: ReadOptions,
): SelectOptions {
  return {
    columns: columns.map((column) => column.name),
    ...(fileIds ? { where: col('file_id').in(fileIds) } : {}),
    ...(fileRow !== undefined && name === 'files' ? { where: col('$row_id').eq(fileRow) } : {}),
    ...(signal ? { signal } : {}),
  }
}

/** Where the vectors are that were asked for; null when none were. */
function apartOf({ name, columns }: TableDefinition): VectorTable | null {
  const apart = vectorTableOf(name)
  return apart !== null && columns.some((column) => column.name === apart.vector) ? apart : null
}

/** The columns to read of the table itself, and where among them the key of its vectors is. */
function columnsBeside({ columns }: TableDefinition, apart: VectorTable) {
  const own: ColumnDefinition[] = columns.filter(({ name }) => name !== apart.vector)
  for (const key of apart.key) {
    if (!own.some(({ name }) => name === key)) own.push(apart.columns.find(({ name }) => name === key)!)
  }
  return { own, keys: apart.key.map((key) => own.findIndex(({ name }) => name === key)) }
}

/** A batch of Arrow's as encoded rows; its columns are those given, in their order, none of them of bytes. */
export function encodeBatch(batch: RecordBatch, columns: readonly { readonly type: ColumnType }[]): EncodedRows {
  return encodeRows(columns, batch.numRows, cellsOf(batch, columns))
}

/** Reads the cells of a batch, as `encodeRows` takes them. */
function cellsOf(
  batch: RecordBatch,
  columns: readonly { readonly type: ColumnType }[],
): (row: number, column: number) => unknown {
  const view = new RowView(batch)
  const readers = columns.map(({ type }, column) => cellReader(type, column, batch.getChildAt(column)!, view))
  return (row, column) => readers[column]!(row)
}

function cellReader(type: ColumnType, column: number, vector: Vector, view: RowView): (row: number) => unknown {
  if (typeof type === 'object') return (row) => (vector.isValid(row) ? floatsAt(vector, row) : null)
  if (type !== 'int64' && type !== 'timestamp') return (row) => vector.get(row)
  return (row) => {
    view.row = row
    return view.big(column)
  }
}
