import { childrenOf, type Field } from './types.ts'

/**
 * One Arrow array without an offset. Bitmaps are least-significant-bit first; a null `validity` means no nulls.
 * `values` holds fixed-width values, bits of booleans or the bytes of strings; `offsets` (length + 1 entries)
 * belongs to strings, lists and maps.
 */
export interface Column {
  readonly field: Field
  readonly length: number
  readonly validity: Uint8Array | null
  readonly offsets: Int32Array | null
  readonly values: Uint8Array | null
  readonly children: readonly Column[]
}

/** Columns of equal length. */
export interface Batch {
  readonly length: number
  readonly columns: readonly Column[]
}

/** A column without values. */
export function emptyColumn(field: Field): Column {
  const { kind } = field.type
  const isText = kind === 'utf8' || kind === 'binary'
  const children = childrenOf(field.type).map(emptyColumn)
  const offsets = isText || kind === 'list' || kind === 'map' ? new Int32Array(1) : null
  const values = isText || children.length === 0 ? new Uint8Array(0) : null
  return { field, length: 0, validity: null, offsets, values, children }
}

export function isValid(validity: Uint8Array | null, index: number): boolean {
  return validity === null || ((validity[index >> 3]! >> (index & 7)) & 1) === 1
}

/** Nulls among the first `length` entries. */
export function nullCount(validity: Uint8Array | null, length: number): number {
  if (validity === null) return 0
  let valid = 0
  const whole = length >> 3
  for (let index = 0; index < whole; index++) valid += BITS_SET[validity[index]!]!
  for (let index = whole << 3; index < length; index++) valid += (validity[index >> 3]! >> (index & 7)) & 1
  return length - valid
}

const BITS_SET = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length)

/**
 * Copy `count` bits. Source bits past its end read as `past`; target bits outside the range are left alone when the
 * target starts inside a byte, and unspecified after the end.
 */
export function copyBits(
  target: Uint8Array,
  targetBit: number,
  source: Uint8Array,
  sourceBit: number,
  count: number,
): void {
  if ((targetBit & 7) === 0 && (sourceBit & 7) === 0) {
    const from = sourceBit >> 3
    target.set(source.subarray(from, from + ((count + 7) >> 3)), targetBit >> 3)
    return
  }
  for (let index = 0; index < count; index++) {
    const bit = (source[(sourceBit + index) >> 3]! >> ((sourceBit + index) & 7)) & 1
    const at = targetBit + index
    const mask = 1 << (at & 7)
    if (bit) target[at >> 3]! |= mask
    else target[at >> 3]! &= ~mask
  }
}

/** Set `count` bits from `bit` on. */
export function setBits(target: Uint8Array, bit: number, count: number): void {
  let at = bit
  const end = bit + count
  while (at < end && (at & 7) !== 0) {
    target[at >> 3]! |= 1 << (at & 7)
    at++
  }
  const whole = end & ~7
  if (whole > at) {
    target.fill(0xff, at >> 3, whole >> 3)
    at = whole
  }
  for (; at < end; at++) target[at >> 3]! |= 1 << (at & 7)
}
