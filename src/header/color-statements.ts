import { chromaticitiesName } from './chromaticities.ts'
import { shortestFloat32 } from './float32.ts'
import type { HeaderAttribute, HeaderPart } from './model.ts'
import { withoutPadding } from './text-encoding.ts'

/** Attributes in which writers name a colour space, the one of OpenEXR's own recommendation first. */
export const COLOR_NAMES = [
  'colorInteropID',
  'oiio:ColorSpace',
  'colorspace',
  'colorSpace',
  'ColorSpace',
  'arnold/color_space',
] as const

/** What one attribute says of a part's colours; null where it says nothing of that. */
interface ColorStatement {
  readonly attribute: HeaderAttribute
  /** What it says, in words. */
  readonly says: string
  readonly isLinear: boolean | null
  /** A name of `chromaticitiesName`, or `others` for primaries of no published set. */
  readonly primaries: string | null
}

/** Primaries by the middle word of an identifier of the Color Interop Forum: `lin_ap1_scene`, `srgb_rec709_display`. */
const INTEROP_PRIMARIES: Readonly<Record<string, string>> = {
  rec709: 'Rec. 709',
  rec2020: 'Rec. 2020',
  ap0: 'ACES AP0',
  ap1: 'ACES AP1',
  p3d65: 'P3-D65',
  adobergb: 'Adobe RGB',
}

/** Names of OpenColorIO's configurations for ACES, in small letters and without what is no letter or digit. */
const CONFIG_NAMES: Readonly<Record<string, readonly [isLinear: boolean | null, primaries: string | null]>> = {
  linear: [true, null],
  scenelinear: [true, null],
  acescg: [true, 'ACES AP1'],
  aces20651: [true, 'ACES AP0'],
  acescc: [false, 'ACES AP1'],
  acescct: [false, 'ACES AP1'],
  srgb: [false, 'Rec. 709'],
  srgbtexture: [false, 'Rec. 709'],
  linsrgb: [true, 'Rec. 709'],
  linearsrgb: [true, 'Rec. 709'],
  linrec709: [true, 'Rec. 709'],
  linearrec709: [true, 'Rec. 709'],
  linearrec709srgb: [true, 'Rec. 709'],
  linrec2020: [true, 'Rec. 2020'],
  linearrec2020: [true, 'Rec. 2020'],
  linp3d65: [true, 'P3-D65'],
  linearp3d65: [true, 'P3-D65'],
  linadobergb: [true, 'Adobe RGB'],
  linearadobergb: [true, 'Adobe RGB'],
  linap1: [true, 'ACES AP1'],
  linap0: [true, 'ACES AP0'],
}

/** Two attributes of a part that cannot both be true. */
interface ColorContradiction {
  readonly attribute: HeaderAttribute
  readonly message: string
}

/** What attributes say against each other, each told once, against the first it contradicts. */
export function colorContradictions(part: HeaderPart): ColorContradiction[] {
  const statements = statementsOf(part)
  return statements.flatMap((statement, index) => {
    const against = statements.slice(0, index).find((other) => contradicts(statement, other))
    if (against === undefined) return []
    const isLinearRgb = against.attribute.name === 'chromaticities' && statement.attribute.name === 'gamma'
    return {
      attribute: statement.attribute,
      message: `${against.says}${isLinearRgb ? ', of linear RGB' : ''}, ${statement.says}`,
    }
  })
}

function contradicts(a: ColorStatement, b: ColorStatement): boolean {
  // They are defined for RGB that a matrix takes to CIE XYZ: linear. An encoding that a name states is the name's matter.
  const names = [a.attribute.name, b.attribute.name]
  if (names.includes('chromaticities') && [a, b].some((it) => it.attribute.name === 'gamma' && !it.isLinear))
    return true
  const differ = <T>(x: T | null, y: T | null) => x !== null && y !== null && x !== y
  return differ(a.isLinear, b.isLinear) || differ(a.primaries, b.primaries)
}

function statementsOf(part: HeaderPart): ColorStatement[] {
  const found: ColorStatement[] = []
  for (const name of COLOR_NAMES) {
    const attribute = part.get(name)
    if (attribute?.value.kind === 'string') found.push(named(attribute, withoutPadding(attribute.value.value)))
  }
  const flag = part.get('acesImageContainerFlag')
  if (flag?.value.kind === 'int' && flag.value.value === 1) {
    found.push({
      attribute: flag,
      says: 'acesImageContainerFlag says ACES AP0',
      isLinear: true,
      primaries: 'ACES AP0',
    })
  }
  const chromaticities = part.get('chromaticities')
  if (chromaticities?.value.kind === 'chromaticities') {
    const primaries = chromaticitiesName(chromaticities.value.value)
    const says = primaries === null ? 'chromaticities are others' : `chromaticities are ${primaries}`
    found.push({ attribute: chromaticities, says, isLinear: null, primaries: primaries ?? 'others' })
  }
  const gamma = part.get('gamma')
  if (gamma?.value.kind === 'float' && gamma.value.value > 0) {
    const says = `gamma says ${shortestFloat32(gamma.value.value)}`
    found.push({ attribute: gamma, says, isLinear: gamma.value.value === 1, primaries: null })
  }
  return found
}

function named(attribute: HeaderAttribute, text: string): ColorStatement {
  const says = `${attribute.name} says ${text}`
  const [curve, primaries, image] = text.split('_')
  if (image === 'scene' || image === 'display') {
    return { attribute, says, isLinear: curve === 'lin', primaries: INTEROP_PRIMARIES[primaries!] ?? null }
  }
  // `ACES - ACEScg` and `Utility - Linear - sRGB` begin with the family.
  const key = text
    .replace(/^(?:aces|utility) - /i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
  const [isLinear, primariesName] = CONFIG_NAMES[key] ?? [null, null]
  return { attribute, says, isLinear, primaries: primariesName }
}
