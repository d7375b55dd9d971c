import { Decimal, makeData, Vector } from 'apache-arrow'
import { optionError } from './errors.ts'

/** Text like `'-12.50'`, or a whole number. */
export type DecimalValue = string | bigint | number

/**
 * A decimal128 column from numbers in text or whole numbers, exactly; apache-arrow itself only takes raw words.
 * Throws ERR_OPTION_INVALID for a value with more than `scale` decimals or more than `precision` digits.
 */
export function decimalVector(
  values: readonly (DecimalValue | null)[],
  precision: number,
  scale: number,
): Vector<Decimal> {
  const bytes = new Uint8Array(values.length * 16)
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8))
  let nullCount = 0
  for (const [i, value] of values.entries()) {
    if (value === null) {
      nullCount += 1
      continue
    }
    const unscaled = toUnscaled(value, scale)
    if (unscaled === undefined || digitsOf(unscaled) > precision) {
      throw optionError('decimal', `a number of at most ${precision} digits, ${scale} of them decimals`, value)
    }
    bytes.set(decimalBytes(unscaled), i * 16)
    nullBitmap[i >> 3]! |= 1 << (i & 7)
  }
  const data = new Uint32Array(bytes.buffer)
  const type = new Decimal(scale, precision, 128)
  return new Vector([makeData({ type, length: values.length, nullCount, nullBitmap, data })])
}

/** A value of a decimal column as text: words from `Vector.get`, least significant first. */
export function decimalText(words: Uint32Array, scale: number): string {
  const unscaled = BigInt.asIntN(128, wordsToBigInt(words))
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** Four 32-bit words, least significant first, as an unsigned number. */
export function wordsToBigInt(words: Uint32Array, at = 0): bigint {
  let value = 0n
  for (let i = 3; i >= 0; i--) value = (value << 32n) | BigInt(words[at + i] ?? 0)
  return value
}

/** The number times 10^scale, or undefined when it is no number or has more decimals than that. */
export function toUnscaled(value: unknown, scale: number): bigint | undefined {
  if (typeof value === 'bigint') return value * 10n ** BigInt(scale)
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  const match = typeof text === 'string' ? /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text.trim()) : null
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  const decimals = fraction.replace(/0+$/, '')
  if (decimals.length > scale) return undefined
  const unscaled = BigInt(whole + decimals.padEnd(scale, '0'))
  return sign === '-' ? -unscaled : unscaled
}

/** Sixteen bytes, little-endian two's complement. */
export function decimalBytes(unscaled: bigint): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  const bits = BigInt.asUintN(128, unscaled)
  view.setBigUint64(0, BigInt.asUintN(64, bits), true)
  view.setBigUint64(8, bits >> 64n, true)
  return bytes
}

export function digitsOf(unscaled: bigint): number {
  return (unscaled < 0n ? -unscaled : unscaled).toString().length
}
