import { ExrError } from '../errors.ts'
import { StoredAttribute } from './attribute.ts'
import { ByteWriter, utf8Bytes } from './bytes.ts'
import { encodeHeader } from './encode.ts'
import { LONG_NAME } from './format.ts'
import type { AttributeValue, ExrHeader, HeaderAttribute, HeaderPart, VersionFlags } from './model.ts'
import { StoredPart } from './part.ts'
import { decodeHeader } from './scan.ts'
import { encodeValue } from './types/index.ts'

const UNBOUNDED = {
  headerBytes: Number.POSITIVE_INFINITY,
  attributes: Number.POSITIVE_INFINITY,
  channels: Number.POSITIVE_INFINITY,
  parts: Number.POSITIVE_INFINITY,
  tableBytes: Number.POSITIVE_INFINITY,
}

/**
 * An attribute that belongs to no header yet; its offsets are those it would have alone. `value` is a typed value, or
 * the exact bytes for any type. Throws ERR_OPTION_INVALID when the name or type is empty, longer than 255 bytes or
 * holds a NUL, or when the value does not fit the type.
 */
export function makeAttribute(name: string, type: string, value: AttributeValue | Uint8Array): HeaderAttribute {
  const nameBytes = checkedName(name, 'name')
  const typeBytes = checkedName(type, 'type')
  const valueBytes = value instanceof Uint8Array ? value : encodeValue(type, value)
  const bytes = new ByteWriter()
    .bytes(nameBytes)
    .uint8(0)
    .bytes(typeBytes)
    .uint8(0)
    .int32(valueBytes.length)
    .bytes(valueBytes)
    .finish()
  const store = { bytes, maxChannels: Number.POSITIVE_INFINITY }
  const valueOffset = nameBytes.length + typeBytes.length + 6
  return new StoredAttribute(store, name, type, 0, nameBytes.length, valueOffset, valueBytes.length)
}

/** A part that belongs to no file yet: index and offset are zero. */
export function makePart(attributes: readonly HeaderAttribute[]): HeaderPart {
  const part = new StoredPart(0, 0)
  part.isTerminated = true
  for (const attribute of attributes) part.add(attribute)
  return part
}

/**
 * A whole header with offsets, defects and all, as reading its bytes would give it. Nothing is added: a caller who
 * wants a valid file gives every required attribute. More than one part sets the multi-part flag; other flags are as
 * given. Throws ERR_OPTION_INVALID for what the format cannot say: no part, or an empty part in a list of parts.
 */
export function makeHeader(parts: readonly HeaderPart[], flags: Partial<VersionFlags> = {}): ExrHeader {
  const all = { tiled: false, longNames: false, nonImage: false, multiPart: parts.length > 1, ...flags }
  if (parts.length === 0) throw new ExrError('ERR_OPTION_INVALID', 'Expected at least one part but received none')
  if (parts.length > 1 && !all.multiPart) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected the multiPart flag for ${parts.length} parts`)
  }
  if (all.multiPart && parts.some((part) => part.attributes.length === 0)) {
    throw new ExrError('ERR_OPTION_INVALID', 'Expected attributes in every part: an empty part ends the list of parts')
  }
  const terminated = parts.map(({ attributes }) => makePart(attributes))
  const draft: ExrHeader = {
    version: 2,
    versionWord: versionWord(all),
    flags: all,
    parts: terminated,
    byteLength: 0,
    isTerminated: true,
    defects: [],
  }
  return decodeHeader(encodeHeader(draft), { limits: UNBOUNDED })
}

function versionWord(flags: VersionFlags): number {
  const bits = [flags.tiled, flags.longNames, flags.nonImage, flags.multiPart]
  return bits.reduce((word, isSet, i) => (isSet ? word | (0x200 << i) : word), 2)
}

function checkedName(text: string, what: string): Uint8Array {
  const bytes = utf8Bytes(text)
  if (bytes.length < 1 || bytes.length > LONG_NAME || bytes.includes(0)) {
    throw new ExrError(
      'ERR_OPTION_INVALID',
      `Expected 1 to ${LONG_NAME} bytes without NUL for the ${what} but received ${JSON.stringify(text)}`,
    )
  }
  return bytes
}
