import type { Chromaticities } from './model.ts'

type Xy = readonly [number, number]

const D65: Xy = [0.3127, 0.329]
const ACES_WHITE: Xy = [0.32168, 0.33767]
/** Writers round primaries to three or four places. */
const TOLERANCE = 0.001

function set(name: string, red: Xy, green: Xy, blue: Xy, white: Xy): readonly [string, Chromaticities] {
  return [name, { red, green, blue, white }]
}

/** Published sets of primaries: ITU-R, SMPTE, ISO, AMPAS and camera makers' papers. */
const KNOWN: readonly (readonly [string, Chromaticities])[] = [
  set('Rec. 709', [0.64, 0.33], [0.3, 0.6], [0.15, 0.06], D65),
  set('Rec. 2020', [0.708, 0.292], [0.17, 0.797], [0.131, 0.046], D65),
  set('ACES AP0', [0.7347, 0.2653], [0, 1], [0.0001, -0.077], ACES_WHITE),
  set('ACES AP1', [0.713, 0.293], [0.165, 0.83], [0.128, 0.044], ACES_WHITE),
  set('P3-D65', [0.68, 0.32], [0.265, 0.69], [0.15, 0.06], D65),
  set('P3-DCI', [0.68, 0.32], [0.265, 0.69], [0.15, 0.06], [0.314, 0.351]),
  set('P3-D60', [0.68, 0.32], [0.265, 0.69], [0.15, 0.06], ACES_WHITE),
  set('SMPTE-C', [0.63, 0.34], [0.31, 0.595], [0.155, 0.07], D65),
  set('EBU', [0.64, 0.33], [0.29, 0.6], [0.15, 0.06], D65),
  set('Adobe RGB', [0.64, 0.33], [0.21, 0.71], [0.15, 0.06], D65),
  set('ProPhoto RGB', [0.7347, 0.2653], [0.1596, 0.8404], [0.0366, 0.0001], [0.3457, 0.3585]),
  set('CIE XYZ', [1, 0], [0, 1], [0, 0], [1 / 3, 1 / 3]),
  set('ARRI Wide Gamut 3', [0.684, 0.313], [0.221, 0.848], [0.0861, -0.102], D65),
  set('ARRI Wide Gamut 4', [0.7347, 0.2653], [0.1424, 0.8576], [0.0991, -0.0308], D65),
  set('S-Gamut3', [0.73, 0.28], [0.14, 0.855], [0.1, -0.05], D65),
  set('S-Gamut3.Cine', [0.766, 0.275], [0.225, 0.8], [0.089, -0.087], D65),
  set('V-Gamut', [0.73, 0.28], [0.165, 0.84], [0.1, -0.03], D65),
  set('REDWideGamutRGB', [0.780308, 0.304253], [0.121595, 1.493994], [0.095612, -0.084589], D65),
  set('Canon Cinema Gamut', [0.74, 0.27], [0.17, 1.14], [0.08, -0.1], D65),
  set('DaVinci Wide Gamut', [0.8, 0.313], [0.1682, 0.9877], [0.079, -0.1155], D65),
]

/** Name of the published set of primaries within 0.001 of the given ones in every coordinate, or null. */
export function chromaticitiesName(primaries: Chromaticities): string | null {
  const known = KNOWN.find(([, other]) =>
    (['red', 'green', 'blue', 'white'] as const).every((corner) => isNear(primaries[corner], other[corner])),
  )
  return known?.[0] ?? null
}

function isNear(a: Xy, b: Xy): boolean {
  return Math.abs(a[0] - b[0]) <= TOLERANCE && Math.abs(a[1] - b[1]) <= TOLERANCE
}
