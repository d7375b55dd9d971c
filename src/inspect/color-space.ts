import { chromaticitiesName } from '../header/chromaticities.ts'
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

/**
 * The colour space a part states about itself, in this order: `colorInteropID`, an `oiio:ColorSpace` stored in the
 * file, `acesImageContainerFlag` 1, chromaticities of a published set. Null when it states none.
 */
export function statedColorSpace(part: HeaderPart): string | null {
  const named = textOf(part, 'colorInteropID') ?? textOf(part, 'oiio:ColorSpace')
  if (named !== null) return named
  const aces = part.get('acesImageContainerFlag')?.value
  if (aces?.kind === 'int' && aces.value === 1) return 'lin_ap0_scene'
  const chromaticities = part.get('chromaticities')?.value
  return chromaticities?.kind === 'chromaticities' ? spaceOfPrimaries(chromaticities.value) : null
}

/** The linear space of these primaries and white point, by identifier or name; null for none of the published ones. */
export function spaceOfPrimaries(value: Chromaticities): string | null {
  const name = chromaticitiesName(value)
  return name === null ? null : (INTEROP_IDS[name] ?? name)
}

/** Text of a string attribute; null when it is absent, empty or of another type. */
export function textOf(part: HeaderPart, name: string): string | null {
  const value = part.get(name)?.value
  return value?.kind === 'string' && value.value !== '' ? value.value : null
}
