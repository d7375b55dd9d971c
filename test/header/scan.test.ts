import { describe, expect, it } from 'vitest'
import {
  decodeHeader,
  encodeHeader,
  HeaderScanner,
  makeAttribute,
  makeHeader,
  makePart,
  scanHeader,
} from '../../src/header/index.ts'
import { concat, listedPart, part, singlePart, text } from './headers.ts'

const note = makeAttribute('comments', 'string', text('x'.repeat(5000)))
const multi = encodeHeader(
  makeHeader([listedPart('a', 'scanlineimage', 2, { extra: [note] }), listedPart('b', 'scanlineimage', 2)]),
)

/** Feeds a scanner prefixes until it is done; `next` chooses the length from what was asked for. */
function feed(bytes: Uint8Array, next: (needBytes: number) => number, options = {}) {
  const scanner = new HeaderScanner(options)
  const asked: { needBytes: number; exact: boolean }[] = []
  let length = 0
  for (;;) {
    const progress = scanner.scan(bytes.subarray(0, length))
    if (progress.done) return { header: progress.header, asked, length }
    asked.push({ needBytes: progress.needBytes, exact: progress.exact })
    expect(progress.needBytes).toBeGreaterThan(length)
    length = Math.min(bytes.length, Math.max(length + 1, next(progress.needBytes)))
  }
}

describe('scanning a growing prefix', () => {
  const whole = decodeHeader(multi)

  it.each([
    ['one byte at a time', 1],
    ['seven bytes at a time', 7],
    ['a page at a time', 4096],
  ])('%s gives the header that reading at once gives', (_, step) => {
    let length = 0
    const { header } = feed(concat(multi, new Uint8Array(9)), () => (length += step))
    expect(header.defects).toEqual([])
    expect(header).toMatchObject({ byteLength: multi.length, isTerminated: true })
    expect(encodeHeader(header)).toEqual(multi)
    expect(header.parts.map((p) => p.attributes.map((a) => [a.name, a.value]))).toEqual(
      whole.parts.map((p) => p.attributes.map((a) => [a.name, a.value])),
    )
  })

  it('makes one view of a value while the bytes stay the same ones, and another when there are more', () => {
    const scanner = new HeaderScanner()
    const whole = concat(multi, new Uint8Array(9))
    const first = scanner.scan(whole.subarray(0, multi.length - 1)).header.parts[0]!.get('comments')!
    const view = first.bytes
    expect(first.bytes).toBe(view)
    scanner.scan(whole.slice())
    expect(first.bytes).not.toBe(view)
    expect(first.bytes).toEqual(view)
  })

  it('asks for the bytes it names and no more than the header has, where it knows', () => {
    const { header, asked, length } = feed(multi, (needBytes) => needBytes)
    expect(header.isTerminated).toBe(true)
    expect(length).toBe(multi.length)
    for (const { needBytes, exact } of asked) if (exact) expect(needBytes).toBeLessThanOrEqual(multi.length)
  })

  it('names the end of a value as soon as its size is read', () => {
    const bytes = encodeHeader(singlePart({ extra: [note] }))
    const attribute = decodeHeader(bytes).parts[0]!.get('comments')!
    const progress = scanHeader(bytes.subarray(0, attribute.valueOffset))
    expect(progress).toMatchObject({ done: false, exact: true, needBytes: attribute.valueOffset + 5001 })
    expect(progress.header.parts[0]!.attributes).toHaveLength(8)
  })

  it('doubles its guess inside a name and never goes past the file', () => {
    const bytes = encodeHeader(singlePart({ extra: [note] }))
    const { byteOffset } = decodeHeader(bytes).parts[0]!.get('comments')!
    const prefix = bytes.subarray(0, byteOffset + 3)
    const guess = Math.max(2 * prefix.length, byteOffset + 256)
    expect(scanHeader(prefix)).toMatchObject({ done: false, exact: false, needBytes: guess })
    expect(scanHeader(prefix, { fileSize: byteOffset + 50 })).toMatchObject({ needBytes: byteOffset + 50 })
  })

  it('reads each byte a bounded number of times, however many steps there are', () => {
    const attributes = Array.from({ length: 3000 }, (_, i) => makeAttribute(`a${i}`, 'string', text('v'.repeat(20))))
    const bytes = encodeHeader(makeHeader([makePart(attributes)]))
    const reads = { count: 0 }
    const counted = (prefix: Uint8Array) =>
      new Proxy(prefix, {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) reads.count++
          const value = Reflect.get(target, key, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    const scanner = new HeaderScanner()
    let progress = scanner.scan(counted(bytes.subarray(0, 8)))
    let length = 8
    let steps = 1
    for (; !progress.done; steps++)
      progress = scanner.scan(counted(bytes.subarray(0, Math.min(bytes.length, ++length))))
    expect(steps).toBeGreaterThan(1000)
    expect(progress.header.parts[0]!.attributes).toHaveLength(3000)
    expect(reads.count).toBeLessThan(100 * bytes.length)
  })

  it('keeps only the newest prefix', () => {
    const scanner = new HeaderScanner()
    const first = scanner.scan(multi.slice(0, 200))
    scanner.scan(multi.slice())
    const { nameBytes } = first.header.parts[0]!.attributes[0]!
    expect(nameBytes.buffer.byteLength).toBe(multi.length)
  })

  it('answers the same after it is done', () => {
    const scanner = new HeaderScanner()
    const once = scanner.scan(multi)
    expect(scanner.scan(multi).header).toBe(once.header)
    expect(scanner.finish().header).toBe(once.header)
  })

  it('does not ask for bytes a claim would need beyond the file or the limit', () => {
    const bytes = encodeHeader(singlePart({ extra: [note] }))
    const { valueOffset } = decodeHeader(bytes).parts[0]!.get('comments')!
    const claim = bytes.slice(0, valueOffset)
    new DataView(claim.buffer).setInt32(valueOffset - 4, 0x7ffffff0, true)
    expect(scanHeader(claim, { fileSize: 1e6 })).toMatchObject({
      done: true,
      header: { defects: [{ code: 'attribute-leaves-file' }] },
    })
    expect(scanHeader(claim)).toMatchObject({ done: true, header: { defects: [{ code: 'limit-exceeded' }] } })
  })
})

/** Where the bytes are all there is, a cut inside a value is a size that leaves the file. */
const CUT: readonly string[] = ['header-truncated', 'header-not-terminated', 'attribute-leaves-file']

describe('every prefix of a small header', () => {
  const bytes = encodeHeader(makeHeader([listedPart('a', 'scanlineimage', 2), listedPart('b', 'scanlineimage', 2)]))

  it('gives all it holds and says that it ends early', () => {
    for (let length = 8; length < bytes.length; length++) {
      const header = decodeHeader(bytes.subarray(0, length))
      expect(header.isTerminated).toBe(false)
      const codes = header.defects.map(({ code }) => code)
      expect(codes.filter((code) => CUT.includes(code))).toHaveLength(1)
      expect(encodeHeader(header)).toEqual(bytes.subarray(0, header.byteLength))
    }
  })

  it('is asked to be longer, never shorter than what follows needs', () => {
    for (let length = 0; length < bytes.length; length++) {
      const progress = scanHeader(bytes.subarray(0, length), { fileSize: bytes.length })
      expect(progress.done).toBe(false)
      if (progress.done) continue
      expect(progress.needBytes).toBeGreaterThan(length)
      expect(progress.needBytes).toBeLessThanOrEqual(bytes.length)
    }
  })
})

describe('bytes that are no header', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'ERR_SOURCE_EMPTY'],
    ['part of the magic number', Uint8Array.of(0x76, 0x2f), 'ERR_EXR_TRUNCATED'],
    ['the magic number alone', Uint8Array.of(0x76, 0x2f, 0x31, 0x01, 2, 0, 0), 'ERR_EXR_TRUNCATED'],
    ['text', Buffer.from('this is not an image'), 'ERR_EXR_MAGIC'],
    ['one wrong byte', Uint8Array.of(0x77), 'ERR_EXR_MAGIC'],
  ])('are refused: %s', (_, bytes, code) => {
    expect(() => decodeHeader(bytes)).toThrow(expect.objectContaining({ code }))
  })

  it('are asked for as long as the file may have more', () => {
    expect(scanHeader(new Uint8Array(0))).toMatchObject({ done: false, needBytes: 9, exact: true })
    expect(scanHeader(Uint8Array.of(0x76, 0x2f))).toMatchObject({ done: false, needBytes: 9 })
    expect(() => scanHeader(new Uint8Array(0), { fileSize: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_SOURCE_EMPTY' }),
    )
    expect(() => scanHeader(Uint8Array.of(0x76), { fileSize: 7 })).toThrow(
      expect.objectContaining({ code: 'ERR_EXR_TRUNCATED' }),
    )
  })

  it('end after the version word without a part in multi-part files, and with an empty one otherwise', () => {
    const single = decodeHeader(encodeHeader(singlePart()).subarray(0, 8))
    expect(single).toMatchObject({ isTerminated: false, byteLength: 8, parts: [{ attributes: [] }] })
    expect(decodeHeader(multi.subarray(0, 8))).toMatchObject({ isTerminated: false, byteLength: 8, parts: [] })
  })
})

describe('building a header', () => {
  it('refuses names the format cannot hold', () => {
    for (const name of ['', 'a\0b', 'x'.repeat(256)]) {
      expect(() => makeAttribute(name, 'string', text(''))).toThrow(
        expect.objectContaining({ code: 'ERR_OPTION_INVALID' }),
      )
      expect(() => makeAttribute('a', name, text(''))).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
    }
  })

  it('refuses values that do not fit their type', () => {
    expect(() => makeAttribute('a', 'int', text('1'))).toThrow('Expected int for type int but received string')
    expect(() => makeAttribute('a', 'v3f', { kind: 'floats', value: [1, 2] })).toThrow('Expected 12 bytes')
    expect(() => makeAttribute('a', 'mine', text('1'))).toThrow('Expected opaque for type mine')
  })

  it('refuses lists of parts the format cannot tell apart', () => {
    const refused = expect.objectContaining({ code: 'ERR_OPTION_INVALID' })
    expect(() => makeHeader([])).toThrow(refused)
    expect(() => makeHeader([part(), makePart([])])).toThrow(refused)
    expect(() => makeHeader([part(), part()], { multiPart: false })).toThrow(refused)
  })

  it('writes the bytes the format calls for', () => {
    const header = makeHeader([makePart([makeAttribute('a', 'int', { kind: 'int', value: -2 })])], { longNames: true })
    const hex = '762f3101 02040000 6100 696e7400 04000000 feffffff 00'
    expect(Buffer.from(encodeHeader(header)).toString('hex')).toBe(hex.replaceAll(' ', ''))
  })
})
