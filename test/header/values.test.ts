import { describe, expect, it } from 'vitest'
import { type AttributeValue, decodeValue, encodeValue } from '../../src/header/index.ts'

/** Bytes worked out by hand from the OpenEXR file layout document: little-endian, fields in the order given there. */
const BYTES: readonly (readonly [string, string, AttributeValue])[] = [
  ['int', 'feffffff', { kind: 'int', value: -2 }],
  ['float', '0000803f', { kind: 'float', value: 1 }],
  ['double', '000000000000f0bf', { kind: 'double', value: -1 }],
  ['string', '6877c3a9', { kind: 'string', value: 'hw\u00e9', validUtf8: true }],
  ['string', '68ff', { kind: 'string', value: 'h\ufffd', validUtf8: false }],
  ['string', 'efbbbf41', { kind: 'string', value: '\ufeffA', validUtf8: true }],
  ['stringvector', '020000006c65 00000000', { kind: 'stringvector', value: ['le', ''], validUtf8: true }],
  ['v2i', '01000000 ffffffff', { kind: 'ints', value: [1, -1] }],
  ['v3i', '01000000 02000000 03000000', { kind: 'ints', value: [1, 2, 3] }],
  ['v2f', '0000003f 000000bf', { kind: 'floats', value: [0.5, -0.5] }],
  ['v2d', '000000000000e03f 000000000000e0bf', { kind: 'doubles', value: [0.5, -0.5] }],
  ['floatvector', '0000807f 000080ff', { kind: 'floats', value: [Infinity, -Infinity] }],
  ['box2i', 'ffffffff feffffff 01000000 02000000', { kind: 'box2i', value: { minX: -1, minY: -2, maxX: 1, maxY: 2 } }],
  ['box2f', '00000000 0000803f 00000040 00004040', { kind: 'box2f', value: [0, 1, 2, 3] }],
  [
    'chlist',
    '5200 01000000 01 000000 01000000 02000000 00',
    { kind: 'chlist', value: [{ name: 'R', pixelType: 'HALF', pLinear: true, xSampling: 1, ySampling: 2 }] },
  ],
  [
    'chromaticities',
    '0000803f00000000 000000000000803f 0000000000000000 0000003f0000003f',
    { kind: 'chromaticities', value: { red: [1, 0], green: [0, 1], blue: [0, 0], white: [0.5, 0.5] } },
  ],
  ['compression', '0b', { kind: 'enum', value: 11, name: 'htj2k32' }],
  ['compression', '0c', { kind: 'enum', value: 12, name: 'lj2k' }],
  ['lineOrder', '02', { kind: 'enum', value: 2, name: 'random_y' }],
  ['envmap', '01', { kind: 'enum', value: 1, name: 'cube' }],
  ['deepImageState', '03', { kind: 'enum', value: 3, name: 'tidy' }],
  [
    'keycode',
    '01000000 02000000 03000000 04000000 05000000 06000000 07000000',
    {
      kind: 'keycode',
      value: { filmMfcCode: 1, filmType: 2, prefix: 3, count: 4, perfOffset: 5, perfsPerFrame: 6, perfsPerCount: 7 },
    },
  ],
  ['timecode', 'ffffffff 01000000', { kind: 'timecode', value: { timeAndFlags: 0xffffffff, userData: 1 } }],
  ['rational', 'ffffffff ffffffff', { kind: 'rational', value: { numerator: -1, denominator: 0xffffffff } }],
  [
    'tiledesc',
    '40000000 20000000 12',
    { kind: 'tiledesc', value: { xSize: 64, ySize: 32, levelMode: 'ripmap_levels', roundingMode: 'round_up' } },
  ],
  [
    'preview',
    '01000000 01000000 0a0b0c0d',
    { kind: 'preview', value: { width: 1, height: 1, pixels: Uint8Array.of(10, 11, 12, 13) } },
  ],
  ['bytes', '02000000 6869 ff', { kind: 'bytes', typeHint: 'hi', value: Uint8Array.of(255) }],
  ['idmanifest', '00000000', { kind: 'idmanifest', value: new Uint8Array(4) }],
  ['mine', '0102', { kind: 'opaque', value: Uint8Array.of(1, 2) }],
  ['int', '0102', { kind: 'opaque', value: Uint8Array.of(1, 2) }],
]

describe('values of attributes', () => {
  it.each(BYTES)('of type %s with bytes %s read as the layout document says', (type, hex, value) => {
    expect(decodeValue(type, bytesOf(hex))).toEqual(value)
  })

  it.each(BYTES.filter(([, , value]) => !('validUtf8' in value) || value.validUtf8))(
    'of type %s are written as %s',
    (type, hex, value) => {
      expect(encodeValue(type, value)).toEqual(bytesOf(hex))
    },
  )

  it('keep NaN and the sign of zero', () => {
    expect(decodeValue('v2f', bytesOf('0000c07f 00000080'))).toEqual({ kind: 'floats', value: [Number.NaN, -0] })
  })

  it('are not decoded beyond the bytes given, whatever counts they claim', () => {
    const huge = 'ffffff7f'
    for (const type of ['stringvector', 'preview', 'bytes']) {
      expect(decodeValue(type, bytesOf(huge + huge)).kind).toBe('opaque')
    }
  })
})

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}
