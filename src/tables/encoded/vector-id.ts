import { hash } from 'node:crypto'
import type { EncodedColumn } from './batch.ts'

/** What names a vector wherever it is stored: the first 64 bits of SHA-256 over its numbers, float32, little-endian. */
export function vectorId(vector: Float32Array): bigint {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
  return hash('sha256', bytes, 'buffer').readBigInt64LE(0)
}

/** The ids of a column of vectors, by row; anything where there is none. */
export function vectorIds(
  { data, valid, ids }: EncodedColumn,
  rowCount: number,
  size: number,
): BigInt64Array<ArrayBuffer> {
  if (ids) return ids
  const made = new BigInt64Array(rowCount)
  for (let row = 0, at = 0; row < rowCount; row++) {
    if (valid?.[row] === 0) continue
    made[row] = vectorId((data as Float32Array).subarray(at, at + size))
    at += size
  }
  return made
}
