import type { DuckDBDataChunk } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import { DuckDBBlobType, DuckDBVarCharType } from '../../duckdb-api.ts'
import { ExrError } from '../../errors.ts'
import type { QueryColumn } from '../catalog.ts'
import { plainValue } from './values.ts'

/** Bytes of the largest text or blob that a query hands out: in JavaScript it is there several times at once. */
const MAX_CELL_BYTES = 64 * 2 ** 20

/** Bytes of text of rows that are handed out together. */
const GROUP_BYTES = 16 * 2 ** 20

/** Bytes of a `duckdb_string_t`, whose first four are the length. */
const STRING_BYTES = 16

/**
 * The rows of a chunk, as few at a time as their texts are long. Throws ERR_CATALOG_QUERY for a text or blob of more than
 * 64 MiB before it is made one of JavaScript's.
 */
export function* rowGroups(chunk: DuckDBDataChunk, columns: readonly QueryColumn[]): Generator<unknown[][]> {
  const bytes = textBytes(chunk, columns)
  if (bytes.reduce((sum, row) => sum + row, 0) <= GROUP_BYTES) {
    yield chunk.getRows().map((row) => row.map(plainValue))
    return
  }
  let rows: unknown[][] = []
  let held = 0
  for (let row = 0; row < chunk.rowCount; row++) {
    rows.push(chunk.getRowValues(row).map(plainValue))
    held += bytes[row]!
    if (held < GROUP_BYTES) continue
    yield rows
    rows = []
    held = 0
  }
  if (rows.length > 0) yield rows
}

/** Bytes of text and blobs by row. */
function textBytes(chunk: DuckDBDataChunk, columns: readonly QueryColumn[]): Float64Array {
  const sums = new Float64Array(chunk.rowCount)
  columns.forEach(({ name }, index) => {
    const { type } = chunk.getColumnVector(index)
    if (!(type instanceof DuckDBVarCharType || type instanceof DuckDBBlobType)) return
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index)
    const data = Buffer.from(duckdb.vector_get_data(vector, chunk.rowCount * STRING_BYTES))
    const validity = duckdb.vector_get_validity(vector, Math.ceil(chunk.rowCount / 64) * 8)
    for (let row = 0; row < chunk.rowCount; row++) {
      const isNull = validity !== null && ((validity[row >> 3]! >> (row & 7)) & 1) === 0
      const length = isNull ? 0 : data.readUInt32LE(row * STRING_BYTES)
      if (length > MAX_CELL_BYTES) throw tooLarge(name, length)
      sums[row]! += length
    }
  })
  return sums
}

function tooLarge(name: string, length: number): ExrError {
  return new ExrError(
    'ERR_CATALOG_QUERY',
    `A value of column ${name} has ${length} bytes, and a query gives at most ${MAX_CELL_BYTES}. ` +
      'Ask for its length(), or for a part of it with substr().',
  )
}
