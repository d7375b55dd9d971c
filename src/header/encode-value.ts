import { ExrError } from '../errors.ts'
import { ByteWriter } from './bytes.ts'
import { ENUM_WORDS, FIXED_SIZES, LEVEL_MODES, PIXEL_TYPES, ROUNDING_MODES } from './format.ts'
import type { AttributeValue, Channel, TileDescription } from './model.ts'

/** The kind of decoded value each type of the format has; any other type takes `opaque`. */
const KINDS: Readonly<Record<string, AttributeValue['kind']>> = {
  box2i: 'box2i',
  box2f: 'box2f',
  bytes: 'bytes',
  chlist: 'chlist',
  chromaticities: 'chromaticities',
  compression: 'enum',
  deepImageState: 'enum',
  double: 'double',
  envmap: 'enum',
  float: 'float',
  floatvector: 'floats',
  idmanifest: 'idmanifest',
  int: 'int',
  keycode: 'keycode',
  lineOrder: 'enum',
  m33f: 'floats',
  m33d: 'doubles',
  m44f: 'floats',
  m44d: 'doubles',
  preview: 'preview',
  rational: 'rational',
  string: 'string',
  stringvector: 'stringvector',
  tiledesc: 'tiledesc',
  timecode: 'timecode',
  v2i: 'ints',
  v2f: 'floats',
  v2d: 'doubles',
  v3i: 'ints',
  v3f: 'floats',
  v3d: 'doubles',
}

/**
 * The bytes of a value of the given type; the inverse of decoding, except that a decoded value does not keep text
 * that is not UTF-8, the reserved bytes of a channel list, nor the payload bits of a NaN (`bytes` of the attribute does).
 * `opaque` values are written as they are, for any type. Throws ERR_OPTION_INVALID when the value does not fit the type.
 */
export function encodeValue(type: string, value: AttributeValue): Uint8Array {
  if (value.kind === 'opaque' || value.kind === 'idmanifest') return value.value
  const expected = Object.hasOwn(KINDS, type) ? KINDS[type] : 'opaque'
  if (value.kind !== expected) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected ${expected} for type ${type} but received ${value.kind}`)
  }
  const writer = new ByteWriter()
  write(writer, value)
  const fixed = FIXED_SIZES.get(type)
  if (fixed !== undefined && writer.length !== fixed) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected ${fixed} bytes for type ${type} but received ${writer.length}`)
  }
  return writer.finish()
}

type Encodable = Exclude<AttributeValue, { kind: 'opaque' | 'idmanifest' }>

function write(out: ByteWriter, item: Encodable): void {
  switch (item.kind) {
    case 'int':
      out.int32(item.value)
      return
    case 'float':
      out.float32(item.value)
      return
    case 'double':
      out.float64(item.value)
      return
    case 'string':
      out.text(item.value)
      return
    case 'stringvector':
      for (const text of item.value) {
        const bytes = new TextEncoder().encode(text)
        out.int32(bytes.length).bytes(bytes)
      }
      return
    case 'ints':
      for (const number of item.value) out.int32(number)
      return
    case 'floats':
    case 'box2f':
      for (const number of item.value) out.float32(number)
      return
    case 'doubles':
      for (const number of item.value) out.float64(number)
      return
    case 'box2i':
      out.int32(item.value.minX).int32(item.value.minY).int32(item.value.maxX).int32(item.value.maxY)
      return
    case 'chlist':
      for (const channel of item.value) writeChannel(out, channel)
      out.uint8(0)
      return
    case 'chromaticities': {
      const { red, green, blue, white } = item.value
      for (const number of [...red, ...green, ...blue, ...white]) out.float32(number)
      return
    }
    case 'enum':
      out.uint8(item.value)
      return
    case 'keycode': {
      const { filmMfcCode, filmType, prefix, count, perfOffset, perfsPerFrame, perfsPerCount } = item.value
      for (const n of [filmMfcCode, filmType, prefix, count, perfOffset, perfsPerFrame, perfsPerCount]) out.int32(n)
      return
    }
    case 'timecode':
      out.int32(item.value.timeAndFlags | 0).int32(item.value.userData | 0)
      return
    case 'rational':
      out.int32(item.value.numerator).int32(item.value.denominator | 0)
      return
    case 'tiledesc':
      out.int32(item.value.xSize | 0).int32(item.value.ySize | 0)
      out.uint8(tileModeByte(item.value))
      return
    case 'preview':
      out.int32(item.value.width | 0).int32(item.value.height | 0)
      out.bytes(item.value.pixels)
      return
    case 'bytes': {
      const hint = new TextEncoder().encode(item.typeHint)
      out.int32(hint.length).bytes(hint).bytes(item.value)
      return
    }
  }
}

function writeChannel(out: ByteWriter, channel: Channel): void {
  out.text(channel.name).uint8(0)
  out.int32(numberOf(PIXEL_TYPES, channel.pixelType))
  out
    .uint8(channel.pLinear ? 1 : 0)
    .uint8(0)
    .uint8(0)
    .uint8(0)
  out.int32(channel.xSampling).int32(channel.ySampling)
}

function tileModeByte(tiles: TileDescription): number {
  return numberOf(LEVEL_MODES, tiles.levelMode) | (numberOf(ROUNDING_MODES, tiles.roundingMode) << 4)
}

/** The stored number of a word, or of `unknown(<n>)`. Throws ERR_OPTION_INVALID for any other word. */
function numberOf(words: readonly string[], word: string): number {
  const index = words.indexOf(word)
  if (index >= 0) return index
  const unknown = /^unknown\((-?\d+)\)$/.exec(word)
  if (unknown === null) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected one of ${words.join(', ')} but received ${word}`)
  }
  return Number(unknown[1])
}

/** The value of a compression, lineOrder, envmap or deepImageState attribute for one of its words. */
export function enumValue(type: string, word: string): AttributeValue {
  return { kind: 'enum', value: numberOf(ENUM_WORDS[type] ?? [], word), name: word }
}
