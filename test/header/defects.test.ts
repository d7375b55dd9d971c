import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  ChunkCensus,
  DEFECT_SEVERITY,
  decodeHeader,
  displayValue,
  type ExrHeader,
  encodeHeader,
  encodeValue,
  enumValue,
  errorCodeOf,
  type HeaderAttribute,
  type HeaderDefect,
  isTextMode,
  judgeChunkTables,
  makeAttribute,
  makeHeader,
  makePart,
  planChunkTables,
  textModeDefect,
} from '../../src/header/index.ts'
import {
  box,
  channel,
  concat,
  float,
  int,
  listedPart,
  offsetTable,
  type PartOptions,
  part,
  requiredAttributes,
  singlePart,
  text,
  tiles,
  words,
} from './headers.ts'

const seen = new Set<string>()

/** Codes of all defects, remembered so that the last test knows which were never provoked. */
function codes(defects: readonly HeaderDefect[]): string[] {
  for (const { code } of defects) seen.add(code)
  return defects.map(({ code }) => code)
}

/** The file's bytes with another version word. */
function withVersionWord(header: ExrHeader, word: number): Uint8Array {
  const bytes = encodeHeader(header)
  new DataView(bytes.buffer).setUint32(4, word, true)
  return bytes
}

/** A single-part header whose attribute of the replacement's name is the replacement, or is gone. */
function replaced(name: string, replacement: HeaderAttribute | null, flags = {}, options: PartOptions = {}): ExrHeader {
  const attributes = requiredAttributes(options).flatMap((attribute) => {
    if (attribute.name !== name) return [attribute]
    return replacement === null ? [] : [replacement]
  })
  return makeHeader([makePart([...attributes, ...(options.extra ?? [])])], flags)
}

function withChannels(bytes: Uint8Array): ExrHeader {
  return replaced('channels', makeAttribute('channels', 'chlist', bytes))
}

function withExtra(...extra: HeaderAttribute[]): ExrHeader {
  return singlePart({ extra })
}

describe('a valid header', () => {
  it('has no defects, single-part, tiled, deep or multi-part', () => {
    expect(singlePart().defects).toEqual([])
    expect(singlePart({ extra: [tiles(64, 64)] }, { tiled: true }).defects).toEqual([])
    const deep = listedPart('', 'deepscanline', 32, { compression: 'zips' })
    expect(makeHeader([deep], { nonImage: true }).defects).toEqual([])
    const parts = [listedPart('a', 'scanlineimage', 2), listedPart('b', 'tiledimage', 1, { extra: [tiles(64, 64)] })]
    expect(makeHeader(parts).defects).toEqual([])
  })
})

describe('values that cannot be true', () => {
  const rational = (name: string, numerator: number, denominator: number) =>
    makeAttribute(name, 'rational', { kind: 'rational', value: { numerator, denominator } })
  const timeCode = (timeAndFlags: number) =>
    makeAttribute('timeCode', 'timecode', { kind: 'timecode', value: { timeAndFlags, userData: 0 } })

  it('are time codes past the end of a day, an hour or a minute, or with digits beyond 9', () => {
    expect(codes(withExtra(timeCode(0x23595923)).defects)).toEqual([])
    // 45:85:85:45 in binary coded decimals: 85 does not fit the three bits of its tens, so it reads as 05.
    for (const impossible of [0x24000000, 0x00600000, 0x00006000, 0x0000000a, 0x0c000000]) {
      expect(codes(withExtra(timeCode(impossible)).defects)).toEqual(['bad-time-code'])
    }
  })

  it('are frame rates of zero, below it, or over it', () => {
    expect(codes(withExtra(rational('framesPerSecond', 24000, 1001)).defects)).toEqual([])
    const bad = withExtra(rational('framesPerSecond', 24, 0), rational('captureRate', -24, 1))
    expect(codes(bad.defects)).toEqual(['bad-frame-rate', 'bad-frame-rate'])
    expect(bad.parts[0]!.attributes.slice(-2).map(displayValue)).toEqual(['24/0 (invalid)', '-24/1 (-24) (invalid)'])
  })

  it('are colours that exclude each other', () => {
    const aces = makeAttribute('acesImageContainerFlag', 'int', int(1))
    const xy = makeAttribute('chromaticities', 'chromaticities', {
      kind: 'chromaticities',
      value: { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] },
    })
    expect(codes(withExtra(aces, xy).defects)).toEqual(['contradicting-colors'])
    expect(codes(withExtra(xy).defects)).toEqual([])
    const gamma = makeAttribute('gamma', 'float', { kind: 'float', value: 2.2 })
    const id = makeAttribute('colorInteropID', 'string', {
      kind: 'string',
      value: 'lin_rec709_scene',
      validUtf8: true,
    })
    expect(codes(withExtra(gamma, id).defects)).toEqual(['contradicting-colors'])
    expect(codes(withExtra(gamma).defects)).toEqual([])
    expect(withExtra(xy, gamma).defects.map(({ message }) => message)).toEqual([
      'chromaticities are Rec. 709, of linear RGB, gamma says 2.2',
    ])
    const one = makeAttribute('gamma', 'float', { kind: 'float', value: 1 })
    expect(codes(withExtra(xy, one).defects)).toEqual([])
  })

  it.each([
    [{ colorInteropID: 'lin_rec709_scene' }, []],
    [{ colorInteropID: 'lin_ap1_scene' }, ['colorInteropID says lin_ap1_scene, chromaticities are Rec. 709']],
    [{ colorInteropID: 'srgb_rec709_display', colorspace: 'sRGB', 'oiio:ColorSpace': 'srgb_rec709_scene' }, []],
    [
      { colorInteropID: 'lin_rec709_scene', colorspace: 'sRGB' },
      ['colorInteropID says lin_rec709_scene, colorspace says sRGB'],
    ],
    [{ colorspace: 'ACES - ACEScg' }, ['colorspace says ACES - ACEScg, chromaticities are Rec. 709']],
    [{ 'arnold/color_space': 'auto', 'oiio:ColorSpace': 'data', colorSpace: 'studio look' }, []],
  ])('are colours that other names exclude: %o beside primaries of Rec. 709', (names, expected) => {
    const xy = makeAttribute('chromaticities', 'chromaticities', {
      kind: 'chromaticities',
      value: { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: [0.3127, 0.329] },
    })
    const named = Object.entries(names).map(([name, value]) =>
      makeAttribute(name, 'string', { kind: 'string', value, validUtf8: true }),
    )
    expect(withExtra(xy, ...named).defects.map(({ message }) => message)).toEqual(expected)
  })

  it('are gammas beside linear colours, told as they are written', () => {
    const gamma = makeAttribute('gamma', 'float', { kind: 'float', value: 2.2 })
    const id = makeAttribute('colorInteropID', 'string', { kind: 'string', value: 'lin_ap1_scene', validUtf8: true })
    expect(withExtra(gamma, id).defects[0]!.message).toBe('colorInteropID says lin_ap1_scene, gamma says 2.2')
  })

  it('are frames of a time code that the rate does not have', () => {
    const messages = (frame: number, numerator: number, denominator = 1) =>
      withExtra(timeCode(0x10000000 | frame), rational('framesPerSecond', numerator, denominator)).defects.map(
        ({ message }) => message,
      )
    expect(messages(0x29, 24)).toEqual([
      'Time code timeCode has frame 29, which 24 frames per second (framesPerSecond) do not have',
    ])
    expect(messages(0x23, 24000, 1001)).toEqual([])
    expect(messages(0x24, 24000, 1001)).toHaveLength(1)
    expect([...messages(0x29, 30000, 1001), ...messages(0x29, 60), ...messages(0x23, 24)]).toEqual([])
    expect(messages(0x29, 0)).toHaveLength(1)
  })
})

describe('version word', () => {
  it('reports a version other than 2 and unknown flags, and reads on', () => {
    const header = decodeHeader(withVersionWord(singlePart(), 0x00102003))
    expect(codes(header.defects)).toEqual(['unsupported-version', 'unknown-version-flags'])
    expect(header.defects[1]!.message).toContain('0x102000')
    expect(header.parts[0]!.attributes).toHaveLength(8)
  })

  it('reports flags that exclude each other', () => {
    expect(codes(singlePart({ extra: [tiles(8, 8)] }, { tiled: true, nonImage: true }).defects)).toContain(
      'bad-flag-combination',
    )
  })

  it('reports a deep flag that no part or one part contradicts', () => {
    const flat = [listedPart('a', 'scanlineimage', 2), listedPart('b', 'scanlineimage', 2)]
    expect(codes(makeHeader(flat, { nonImage: true }).defects)).toEqual(['deep-flag-mismatch'])
    const deep = listedPart('c', 'deepscanline', 32, { compression: 'none' })
    expect(codes(makeHeader([...flat, deep]).defects)).toEqual(['deep-flag-mismatch'])
  })

  it('reports long names without the flag, and the flag without long names', () => {
    const long = makeAttribute('n'.repeat(32), 'string', text(''))
    const header = withExtra(long)
    expect(codes(header.defects)).toEqual(['name-too-long'])
    expect(header.defects[0]!.byteOffset).toBe(header.parts[0]!.get(long.name)!.byteOffset)
    expect(codes(singlePart({ extra: [long] }, { longNames: true }).defects)).toEqual([])
    expect(codes(singlePart({}, { longNames: true }).defects)).toEqual(['long-names-unneeded'])
    expect(codes(singlePart({ channels: [channel('c'.repeat(32))] }).defects)).toEqual(['name-too-long'])
    expect(codes(singlePart({ channels: [channel('c'.repeat(32))] }, { longNames: true }).defects)).toEqual([])
    expect(codes(singlePart({ channels: [channel('c'.repeat(256))] }, { longNames: true }).defects)).toEqual([
      'name-too-long',
    ])
  })
})

describe('attribute structure', () => {
  const head = encodeHeader(singlePart()).slice(0, -1)
  const at = head.length
  const stored = (name: string, type: string, size: number, value = '') =>
    concat(head, Buffer.from(`${name}\0${type}\0`, 'latin1'), words(size), Buffer.from(value, 'latin1'))

  it('reports a name or a type without an end and keeps what came before', () => {
    for (const bytes of [concat(head, Buffer.alloc(300, 'x')), concat(head, Buffer.from(`n\0${'t'.repeat(300)}`))]) {
      const header = decodeHeader(bytes)
      expect(codes(header.defects)).toEqual(['name-unterminated'])
      expect(header.parts[0]!.attributes).toHaveLength(8)
      expect(header.byteLength).toBe(at)
    }
  })

  it('reports sizes below zero or beyond the file without reading on', () => {
    const negative = decodeHeader(concat(stored('n', 'int', -1), Buffer.alloc(99)))
    expect(codes(negative.defects)).toEqual(['attribute-size-negative'])
    const huge = decodeHeader(concat(stored('n', 'int', 0x7fffffff), Buffer.alloc(99)))
    expect(huge.defects).toMatchObject([{ code: 'attribute-leaves-file', byteOffset: at + 6, attribute: 'n' }])
    codes(huge.defects)
    expect(huge.isTerminated).toBe(false)
  })

  it('tells a header cut inside an attribute from one that is not closed', () => {
    // The rest of the file is known to be there, so the size itself is no lie.
    const cut = decodeHeader(stored('n', 'string', 5, 'hel'), { fileSize: 1e6 })
    expect(cut.defects).toMatchObject([{ code: 'header-truncated', byteOffset: at, partIndex: 0 }])
    const open = decodeHeader(stored('n', 'string', 5, 'hello'))
    expect(open.defects).toMatchObject([{ code: 'header-not-terminated', byteOffset: at + 18 }])
    codes([...cut.defects, ...open.defects])
    expect(open.parts[0]!.attributes).toHaveLength(9)
  })

  it('does not call missing what the cut may have taken', () => {
    const bytes = encodeHeader(singlePart())
    expect(codes(decodeHeader(bytes.subarray(0, 60)).defects)).not.toContain('missing-required-attribute')
  })

  it('reports an empty type and names that are not UTF-8', () => {
    expect(codes(decodeHeader(concat(stored('n', '', 0), Buffer.alloc(1))).defects)).toEqual(['attribute-type-empty'])
    const header = decodeHeader(concat(stored('n\xff', 'my\xfetype', 0), Buffer.alloc(1)))
    expect(codes(header.defects)).toEqual(['name-not-utf8', 'name-not-utf8'])
    const { name, nameBytes } = header.parts[0]!.attributes[8]!
    expect([name, Buffer.from(nameBytes).toString('latin1')]).toEqual(['n\u00ff', 'n\xff'])
    expect(header.defects.map(({ message }) => message)).toEqual([
      'Attribute name n\u00ff is not valid UTF-8; it is read as windows-1252',
      'Attribute type my\u00fetype is not valid UTF-8; it is read as windows-1252',
    ])
    expect(codes(withChannels(concat(Buffer.from([0xff, 0]), words(1, 0, 1, 1), new Uint8Array(1))).defects)).toEqual([
      'name-not-utf8',
    ])
  })

  it('reads names in other encodings as they were meant, and keeps them apart', () => {
    // "hikari.R" in katakana, and two names of one accented letter each.
    const shiftJis = [0x83, 0x71, 0x83, 0x4a, 0x83, 0x8a, 0x2e, 0x52]
    const channel = (...name: number[]) => concat(Buffer.from([...name, 0]), words(1, 0, 1, 1))
    const header = withChannels(concat(channel(...shiftJis), channel(0xe0), channel(0xe8), new Uint8Array(1)))
    const list = header.parts[0]!.get('channels')!.value
    expect(list.kind === 'chlist' && list.value.map(({ name }) => name)).toEqual([
      '\u30d2\u30ab\u30ea.R',
      '\u00e0',
      '\u00e8',
    ])
    expect(header.defects.map(({ message }) => message)).toEqual([
      'Channel name \u30d2\u30ab\u30ea.R is not valid UTF-8; it is read as shift_jis',
      'Channel name \u00e0 is not valid UTF-8; it is read as windows-1252',
      'Channel name \u00e8 is not valid UTF-8; it is read as windows-1252',
    ])
  })

  it('reports a second attribute of one name and keeps both', () => {
    const header = withExtra(makeAttribute('owner', 'string', text('a')), makeAttribute('owner', 'string', text('b')))
    expect(codes(header.defects)).toEqual(['duplicate-attribute'])
    expect(header.parts[0]!.attributes).toHaveLength(10)
    expect(header.parts[0]!.get('owner')!.value).toMatchObject({ value: 'a' })
  })

  it.each(requiredAttributes().map(({ name }) => name))('reports that %s is missing', (name) => {
    const { defects } = replaced(name, null)
    expect(codes(defects)).toEqual(['missing-required-attribute'])
    expect(defects[0]).toMatchObject({ attribute: name, byteOffset: 8, partIndex: 0 })
  })

  it('reports what parts of multi-part, deep and tiled files lack', () => {
    const lacking = (header: ExrHeader) => header.defects.map(({ attribute, partIndex }) => `${partIndex} ${attribute}`)
    const bare = makeHeader([part(), listedPart('b', 'tiledimage', 2)])
    expect(lacking(bare)).toEqual(['0 name', '0 type', '0 chunkCount', '1 tiles'])
    expect(lacking(singlePart({}, { tiled: true }))).toEqual(['0 tiles'])
    expect(lacking(singlePart({}, { nonImage: true }))).toEqual(['0 type', '0 chunkCount'])
    const deep = part({ compression: 'none', extra: [makeAttribute('type', 'string', text('deeptile'))] })
    expect(lacking(makeHeader([deep], { nonImage: true }))).toEqual(['0 chunkCount', '0 version', '0 tiles'])
  })

  it('reports a required attribute of the wrong type and an optional one of an unusual type', () => {
    expect(codes(replaced('pixelAspectRatio', makeAttribute('pixelAspectRatio', 'int', int(1))).defects)).toEqual([
      'wrong-attribute-type',
    ])
    expect(codes(withExtra(makeAttribute('framesPerSecond', 'float', float(24))).defects)).toEqual([
      'nonstandard-attribute-type',
    ])
  })

  it('reports sizes that contradict a type', () => {
    const header = withExtra(makeAttribute('x', 'v2i', new Uint8Array(9)))
    expect(codes(header.defects)).toEqual(['attribute-size-mismatch'])
    expect(header.parts[0]!.get('x')!.value).toEqual({ kind: 'opaque', value: new Uint8Array(9) })
  })

  it.each([
    ['floatvector', new Uint8Array(5)],
    ['stringvector', words(9)],
    ['stringvector', new Uint8Array(3)],
    ['preview', concat(words(2, 2), new Uint8Array(15))],
    ['preview', words(2)],
    ['bytes', words(1)],
    ['bytes', new Uint8Array(3)],
    ['idmanifest', new Uint8Array(3)],
    ['chlist', Buffer.from('R\0half')],
  ])('reports a malformed %s', (type, bytes) => {
    const header = withExtra(makeAttribute('x', type, bytes))
    expect(codes(header.defects)).toEqual(['attribute-malformed'])
    expect(header.parts[0]!.get('x')!.value.kind).toBe('opaque')
  })
})

describe('values', () => {
  const enumOf = (name: string, type: string, value: number) => makeAttribute(name, type, new Uint8Array([value]))

  it('reports unknown numbers of enumerations', () => {
    expect(codes(replaced('compression', enumOf('compression', 'compression', 99)).defects)).toEqual([
      'unknown-compression',
    ])
    expect(codes(withExtra(enumOf('envmap', 'envmap', 2)).defects)).toEqual(['unknown-enum-value'])
    expect(codes(replaced('lineOrder', enumOf('lineOrder', 'lineOrder', 3)).defects)).toEqual(['bad-line-order'])
  })

  it('allows random line order for tiles only', () => {
    expect(codes(singlePart({ lineOrder: 'random_y' }).defects)).toEqual(['bad-line-order'])
    expect(singlePart({ lineOrder: 'random_y', extra: [tiles(8, 8)] }, { tiled: true }).defects).toEqual([])
  })

  it.each([
    ['inverted', box(-1, 5)],
    ['inverted in y', box(5, 0, 0, 1)],
    ['beyond half the range', box(2 ** 30 - 1, 5)],
    ['below half the range', box(0, 0, -(2 ** 30) + 1, 0)],
  ])('reports a window that is %s', (_, window) => {
    const header = singlePart({ dataWindow: window, displayWindow: box(9, 9) })
    expect(codes(header.defects)).toContain('bad-window')
    expect(header.defects[0]!.byteOffset).toBe(header.parts[0]!.get('dataWindow')!.valueOffset)
  })

  it('allows windows up to half the range', () => {
    const widest = box(2 ** 30 - 2, 2 ** 30 - 2, -(2 ** 30) + 2, -(2 ** 30) + 2)
    expect(singlePart({ dataWindow: widest }).defects).toEqual([])
  })

  it.each([0, -1, 1e-7, 2e6, Number.NaN, Number.POSITIVE_INFINITY])('reports a pixel aspect ratio of %s', (ratio) => {
    const attribute = makeAttribute('pixelAspectRatio', 'float', float(ratio))
    expect(codes(replaced('pixelAspectRatio', attribute).defects)).toEqual(['bad-pixel-aspect-ratio'])
  })

  it.each([1e-6, 1e6])('allows a pixel aspect ratio of %s', (ratio) => {
    expect(replaced('pixelAspectRatio', makeAttribute('pixelAspectRatio', 'float', float(ratio))).defects).toEqual([])
  })

  it('reports screen windows that are negative or not finite', () => {
    for (const width of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const attribute = makeAttribute('screenWindowWidth', 'float', float(width))
      expect(codes(replaced('screenWindowWidth', attribute).defects)).toEqual(['bad-screen-window'])
    }
    const center = makeAttribute('screenWindowCenter', 'v2f', { kind: 'floats', value: [0, Number.NaN] })
    expect(codes(replaced('screenWindowCenter', center).defects)).toEqual(['bad-screen-window'])
    expect(replaced('screenWindowWidth', makeAttribute('screenWindowWidth', 'float', float(0))).defects).toEqual([])
  })

  it.each([
    [0, 8, 0],
    [8, 0x20000000, 0],
    [8, 8, 3],
    [8, 8, 0x21],
  ])('reports tiles of %i x %i, mode %i', (xSize, ySize, mode) => {
    const attribute = makeAttribute('tiles', 'tiledesc', concat(words(xSize, ySize), new Uint8Array([mode])))
    expect(codes(singlePart({ extra: [attribute] }, { tiled: true }).defects)).toEqual(['bad-tile-description'])
  })

  it('reports what deep parts do not allow', () => {
    const deep = listedPart('', 'deepscanline', 2, { compression: 'zip', channels: [channel('R', 'HALF', 2, 1)] })
    const attributes = deep.attributes.map((a) => (a.name === 'version' ? makeAttribute('version', 'int', int(2)) : a))
    const { defects } = makeHeader([makePart(attributes)], { nonImage: true })
    expect(codes(defects)).toEqual(['bad-channel-sampling', 'bad-deep-compression', 'bad-deep-version'])
  })
})

describe('channels', () => {
  const list = (...channels: ReturnType<typeof channel>[]) => encodeValue('chlist', { kind: 'chlist', value: channels })

  it('reports an empty list, duplicates and another order', () => {
    expect(codes(withChannels(new Uint8Array(1)).defects)).toEqual(['no-channels'])
    expect(codes(withChannels(list(channel('R'), channel('R'))).defects)).toEqual(['duplicate-channel'])
    expect(codes(withChannels(list(channel('R'), channel('G'), channel('B'))).defects)).toEqual(['channels-not-sorted'])
    // Byte order, not alphabetical order: Z comes before a, and a before ab.
    expect(withChannels(list(channel('Z'), channel('a'), channel('ab'))).defects).toEqual([])
  })

  it('reports lists that break off or go on, and gives the channels that were whole', () => {
    const whole = list(channel('G'), channel('R'))
    for (const bytes of [whole.slice(0, -1), whole.slice(0, -3), concat(whole, new Uint8Array(2))]) {
      const header = withChannels(bytes)
      expect(codes(header.defects)).toEqual(['attribute-malformed'])
      const value = header.parts[0]!.get('channels')!.value
      expect(value.kind === 'chlist' && value.value[0]!.name).toBe('G')
    }
  })

  it('reports pixel types, reserved bytes and sampling rates out of range', () => {
    const stored = (...fields: number[]) => concat(Buffer.from('R\0'), words(...fields), new Uint8Array(1))
    expect(codes(withChannels(stored(3, 0, 1, 1)).defects)).toEqual(['unknown-pixel-type'])
    expect(codes(withChannels(stored(1, 0x100, 1, 1)).defects)).toEqual(['reserved-bytes-set'])
    expect(codes(withChannels(stored(1, 2, 1, 1)).defects)).toEqual(['reserved-bytes-set'])
    expect(codes(withChannels(stored(1, 0, 0, 1)).defects)).toEqual(['bad-channel-sampling'])
    expect(codes(withChannels(stored(1, 0, 1, -2)).defects)).toEqual(['bad-channel-sampling'])
  })

  it('allows subsampling in scan lines where it divides the window', () => {
    const channels = [channel('RY', 'HALF', 2, 2), channel('Y')]
    expect(singlePart({ channels }).defects).toEqual([])
    expect(codes(singlePart({ channels, dataWindow: box(64, 31) }).defects)).toEqual(['sampling-window-mismatch'])
    expect(codes(singlePart({ channels, dataWindow: box(64, 31, 1) }).defects)).toEqual(['sampling-window-mismatch'])
    expect(codes(singlePart({ channels, extra: [tiles(8, 8)] }, { tiled: true }).defects)).toEqual([
      'bad-channel-sampling',
    ])
  })
})

describe('parts', () => {
  it('reports lists of no part and of one', () => {
    const bytes = concat(withVersionWord(singlePart(), 0x1002).subarray(0, 8), new Uint8Array(1))
    expect(codes(decodeHeader(bytes).defects)).toEqual(['no-parts'])
    expect(codes(makeHeader([listedPart('a', 'scanlineimage', 2)], { multiPart: true }).defects)).toEqual([
      'single-part-list',
    ])
  })

  it('reports names that are empty or used twice', () => {
    const named = (name: string) => listedPart(name, 'scanlineimage', 2)
    expect(codes(makeHeader([named('a'), named('')]).defects)).toEqual(['part-name-empty'])
    const { defects } = makeHeader([named('a'), named('b'), named('a')])
    expect(codes(defects)).toEqual(['duplicate-part-name'])
    expect(defects[0]!.partIndex).toBe(2)
  })

  it('reports types that are unknown or contradict the flags', () => {
    const typed = (type: string) => ({ extra: [makeAttribute('type', 'string', text(type)), tiles(8, 8)] })
    expect(codes(singlePart(typed('mosaic')).defects)).toEqual(['unknown-part-type'])
    expect(codes(singlePart(typed('tiledimage')).defects)).toEqual(['part-type-mismatch'])
    expect(codes(singlePart(typed('scanlineimage'), { tiled: true }).defects)).toEqual(['part-type-mismatch'])
    expect(codes(singlePart(typed('scanlineimage'), { nonImage: true }).defects)).toContain('part-type-mismatch')
  })

  it('reports values the parts should share', () => {
    const a = listedPart('a', 'scanlineimage', 2)
    const b = listedPart('b', 'scanlineimage', 2, { displayWindow: box(99, 99) })
    expect(makeHeader([a, b]).defects).toMatchObject([
      { code: 'shared-attribute-differs', partIndex: 1, attribute: 'displayWindow' },
    ])
    codes(makeHeader([a, b]).defects)
    const timed = listedPart('c', 'scanlineimage', 2, { extra: [makeAttribute('timeCode', 'timecode', words(0, 0))] })
    expect(codes(makeHeader([a, timed]).defects)).toEqual(['shared-attribute-differs'])
    expect(makeHeader([timed, a]).defects).toEqual([])
  })
})

describe('limits', () => {
  const sized = (count: number) => Array.from({ length: count }, (_, i) => makeAttribute(`a${i}`, 'int', int(i)))
  const read = (header: ExrHeader, limits: object) => decodeHeader(encodeHeader(header), { limits })

  it('end reading one attribute past the limit, not before', () => {
    const header = makeHeader([makePart(sized(10))])
    expect(codes(read(header, { attributes: 10 }).defects)).not.toContain('limit-exceeded')
    const cut = read(header, { attributes: 9 })
    expect(codes(cut.defects)).toContain('limit-exceeded')
    expect(cut.parts[0]!.attributes).toHaveLength(9)
  })

  it('end reading one attribute of all parts past the limit, not before', () => {
    const header = makeHeader(Array.from({ length: 5 }, () => makePart(sized(3))))
    expect(codes(read(header, { totalAttributes: 15 }).defects)).not.toContain('limit-exceeded')
    const cut = read(header, { totalAttributes: 13 })
    expect(cut.parts.flatMap(({ attributes }) => attributes)).toHaveLength(13)
    expect(cut.defects.find(({ code }) => code === 'limit-exceeded')?.message).toContain(
      'at least 14 attributes in all parts, more than the limit of 13. --limit total-attributes=1024 raises it',
    )
  })

  it('end reading one part past the limit, not before', () => {
    const header = makeHeader([makePart(sized(1)), makePart(sized(1)), makePart(sized(1))])
    expect(codes(read(header, { parts: 3 }).defects)).not.toContain('limit-exceeded')
    const cut = read(header, { parts: 2 })
    expect(codes(cut.defects)).toContain('limit-exceeded')
    expect(cut.parts).toHaveLength(2)
  })

  it('end reading one byte past the limit, not before', () => {
    for (const header of [makeHeader([makePart(sized(3))]), makeHeader([makePart(sized(1)), makePart(sized(1))])]) {
      expect(read(header, { headerBytes: header.byteLength }).isTerminated).toBe(true)
      const cut = read(header, { headerBytes: header.byteLength - 1 })
      expect(codes(cut.defects)).toContain('limit-exceeded')
      expect(cut.isTerminated).toBe(false)
      expect(cut.byteLength).toBeLessThan(header.byteLength)
    }
  })

  it('end the channel list one channel past the limit, not before', () => {
    const header = singlePart({ channels: ['A', 'B', 'C'].map((name) => channel(name)) })
    expect(read(header, { channels: 3 }).defects).toEqual([])
    const cut = read(header, { channels: 2 })
    expect(codes(cut.defects)).toEqual(['limit-exceeded'])
    const value = cut.parts[0]!.get('channels')!.value
    expect(value.kind === 'chlist' && value.value.map(({ name }) => name)).toEqual(['A', 'B'])
    expect(encodeHeader(cut)).toEqual(encodeHeader(header))
  })

  it('count channels that share a name too', () => {
    const header = singlePart({ channels: ['A', 'A', 'A'].map((name) => channel(name)) })
    expect(codes(read(header, { channels: 2 }).defects)).toEqual(['duplicate-channel', 'limit-exceeded'])
  })

  it('bound the list of defects itself', () => {
    const channels = Array.from({ length: 1500 }, () => channel('R'))
    const { defects } = singlePart({ channels })
    expect(defects).toHaveLength(1001)
    expect(defects.at(-1)).toMatchObject({
      code: 'defects-omitted',
      message: 'There are more defects than the 1000 listed',
    })
    codes(defects)
  })

  it.each([[{ parts: 0 }], [{ bytes: 5 }], [{ channels: Number.NaN }]])('refuse %o', (limits) => {
    expect(() => read(singlePart(), limits)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
  })
})

describe('chunk tables', () => {
  const header = singlePart()
  const start = header.byteLength
  const judge = (offsets: number[], fileSize = 5000) => {
    const plan = planChunkTables(header, fileSize)
    return judgeChunkTables(plan, offsetTable(offsets), fileSize)
  }

  it('reports offsets that are zero, outside, inside the header, or repeated', () => {
    expect(codes(judge([1000, 0]).defects)).toEqual(['chunk-offset-zero'])
    expect(codes(judge([0, 0]).defects)).toEqual(['chunk-table-unwritten', 'chunk-offset-zero'])
    expect(codes(judge([1000, 4993]).defects)).toEqual(['chunk-offset-outside-file'])
    expect(codes(judge([1000, start]).defects)).toEqual(['chunk-offset-inside-header'])
    const repeated = judge([1000, 1000])
    expect(repeated.defects).toMatchObject([{ byteOffset: start + 8, partIndex: 0 }])
    expect(codes(repeated.defects)).toEqual(['chunk-offset-duplicate'])
  })

  it('reports a last chunk that is not the one the table says, or is cut', () => {
    const judgeLast = (...leader: number[]) => {
      const census = new ChunkCensus(planChunkTables(header, 5000), offsetTable([1000, 4000]), 5000)
      census.judge(census.lastEntry!, words(...leader))
      return census.report()
    }
    expect(codes(judgeLast(0, 10).defects)).toEqual(['chunk-leader-mismatch'])
    expect(codes(judgeLast(16, -1).defects)).toEqual(['chunk-leader-mismatch'])
    expect(codes(judgeLast(16, 993).defects)).toEqual(['last-chunk-truncated'])
    expect(judgeLast(16, 992)).toMatchObject({
      defects: [],
      isComplete: true,
      chunksEnd: 5000,
    })
  })

  it('reports a transfer that took the file for text', () => {
    codes([textModeDefect()])
    expect(isTextMode(new Uint8Array(Array.from({ length: 8 }, () => [118, 13, 10]).flat()))).toBe(true)
    expect(isTextMode(new Uint8Array(Array.from({ length: 7 }, () => [118, 13, 10]).flat()))).toBe(false)
    expect(isTextMode(new Uint8Array([10, ...Array.from({ length: 9 }, () => [118, 13, 10]).flat()]))).toBe(false)
  })

  it('reports tables that leave the file, and counts that are wrong or unknown', () => {
    expect(codes(planChunkTables(header, start + 8).defects)).toEqual(['chunk-table-leaves-file'])
    const claimed = withExtra(makeAttribute('chunkCount', 'int', int(3)))
    expect(codes(planChunkTables(claimed, 5000).defects)).toEqual(['chunk-count-mismatch'])
    const unknown = replaced(
      'compression',
      makeAttribute('compression', 'compression', enumValue('compression', 'unknown(77)')),
    )
    expect(codes(planChunkTables(unknown, 5000).defects)).toEqual(['chunk-count-unknown'])
  })
})

describe('the catalogue of defects', () => {
  const reference = readFileSync(new URL('../../docs/reference/header-defects.md', import.meta.url), 'utf8')

  it('is the one the reference explains, with the same severities', () => {
    const documented = [...reference.matchAll(/^### ([a-z0-9-]+)\n(error|warning)\./gm)].map((match) => [
      match[1],
      match[2],
    ])
    expect(documented).toEqual(Object.entries(DEFECT_SEVERITY))
  })

  it('maps every code to an error code of this project', () => {
    for (const code of Object.keys(DEFECT_SEVERITY) as (keyof typeof DEFECT_SEVERITY)[]) {
      expect(errorCodeOf(code)).toMatch(/^ERR_EXR_/)
    }
  })

  it('has no code that the tests above did not provoke', () => {
    expect([...seen].toSorted()).toEqual(Object.keys(DEFECT_SEVERITY).toSorted())
  })
})
