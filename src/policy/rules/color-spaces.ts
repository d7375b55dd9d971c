import type { PartView } from '../file-view.ts'
import { textOf } from '../file-view.ts'

type Xy = readonly [number, number]

/** Primaries as the `chromaticities` attribute has them. */
interface Primaries {
  readonly red: Xy
  readonly green: Xy
  readonly blue: Xy
  readonly white: Xy
}

const D65: Xy = [0.3127, 0.329]
const ACES_WHITE: Xy = [0.32168, 0.33767]

/** Sets of primaries by the words that interop ids use for them. */
export const GAMUTS: Readonly<Record<string, Primaries>> = {
  ap0: { red: [0.7347, 0.2653], green: [0, 1], blue: [0.0001, -0.077], white: ACES_WHITE },
  ap1: { red: [0.713, 0.293], green: [0.165, 0.83], blue: [0.128, 0.044], white: ACES_WHITE },
  rec709: { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: D65 },
  p3d65: { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06], white: D65 },
  rec2020: { red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: D65 },
  adobergb: { red: [0.64, 0.33], green: [0.21, 0.71], blue: [0.15, 0.06], white: D65 },
  ciexyzd65: { red: [1, 0], green: [0, 1], blue: [0, 0], white: D65 },
}

/**
 * Ids without a namespace that the Color Interop Forum publishes (texture asset and CG render recommendation, 1.0), and what
 * OpenColorIO's built-in configs state beside them.
 */
export const INTEROP_IDS: readonly string[] = [
  'lin_ap1_scene',
  'lin_ap0_scene',
  'lin_rec709_scene',
  'lin_p3d65_scene',
  'lin_rec2020_scene',
  'lin_adobergb_scene',
  'lin_ciexyzd65_scene',
  'srgb_rec709_scene',
  'g22_rec709_scene',
  'g18_rec709_scene',
  'g24_rec709_scene',
  'srgb_ap1_scene',
  'g22_ap1_scene',
  'srgb_p3d65_scene',
  'g22_adobergb_scene',
  'data',
  'unknown',
  'srgb_rec709_display',
  'g24_rec709_display',
  'srgb_p3d65_display',
  'srgbe_p3d65_display',
  'pq_p3d65_display',
  'pq_rec2020_display',
  'hlg_rec2020_display',
  'g22_rec709_display',
  'g22_adobergb_display',
  'g26_p3d65_display',
  'g26_xyzd65_display',
  'pq_xyzd65_display',
]

export function interopId(part: PartView): string | null {
  return textOf(part, 'colorInteropID')
}

/** Primaries of a part; null when it has none or they are damaged. */
export function primariesOf(part: PartView): Primaries | null {
  const attribute = part.attributes.get('chromaticities')
  const value = attribute?.value as Primaries | undefined
  return attribute?.type === 'chromaticities' && Array.isArray(value?.red) ? value : null
}

/** The words of the ACES marker in documents: the standard's own, and the one that guidance names. */
export const ACES_MARKERS = ['acesImageContainerFlag', 'acesImageContainer']

export function hasAcesMarker(part: PartView): boolean {
  return ACES_MARKERS.some((name) => part.attributes.has(name))
}

/** The set of primaries that an id names; null when it names none. */
export function gamutOf(id: string): Primaries | null {
  const word = id.slice(id.lastIndexOf(':') + 1).split('_')[1]
  return word === undefined ? null : (GAMUTS[word] ?? null)
}

export function samePrimaries(a: Primaries, b: Primaries, tolerance = 0.001): boolean {
  return (['red', 'green', 'blue', 'white'] as const).every((corner) =>
    [0, 1].every((axis) => Math.abs(a[corner][axis]! - b[corner][axis]!) <= tolerance + 1e-9),
  )
}

export function gamutName(primaries: Primaries): string {
  const known = Object.entries(GAMUTS).find(([, other]) => samePrimaries(primaries, other))
  return known?.[0] ?? JSON.stringify(primaries)
}
