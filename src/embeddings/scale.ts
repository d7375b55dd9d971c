/**
 * log2 by straight lines between powers of two: 0 for 1, 1 for 2, 1.5 for 3. Exact arithmetic, so the same on every
 * engine; `Math.log2` is not promised to be. Numbers below 1 and NaN give 0.
 */
export function softLog2(value: number): number {
  if (!(value >= 1)) return 0
  let exponent = 0
  let mantissa = value
  while (mantissa >= 2 ** 16) {
    mantissa /= 2 ** 16
    exponent += 16
    if (exponent > 1024) return 1024
  }
  while (mantissa >= 2) {
    mantissa /= 2
    exponent += 1
  }
  return exponent + (mantissa - 1)
}

/** softLog2 for positive ratios on both sides of 1: negative below it. 0 for anything that is not a positive number. */
export function softLogRatio(ratio: number): number {
  if (!(ratio > 0) || ratio === Number.POSITIVE_INFINITY) return 0
  return ratio >= 1 ? softLog2(ratio) : -softLog2(1 / ratio)
}
