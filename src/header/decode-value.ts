import { int32At, isUtf8Text, textAt, uint32At, viewOf } from './bytes.ts'
import { ENUM_WORDS, FIXED_SIZES, LEVEL_MODES, PIXEL_TYPES, ROUNDING_MODES } from './format.ts'
import type { AttributeValue, Channel, PixelType, TileDescription } from './model.ts'

/** A value must be walked before it is trusted; `wellFormed` is false when its bytes contradict its type. */
export interface ChannelList {
  readonly channels: readonly Channel[]
  readonly wellFormed: boolean
}

/**
 * The typed form of a value. Types the format does not define, and bytes that do not fit their type, come back
 * as `opaque`; a channel list that breaks off gives the channels before the break.
 * Numbers are as stored: NaN and infinities included.
 */
export function decodeValue(type: string, bytes: Uint8Array, maxChannels = Number.POSITIVE_INFINITY): AttributeValue {
  const fixed = FIXED_SIZES.get(type)
  if (fixed === undefined) return decodeVariable(type, bytes, maxChannels)
  return bytes.length === fixed ? decodeFixed(type, bytes) : opaque(bytes)
}

function opaque(value: Uint8Array): AttributeValue {
  return { kind: 'opaque', value }
}

function decodeFixed(type: string, bytes: Uint8Array): AttributeValue {
  switch (type) {
    case 'int':
      return { kind: 'int', value: int32At(bytes, 0) }
    case 'float':
      return { kind: 'float', value: viewOf(bytes).getFloat32(0, true) }
    case 'double':
      return { kind: 'double', value: viewOf(bytes).getFloat64(0, true) }
    case 'box2i':
      return {
        kind: 'box2i',
        value: { minX: int32At(bytes, 0), minY: int32At(bytes, 4), maxX: int32At(bytes, 8), maxY: int32At(bytes, 12) },
      }
    case 'box2f': {
      const [minX, minY, maxX, maxY] = floats(bytes)
      return { kind: 'box2f', value: [minX!, minY!, maxX!, maxY!] }
    }
    case 'v2i':
    case 'v3i':
      return { kind: 'ints', value: ints(bytes) }
    case 'v2f':
    case 'v3f':
    case 'm33f':
    case 'm44f':
      return { kind: 'floats', value: floats(bytes) }
    case 'v2d':
    case 'v3d':
    case 'm33d':
    case 'm44d':
      return { kind: 'doubles', value: doubles(bytes) }
    case 'chromaticities': {
      const [rx, ry, gx, gy, bx, by, wx, wy] = floats(bytes)
      return {
        kind: 'chromaticities',
        value: { red: [rx!, ry!], green: [gx!, gy!], blue: [bx!, by!], white: [wx!, wy!] },
      }
    }
    case 'keycode':
      return {
        kind: 'keycode',
        value: {
          filmMfcCode: int32At(bytes, 0),
          filmType: int32At(bytes, 4),
          prefix: int32At(bytes, 8),
          count: int32At(bytes, 12),
          perfOffset: int32At(bytes, 16),
          perfsPerFrame: int32At(bytes, 20),
          perfsPerCount: int32At(bytes, 24),
        },
      }
    case 'timecode':
      return { kind: 'timecode', value: { timeAndFlags: uint32At(bytes, 0), userData: uint32At(bytes, 4) } }
    case 'rational':
      return { kind: 'rational', value: { numerator: int32At(bytes, 0), denominator: uint32At(bytes, 4) } }
    case 'tiledesc':
      return { kind: 'tiledesc', value: tileDescription(bytes) }
    default:
      return { kind: 'enum', value: bytes[0]!, name: enumWord(type, bytes[0]!) }
  }
}

function decodeVariable(type: string, bytes: Uint8Array, maxChannels: number): AttributeValue {
  switch (type) {
    case 'string':
      return { kind: 'string', value: textAt(bytes, 0, bytes.length), validUtf8: isUtf8Text(bytes) }
    case 'stringvector':
      return stringVector(bytes)
    case 'floatvector':
      return bytes.length % 4 === 0 ? { kind: 'floats', value: floats(bytes) } : opaque(bytes)
    case 'chlist': {
      const list = readChannels(bytes, maxChannels)
      return list.wellFormed || list.channels.length > 0 ? { kind: 'chlist', value: list.channels } : opaque(bytes)
    }
    case 'preview':
      return preview(bytes)
    case 'bytes': {
      if (bytes.length < 4) return opaque(bytes)
      const hintEnd = 4 + uint32At(bytes, 0)
      if (hintEnd > bytes.length) return opaque(bytes)
      return { kind: 'bytes', typeHint: textAt(bytes, 4, hintEnd), value: bytes.subarray(hintEnd) }
    }
    case 'idmanifest':
      return bytes.length >= 4 ? { kind: 'idmanifest', value: bytes } : opaque(bytes)
    default:
      return opaque(bytes)
  }
}

/** The format's own lower-case word for a one-byte enumeration, or `unknown(<n>)`. */
export function enumWord(type: string, value: number): string {
  return ENUM_WORDS[type]?.[value] ?? `unknown(${value})`
}

function ints(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, i) => int32At(bytes, i * 4))
}

function floats(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true))
}

function doubles(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true))
}

/** The mode byte holds the level mode in its low and the rounding mode in its high four bits. */
function tileDescription(bytes: Uint8Array): TileDescription {
  const mode = bytes[8]!
  return {
    xSize: uint32At(bytes, 0),
    ySize: uint32At(bytes, 4),
    levelMode: LEVEL_MODES[mode & 15] ?? `unknown(${mode & 15})`,
    roundingMode: ROUNDING_MODES[mode >> 4] ?? `unknown(${mode >> 4})`,
  }
}

function stringVector(bytes: Uint8Array): AttributeValue {
  const value: string[] = []
  let validUtf8 = true
  let position = 0
  while (position < bytes.length) {
    if (position + 4 > bytes.length) return opaque(bytes)
    const start = position + 4
    const end = start + uint32At(bytes, position)
    if (end > bytes.length) return opaque(bytes)
    const text = textAt(bytes, start, end)
    value.push(text)
    if (validUtf8 && text.includes('\ufffd')) validUtf8 = isUtf8Text(bytes.subarray(start, end))
    position = end
  }
  return { kind: 'stringvector', value, validUtf8 }
}

function preview(bytes: Uint8Array): AttributeValue {
  if (bytes.length < 8) return opaque(bytes)
  const width = uint32At(bytes, 0)
  const height = uint32At(bytes, 4)
  if (width * height * 4 !== bytes.length - 8) return opaque(bytes)
  return { kind: 'preview', value: { width, height, pixels: bytes.subarray(8) } }
}

/**
 * Channels of a `chlist`: name, NUL, pixel type, linearity, three reserved bytes and two sampling rates each, and a
 * NUL after the last. Reading stops at `maxChannels`.
 */
export function readChannels(bytes: Uint8Array, maxChannels = Number.POSITIVE_INFINITY): ChannelList {
  const channels: Channel[] = []
  let position = 0
  while (position < bytes.length && bytes[position] !== 0) {
    let nameEnd = position
    while (nameEnd < bytes.length && bytes[nameEnd] !== 0) nameEnd++
    const fields = nameEnd + 1
    if (fields + 16 > bytes.length || channels.length >= maxChannels) return { channels, wellFormed: false }
    channels.push({
      name: textAt(bytes, position, nameEnd),
      pixelType: pixelType(int32At(bytes, fields)),
      pLinear: bytes[fields + 4] !== 0,
      xSampling: int32At(bytes, fields + 8),
      ySampling: int32At(bytes, fields + 12),
    })
    position = fields + 16
  }
  return { channels, wellFormed: position === bytes.length - 1 }
}

function pixelType(code: number): PixelType | `unknown(${number})` {
  return PIXEL_TYPES[code] ?? `unknown(${code})`
}
