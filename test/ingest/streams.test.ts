import { describe, expect, it } from 'vitest'
import { chunked, readAhead } from '../../src/ingest/streams.ts'

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('chunked', () => {
  it('groups items, the last group being what is left', async () => {
    expect(await all(chunked([1, 2, 3, 4, 5], 2))).toEqual([[1, 2], [3, 4], [5]])
    expect(await all(chunked([], 2))).toEqual([])
  })
})

describe('readAhead', () => {
  /** Counts what has been asked for, and whether the source was let go. */
  function source(length: number) {
    const state = { made: 0, released: false }
    const items = (async function* () {
      try {
        for (let index = 0; index < length; index++) {
          state.made += 1
          yield index
        }
      } finally {
        state.released = true
      }
    })()
    return { state, items }
  }

  it('gives every item in order', async () => {
    expect(await all(readAhead(source(100).items, 7))).toEqual(Array.from({ length: 100 }, (_, index) => index))
  })

  it('reads before it is asked, but never holds more than the limit', async () => {
    const { state, items } = source(1000)
    const ahead = readAhead(items, 10)
    expect((await ahead.next()).value).toBe(0)
    await settle()
    expect(state.made).toBeLessThanOrEqual(12)
    expect(state.made).toBeGreaterThan(5)
    for (let index = 1; index < 50; index++) expect((await ahead.next()).value).toBe(index)
    await settle()
    expect(state.made).toBeLessThanOrEqual(62)
    await ahead.return(undefined)
    expect(state.released).toBe(true)
  })

  it('weighs items, and lets one heavier than the limit through', async () => {
    const { state, items } = source(100)
    const ahead = readAhead(items, 10, () => 25)
    await ahead.next()
    await settle()
    expect(state.made).toBeLessThanOrEqual(3)
    expect(await all(ahead)).toHaveLength(99)
  })

  it('passes on what came before an error, then the error', async () => {
    const failing = (async function* () {
      yield 1
      yield 2
      throw new Error('the disk is gone')
    })()
    const seen: number[] = []
    const reading = (async () => {
      for await (const item of readAhead(failing, 10)) seen.push(item)
    })()
    await expect(reading).rejects.toThrow('the disk is gone')
    expect(seen).toEqual([1, 2])
  })
})
