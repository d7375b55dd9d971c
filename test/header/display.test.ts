import { describe, expect, it } from 'vitest'
import {
  type AttributeValue,
  chromaticitiesName,
  componentOf,
  displayValue,
  enumValue,
  formatTimeCode,
  layerOf,
  makeAttribute,
  shortestFloat32,
  timeCodeFields,
  timeCodeProblem,
} from '../../src/header/index.ts'
import { box, float, text, tiles } from './headers.ts'

function shown(name: string, type: string, value: AttributeValue): string | null {
  return displayValue(makeAttribute(name, type, value))
}

describe('time codes', () => {
  // SMPTE 12M: frames in the low byte, then seconds, minutes and hours, each digit four bits, flags between them.
  it('show hours to frames from their decimal digits', () => {
    expect(formatTimeCode({ timeAndFlags: 0x01020304, userData: 0 })).toBe('01:02:03:04')
    expect(formatTimeCode({ timeAndFlags: 0x23595929, userData: 0 })).toBe('23:59:59:29')
  })

  it('show dropped frames by a semicolon, and the other flags and user bits by name', () => {
    expect(formatTimeCode({ timeAndFlags: 0x01020304 | (1 << 6), userData: 0 })).toBe('01:02:03;04')
    const flags = (1 << 7) | (1 << 15) | (1 << 23) | (1 << 30) | (1 << 31)
    expect(formatTimeCode({ timeAndFlags: (0x01020304 | flags) >>> 0, userData: 0x12345678 })).toBe(
      '01:02:03:04, color frame, field 2, bgf0, bgf1, bgf2, user bits 12345678',
    )
  })

  it.each([
    ['00:01:00;00', 0x00010040, 'frame 0 of minute 1, which drop-frame counting leaves out'],
    ['00:59:00;01', 0x00590041, 'frame 1 of minute 59, which drop-frame counting leaves out'],
    ['00:01:00;02', 0x00010042, null],
    ['00:01:01;00', 0x00010140, null],
    ['00:10:00;00', 0x00100040, null],
    ['00:01:00:00', 0x00010000, null],
  ])('tell whether %s can be', (form, timeAndFlags, problem) => {
    expect(formatTimeCode({ timeAndFlags, userData: 0 })).toBe(form)
    expect(timeCodeProblem({ timeAndFlags, userData: 0 })).toBe(problem)
  })

  it('give every field', () => {
    expect(timeCodeFields({ timeAndFlags: (0x10203015 | (1 << 6)) >>> 0, userData: 0x87654321 })).toEqual({
      hours: 10,
      minutes: 20,
      seconds: 30,
      frame: 15,
      dropFrame: true,
      colorFrame: false,
      fieldPhase: false,
      bgf0: false,
      bgf1: false,
      bgf2: false,
      binaryGroups: [1, 2, 3, 4, 5, 6, 7, 8],
    })
  })
})

describe('forms for people', () => {
  it.each<[string, string, AttributeValue, string | null]>([
    ['framesPerSecond', 'rational', rational(24000, 1001), '24000/1001 (23.976)'],
    ['framesPerSecond', 'rational', rational(25, 1), '25/1 (25)'],
    ['x', 'rational', rational(-1, 0), '-1/0'],
    ['capDate', 'string', text('2026:01:31 23:59:58'), '2026-01-31 23:59:58'],
    ['capDate', 'string', text('yesterday'), null],
    ['owner', 'string', text('2026:01:31 23:59:58'), null],
    ['compression', 'compression', enumValue('compression', 'zip'), 'zip, 16 scan lines per chunk'],
    ['compression', 'compression', enumValue('compression', 'none'), 'none, 1 scan line per chunk'],
    ['compression', 'compression', enumValue('compression', 'unknown(77)'), 'unknown compression 77'],
    ['lineOrder', 'lineOrder', enumValue('lineOrder', 'decreasing_y'), 'decreasing y'],
    ['envmap', 'envmap', enumValue('envmap', 'latlong'), 'latitude-longitude'],
    ['deepImageState', 'deepImageState', enumValue('deepImageState', 'non_overlapping'), 'non-overlapping'],
    ['dataWindow', 'box2i', { kind: 'box2i', value: box(99, 49, -10, -20) }, '110 x 70 at (-10, -20)'],
    ['expTime', 'float', float(Math.fround(1 / 48)), '1/48 s'],
    ['expTime', 'float', float(2), '2 s'],
    ['aperture', 'float', float(Math.fround(2.8)), 'f/2.8'],
    ['isoSpeed', 'float', float(800), 'ISO 800'],
    ['utcOffset', 'float', float(28800), 'UTC-08:00'],
    ['utcOffset', 'float', float(-19800), 'UTC+05:30'],
    ['latitude', 'float', float(-33.5), '33.5\u00b0 S'],
    ['aperture', 'float', float(Number.NaN), null],
    ['gamma', 'float', float(2.5), null],
    ['toString', 'float', float(2.5), null],
    ['x', 'int', { kind: 'int', value: 3 }, null],
    ['x', 'bytes', { kind: 'bytes', typeHint: 'icc', value: new Uint8Array(3) }, '3 bytes of icc'],
    ['x', 'mine', { kind: 'opaque', value: new Uint8Array(5) }, '5 bytes'],
    [
      'p',
      'preview',
      { kind: 'preview', value: { width: 2, height: 1, pixels: new Uint8Array(8) } },
      '2 x 1 RGBA preview',
    ],
  ])('show %s of type %s as expected (%o)', (name, type, value, expected) => {
    expect(shown(name, type, value)).toBe(expected)
  })

  it('show tiles with their levels', () => {
    expect(displayValue(tiles(64, 32))).toBe('64 x 32 tiles, one level')
    expect(displayValue(tiles(64, 64, 'ripmap_levels', 'round_up'))).toBe('64 x 64 tiles, ripmap levels, round up')
  })

  it('show a key code as it is printed on film', () => {
    const value = {
      filmMfcCode: 2,
      filmType: 33,
      prefix: 123456,
      count: 7890,
      perfOffset: 12,
      perfsPerFrame: 4,
      perfsPerCount: 64,
    }
    expect(shown('keyCode', 'keycode', { kind: 'keycode', value })).toBe(
      '02 33 123456 7890+12 (4 perforations per frame, 64 per count)',
    )
  })

  it('show decimal numbers as short as a 32-bit float allows', () => {
    expect(shortestFloat32(Math.fround(0.1))).toBe(0.1)
    expect(shortestFloat32(Math.fround(16777217))).toBe(16777216)
    expect(Math.fround(shortestFloat32(Math.fround(1 / 3)))).toBe(Math.fround(1 / 3))
  })
})

describe('chromaticities', () => {
  const rec709 = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] } as const
  const ap0 = { red: [0.7347, 0.2653], green: [0, 1], blue: [0.0001, -0.077], white: [0.32168, 0.33767] } as const

  it('are known by name, rounding forgiven', () => {
    expect(chromaticitiesName(rec709)).toBe('Rec. 709')
    expect(chromaticitiesName({ ...rec709, white: [0.3127, 0.3291] })).toBe('Rec. 709')
    expect(chromaticitiesName(ap0)).toBe('ACES AP0')
    expect(chromaticitiesName({ ...ap0, white: [0.3127, 0.329] })).toBeNull()
    expect(chromaticitiesName({ ...rec709, red: [Number.NaN, 0.33] })).toBeNull()
  })

  it('show their numbers beside the name', () => {
    expect(shown('chromaticities', 'chromaticities', { kind: 'chromaticities', value: rec709 })).toBe(
      'Rec. 709 (red 0.64 0.33, green 0.3 0.6, blue 0.15 0.06, white 0.3127 0.329)',
    )
  })
})

describe('channel names', () => {
  it.each([
    ['R', '', 'R'],
    ['light.R', 'light', 'R'],
    ['light.key.R', 'light.key', 'R'],
    ['.R', '', '.R'],
    ['light.', '', 'light.'],
    ['', '', ''],
  ])('%s is layer %s, component %s', (name, layer, component) => {
    expect([layerOf(name), componentOf(name)]).toEqual([layer, component])
  })
})

function rational(numerator: number, denominator: number): AttributeValue {
  return { kind: 'rational', value: { numerator, denominator } }
}
