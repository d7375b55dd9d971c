import {
  type EncodedColumn,
  type EncodedTable,
  type TableDefinition,
  type VectorTable,
  vectorCell,
  vectorTableOf,
  withoutVectors,
} from '../../tables/index.ts'
import { lookUp } from './lookup.ts'
import { floatsAt, RowView } from './rows.ts'
import type { Tables } from './store.ts'

/** Numbers of a digest's cell. */
const LANES = 4

/** Rows on their way into one table. */
interface StoredRows {
  readonly table: TableDefinition
  readonly rows: Pick<EncodedTable, 'rowCount' | 'columns'>
}

/** The rows of a table as a VAST DataBase takes them: its own without vectors, then those of the table of its vectors. */
export function storedRows(table: TableDefinition, rows: StoredRows['rows']): StoredRows[] {
  const apart = vectorTableOf(table.name)
  if (!apart) return [{ table, rows }]
  const at = table.columns.findIndex(({ name }) => name === apart.vector)
  const own = { rowCount: rows.rowCount, columns: rows.columns.toSpliced(at, 1) }
  return [
    { table: withoutVectors(table), rows: own },
    { table: apart, rows: vectorRows(table, rows, apart) },
  ]
}

function vectorRows(
  table: TableDefinition,
  { rowCount, columns }: Pick<EncodedTable, 'rowCount' | 'columns'>,
  apart: VectorTable,
): StoredRows['rows'] {
  const column = (name: string) => columns[table.columns.findIndex((candidate) => candidate.name === name)]!
  const { data, valid } = column(apart.vector)
  const there = Array.from({ length: rowCount }, (_, row) => row).filter((row) => valid?.[row] !== 0)
  return {
    rowCount: there.length,
    columns: apart.columns.map(({ name }) =>
      name === apart.vector ? { data, valid: null } : pick(column(name), there),
    ),
  }
}

/** Some rows of a column of scalars. */
function pick({ data, valid }: EncodedColumn, rows: readonly number[]): EncodedColumn {
  const picked = new (data.constructor as new (length: number) => EncodedColumn['data'])(rows.length)
  rows.forEach((row, index) => {
    picked[index] = data[row]!
  })
  return { data: picked, valid: valid && Uint8Array.from(rows, (row) => valid[row]!) }
}

/** One text for the key of a vector. */
export function keyOf(values: readonly unknown[]): string {
  return values.map(String).join('\0')
}

/** The vectors of a few files at a time. Those of files that were asked for just before are not read again. */
export class VectorsOfFiles {
  readonly #tables: Tables
  readonly #table: VectorTable
  #known = new Map<string, Map<string, Float32Array>>()

  constructor(tables: Tables, table: VectorTable) {
    this.#tables = tables
    this.#table = table
  }

  /** Reads the vectors of files, at most a thousand at once, and forgets those of others. */
  async load(fileIds: readonly string[]): Promise<void> {
    const wanted = new Map([...new Set(fileIds)].map((fileId) => [fileId, this.#known.get(fileId)]))
    const missing = [...wanted].flatMap(([fileId, known]) => (known ? [] : [fileId]))
    this.#known = new Map([...wanted].map(([fileId, known]) => [fileId, known ?? new Map()]))
    if (missing.length === 0) return
    const { name, key, vector } = this.#table
    const rowIds = new Map<string, bigint>()
    const columns = [...key, vector]
    const request = { table: this.#tables(name), column: 'file_id', values: missing, columns, rowId: true }
    await lookUp(request, (row) => {
      const place = keyOf(key.map((_, index) => row.value(index)))
      const rowId = row.big(columns.length)!
      // Of vectors that are there twice the first stays, as with every row.
      if ((rowIds.get(place) ?? rowId) < rowId) return
      rowIds.set(place, rowId)
      const floats = row.floats(key.length)
      if (floats) this.#known.get(row.name(0))!.set(place, floats.slice())
    })
  }

  /** The vector of a key, or null. It is given once: where two rows have one key (channels of one name), the first has the vector. */
  take(key: readonly unknown[]): Float32Array | null {
    const ofFile = this.#known.get(String(key[0]))
    const vector = ofFile?.get(keyOf(key)) ?? null
    ofFile?.delete(keyOf(key))
    return vector
  }
}

/** What digests make of every vector, by key. */
interface VectorCells {
  /** The column of some rows, given their keys; each key has its vector once. */
  readonly column: (keys: readonly string[]) => EncodedColumn
}

/** Reads every vector of a table and keeps four numbers of each. */
export async function readVectorCells(
  tables: Tables,
  { name, key, vector }: VectorTable,
  signal: AbortSignal | undefined,
): Promise<VectorCells> {
  const places = new Map<string, number>()
  let cells = new Uint32Array(1024 * LANES)
  let count = 0
  const cell = new Uint32Array(LANES)
  for await (const batch of tables(name).select({ columns: [...key, vector], ...(signal ? { signal } : {}) })) {
    const view = new RowView(batch)
    const vectors = batch.getChildAt(key.length)!
    for (; view.row < batch.numRows; view.row++) {
      if (!vectors.isValid(view.row)) continue
      const place = count++
      if ((place + 1) * LANES > cells.length) cells = grown(cells)
      places.set(keyOf(key.map((_, index) => view.value(index))), place)
      const floats = floatsAt(vectors, view.row)
      vectorCell(cell, floats, 0, floats.length)
      cells.set(cell, place * LANES)
    }
  }
  return {
    column: (keys) => {
      const valid = new Uint8Array(keys.length)
      const own = new Uint32Array(keys.length * LANES)
      keys.forEach((text, row) => {
        const place = places.get(text)
        if (place === undefined) return
        places.delete(text)
        valid[row] = 1
        own.set(cells.subarray(place * LANES, (place + 1) * LANES), row * LANES)
      })
      return { data: new Float32Array(0), valid, cells: own }
    },
  }
}

function grown(cells: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const next = new Uint32Array(cells.length * 2)
  next.set(cells)
  return next
}
