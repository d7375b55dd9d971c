/** Bit i of an Arrow bitmap: least significant bit first. */
export function bitAt(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3]! >> (index & 7)) & 1) === 1
}

/** Ones among bits `start` (inclusive) to `end` (exclusive). */
export function countOnes(bitmap: Uint8Array, start: number, end: number): number {
  let ones = 0
  let at = start
  for (; at < end && (at & 7) !== 0; at++) ones += bitAt(bitmap, at) ? 1 : 0
  for (; at + 8 <= end; at += 8) ones += ONES[bitmap[at >> 3]!]!
  for (; at < end; at++) ones += bitAt(bitmap, at) ? 1 : 0
  return ones
}

/** Copies bits; `target` must hold zeros where they go. */
export function copyBits(source: Uint8Array, from: number, target: Uint8Array, to: number, count: number): void {
  if ((from & 7) === 0 && (to & 7) === 0) {
    const whole = count >> 3
    target.set(source.subarray(from >> 3, (from >> 3) + whole), to >> 3)
    copyBitByBit(source, from + whole * 8, target, to + whole * 8, count - whole * 8)
  } else {
    copyBitByBit(source, from, target, to, count)
  }
}

function copyBitByBit(source: Uint8Array, from: number, target: Uint8Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) {
    if (bitAt(source, from + i)) target[(to + i) >> 3]! |= 1 << ((to + i) & 7)
  }
}

export function setBits(target: Uint8Array, from: number, count: number): void {
  for (let i = from; i < from + count; i++) target[i >> 3]! |= 1 << (i & 7)
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let ones = 0
  for (let rest = byte; rest !== 0; rest >>= 1) ones += rest & 1
  return ones
})
