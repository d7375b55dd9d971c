import { chromaticitiesName } from './chromaticities.ts'
import { ENUM_WORDS, LINES_PER_CHUNK } from './format.ts'
import type {
  AttributeValue,
  Box2i,
  Chromaticities,
  HeaderAttribute,
  KeyCode,
  Rational,
  TileDescription,
} from './model.ts'
import { guessText, withoutPadding } from './text-encoding.ts'
import { formatTimeCode, timeCodeProblem } from './time-code.ts'

/**
 * A form for people beside the raw value, such as `01:02:03;04` for a time code or `24000/1001 (23.976)` for a frame
 * rate. Null where the raw value already is one.
 */
export function displayValue(attribute: HeaderAttribute): string | null {
  const { name, type, value } = attribute
  switch (value.kind) {
    case 'timecode':
      return formatTimeCode(value.value) + (timeCodeProblem(value.value) === null ? '' : ', invalid')
    case 'keycode':
      return formatKeyCode(value.value)
    case 'rational':
      return formatRational(value.value) + (isBadRate(name, value.value) ? ' (invalid)' : '')
    case 'chromaticities':
      return formatChromaticities(value.value)
    case 'tiledesc':
      return formatTiles(value.value)
    case 'box2i':
      return formatBox(value.value)
    case 'preview':
      return `${value.value.width} x ${value.value.height} RGBA preview`
    case 'enum':
      return formatEnum(type, value.value)
    case 'float':
      return formatQuantity(name, value.value)
    case 'string':
      return name === 'capDate' ? formatDate(value.value) : readableText(value.value, value.validUtf8, attribute.bytes)
    case 'bytes':
    case 'idmanifest':
    case 'opaque':
      return formatBlob(value)
    default:
      return null
  }
}

/** Text that is not UTF-8 as it was probably meant, or padded with NUL without the padding; null for any other. */
function readableText(text: string, validUtf8: boolean, bytes: Uint8Array): string | null {
  if (!validUtf8) return withoutPadding(guessText(bytes).text)
  const trimmed = withoutPadding(text)
  return trimmed === text ? null : trimmed
}

function isBadRate(name: string, { numerator, denominator }: Rational): boolean {
  return (denominator === 0 || numerator <= 0) && (name === 'framesPerSecond' || name === 'captureRate')
}

/** The shortest decimal number that reads back to the same 32-bit float. */
export function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
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

function formatChromaticities(primaries: Chromaticities): string {
  const pair = ([x, y]: readonly [number, number]) => `${shortestFloat32(x)} ${shortestFloat32(y)}`
  const { red, green, blue, white } = primaries
  const numbers = `red ${pair(red)}, green ${pair(green)}, blue ${pair(blue)}, white ${pair(white)}`
  const name = chromaticitiesName(primaries)
  return name === null ? numbers : `${name} (${numbers})`
}

function formatTiles({ xSize, ySize, levelMode, roundingMode }: TileDescription): string {
  const size = `${xSize} x ${ySize} tiles`
  if (levelMode === 'one_level') return `${size}, one level`
  return `${size}, ${levelMode.replace('_', ' ')}, ${roundingMode.replace('_', ' ')}`
}

function formatBox({ minX, minY, maxX, maxY }: Box2i): string {
  return `${maxX - minX + 1} x ${maxY - minY + 1} at (${minX}, ${minY})`
}

function formatEnum(type: string, value: number): string {
  const word = ENUM_WORDS[type]?.[value]
  if (word === undefined) return `unknown ${type} ${value}`
  if (type === 'compression') {
    const lines = LINES_PER_CHUNK[value]!
    return `${word}, ${lines} scan line${lines === 1 ? '' : 's'} per chunk`
  }
  if (type === 'envmap') return value === 0 ? 'latitude-longitude' : 'cube'
  return word.replaceAll('_', '-').replace(/-y$/, ' y')
}

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

/** `YYYY:MM:DD hh:mm:ss`, the form the attribute is defined to have, with dashes; null for any other text. */
function formatDate(text: string): string | null {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(text)
  return match === null ? null : `${match[1]}-${match[2]}-${match[3]} ${match[4]}`
}

function formatBlob(value: Extract<AttributeValue, { kind: 'bytes' | 'idmanifest' | 'opaque' }>): string {
  if (value.kind === 'idmanifest') return `id manifest, ${value.value.length} bytes`
  if (value.kind === 'bytes' && value.typeHint !== '') return `${value.value.length} bytes of ${value.typeHint}`
  return `${value.value.length} bytes`
}
