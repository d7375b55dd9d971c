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
 * What a part states of its colours, in this order: `colorInteropID` and other names, `acesImageContainerFlag` 1,
 * chromaticities of a published set and `gamma`, of which neither alone is a whole colour space. Null when it states
 * nothing.
 */
export function statedColorSpace(part: HeaderPart): StatedColorSpace | null {
  for (const source of COLOR_NAMES) {
    const space = textOf(part, source)
    if (space !== null) return { space, source }
  }
  const aces = part.get('acesImageContainerFlag')?.value
  if (aces?.kind === 'int' && aces.value === 1) return { space: 'lin_ap0_scene', source: 'acesImageContainerFlag' }
  const primaries = primariesOf(part)
  const transfer = transferOf(part)
  if (primaries === null && transfer === null) return null
  if (primaries === null) return { space: transfer!, source: 'gamma' }
  if (transfer === null) return { space: `${primaries} primaries`, source: 'chromaticities' }
  return { space: `${primaries} primaries, ${transfer}`, source: 'chromaticities,gamma' }
}

/**
 * The colour space that follows from chromaticities alone, since OpenEXR defines them for linear RGB; null where the part
 * states more, or primaries of no published set.
 */
export function linearOfPrimaries(part: HeaderPart): string | null {
  if (statedColorSpace(part)?.source !== 'chromaticities') return null
  const primaries = primariesOf(part)!
  return INTEROP_IDS[primaries] ?? `linear ${primaries}`
}

function primariesOf(part: HeaderPart): string | null {
  const value = part.get('chromaticities')?.value
  return value?.kind === 'chromaticities' ? chromaticitiesName(value.value) : null
}

function transferOf(part: HeaderPart): string | null {
  const value = part.get('gamma')?.value
  if (value?.kind !== 'float' || !(value.value > 0)) return null
  return value.value === 1 ? 'linear' : `gamma ${shortestFloat32(value.value)}`
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
