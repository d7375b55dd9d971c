import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { protocolError } from '../errors.ts'

/** A field to encode: whole numbers as varints, text and bytes with their length; null leaves it out. */
type ProtoField = readonly [number: number, value: bigint | string | Uint8Array | null]

/** One protobuf message. */
export function encodeMessage(fields: readonly ProtoField[]): Uint8Array {
  const writer = new BinaryWriter()
  for (const [number, value] of fields) {
    if (typeof value === 'bigint') writer.tag(number, WireType.Varint).uint64(value)
    else if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value)
    else if (value !== null) writer.tag(number, WireType.LengthDelimited).bytes(value)
  }
  return writer.finish()
}

/** A received message, read without its schema; fields it does not have are null or empty. */
export class ProtoMessage {
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>()
  readonly #what: string

  /** Throws ERR_VASTDB_PROTOCOL for bytes that are no message. */
  constructor(bytes: Uint8Array, what: string) {
    this.#what = what
    const reader = new BinaryReader(bytes)
    try {
      while (reader.pos < reader.len) {
        const [number, type] = reader.tag()
        const value = readValue(reader, type, number)
        if (value !== null) this.#fields.set(number, [...(this.#fields.get(number) ?? []), value])
      }
    } catch (cause) {
      throw Object.assign(protocolError(what, 'the answer is not a protobuf message'), { cause })
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

/** Whole numbers and everything that has a length; null for what no message of the protocol has. */
function readValue(reader: BinaryReader, type: WireType, number: number): bigint | Uint8Array | null {
  if (type === WireType.Varint) return BigInt(reader.uint64())
  if (type === WireType.LengthDelimited) return reader.bytes()
  reader.skip(type, number)
  return null
}
