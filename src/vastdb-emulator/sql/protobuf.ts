import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { badRequest } from '../errors.ts'

/** The fields of a protobuf message, by number; a field that is there several times has several values. */
export class ProtoMessage {
  readonly #fields = new Map<number, (bigint | Uint8Array)[]>()

  /** Throws 400 for bytes that are not a message. */
  constructor(bytes: Uint8Array) {
    const reader = new BinaryReader(bytes)
    try {
      while (reader.pos < reader.len) {
        const [number, type] = reader.tag()
        if (type === WireType.Varint) this.#add(number, BigInt(reader.uint64()))
        else if (type === WireType.LengthDelimited) this.#add(number, reader.bytes())
        else reader.skip(type, number)
      }
    } catch {
      throw badRequest('The body is not a protobuf message')
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

  #add(number: number, value: bigint | Uint8Array): void {
    this.#fields.set(number, [...(this.#fields.get(number) ?? []), value])
  }
}

/** Encode fields in the order given: integers as varints, text and bytes as they are. Null leaves a field out. */
export function protoMessage(fields: readonly (readonly [number, bigint | string | Uint8Array | null])[]): Uint8Array {
  const writer = new BinaryWriter()
  for (const [number, value] of fields) {
    if (typeof value === 'bigint') writer.tag(number, WireType.Varint).uint64(value)
    else if (typeof value === 'string') writer.tag(number, WireType.LengthDelimited).string(value)
    else if (value !== null) writer.tag(number, WireType.LengthDelimited).bytes(value)
  }
  return writer.finish()
}
