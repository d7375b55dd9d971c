import { int32At, uint32At } from '../bytes.ts'
import { chromaticitiesName } from '../chromaticities.ts'
import { shortestFloat32 } from '../float32.ts'
import { LEVEL_MODES, ROUNDING_MODES } from '../format.ts'
import { float32 } from '../json-forms.ts'
import type { Box2i, Chromaticities, KeyCode, Rational, TileDescription } from '../model.ts'
import { formatTimeCode, timeCodeProblem } from '../time-code.ts'
import { floatsOf } from './numbers.ts'
import { type AttributeType, attributeType } from './type.ts'
import { numberOf } from './words.ts'

const box2i = attributeType({
  name: 'box2i',
  kind: 'box2i',
  size: 16,
  decode: (bytes) => ({
    kind: 'box2i',
    value: { minX: int32At(bytes, 0), minY: int32At(bytes, 4), maxX: int32At(bytes, 8), maxY: int32At(bytes, 12) },
  }),
  encode: (out, { value }) => out.int32(value.minX).int32(value.minY).int32(value.maxX).int32(value.maxY),
  json: ({ value }) => boxJson(value),
  display: ({ value: { minX, minY, maxX, maxY } }) => `${maxX - minX + 1} x ${maxY - minY + 1} at (${minX}, ${minY})`,
})

const box2f = attributeType({
  name: 'box2f',
  kind: 'box2f',
  size: 16,
  decode(bytes) {
    const [minX, minY, maxX, maxY] = floatsOf(bytes)
    return { kind: 'box2f', value: [minX!, minY!, maxX!, maxY!] }
  },
  encode: (out, { value }) => {
    for (const number of value) out.float32(number)
  },
  json: ({ value: [minX, minY, maxX, maxY] }) => ({
    min: { x: float32(minX), y: float32(minY) },
    max: { x: float32(maxX), y: float32(maxY) },
  }),
})

const chromaticities = attributeType({
  name: 'chromaticities',
  kind: 'chromaticities',
  size: 32,
  decode(bytes) {
    const [rx, ry, gx, gy, bx, by, wx, wy] = floatsOf(bytes)
    return {
      kind: 'chromaticities',
      value: { red: [rx!, ry!], green: [gx!, gy!], blue: [bx!, by!], white: [wx!, wy!] },
    }
  },
  encode: (out, { value: { red, green, blue, white } }) => {
    for (const number of [...red, ...green, ...blue, ...white]) out.float32(number)
  },
  json: ({ value: { red, green, blue, white } }) => ({
    red: red.map(float32),
    green: green.map(float32),
    blue: blue.map(float32),
    white: white.map(float32),
  }),
  display: ({ value }) => formatChromaticities(value),
})

const keycode = attributeType({
  name: 'keycode',
  kind: 'keycode',
  size: 28,
  decode: (bytes) => ({
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
  }),
  encode: (out, { value }) => {
    const { filmMfcCode, filmType, prefix, count, perfOffset, perfsPerFrame, perfsPerCount } = value
    for (const n of [filmMfcCode, filmType, prefix, count, perfOffset, perfsPerFrame, perfsPerCount]) out.int32(n)
  },
  json: ({ value }) => ({
    film_mfc_code: value.filmMfcCode,
    film_type: value.filmType,
    prefix: value.prefix,
    count: value.count,
    perf_offset: value.perfOffset,
    perfs_per_frame: value.perfsPerFrame,
    perfs_per_count: value.perfsPerCount,
  }),
  display: ({ value }) => formatKeyCode(value),
})

const timecode = attributeType({
  name: 'timecode',
  kind: 'timecode',
  size: 8,
  decode: (bytes) => ({
    kind: 'timecode',
    value: { timeAndFlags: uint32At(bytes, 0), userData: uint32At(bytes, 4) },
  }),
  encode: (out, { value }) => out.int32(value.timeAndFlags | 0).int32(value.userData | 0),
  json: ({ value }) => ({ time_and_flags: value.timeAndFlags, user_data: value.userData }),
  display: ({ value }) => formatTimeCode(value) + (timeCodeProblem(value) === null ? '' : ', invalid'),
})

const rational = attributeType({
  name: 'rational',
  kind: 'rational',
  size: 8,
  decode: (bytes) => ({
    kind: 'rational',
    value: { numerator: int32At(bytes, 0), denominator: uint32At(bytes, 4) },
  }),
  encode: (out, { value }) => out.int32(value.numerator).int32(value.denominator | 0),
  json: ({ value }) => ({ numerator: value.numerator, denominator: value.denominator }),
  display: ({ value }, { name }) => formatRational(value) + (isBadRate(name, value) ? ' (invalid)' : ''),
})

const tiledesc = attributeType({
  name: 'tiledesc',
  kind: 'tiledesc',
  size: 9,
  decode: (bytes) => ({ kind: 'tiledesc', value: tileDescription(bytes) }),
  encode: (out, { value: { xSize, ySize, levelMode, roundingMode } }) => {
    const mode = numberOf(LEVEL_MODES, levelMode) | (numberOf(ROUNDING_MODES, roundingMode) << 4)
    out.int32(xSize | 0).int32(ySize | 0)
    out.uint8(mode)
  },
  json: ({ value }) => ({
    x_size: value.xSize,
    y_size: value.ySize,
    level_mode: value.levelMode,
    rounding_mode: value.roundingMode,
  }),
  display: ({ value }) => formatTiles(value),
})

/** Types of several named fields. */
export const STRUCTURE_TYPES: readonly AttributeType[] = [
  box2i,
  box2f,
  chromaticities,
  keycode,
  timecode,
  rational,
  tiledesc,
]

/** A window as payloads and catalogs hold it; inclusive on both ends. */
export function boxJson(box: Box2i): { min: { x: number; y: number }; max: { x: number; y: number } } {
  return { min: { x: box.minX, y: box.minY }, max: { x: box.maxX, y: box.maxY } }
}

/** Manufacturer, film type, prefix, count and perforation offset as printed on film edges (SMPTE 254). */
export function formatKeyCode(code: KeyCode): string {
  const padded = (value: number, digits: number) => String(value).padStart(digits, '0')
  const edge = `${padded(code.filmMfcCode, 2)} ${padded(code.filmType, 2)} ${padded(code.prefix, 6)} ${padded(code.count, 4)}+${padded(code.perfOffset, 2)}`
  return `${edge} (${code.perfsPerFrame} perforations per frame, ${code.perfsPerCount} per count)`
}

/** As stored, with the decimal value rounded to three places; a denominator of zero has none. */
export function formatRational({ numerator, denominator }: Rational): string {
  if (denominator === 0) return `${numerator}/0`
  return `${numerator}/${denominator} (${Math.round((numerator / denominator) * 1000) / 1000})`
}

function isBadRate(name: string, { numerator, denominator }: Rational): boolean {
  return (denominator === 0 || numerator <= 0) && (name === 'framesPerSecond' || name === 'captureRate')
}

function formatChromaticities(primaries: Chromaticities): string {
  const pair = ([x, y]: readonly [number, number]) => `${shortestFloat32(x)} ${shortestFloat32(y)}`
  const { red, green, blue, white } = primaries
  const numbers = `red ${pair(red)}, green ${pair(green)}, blue ${pair(blue)}, white ${pair(white)}`
  const name = chromaticitiesName(primaries)
  return name === null ? numbers : `${name} (${numbers})`
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

function formatTiles({ xSize, ySize, levelMode, roundingMode }: TileDescription): string {
  const size = `${xSize} x ${ySize} tiles`
  if (levelMode === 'one_level') return `${size}, one level`
  return `${size}, ${levelMode.replace('_', ' ')}, ${roundingMode.replace('_', ' ')}`
}
