import { ExrError } from '../../errors.ts'
import { ByteWriter } from '../bytes.ts'
import { base64 } from '../json-forms.ts'
import type { AttributeValue, HeaderAttribute } from '../model.ts'
import { LIST_TYPES } from './lists.ts'
import { NUMBER_TYPES } from './numbers.ts'
import { STRUCTURE_TYPES } from './structures.ts'
import { TEXT_TYPES } from './texts.ts'
import { type AttributeType, opaque } from './type.ts'
import { WORD_TYPES } from './words.ts'

export type { AttributeType } from './type.ts'

const TYPES: Map<string, AttributeType> = new Map(
  [...NUMBER_TYPES, ...STRUCTURE_TYPES, ...WORD_TYPES, ...TEXT_TYPES, ...LIST_TYPES].map((type) => [type.name, type]),
)

/** Every attribute type that is understood, by its name in the file. */
export const ATTRIBUTE_TYPES: ReadonlyMap<string, AttributeType> = TYPES

/** Adds a type for as long as the process runs, or takes its place; returns what takes it away again. */
export function registerAttributeType(type: AttributeType): () => void {
  const before = TYPES.get(type.name)
  TYPES.set(type.name, type)
  return () => {
    if (before === undefined) TYPES.delete(type.name)
    else TYPES.set(type.name, before)
  }
}

/**
 * The typed form of a value. Types that are not registered, and bytes that do not fit their type, come back
 * as `opaque`; a channel list that breaks off gives the channels before the break.
 * Numbers are as stored: NaN and infinities included.
 */
export function decodeValue(type: string, bytes: Uint8Array, maxChannels = Number.POSITIVE_INFINITY): AttributeValue {
  const known = TYPES.get(type)
  if (known === undefined || (known.size !== null && known.size !== bytes.length)) return opaque(bytes)
  return known.decode(bytes, maxChannels)
}

/**
 * The bytes of a value of the given type; the inverse of decoding, except that a decoded value does not keep text
 * that is not UTF-8, the reserved bytes of a channel list, nor the payload bits of a NaN (`bytes` of the attribute does).
 * `opaque` values are written as they are, for any type. Throws ERR_OPTION_INVALID when the value does not fit the type.
 */
export function encodeValue(type: string, value: AttributeValue): Uint8Array {
  if (value.kind === 'opaque' || value.kind === 'idmanifest') return value.value
  const known = TYPES.get(type)
  if (value.kind !== known?.kind) {
    const expected = known?.kind ?? 'opaque'
    throw new ExrError('ERR_OPTION_INVALID', `Expected ${expected} for type ${type} but received ${value.kind}`)
  }
  const out = new ByteWriter()
  known.encode(out, value)
  if (known.size !== null && out.length !== known.size) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected ${known.size} bytes for type ${type} but received ${out.length}`)
  }
  return out.finish()
}

/** The value of an attribute as `value_json` holds it; docs/reference/payload.md lists the form of every type. */
export function jsonValue({ type, value, bytes }: HeaderAttribute): unknown {
  const known = value.kind === 'opaque' ? undefined : TYPES.get(type)
  return known === undefined ? base64(bytes) : known.json(value, bytes)
}

/**
 * A form for people beside the raw value, such as `01:02:03;04` for a time code or `24000/1001 (23.976)` for a frame
 * rate. Null where the raw value already is one.
 */
export function displayValue(attribute: HeaderAttribute): string | null {
  const { type, value } = attribute
  if (value.kind === 'opaque') return `${value.value.length} bytes`
  return TYPES.get(type)?.display?.(value, attribute) ?? null
}
