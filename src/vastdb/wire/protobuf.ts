import { protocolError } from '../errors.ts'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5
const MAX_SHIFT = 63n

/** A field to encode: whole numbers as varints, text and bytes with their length; null leaves it out. */
export type ProtoField = readonly [number: number, value: bigint | boolean | string | Uint8Array | null]

/** One protobuf message. */
export function encodeMessage(fields: readonly ProtoField[]): Uint8Array {
  const bytes: number[] = []
  const varint = (value: bigint) => {
    let rest = value
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
    bytes.push(Number(rest))
  }
  for (const [number, value] of fields) {
    if (value === null) continue
    const isNumber = typeof value === 'bigint' || typeof value === 'boolean'
    varint(BigInt((number << 3) | (isNumber ? VARINT : BYTES)))
    if (isNumber) {
      varint(BigInt(value))
      continue
    }
    const content = typeof value === 'string' ? new TextEncoder().encode(value) : value
    varint(BigInt(content.length))
    for (const byte of content) bytes.push(byte)
  }
  return Uint8Array.from(bytes)
}

/** A received message; fields it does not have are null or empty. */
export class ProtoMessage {
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>()
  readonly #what: string

  /** Throws ERR_VASTDB_PROTOCOL for bytes that are no message. */
  constructor(bytes: Uint8Array, what: string) {
    this.#what = what
    const cursor = new Cursor(bytes, what)
    while (!cursor.ended) {
      const key = cursor.varint()
      const number = Number(key >> 3n)
      this.#fields.set(number, [...(this.#fields.get(number) ?? []), cursor.value(Number(key & 7n))])
    }
  }

  bytes(number: number): Uint8Array | null {
    const value = this.#fields.get(number)?.at(-1)
    return value instanceof Uint8Array ? value : null
  }

  text(number: number): string | null {
    const value = this.bytes(number)
    return value && new TextDecoder().decode(value)
  }

  integer(number: number): bigint | null {
    const value = this.#fields.get(number)?.at(-1)
    return typeof value === 'bigint' ? value : null
  }

  message(number: number): ProtoMessage | null {
    const value = this.bytes(number)
    return value && new ProtoMessage(value, this.#what)
  }

  messages(number: number): ProtoMessage[] {
    const values = this.#fields.get(number) ?? []
    return values.flatMap((value) => (value instanceof Uint8Array ? [new ProtoMessage(value, this.#what)] : []))
  }
}

class Cursor {
  readonly #bytes: Uint8Array
  readonly #what: string
  #at = 0

  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes
    this.#what = what
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift <= MAX_SHIFT; shift += 7n) {
      const byte = this.#take(1)[0]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw this.#broken()
  }

  value(wireType: number): bigint | Uint8Array {
    if (wireType === VARINT) return this.varint()
    if (wireType === BYTES) return this.#take(Number(this.varint()))
    if (wireType === FIXED64) return this.#take(8)
    if (wireType === FIXED32) return this.#take(4)
    throw this.#broken()
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw this.#broken()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  #broken(): Error {
    return protocolError(this.#what, 'the answer is not a protobuf message')
  }
}
