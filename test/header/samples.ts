import { type ExrHeader, enumValue, makeAttribute, makeHeader } from '../../src/header/index.ts'
import { box, channel, float, int, listedPart, singlePart, text, tiles } from './headers.ts'

const floats = (...value: number[]) => ({ kind: 'floats', value }) as const
const doubles = (...value: number[]) => ({ kind: 'doubles', value }) as const

/**
 * One of each type, with numbers that print the same everywhere. No id manifest: OpenEXR 3.1 reads four bytes too many
 * of it and takes them from the name of the next attribute.
 */
const everyType = [
  makeAttribute('a_box2f', 'box2f', { kind: 'box2f', value: [-1.5, 2, 3.25, 4] }),
  makeAttribute('a_box2i', 'box2i', { kind: 'box2i', value: box(7, 8, -5, -6) }),
  makeAttribute('a_chlist', 'chlist', { kind: 'chlist', value: [channel('Z', 'FLOAT'), channel('id', 'UINT')] }),
  makeAttribute('a_double', 'double', { kind: 'double', value: -0.125 }),
  makeAttribute('a_float', 'float', float(2.5)),
  makeAttribute('a_floatvector', 'floatvector', floats(1, 2, 3)),
  makeAttribute('a_int', 'int', int(-7)),
  makeAttribute('a_m33d', 'm33d', doubles(1, 2, 3, 4, 5, 6, 7, 8, 9)),
  makeAttribute('a_m33f', 'm33f', floats(1, 2, 3, 4, 5, 6, 7, 8, 9.5)),
  makeAttribute('a_m44d', 'm44d', doubles(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7, 1)),
  makeAttribute('a_m44f', 'm44f', floats(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 5, 6, 7.5, 1)),
  makeAttribute('a_string', 'string', text('n\u00e4me "quoted"')),
  makeAttribute('a_stringvector', 'stringvector', {
    kind: 'stringvector',
    value: ['left', '', 'right'],
    validUtf8: true,
  }),
  makeAttribute('a_studioType', 'studioType', Uint8Array.of(1, 2, 3)),
  makeAttribute('a_v2d', 'v2d', doubles(1, 2)),
  makeAttribute('a_v2f', 'v2f', floats(1, -2.5)),
  makeAttribute('a_v2i', 'v2i', { kind: 'ints', value: [1, -2] }),
  makeAttribute('a_v3d', 'v3d', doubles(1, 2, 3)),
  makeAttribute('a_v3f', 'v3f', floats(0.5, 1, 1.5)),
  makeAttribute('a_v3i', 'v3i', { kind: 'ints', value: [1, 2, -3] }),
  makeAttribute('chromaticities', 'chromaticities', {
    kind: 'chromaticities',
    value: { red: [0.5, 0.25], green: [0.25, 0.75], blue: [0.125, 0], white: [0.375, 0.3125] },
  }),
  makeAttribute('deepImageState', 'deepImageState', enumValue('deepImageState', 'sorted')),
  makeAttribute('envmap', 'envmap', enumValue('envmap', 'cube')),
  makeAttribute('framesPerSecond', 'rational', { kind: 'rational', value: { numerator: 25, denominator: 2 } }),
  makeAttribute('keyCode', 'keycode', {
    kind: 'keycode',
    value: { filmMfcCode: 1, filmType: 2, prefix: 3, count: 4, perfOffset: 5, perfsPerFrame: 6, perfsPerCount: 20 },
  }),
  makeAttribute('preview', 'preview', {
    kind: 'preview',
    value: { width: 2, height: 3, pixels: Uint8Array.from({ length: 24 }, (_, i) => i) },
  }),
  makeAttribute('timeCode', 'timecode', {
    kind: 'timecode',
    value: { timeAndFlags: (0x01020304 | (1 << 6) | (1 << 15) | (1 << 31)) >>> 0, userData: 0xabcdef01 },
  }),
]

/** Headers our encoder writes, for `exrheader` to read. */
export const SAMPLES: Readonly<Record<string, ExrHeader>> = {
  'every type': singlePart({ extra: everyType }),
  'subsampled, negative window, decreasing': singlePart({
    channels: [channel('BY', 'HALF', 2, 2), channel('RY', 'HALF', 2, 2), { ...channel('Y'), pLinear: true }],
    dataWindow: box(13, 9, -10, -6),
    displayWindow: box(99, 49),
    lineOrder: 'decreasing_y',
    compression: 'piz',
  }),
  'long names': singlePart(
    {
      channels: [channel('c'.repeat(255), 'FLOAT')],
      extra: [makeAttribute('n'.repeat(255), 't'.repeat(255), new Uint8Array(0))],
    },
    { longNames: true },
  ),
  'ripmap, rounded up': singlePart(
    { dataWindow: box(54, 22, 5, 3), lineOrder: 'random_y', extra: [tiles(16, 8, 'ripmap_levels', 'round_up')] },
    { tiled: true },
  ),
  'mipmap, rounded down': singlePart(
    { dataWindow: box(54, 22, 5, 3), compression: 'dwab', extra: [tiles(16, 8, 'mipmap_levels')] },
    { tiled: true },
  ),
  'deep scan lines': makeHeader(
    [listedPart('deep', 'deepscanline', 32, { compression: 'zips', channels: [channel('A'), channel('Z', 'FLOAT')] })],
    { nonImage: true },
  ),
  'four kinds of parts': makeHeader(
    [
      listedPart('scan lines', 'scanlineimage', 32, { compression: 'rle' }),
      listedPart('tiles', 'tiledimage', 2, { compression: 'none', extra: [tiles(32, 32)] }),
      listedPart('deep', 'deepscanline', 32, { compression: 'none' }),
      listedPart('deep tiles', 'deeptile', 4, { compression: 'rle', extra: [tiles(32, 16)] }),
    ],
    { nonImage: true },
  ),
}
