import { COLOR_NAMES } from '../header/color-statements.ts'
import type { Chromaticities, HeaderPart } from '../header/index.ts'

/** Nine numbers, row by row. */
type Matrix = readonly number[]

/** What a file says of its colours, and how it was understood. */
interface ColourStatement {
  /** In words: the name the file gives, the attribute that says it otherwise, or `linear Rec. 709, assumed`. */
  readonly source: string
  /** To linear Rec. 709. */
  readonly matrix: Matrix
  /** The samples carry the sRGB curve already. */
  readonly isEncoded: boolean
}

const D65: readonly [number, number] = [0.3127, 0.329]
const REC709: Chromaticities = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: D65 }
const REC2020: Chromaticities = { red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: D65 }
const P3: Chromaticities = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: D65 }
const ACES_WHITE: readonly [number, number] = [0.32168, 0.33767]
const AP0: Chromaticities = { red: [0.7347, 0.2653], green: [0, 1], blue: [0.0001, -0.077], white: ACES_WHITE }
const AP1: Chromaticities = { red: [0.713, 0.293], green: [0.165, 0.83], blue: [0.128, 0.044], white: ACES_WHITE }

/** Names that files give their colour space, by pattern; the first that matches counts. */
const NAMED: readonly (readonly [RegExp, Chromaticities])[] = [
  [/acescg|\bap1\b|_ap1_/i, AP1],
  [/aces2065|\bap0\b|_ap0_/i, AP0],
  [/2020/, REC2020],
  [/p3/i, P3],
  [/709|srgb/i, REC709],
]
const NAME_ATTRIBUTES = [...COLOR_NAMES, 'chromaticityName']
const ENCODED = /^(srgb|srgb_tx|srgb_texture|g22_rec709_tx|srgb_rec709_display)$|sRGB - Texture/i

const BRADFORD = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296]
const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/** Matrices to linear Rec. 709 of the gamuts that pictures come in, by name. */
export function gamuts(): Readonly<Record<string, Matrix>> {
  const primaries = { 'Rec. 709': REC709, 'P3-D65': P3, 'Rec. 2020': REC2020, 'ACES AP0': AP0, 'ACES AP1': AP1 }
  return Object.fromEntries(Object.entries(primaries).map(([name, each]) => [name, toRec709(each)]))
}

/** A colour space that the file names, else ACES by its flag, else its chromaticities, else linear Rec. 709. Pure. */
export function colourStatement(part: HeaderPart): ColourStatement {
  const value = part.get('chromaticities')?.value
  for (const attribute of NAME_ATTRIBUTES) {
    const name = part.get(attribute)?.value
    if (name?.kind !== 'string') continue
    const named = NAMED.find(([pattern]) => pattern.test(name.value))
    if (named === undefined) continue
    return { source: name.value, matrix: toRec709(named[1]), isEncoded: ENCODED.test(name.value) }
  }
  const aces = part.get('acesImageContainerFlag')?.value
  if (aces?.kind === 'int' && aces.value === 1) {
    return { source: 'acesImageContainerFlag', matrix: toRec709(AP0), isEncoded: false }
  }
  if (value?.kind === 'chromaticities' && isUsable(value.value)) {
    return { source: 'chromaticities', matrix: toRec709(value.value), isEncoded: false }
  }
  return { source: 'linear Rec. 709, assumed', matrix: IDENTITY, isEncoded: false }
}

/** Weights of linear red, green and blue in luminance (OpenEXR, "Luminance/chroma images"). */
export function luminanceWeights(part: HeaderPart): readonly [number, number, number] {
  const value = part.get('chromaticities')?.value
  const primaries = value?.kind === 'chromaticities' && isUsable(value.value) ? value.value : REC709
  const xyz = toXyz(primaries)
  return [xyz[3]!, xyz[4]!, xyz[5]!]
}

function isUsable({ red, green, blue, white }: Chromaticities): boolean {
  const area = (green[0] - red[0]) * (blue[1] - red[1]) - (green[1] - red[1]) * (blue[0] - red[0])
  return Math.abs(area) > 1e-4 && white[1] > 1e-3 && [red, green, blue, white].flat().every(Number.isFinite)
}

function toRec709(primaries: Chromaticities): Matrix {
  const adapted = multiply(adaptation(primaries.white, D65), toXyz(primaries))
  return multiply(invert(toXyz(REC709)), adapted)
}

/** Linear RGB to XYZ with a white of luminance 1 (SMPTE RP 177). */
function toXyz({ red, green, blue, white }: Chromaticities): Matrix {
  const columns = [red, green, blue].map(([x, y]) => [x, y, 1 - x - y])
  const primaries = [0, 1, 2].flatMap((row) => columns.map((column) => column[row]!))
  const scale = apply(invert(primaries), whitePoint(white))
  return primaries.map((value, i) => value * scale[i % 3]!)
}

function whitePoint([x, y]: readonly [number, number]): [number, number, number] {
  return [x / y, 1, (1 - x - y) / y]
}

function adaptation(from: readonly [number, number], to: readonly [number, number]): Matrix {
  const [a, b] = [apply(BRADFORD, whitePoint(from)), apply(BRADFORD, whitePoint(to))]
  const scale = [b[0] / a[0], 0, 0, 0, b[1] / a[1], 0, 0, 0, b[2] / a[2]]
  return multiply(invert(BRADFORD), multiply(scale, BRADFORD))
}

/** The product of a matrix and a column. */
export function apply(m: Matrix, [x, y, z]: readonly [number, number, number]): [number, number, number] {
  return [m[0]! * x + m[1]! * y + m[2]! * z, m[3]! * x + m[4]! * y + m[5]! * z, m[6]! * x + m[7]! * y + m[8]! * z]
}

function multiply(a: Matrix, b: Matrix): number[] {
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3) * 3, i % 3]
    return a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!
  })
}

function invert(m: Matrix): number[] {
  const cofactor = (r1: number, c1: number, r2: number, c2: number) =>
    m[r1 * 3 + c1]! * m[r2 * 3 + c2]! - m[r1 * 3 + c2]! * m[r2 * 3 + c1]!
  const adjugate = [
    cofactor(1, 1, 2, 2),
    -cofactor(0, 1, 2, 2),
    cofactor(0, 1, 1, 2),
    -cofactor(1, 0, 2, 2),
    cofactor(0, 0, 2, 2),
    -cofactor(0, 0, 1, 2),
    cofactor(1, 0, 2, 1),
    -cofactor(0, 0, 2, 1),
    cofactor(0, 0, 1, 1),
  ]
  const determinant = m[0]! * adjugate[0]! + m[1]! * adjugate[3]! + m[2]! * adjugate[6]!
  return adjugate.map((value) => value / determinant)
}

/** Where the tone curve begins to bend. */
const SHOULDER = 0.8

/** Straight up to 0.8, from there on an exponential that reaches 1 for very bright values: no highlight is cut off. */
export function tone(value: number): number {
  if (!(value > 0)) return 0
  if (value <= SHOULDER) return value
  return SHOULDER + (1 - SHOULDER) * (1 - Math.exp((SHOULDER - value) / (1 - SHOULDER)))
}

/** Linear light of a value on the sRGB curve (IEC 61966-2-1), both 0 to 1. */
export function decodeSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** Where the 8-bit sRGB values begin in linear light; the power that the curve takes is dear, a picture has a million of them. */
const CODE_STARTS = Float64Array.from({ length: 257 }, (_, code) =>
  code === 0 ? 0 : code === 256 ? Infinity : decodeSrgb((code - 0.5) / 255),
)
const STEPS = 4096
/** The code at the beginning of each step; none has more than two codes in it. */
const STEP_CODES = Uint8Array.from({ length: STEPS }, (_, step) =>
  CODE_STARTS.findLastIndex((at) => at <= step / STEPS),
)

/** The nearest of the 256 values that 8 bits of sRGB have, of linear light; below 0 and NaN are 0, above 1 is 255. */
export function srgbByte(linear: number): number {
  if (!(linear > 0)) return 0
  if (linear >= 1) return 255
  let code = STEP_CODES[Math.floor(linear * STEPS)]!
  while (linear >= CODE_STARTS[code + 1]!) code++
  return code
}
