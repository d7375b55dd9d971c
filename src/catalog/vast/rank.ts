/** One batch's vectors, one after the other, and the vector to compare them with. Crosses to another thread. */
export interface RankTask {
  readonly batch: number
  readonly vectors: Float32Array
  readonly query: Float32Array
}

/** Cosine of the query and each vector, -1 to 1; 0 where a vector has no length. */
export function similarities(vectors: Float32Array, query: Float32Array): Float64Array<ArrayBuffer> {
  const queryNorm = Math.sqrt(dot(query, query, 0))
  const size = query.length
  const result = new Float64Array(Math.floor(vectors.length / size))
  for (let row = 0; row < result.length; row++) {
    const start = row * size
    const norm = Math.sqrt(squares(vectors, start, size)) * queryNorm
    result[row] = norm === 0 ? 0 : Math.max(-1, Math.min(1, dot(query, vectors, start) / norm))
  }
  return result
}

/** Of `a` with the part of `b` that begins at `start`. */
function dot(a: Float32Array, b: Float32Array, start: number): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[start + index]!
  return sum
}

function squares(values: Float32Array, start: number, size: number): number {
  let sum = 0
  for (let index = start; index < start + size; index++) sum += values[index]! * values[index]!
  return sum
}
