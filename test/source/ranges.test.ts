import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KnownBytes } from '../../src/source/ranges.ts'

describe('KnownBytes', () => {
  const file = Uint8Array.from({ length: 64 }, (_, i) => i)

  it('gives a view where one span holds the bytes', () => {
    const known = new KnownBytes()
    known.add(0, file)
    expect(known.slice(8, 12)!.buffer).toBe(file.buffer)
  })

  it('gives exactly the bytes it was given, joined where they touch, and nothing else', () => {
    const spans = fc.array(fc.tuple(fc.nat(63), fc.nat(20)), { maxLength: 8 })
    fc.assert(
      fc.property(spans, fc.nat(63), fc.nat(20), (added, start, length) => {
        const known = new KnownBytes()
        const has = new Set<number>()
        for (const [from, count] of added) {
          known.add(from, file.subarray(from, from + count))
          for (let i = from; i < Math.min(64, from + count); i++) has.add(i)
        }
        const end = Math.min(64, start + length)
        const wanted = Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i)
        const bytes = known.slice(start, end)
        if (wanted.every((i) => has.has(i))) expect([...bytes!]).toEqual(wanted)
        else expect(bytes).toBeUndefined()
        let prefix = 0
        while (has.has(prefix)) prefix++
        expect(known.prefixLength).toBe(prefix)
      }),
      { numRuns: 2000 },
    )
  })
})
