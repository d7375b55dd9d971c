import type { DuckDBDataChunk } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'

/** A column of BIGINT without nulls as two numbers a row, the lower half first: a million BigInts take a second. */
export function halvesOf(chunk: DuckDBDataChunk, column: number): Uint32Array {
  const bytes = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount * 8)
  return new Uint32Array(bytes.buffer, bytes.byteOffset, chunk.rowCount * 2)
}

/** A column of INTEGER without nulls, in memory that is the next chunk's too. */
export function intsOf(chunk: DuckDBDataChunk, column: number): Int32Array {
  const bytes = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, column), chunk.rowCount * 4)
  return new Int32Array(bytes.buffer, bytes.byteOffset, chunk.rowCount)
}

/** A column of BIGINT without nulls. */
export function longsOf(chunk: DuckDBDataChunk, column: number): BigInt64Array {
  const { buffer, byteOffset } = halvesOf(chunk, column)
  return new BigInt64Array(buffer, byteOffset, chunk.rowCount)
}

/** The numbers of a column of FLOAT[dimension], one row behind the other; those of a null are anything. */
export function floatsOf(chunk: DuckDBDataChunk, column: number, dimension: number): Float32Array {
  const child = duckdb.array_vector_get_child(duckdb.data_chunk_get_vector(chunk.chunk, column))
  const bytes = duckdb.vector_get_data(child, chunk.rowCount * dimension * 4)
  return new Float32Array(bytes.buffer, bytes.byteOffset, chunk.rowCount * dimension)
}
