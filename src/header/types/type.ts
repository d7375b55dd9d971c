import type { ByteWriter } from '../bytes.ts'
import type { AttributeValue, HeaderAttribute } from '../model.ts'

type ValueOf<Kind extends AttributeValue['kind']> = Extract<AttributeValue, { readonly kind: Kind }>

/** Everything the program knows of one attribute type. A type is one entry in `types/index.ts` and nothing else. */
export interface AttributeType<Kind extends AttributeValue['kind'] = AttributeValue['kind']> {
  /** As in the file. */
  readonly name: string
  /** The kind of value that its bytes decode to. */
  readonly kind: Kind
  /** Bytes of every value, or null where they vary. */
  readonly size: number | null
  /** Of types whose size varies: what is wrong with the bytes, or null. Decodes nothing that may be large. */
  misfit?(bytes: Uint8Array, maxChannels: number): string | null
  /** Bytes of the right size; `opaque` for those of a varying size that do not fit. */
  decode(bytes: Uint8Array, maxChannels: number): AttributeValue
  encode(out: ByteWriter, value: ValueOf<Kind>): void
  /** As `value_json` holds it; docs/reference/payload.md lists the forms. */
  json(value: ValueOf<Kind>, bytes: Uint8Array): unknown
  /** A form for people, or null where the value is one already. */
  display?(value: ValueOf<Kind>, attribute: HeaderAttribute): string | null
}

/** An entry, with its functions checked against the kind of its values. */
export function attributeType<Kind extends AttributeValue['kind']>(type: AttributeType<Kind>): AttributeType {
  // The registry looks values up by the name of their type, so each function only meets its own kind.
  return type as unknown as AttributeType
}

/** Bytes that are not understood, kept as they are. */
export function opaque(value: Uint8Array): AttributeValue {
  return { kind: 'opaque', value }
}
