const ROUNDS = 60

/** A plane through points, and the share of their variance that each of its axes shows. */
export interface Plane {
  readonly points: readonly (readonly [number, number])[]
  readonly explained: readonly [number, number]
}

/**
 * The two principal components of vectors of one length, by power iteration on what the first leaves over (Jolliffe,
 * "Principal Component Analysis"). The same vectors give the same plane. Pure.
 */
export function principalPlane(vectors: readonly (readonly number[])[]): Plane {
  const size = vectors[0]?.length ?? 0
  if (size === 0) return { points: [], explained: [0, 0] }
  const mean = new Float64Array(size)
  for (const vector of vectors) for (let i = 0; i < size; i++) mean[i]! += vector[i]! / vectors.length
  const rows = vectors.map((vector) => Float64Array.from(vector, (value, i) => value - mean[i]!))
  const total = sumOf(rows.map((row) => dot(row, row)))
  const coordinates: Float64Array[] = []
  const shares: number[] = []
  for (let component = 0; component < 2; component++) {
    const axis = strongestAxis(rows, size)
    const along = Float64Array.from(rows, (row) => dot(row, axis))
    for (const [r, row] of rows.entries()) for (let i = 0; i < size; i++) row[i]! -= along[r]! * axis[i]!
    coordinates.push(along)
    shares.push(total === 0 ? 0 : dot(along, along) / total)
  }
  const points = vectors.map((_, r) => [coordinates[0]![r]!, coordinates[1]![r]!] as const)
  return { points, explained: [shares[0]!, shares[1]!] }
}

/** Starts at the longest row, so that it depends on nothing but the rows. */
function strongestAxis(rows: readonly Float64Array[], size: number): Float64Array {
  const start = rows.reduce((best, row) => (dot(row, row) > dot(best, best) ? row : best), rows[0]!)
  let axis = unit(Float64Array.from(start))
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(size)
    for (const row of rows) {
      const along = dot(row, axis)
      for (let i = 0; i < size; i++) next[i]! += along * row[i]!
    }
    axis = unit(next)
  }
  return axis
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector))
  return length === 0 ? vector : vector.map((value) => value / length)
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
