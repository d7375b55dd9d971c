import { ExrError } from '../errors.ts'
import { uint32At } from './bytes.ts'
import { IdManifestReader } from './id-manifest-reader.ts'
import type { HeaderAttribute } from './model.ts'
import { type Inflate, inflate as nativeInflate } from './natives.ts'

/** What one group of channels' ids stand for. */
export interface IdManifestGroup {
  readonly channels: readonly string[]
  /** Names of the texts each id has, such as `model` and `material`. */
  readonly components: readonly string[]
  /** How long an id keeps its meaning. */
  readonly lifetime: 'frame' | 'shot' | 'stable' | `unknown(${number})`
  readonly hashScheme: string
  readonly encodingScheme: string
  /** One text per component. */
  readonly entries: ReadonlyMap<bigint, readonly string[]>
}

/** Bytes a manifest may unpack to, and bytes its texts may have together. */
export const DEFAULT_MAX_MANIFEST_BYTES = 64 * 1024 * 1024

const LIFETIMES = ['frame', 'shot', 'stable'] as const

/**
 * The groups of an `idmanifest` attribute (OpenEXR 3's IDManifest, version 0). The claimed size is checked before
 * anything is unpacked.
 * Throws ERR_OPTION_INVALID for an attribute of another type, ERR_EXR_HEADER when the bytes contradict the format,
 * ERR_EXR_LIMIT when the manifest is larger than `maxBytes`.
 */
export function readIdManifest(attribute: HeaderAttribute, maxBytes = DEFAULT_MAX_MANIFEST_BYTES): IdManifestGroup[] {
  return readManifestWith(nativeInflate!, attribute, maxBytes)
}

/** The same with what unpacks zlib streams. */
export function readManifestWith(inflate: Inflate, attribute: HeaderAttribute, maxBytes: number): IdManifestGroup[] {
  const { value, valueOffset: byteOffset } = attribute
  if (value.kind !== 'idmanifest') {
    throw new ExrError('ERR_OPTION_INVALID', `Expected an idmanifest attribute but received ${attribute.type}`)
  }
  const { size, packed } = readEnvelope(value.value)
  if (size > maxBytes) {
    const message = `The id manifest unpacks to ${size} bytes; at most ${maxBytes} are allowed`
    throw new ExrError('ERR_EXR_LIMIT', message, { details: { byteOffset } })
  }
  const reader = new IdManifestReader(unpacked(inflate, packed, size, byteOffset), byteOffset, maxBytes)
  return readGroups(reader)
}

/**
 * The unpacked size before the zlib stream has eight bytes in the files that 64-bit builds of the library write, four in
 * the documented form. The low half of a zlib stream's first byte is 8, so the byte after the first four tells them apart.
 */
function readEnvelope(bytes: Uint8Array): { readonly size: number; readonly packed: Uint8Array } {
  const size = uint32At(bytes, 0)
  if (bytes.length < 8 || (bytes[4]! & 15) === 8) return { size, packed: bytes.subarray(4) }
  return { size: size + uint32At(bytes, 4) * 2 ** 32, packed: bytes.subarray(8) }
}

function unpacked(inflate: Inflate, packed: Uint8Array, size: number, byteOffset: number): Uint8Array {
  const fail = (problem: string, cause?: unknown) =>
    new ExrError('ERR_EXR_HEADER', `The id manifest ${problem}`, { cause, details: { byteOffset } })
  let inflated: Uint8Array
  try {
    inflated = inflate(packed, size)
  } catch (error) {
    throw fail('cannot be unpacked to the size it claims', error)
  }
  if (inflated.length !== size) throw fail(`claims to unpack to ${size} bytes but gives ${inflated.length}`)
  return inflated
}

function readGroups(reader: IdManifestReader): IdManifestGroup[] {
  const version = reader.uint32()
  if (version !== 0) throw reader.failure(`has version ${version}; only 0 is defined`)
  const texts = reader.prefixedTexts()
  const mapping = reader.mapping(texts.length)
  const groups: IdManifestGroup[] = []
  const groupCount = reader.count(1)
  for (let i = 0; i < groupCount; i++) groups.push(readGroup(reader, texts, mapping))
  return groups
}

function readGroup(reader: IdManifestReader, texts: readonly string[], mapping: Uint32Array): IdManifestGroup {
  const channels = reader.texts()
  const components = reader.texts()
  const lifetime = reader.uint8()
  const hashScheme = reader.text()
  const encodingScheme = reader.text()
  const storage = reader.uint8()
  const entryCount = reader.count(1 + components.length)
  const entries = new Map<bigint, readonly string[]>()
  let id = 0n
  for (let i = 0; i < entryCount; i++) {
    // Ids are stored as differences, wrapping around at 64 bits.
    id = BigInt.asUintN(64, id + reader.id(storage))
    if (entries.has(id)) throw reader.failure(`lists id ${id} twice`)
    entries.set(
      id,
      components.map(() => reader.mappedText(texts, mapping)),
    )
  }
  return {
    channels,
    components,
    lifetime: LIFETIMES[lifetime] ?? `unknown(${lifetime})`,
    hashScheme,
    encodingScheme,
    entries,
  }
}
