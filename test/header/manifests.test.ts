import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  cryptomatteManifests,
  decodeHeader,
  encodeHeader,
  type HeaderAttribute,
  makeAttribute,
  readIdManifest,
} from '../../src/header/index.ts'
import { corpusDir } from '../helpers.ts'
import { concat, singlePart, text, words } from './headers.ts'

afterEach(() => vi.restoreAllMocks())

function cryptomatte(id: string, entries: Record<string, string>): HeaderAttribute[] {
  return Object.entries(entries).map(([key, value]) => makeAttribute(`cryptomatte/${id}/${key}`, 'string', text(value)))
}

describe('Cryptomatte manifests', () => {
  const facts = { name: 'CryptoObject', hash: 'MurmurHash3_32', conversion: 'uint32_to_float32' }

  it('are listed with the facts beside them, in file order', () => {
    const extra = [
      ...cryptomatte('f834d0a', { ...facts, manifest: '{"bunny":"13851a76","default":"42c9679f"}' }),
      ...cryptomatte('abcdef1', { ...facts, name: 'CryptoMaterial', manif_file: 'side.json' }),
      makeAttribute('cryptomatte', 'string', text('not one')),
    ]
    const found = cryptomatteManifests(singlePart({ extra }).parts[0]!)
    expect(found).toMatchObject([
      { id: 'f834d0a', ...facts, manifestFile: null, manifestByteLength: 41 },
      { id: 'abcdef1', ...facts, name: 'CryptoMaterial', manifestFile: 'side.json', manifestByteLength: 0 },
    ])
    expect([...found[0]!.manifest()!]).toEqual([
      ['bunny', '13851a76'],
      ['default', '42c9679f'],
    ])
    expect(found[1]!.manifest()).toBeNull()
  })

  it.each(['{"a":', '[]', 'null', '{"a":1}'])('refuse %s, with the place in the file', (manifest) => {
    const header = singlePart({ extra: cryptomatte('f834d0a', { manifest }) })
    const byteOffset = header.parts[0]!.get('cryptomatte/f834d0a/manifest')!.valueOffset
    const [found] = cryptomatteManifests(header.parts[0]!)
    expect(() => found!.manifest()).toThrow(
      expect.objectContaining({ code: 'ERR_EXR_HEADER', details: { byteOffset, partIndex: 0 } }),
    )
  })

  it('keep names that are special to JavaScript', () => {
    const extra = cryptomatte('f834d0a', { manifest: '{"__proto__":"00000001","constructor":"00000002"}' })
    const [found] = cryptomatteManifests(singlePart({ extra }).parts[0]!)
    expect([...found!.manifest()!.keys()]).toEqual(['__proto__', 'constructor'])
  })

  it('of 100,000 objects are neither decoded nor parsed until asked for', () => {
    const objects = Array.from({ length: 100_000 }, (_, i) => `"/set/prop_${i}":"${i.toString(16).padStart(8, '0')}"`)
    const bytes = encodeHeader(
      singlePart({ extra: cryptomatte('f834d0a', { ...facts, manifest: `{${objects.join(',')}}` }) }),
    )
    const parse = vi.spyOn(JSON, 'parse')
    const decode = vi.spyOn(TextDecoder.prototype, 'decode')
    const [found] = cryptomatteManifests(decodeHeader(bytes).parts[0]!)
    const decodedBytes = decode.mock.calls.reduce((total, [view]) => total + (view as Uint8Array).byteLength, 0)
    expect(decodedBytes).toBeLessThan(1000)
    expect(parse).not.toHaveBeenCalled()
    expect(found!.manifest()!.size).toBe(100_000)
    expect(parse).toHaveBeenCalledTimes(1)
  })
})

/** A manifest worked out by hand from OpenEXR's serialisation, version 0. */
function idManifest(body: Uint8Array, size = body.length): HeaderAttribute {
  const envelope = concat(words(size, 0), deflateSync(body))
  return singlePart({ extra: [makeAttribute('idManifest', 'idmanifest', envelope)] }).parts[0]!.get('idManifest')!
}

const ascii = (s: string) => Buffer.from(s, 'latin1')
const lengths = (...values: number[]) => Uint8Array.from(values)

describe('id manifests', () => {
  // Sorted texts, each after the first with the count of bytes it shares with the one before.
  const texts = concat(
    words(3),
    lengths(4, 3, 6),
    ascii('bark'),
    lengths(3),
    ascii('ns'),
    lengths(0),
    ascii('b\xc3\xa9te'),
  )
  const groupHead = concat(words(1), lengths(2), ascii('id'), words(1), lengths(5), ascii('model'))
  const schemes = concat(words(4), ascii('none'), words(2), ascii('id'))

  it('give each id its texts, by the place the mapping puts them', () => {
    // Places 2, then 0 and 1.
    const mapping = concat(words(2), words(2, 2), words(0, 2))
    const entries = concat(lengths(2), words(3), lengths(5, 0, 0xac, 2, 1, 1, 2))
    const body = concat(words(0), texts, mapping, words(1), groupHead, lengths(2), schemes, entries)
    expect(readIdManifest(idManifest(body))).toEqual([
      {
        channels: ['id'],
        components: ['model'],
        lifetime: 'stable',
        hashScheme: 'none',
        encodingScheme: 'id',
        entries: new Map([
          [5n, ['b\u00e9te']],
          [305n, ['bark']],
          [306n, ['barns']],
        ]),
      },
    ])
  })

  it('read ids of four and eight bytes', () => {
    const mapping = concat(words(1), words(0, 2))
    const of = (entries: Uint8Array) =>
      readIdManifest(idManifest(concat(words(0), texts, mapping, words(1), groupHead, lengths(0), schemes, entries)))
    const four = concat(lengths(1), words(2), words(7), lengths(0), words(-1), lengths(1))
    expect([...of(four)[0]!.entries.keys()]).toEqual([7n, 2n ** 32n + 6n])
    const eight = concat(lengths(0), words(2), words(0, 1), lengths(0), words(-1, -1), lengths(1))
    expect([...of(eight)[0]!.entries.keys()]).toEqual([2n ** 32n, 2n ** 32n - 1n])
  })

  it('with the four-byte size of the format document are read too', () => {
    const body = words(0, 0, 0, 0)
    const envelope = concat(words(body.length), deflateSync(body))
    const header = singlePart({ extra: [makeAttribute('idManifest', 'idmanifest', envelope)] })
    expect(readIdManifest(header.parts[0]!.get('idManifest')!)).toEqual([])
  })

  const empty = words(0, 0, 0, 0)
  it.each([
    ['another version', words(1, 0, 0, 0)],
    ['an early end', words(0, 0, 0)],
    ['more texts than bytes', words(0, 0x7fffffff, 0, 0)],
    ['a text that leaves the manifest', concat(words(0, 1), lengths(200), words(0, 0))],
    ['a mapping to a text that is not there', concat(words(0, 0, 1), words(0, 5), words(0))],
    ['a text that shares too much', concat(words(0, 2), lengths(1, 1), ascii('a'), lengths(9), words(0, 0))],
    ['a number without an end', concat(words(0, 20), new Uint8Array(30).fill(0xff))],
  ])('with %s are refused', (_, body) => {
    expect(() => readIdManifest(idManifest(body))).toThrow(expect.objectContaining({ code: 'ERR_EXR_HEADER' }))
  })

  it('with an id twice are refused', () => {
    const entries = concat(lengths(2), words(2), lengths(5, 0, 0, 0))
    const body = concat(words(0), texts, words(1), words(0, 2), words(1), groupHead, lengths(0), schemes, entries)
    expect(() => readIdManifest(idManifest(body))).toThrow('lists id 5 twice')
  })

  it('that claim another size than they have, or are no zlib stream, are refused', () => {
    const refused = expect.objectContaining({ code: 'ERR_EXR_HEADER' })
    expect(() => readIdManifest(idManifest(empty, 15))).toThrow(refused)
    expect(() => readIdManifest(idManifest(empty, 17))).toThrow(refused)
    const junk = makeAttribute('m', 'idmanifest', concat(words(16, 0), new Uint8Array(20).fill(7)))
    expect(() => readIdManifest(junk)).toThrow(refused)
  })

  it('are unpacked up to the limit and not beyond', () => {
    expect(readIdManifest(idManifest(empty), 16)).toEqual([])
    expect(() => readIdManifest(idManifest(empty), 15)).toThrow(expect.objectContaining({ code: 'ERR_EXR_LIMIT' }))
    const bomb = makeAttribute('m', 'idmanifest', concat(words(0, 1), deflateSync(new Uint8Array(1000))))
    expect(() => readIdManifest(bomb)).toThrow(expect.objectContaining({ code: 'ERR_EXR_LIMIT' }))
  })

  it('that multiply their texts by shared prefixes stop at the limit', () => {
    // Each of 3,000 texts takes 3 bytes and repeats the 200 of the first.
    const count = 3000
    const repeats = Array.from({ length: count }, () => lengths(200))
    const all = concat(
      words(0, count + 1),
      lengths(200 | 128, 1),
      new Uint8Array(count).fill(1),
      new Uint8Array(200).fill(97),
      ...repeats,
    )
    const body = concat(all, words(0, 0))
    expect(readIdManifest(idManifest(body), 1e6)).toEqual([])
    expect(() => readIdManifest(idManifest(body), 5e5)).toThrow(expect.objectContaining({ code: 'ERR_EXR_LIMIT' }))
  })

  it('are taken from idmanifest attributes only', () => {
    expect(() => readIdManifest(makeAttribute('m', 'string', text('')))).toThrow('Expected an idmanifest attribute')
  })

  const corpus = corpusDir()
  if (corpus === null)
    console.warn('Skipped: an id manifest OpenEXR wrote, there is no corpus beside the project (EXR_CORPUS)')

  it.runIf(corpus !== null)('that OpenEXR wrote are read', () => {
    const { parts } = decodeHeader(readFileSync(join(corpus!, 'openexr/tests/bin/64.deep.exr')))
    const groups = readIdManifest(parts[0]!.get('idManifest')!)
    expect(groups.map(({ channels, hashScheme, entries }) => [channels, hashScheme, entries.size])).toEqual([
      [['model.id0', 'model.id1'], 'MurmurHash3_64', 6],
      [['material.id0', 'material.id1'], 'MurmurHash3_64', 7],
      [['particleid'], 'none', 0],
    ])
  })
})
