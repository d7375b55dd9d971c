import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inflate, natives, portable } from '../../src/header/natives.ts'
import { unzlib } from '../../src/header/unzlib.ts'

describe('what a browser does in script is what Node does natively', () => {
  it('is another implementation here', () => {
    expect(natives).not.toBe(portable)
  })

  it('base64 and Latin-1', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, start) => {
        expect(portable.toBase64(bytes)).toBe(natives.toBase64(bytes))
        const from = Math.min(start, bytes.length)
        expect(portable.latin1Of(bytes)(from, bytes.length)).toBe(natives.latin1Of(bytes)(from, bytes.length))
      }),
    )
    const long = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255)
    expect(portable.toBase64(long)).toBe(natives.toBase64(long))
  })

  it('what is UTF-8', () => {
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.string({ unit: 'grapheme' }).map((text) => new TextEncoder().encode(text)),
    )
    fc.assert(fc.property(texts, (bytes) => portable.isUtf8(bytes) === natives.isUtf8(bytes)))
    for (const bytes of [
      [0xed, 0xa0, 0x80],
      [0xc0, 0x80],
      [0xef, 0xbb, 0xbf],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x82],
    ]) {
      expect(portable.isUtf8(Uint8Array.from(bytes)), String(bytes)).toBe(natives.isUtf8(Uint8Array.from(bytes)))
    }
  })

  it('zlib streams', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.nat(9), (bytes, level) => {
        const packed = deflateSync(bytes, { level })
        expect(Buffer.from(unzlib(packed, bytes.length))).toEqual(Buffer.from(bytes))
      }),
    )
    const zeros = new Uint8Array(2_000_000)
    expect(unzlib(deflateSync(zeros), zeros.length)).toHaveLength(zeros.length)
  })

  const stream = deflateSync(Buffer.from('a stream that is unpacked and checked'))
  const damaged = Uint8Array.from(stream)
  damaged[stream.length - 1]! ^= 1
  it.each([
    ['longer than allowed', stream, 36],
    ['cut', stream.subarray(0, 20), 37],
    ['with another checksum', damaged, 37],
    ['that is none', new Uint8Array(20).fill(7), 37],
    ['without a byte', new Uint8Array(0), 37],
  ])('a zlib stream %s is refused', (_, bytes, maxBytes) => {
    expect(() => inflate!(bytes, maxBytes)).toThrow()
    expect(() => unzlib(bytes, maxBytes)).toThrow()
  })
})
