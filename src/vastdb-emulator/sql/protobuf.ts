import { concatBytes } from '../arrow/ipc-write.ts'
import { badRequest } from '../errors.ts'

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** The fields of a protobuf message, by number; a field that is there several times has several values. */
export class ProtoMessage {
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>()

  /** Throws 400 for bytes that are not a message. */
  constructor(bytes: Uint8Array) {
    let at = 0
    const varint = (): bigint => {
      let value = 0n
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = bytes[at++]
        if (byte === undefined) throw malformed()
        value |= BigInt(byte & 0x7f) << shift
        if (byte < 0x80) return BigInt.asUintN(64, value)
      }
      throw malformed()
    }
    const take = (length: number): Uint8Array => {
      if (length > bytes.byteLength - at) throw malformed()
      at += length
      return bytes.subarray(at - length, at)
    }
    while (at < bytes.byteLength) {
      const key = Number(varint())
      const wireType = key & 7
      const value =
        wireType === VARINT ? varint() : wireType === BYTES ? take(Number(varint())) : take(fixedLength(wireType))
      const number = key >>> 3
      this.#fields.set(number, [...(this.#fields.get(number) ?? []), value])
    }
  }

  bytes(field: number): Uint8Array | null {
    const value = this.#fields.get(field)?.at(-1)
    return value instanceof Uint8Array ? value : null
  }

  text(field: number): string | null {
    const value = this.bytes(field)
    return value === null ? null : Buffer.from(value).toString('utf8')
  }

  integer(field: number): bigint | null {
    const value = this.#fields.get(field)?.at(-1)
    return typeof value === 'bigint' ? value : null
  }

  message(field: number): ProtoMessage | null {
    const value = this.bytes(field)
    return value === null ? null : new ProtoMessage(value)
  }
}

function fixedLength(wireType: number): number {
  if (wireType === FIXED64) return 8
  if (wireType === FIXED32) return 4
  throw malformed()
}

function malformed(): Error {
  return badRequest('The body is not a protobuf message')
}

/** Encode fields in the order given: integers as varints, text and bytes as they are. Null leaves a field out. */
export function protoMessage(fields: readonly (readonly [number, bigint | string | Uint8Array | null])[]): Uint8Array {
  const parts = fields.flatMap(([number, value]) => {
    if (value === null) return []
    if (typeof value === 'bigint') return [varint(BigInt(number << 3) | BigInt(VARINT)), varint(value)]
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
    return [varint(BigInt(number << 3) | BigInt(BYTES)), varint(BigInt(bytes.byteLength)), bytes]
  })
  return concatBytes(parts)
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
