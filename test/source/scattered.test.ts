import { describe, expect, it } from 'vitest'
import { coalesce, readScattered } from '../../src/source/scattered.ts'
import { countingSource } from '../helpers.ts'

const KIB = 1024
const at = (start: number, length = 8) => ({ start, endExclusive: start + length })

describe('scattered reads of a source where each is a request', () => {
  it('are made together where they lie close, and never too large', () => {
    const spans = coalesce([at(0), at(100 * KIB), at(300 * KIB), at(40 * KIB)], 128 * KIB)
    expect(spans).toEqual([
      { start: 0, endExclusive: 100 * KIB + 8, members: [0, 3, 1] },
      { ...at(300 * KIB), members: [2] },
    ])
    const many = Array.from({ length: 64 }, (_, index) => at(index * 100 * KIB))
    const sizes = coalesce(many, 128 * KIB).map(({ start, endExclusive }) => endExclusive - start)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * KIB)
    expect(sizes.length).toBe(Math.ceil(64 / 11))
  })

  it('give each range its bytes, in the order asked for', async () => {
    const bytes = Uint8Array.from({ length: 400 * KIB }, (_, index) => index >> 10)
    const source = countingSource(bytes)
    const found = await readScattered(source, [at(399 * KIB), at(0), at(5 * KIB, 2), at(400 * KIB - 4)])
    expect(found.map((piece) => [...piece])).toEqual([
      new Array(8).fill(399 & 255),
      new Array(8).fill(0),
      [5, 5],
      new Array(4).fill(399 & 255),
    ])
    expect(source.reads).toHaveLength(2)
  })
})
