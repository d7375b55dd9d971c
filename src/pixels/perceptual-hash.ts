/** Sides of the picture that is looked at, and of the square of frequencies that is kept of it. */
export const PICTURE_SIDE = 32
const KEPT = 8

/** Rec. 709 weights; on the pictures of other primaries the hash is as good. */
const WEIGHTS = [0.2126, 0.7152, 0.0722]

/**
 * 64 bits of which few differ between pictures that look alike: the luminance of a 32 x 32 picture, compressed by its own
 * mean so that exposure hardly matters, and of its cosine transform the 8 x 8 lowest frequencies, each 1 where it is
 * above their median. 16 hex digits; the first bit is the constant term and always 0.
 * @param rgb three pictures of 32 x 32 linear values; NaN counts as 0
 */
export function perceptualHash(rgb: readonly [Float32Array, Float32Array, Float32Array]): string {
  const light = new Float64Array(PICTURE_SIDE * PICTURE_SIDE)
  for (let i = 0; i < light.length; i++) {
    for (const [c, picture] of rgb.entries()) {
      const value = picture[i]!
      if (value > 0) light[i]! += WEIGHTS[c]! * Math.min(value, 65504)
    }
  }
  const mean = light.reduce((sum, value) => sum + value, 0) / light.length
  const tones = mean === 0 ? light : light.map((value) => value / (value + mean))
  const low = lowFrequencies(tones)
  const sorted = low.slice(1).sort()
  const median = sorted[Math.floor(sorted.length / 2)]!
  let bits = 0n
  for (const [i, value] of low.entries()) bits = (bits << 1n) | (i > 0 && value > median ? 1n : 0n)
  return bits.toString(16).padStart(16, '0')
}

/** Bits in which two hashes differ, 0 to 64. Up to about 10 the pictures mostly look alike. */
export function hashDistance(a: string, b: string): number {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`)
  let count = 0
  for (; bits > 0n; bits &= bits - 1n) count++
  return count
}

/** Type II cosine transform, the 8 x 8 lowest frequencies row by row. */
function lowFrequencies(values: Float64Array): Float64Array {
  const cosines = Array.from({ length: KEPT }, (_, k) =>
    Float64Array.from({ length: PICTURE_SIDE }, (_, i) => Math.cos((Math.PI * k * (2 * i + 1)) / (2 * PICTURE_SIDE))),
  )
  const rows = new Float64Array(PICTURE_SIDE * KEPT)
  for (let y = 0; y < PICTURE_SIDE; y++) {
    for (let k = 0; k < KEPT; k++) {
      for (let x = 0; x < PICTURE_SIDE; x++) rows[y * KEPT + k]! += values[y * PICTURE_SIDE + x]! * cosines[k]![x]!
    }
  }
  const low = new Float64Array(KEPT * KEPT)
  for (let v = 0; v < KEPT; v++) {
    for (let k = 0; k < KEPT; k++) {
      for (let y = 0; y < PICTURE_SIDE; y++) low[v * KEPT + k]! += rows[y * KEPT + k]! * cosines[v]![y]!
    }
  }
  return low
}
