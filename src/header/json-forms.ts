import { shortestFloat32 } from './float32.ts'
import { natives } from './natives.ts'

/** Text or bytes that JSON cannot hold as they are. */
export interface EncodedBytes {
  readonly encoding: 'base64'
  readonly data: string
}

/** A number as JSON can hold it. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity'

/** float32 in its shortest form; NaN and infinities as words. JSON has no negative zero: it becomes zero. */
export function float32(value: number): JsonNumber {
  return Number.isFinite(value) ? shortestFloat32(value) + 0 : (String(value) as JsonNumber)
}

/** float64; NaN and infinities as words, negative zero as zero. */
export function float64(value: number): JsonNumber {
  return Number.isFinite(value) ? value + 0 : (String(value) as JsonNumber)
}

/** Bytes as an object that names their encoding. */
export function base64(bytes: Uint8Array): EncodedBytes {
  return { encoding: 'base64', data: toBase64(bytes) }
}

/** Bytes as base64 text alone. */
export function toBase64(bytes: Uint8Array): string {
  return natives.toBase64(bytes)
}
