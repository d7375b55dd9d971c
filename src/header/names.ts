import { nameTextAt } from './bytes.ts'

const SLOTS = 2048
const LONGEST = 48
const slots: (string | undefined)[] = new Array(SLOTS).fill(undefined)

/** A hash of a name's bytes, from 0 on, one after the other. */
export function nextHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0
}

/** To be called after the last byte. */
export function endHash(hash: number): number {
  return hash ^ (hash >>> 13)
}

/**
 * Text of a name at [start, end), with `hash` computed over its bytes while its end was looked for. The same few
 * names are in every file, so the string is taken from a fixed-size table when it was seen before.
 */
export function nameAt(bytes: Uint8Array, start: number, end: number, hash: number): string {
  const length = end - start
  if (length > LONGEST) return nameTextAt(bytes, start, end)
  const slot = hash & (SLOTS - 1)
  const known = slots[slot]
  if (known !== undefined && known.length === length) {
    let i = 0
    while (i < length && known.charCodeAt(i) === bytes[start + i] && bytes[start + i]! < 0x80) i++
    if (i === length) return known
  }
  const text = nameTextAt(bytes, start, end)
  slots[slot] = text
  return text
}
