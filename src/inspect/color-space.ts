import { chromaticitiesName } from '../header/chromaticities.ts'
import { COLOR_NAMES } from '../header/color-statements.ts'
import { shortestFloat32, withoutPadding } from '../header/index.ts'
import type { Chromaticities, HeaderPart } from '../header/model.ts'

/** Identifiers the Color Interop Forum gives the linear spaces of well-known primaries. */
const INTEROP_IDS: Readonly<Record<string, string>> = {
  'Rec. 709': 'lin_rec709_scene',
  'Rec. 2020': 'lin_rec2020_scene',
  'ACES AP0': 'lin_ap0_scene',
  'ACES AP1': 'lin_ap1_scene',
  'P3-D65': 'lin_p3d65_scene',
  'Adobe RGB': 'lin_adobergb_scene',
}

/** A colour space and the attribute that states it. */
interface StatedColorSpace {
  readonly space: string
  readonly source: string
}

/**
 * The colour space a part states about itself, in this order: `colorInteropID` and other names, `acesImageContainerFlag`
 * 1, chromaticities of a published set, `gamma`. Null when it states none.
 */
export function statedColorSpace(part: HeaderPart): StatedColorSpace | null {
  for (const source of COLOR_NAMES) {
    const space = textOf(part, source)
    if (space !== null) return { space, source }
  }
  const aces = part.get('acesImageContainerFlag')?.value
  if (aces?.kind === 'int' && aces.value === 1) return { space: 'lin_ap0_scene', source: 'acesImageContainerFlag' }
  const chromaticities = part.get('chromaticities')?.value
  const primaries = chromaticities?.kind === 'chromaticities' ? spaceOfPrimaries(chromaticities.value) : null
  if (primaries !== null) return { space: primaries, source: 'chromaticities' }
  const gamma = part.get('gamma')?.value
  if (gamma?.kind !== 'float' || !(gamma.value > 0)) return null
  return { space: gamma.value === 1 ? 'linear' : `gamma ${shortestFloat32(gamma.value)}`, source: 'gamma' }
}

/** The linear space of these primaries and white point, by identifier or name; null for none of the published ones. */
export function spaceOfPrimaries(value: Chromaticities): string | null {
  const name = chromaticitiesName(value)
  return name === null ? null : (INTEROP_IDS[name] ?? name)
}

/** Text of a string attribute without NUL padding; null when it is absent, empty or of another type. */
export function textOf(part: HeaderPart, name: string): string | null {
  const value = part.get(name)?.value
  const text = value?.kind === 'string' ? withoutPadding(value.value) : ''
  return text === '' ? null : text
}
