import fc from 'fast-check'
import type { AttributeValue, Channel, HeaderAttribute } from '../../src/header/index.ts'
import { enumValue, makeAttribute } from '../../src/header/index.ts'

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const text = fc.string({ unit: 'grapheme', maxLength: 20 })
/** Byte length and NUL are what the format restricts. */
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .filter((s) => !s.includes('\0') && Buffer.byteLength(s) <= 255)
const blob = fc.uint8Array({ maxLength: 60 })
const float32 = fc.float({ noNaN: true })

const numbers = (count: number, one: fc.Arbitrary<number>) => fc.array(one, { minLength: count, maxLength: count })
const ints = (count: number) => numbers(count, int32).map((value): AttributeValue => ({ kind: 'ints', value }))
const floats = (count: number) => numbers(count, float32).map((value): AttributeValue => ({ kind: 'floats', value }))
const doubles = (count: number) =>
  numbers(count, fc.double({ noNaN: true })).map((value): AttributeValue => ({ kind: 'doubles', value }))
const word = (type: string, words: string[]) =>
  fc.oneof(
    fc.constantFrom(...words).map((each) => enumValue(type, each)),
    fc.integer({ min: 200, max: 255 }).map((n) => enumValue(type, `unknown(${n})`)),
  )

const channelArbitrary: fc.Arbitrary<Channel> = fc.record({
  name,
  pixelType: fc.oneof(
    fc.constantFrom('UINT' as const, 'HALF' as const, 'FLOAT' as const),
    int32.filter((n) => n < 0 || n > 2).map((n) => `unknown(${n})` as const),
  ),
  pLinear: fc.boolean(),
  xSampling: int32,
  ySampling: int32,
})

const xy = fc.tuple(float32, float32)

/** A value of every type of the format. */
export const VALUES: Readonly<Record<string, fc.Arbitrary<AttributeValue>>> = {
  box2i: fc.tuple(int32, int32, int32, int32).map(([minX, minY, maxX, maxY]) => ({
    kind: 'box2i',
    value: { minX, minY, maxX, maxY },
  })),
  box2f: fc.tuple(float32, float32, float32, float32).map((value) => ({ kind: 'box2f', value })),
  bytes: fc.record({ kind: fc.constant('bytes' as const), typeHint: text, value: blob }),
  chlist: fc.array(channelArbitrary, { minLength: 1, maxLength: 8 }).map((value) => ({ kind: 'chlist', value })),
  chromaticities: fc
    .record({ red: xy, green: xy, blue: xy, white: xy })
    .map((value) => ({ kind: 'chromaticities', value })),
  compression: word('compression', ['none', 'zip', 'dwab', 'htj2k32']),
  deepImageState: word('deepImageState', ['messy', 'tidy']),
  double: fc.double({ noNaN: true }).map((value) => ({ kind: 'double', value })),
  envmap: word('envmap', ['latlong', 'cube']),
  float: float32.map((value) => ({ kind: 'float', value })),
  floatvector: fc.array(float32, { maxLength: 9 }).map((value) => ({ kind: 'floats', value })),
  idmanifest: fc.uint8Array({ minLength: 4, maxLength: 40 }).map((value) => ({ kind: 'idmanifest', value })),
  int: int32.map((value) => ({ kind: 'int', value })),
  keycode: fc
    .record({
      filmMfcCode: int32,
      filmType: int32,
      prefix: int32,
      count: int32,
      perfOffset: int32,
      perfsPerFrame: int32,
      perfsPerCount: int32,
    })
    .map((value) => ({ kind: 'keycode', value })),
  lineOrder: word('lineOrder', ['increasing_y', 'decreasing_y', 'random_y']),
  m33f: floats(9),
  m33d: doubles(9),
  m44f: floats(16),
  m44d: doubles(16),
  preview: fc
    .tuple(fc.nat(3), fc.nat(3))
    .chain(([width, height]) =>
      fc
        .uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 })
        .map((pixels) => ({ kind: 'preview', value: { width, height, pixels } })),
    ),
  rational: fc.record({ numerator: int32, denominator: uint32 }).map((value) => ({ kind: 'rational', value })),
  string: text.map((value) => ({ kind: 'string', value, validUtf8: true })),
  stringvector: fc.array(text, { maxLength: 5 }).map((value) => ({ kind: 'stringvector', value, validUtf8: true })),
  tiledesc: fc
    .record({
      xSize: uint32,
      ySize: uint32,
      levelMode: fc.constantFrom('one_level', 'mipmap_levels', 'ripmap_levels', 'unknown(9)'),
      roundingMode: fc.constantFrom('round_down', 'round_up', 'unknown(7)'),
    })
    .map((value) => ({ kind: 'tiledesc', value })),
  timecode: fc.record({ timeAndFlags: uint32, userData: uint32 }).map((value) => ({ kind: 'timecode', value })),
  v2i: ints(2),
  v2f: floats(2),
  v2d: doubles(2),
  v3i: ints(3),
  v3f: floats(3),
  v3d: doubles(3),
}

/** A type the format does not define. */
const customType = name.filter((type) => !Object.hasOwn(VALUES, type))

export const attribute: fc.Arbitrary<HeaderAttribute> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...Object.keys(VALUES))
      .chain((type) => fc.tuple(name, VALUES[type]!).map(([key, value]) => makeAttribute(key, type, value))),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(name, customType, blob).map(([key, type, bytes]) => makeAttribute(key, type, bytes)),
  },
  // Bytes that need not fit the type they claim.
  {
    weight: 1,
    arbitrary: fc
      .tuple(name, fc.constantFrom(...Object.keys(VALUES)), blob)
      .map(([key, type, bytes]) => makeAttribute(key, type, bytes)),
  },
)
