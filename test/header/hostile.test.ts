import { describe, expect, it } from 'vitest'
import { ExrError } from '../../src/errors.ts'
import {
  cryptomatteManifests,
  decodeHeader,
  displayValue,
  type ExrHeader,
  encodeHeader,
  HeaderScanner,
  makeAttribute,
  makeHeader,
  readIdManifest,
} from '../../src/header/index.ts'
import { mutate } from '../fuzz/mutate.ts'
import { Random } from '../fuzz/random.ts'
import { box, channel, concat, judgeFile, listedPart, offsetTable, singlePart, text, tiles, words } from './headers.ts'

const everyKind = [
  makeAttribute('owner', 'string', text('somebody')),
  makeAttribute('multiView', 'stringvector', { kind: 'stringvector', value: ['left', 'right'], validUtf8: true }),
  makeAttribute('preview', 'preview', concat(words(2, 2), new Uint8Array(16))),
  makeAttribute('timeCode', 'timecode', words(0x01020304, 0)),
  makeAttribute('idManifest', 'idmanifest', concat(words(16, 0), new Uint8Array(12))),
  makeAttribute('cryptomatte/1234567/manifest', 'string', text('{"a":"00000001"}')),
  makeAttribute('icc', 'bytes', { kind: 'bytes', typeHint: 'icc', value: new Uint8Array(9) }),
  makeAttribute('chromaticities', 'chromaticities', new Uint8Array(32)),
  makeAttribute('mine', 'studioType', new Uint8Array(11)),
]

const SEEDS: Readonly<Record<string, Uint8Array>> = {
  'a single part': withChunks(singlePart({ extra: everyKind }), 2),
  'a subsampled part': withChunks(singlePart({ channels: [channel('RY', 'HALF', 2, 2), channel('Y')] }), 2),
  'a ripmap': withChunks(
    singlePart({ dataWindow: box(31, 15), extra: [tiles(8, 8, 'ripmap_levels')] }, { tiled: true }),
    44,
  ),
  'three parts': withChunks(
    makeHeader(
      [
        listedPart('a', 'scanlineimage', 2),
        listedPart('b', 'tiledimage', 8, { extra: [tiles(16, 16), ...everyKind] }),
        listedPart('c', 'deepscanline', 32, { compression: 'zips' }),
      ],
      { nonImage: true },
    ),
    42,
  ),
}

/** The header, its tables and a few bytes for each chunk. */
function withChunks(header: ExrHeader, count: number): Uint8Array {
  const start = header.byteLength + count * 8
  const offsets = Array.from({ length: count }, (_, i) => start + i * 40)
  return concat(encodeHeader(header), offsetTable(offsets), new Uint8Array(count * 40))
}

/** Calls a function that may refuse what it is given, but only by an error of this project. */
function allowRefusal(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof ExrError)) throw error
  }
}

function visit(bytes: Uint8Array): void {
  const { header, report } = judgeFile(bytes)
  expect(Buffer.compare(encodeHeader(header), bytes.subarray(0, header.byteLength))).toBe(0)
  expect(header.defects.length).toBeLessThanOrEqual(1001)
  expect(report.isComplete && report.missingChunks !== 0).toBe(false)
  for (const part of header.parts) {
    for (const attribute of part.attributes) {
      displayValue(attribute)
      if (attribute.type === 'idmanifest') allowRefusal(() => readIdManifest(attribute))
    }
    for (const cryptomatte of cryptomatteManifests(part)) allowRefusal(() => cryptomatte.manifest())
  }
}

/** Also run, many times longer and over more seeds, by `npm run fuzz`. */
describe('damaged headers', () => {
  it.each(Object.entries(SEEDS))('from %s are read without a fault, and no byte is lost', (_, bytes) => {
    const seed = { bytes, fileSize: bytes.length }
    const random = new Random(20000630, bytes.length)
    for (let i = 0; i < 600; i++) {
      const damaged = mutate(seed, seed, random).bytes
      allowRefusal(() => visit(damaged))
    }
  })

  it.each(Object.entries(SEEDS))('from %s say the same read piece by piece as at once', (_, bytes) => {
    const seed = { bytes, fileSize: bytes.length }
    const random = new Random(20000630, bytes.length + 1)
    for (let i = 0; i < 60; i++) {
      const damaged = mutate(seed, seed, random).bytes
      allowRefusal(() => {
        const whole = decodeHeader(damaged)
        const pieces = readInPieces(damaged, () => 1 + random.below(64))
        expect(pieces.defects).toEqual(whole.defects)
        expect(encodeHeader(pieces)).toEqual(encodeHeader(whole))
      })
    }
  })

  it('of random bytes are read to the end or refused', () => {
    const random = new Random(20000630, 7)
    for (let i = 0; i < 500; i++) {
      const noise = Uint8Array.from({ length: 8 + random.below(400) }, () => random.below(256))
      noise.set([0x76, 0x2f, 0x31, 0x01, 2, random.pick([0, 0x10]), 0, 0])
      visit(noise)
    }
  })
})

function readInPieces(bytes: Uint8Array, step: () => number): ExrHeader {
  const scanner = new HeaderScanner({ fileSize: bytes.length })
  let progress = scanner.scan(bytes.subarray(0, 0))
  for (let length = 0; !progress.done; ) {
    length = Math.min(length + step(), bytes.length)
    progress = scanner.scan(bytes.subarray(0, length))
  }
  return progress.header
}
