import type { AttributeValue, Box2i, Channel, HeaderAttribute } from '../header/model.ts'
import { shortestFloat32 } from './float32.ts'
import type { WindowFacts } from './payload.ts'

/** Text or bytes that JSON cannot hold as they are. */
export interface EncodedBytes {
  readonly encoding: 'base64'
  readonly data: string
}

/** A number as JSON can hold it. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity'

/** The value of an attribute as `value_json` holds it; docs/reference/payload.md lists the form of every type. */
export function encodeValue(attribute: HeaderAttribute): unknown {
  const value = attribute.value
  switch (value.kind) {
    case 'int':
      return value.value
    case 'float':
      return float32(value.value)
    case 'double':
      return float64(value.value)
    case 'string':
      return value.validUtf8 ? value.value : base64(attribute.bytes)
    case 'stringvector':
      return value.validUtf8 ? [...value.value] : stringVectorOfBytes(attribute.bytes)
    case 'ints':
      return [...value.value]
    case 'floats':
      return value.value.map(float32)
    case 'doubles':
      return value.value.map(float64)
    default:
      return encodeStructure(value)
  }
}

/** float32 in its shortest form; NaN and infinities as words. JSON has no negative zero: it becomes zero. */
export function float32(value: number): JsonNumber {
  return Number.isFinite(value) ? shortestFloat32(value) + 0 : (String(value) as JsonNumber)
}

/** float64; NaN and infinities as words, negative zero as zero. */
export function float64(value: number): JsonNumber {
  return Number.isFinite(value) ? value + 0 : (String(value) as JsonNumber)
}

export function base64(bytes: Uint8Array): EncodedBytes {
  return { encoding: 'base64', data: toBase64(bytes) }
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

export function encodeBox(box: Box2i): WindowFacts {
  return { min: { x: box.minX, y: box.minY }, max: { x: box.maxX, y: box.maxY } }
}

function encodeStructure(value: AttributeValue): unknown {
  switch (value.kind) {
    case 'box2i':
      return encodeBox(value.value)
    case 'box2f': {
      const [minX, minY, maxX, maxY] = value.value
      return { min: { x: float32(minX), y: float32(minY) }, max: { x: float32(maxX), y: float32(maxY) } }
    }
    case 'chlist':
      return value.value.map(encodeChannel)
    case 'chromaticities': {
      const { red, green, blue, white } = value.value
      return { red: red.map(float32), green: green.map(float32), blue: blue.map(float32), white: white.map(float32) }
    }
    case 'enum':
      return value.name
    case 'keycode': {
      const code = value.value
      return {
        film_mfc_code: code.filmMfcCode,
        film_type: code.filmType,
        prefix: code.prefix,
        count: code.count,
        perf_offset: code.perfOffset,
        perfs_per_frame: code.perfsPerFrame,
        perfs_per_count: code.perfsPerCount,
      }
    }
    case 'timecode':
      return { time_and_flags: value.value.timeAndFlags, user_data: value.value.userData }
    case 'rational':
      return { numerator: value.value.numerator, denominator: value.value.denominator }
    case 'tiledesc': {
      const tiles = value.value
      return {
        x_size: tiles.xSize,
        y_size: tiles.ySize,
        level_mode: tiles.levelMode,
        rounding_mode: tiles.roundingMode,
      }
    }
    case 'preview':
      return { width: value.value.width, height: value.value.height, ...base64(value.value.pixels) }
    case 'bytes':
      return { type_hint: value.typeHint, ...base64(value.value) }
    case 'idmanifest':
    case 'opaque':
      return base64(value.value)
    default:
      return value.value
  }
}

function encodeChannel(channel: Channel) {
  return {
    name: channel.name,
    pixel_type: channel.pixelType,
    p_linear: channel.pLinear,
    x_sampling: channel.xSampling,
    y_sampling: channel.ySampling,
  }
}

/** Each string of a `stringvector` is an int32 length and its bytes; those that are not UTF-8 are kept as base64. */
function stringVectorOfBytes(bytes: Uint8Array): unknown[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const strings: unknown[] = []
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const start = offset + 4
    const end = start + view.getInt32(offset, true)
    if (end < start || end > bytes.length) break
    const text = bytes.subarray(start, end)
    try {
      strings.push(strict.decode(text))
    } catch {
      strings.push(base64(text))
    }
    offset = end
  }
  return strings
}
