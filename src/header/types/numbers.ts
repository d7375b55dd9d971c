import { int32At, viewOf } from '../bytes.ts'
import { shortestFloat32 } from '../float32.ts'
import { float32, float64 } from '../json-forms.ts'
import { type AttributeType, attributeType, opaque } from './type.ts'

const int = attributeType({
  name: 'int',
  kind: 'int',
  size: 4,
  decode: (bytes) => ({ kind: 'int', value: int32At(bytes, 0) }),
  encode: (out, { value }) => out.int32(value),
  json: ({ value }) => value,
})

const float = attributeType({
  name: 'float',
  kind: 'float',
  size: 4,
  decode: (bytes) => ({ kind: 'float', value: viewOf(bytes).getFloat32(0, true) }),
  encode: (out, { value }) => out.float32(value),
  json: ({ value }) => float32(value),
  display: ({ value }, { name }) => formatQuantity(name, value),
})

const double = attributeType({
  name: 'double',
  kind: 'double',
  size: 8,
  decode: (bytes) => ({ kind: 'double', value: viewOf(bytes).getFloat64(0, true) }),
  encode: (out, { value }) => out.float64(value),
  json: ({ value }) => float64(value),
})

function ints(name: string, count: number): AttributeType {
  return attributeType({
    name,
    kind: 'ints',
    size: count * 4,
    decode: (bytes) => ({ kind: 'ints', value: Array.from({ length: count }, (_, i) => int32At(bytes, i * 4)) }),
    encode: (out, { value }) => {
      for (const number of value) out.int32(number)
    },
    json: ({ value }) => [...value],
  })
}

/** `count` null for as many as there are. */
function floats(name: string, count: number | null): AttributeType {
  return attributeType({
    name,
    kind: 'floats',
    size: count === null ? null : count * 4,
    misfit: ({ length }) => (length % 4 === 0 ? null : `${length} bytes are not a whole number of floats`),
    decode: (bytes) => (bytes.length % 4 === 0 ? { kind: 'floats', value: floatsOf(bytes) } : opaque(bytes)),
    encode: (out, { value }) => {
      for (const number of value) out.float32(number)
    },
    json: ({ value }) => value.map(float32),
  })
}

function doubles(name: string, count: number): AttributeType {
  return attributeType({
    name,
    kind: 'doubles',
    size: count * 8,
    decode(bytes) {
      const view = viewOf(bytes)
      return { kind: 'doubles', value: Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true)) }
    },
    encode: (out, { value }) => {
      for (const number of value) out.float64(number)
    },
    json: ({ value }) => value.map(float64),
  })
}

/** 32-bit floats of all bytes. */
export function floatsOf(bytes: Uint8Array): number[] {
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(i * 4, true))
}

/** Numbers, vectors and matrices. */
export const NUMBER_TYPES: readonly AttributeType[] = [
  int,
  float,
  double,
  ints('v2i', 2),
  ints('v3i', 3),
  floats('v2f', 2),
  floats('v3f', 3),
  floats('m33f', 9),
  floats('m44f', 16),
  floats('floatvector', null),
  doubles('v2d', 2),
  doubles('v3d', 3),
  doubles('m33d', 9),
  doubles('m44d', 16),
]

/** Units of the standard optional attributes. */
const QUANTITIES: Readonly<Record<string, (value: number) => string>> = {
  expTime: (seconds) => (seconds > 0 && seconds < 1 ? `1/${shorten(1 / seconds)} s` : `${shortestFloat32(seconds)} s`),
  aperture: (stop) => `f/${shortestFloat32(stop)}`,
  tStop: (stop) => `T${shortestFloat32(stop)}`,
  isoSpeed: (speed) => `ISO ${shortestFloat32(speed)}`,
  focus: (metres) => `${shortestFloat32(metres)} m`,
  altitude: (metres) => `${shortestFloat32(metres)} m`,
  latitude: (degrees) => `${shortestFloat32(Math.abs(degrees))}\u00b0 ${degrees < 0 ? 'S' : 'N'}`,
  longitude: (degrees) => `${shortestFloat32(Math.abs(degrees))}\u00b0 ${degrees < 0 ? 'W' : 'E'}`,
  whiteLuminance: (luminance) => `${shortestFloat32(luminance)} cd/m\u00b2`,
  xDensity: (density) => `${shortestFloat32(density)} pixels per inch`,
  utcOffset: formatUtcOffset,
}

function formatQuantity(name: string, value: number): string | null {
  if (!Number.isFinite(value) || !Object.hasOwn(QUANTITIES, name)) return null
  return QUANTITIES[name]!(value)
}

function shorten(value: number): number {
  return Math.round(value * 100) / 100
}

/** The attribute holds the seconds to add to local time to get UTC, so its sign is the reverse of the usual one. */
function formatUtcOffset(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60)
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0')
  return `UTC${seconds > 0 ? '-' : '+'}${hours}:${String(minutes % 60).padStart(2, '0')}`
}
