import { describe, expect, it } from 'vitest'
import { batchesOf, flow, readAhead } from '../../src/workers/index.ts'

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('batches', () => {
  it('groups items, the last group being what is left', async () => {
    expect(await all(batchesOf([1, 2, 3, 4, 5], 2, 10))).toEqual([[1, 2], [3, 4], [5]])
    expect(await all(batchesOf([], 2, 10))).toEqual([])
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

describe('a flow', () => {
  /** What `work` was asked for, in order. */
  const streams = (asked: string[]) => (name: string) =>
    (async function* () {
      for (let page = 0; page < 3; page++) {
        asked.push(`${name}${page}`)
        yield `${name}${page}`
      }
    })()

  it('keeps the order of its inputs while their streams run side by side, a few results ahead', async () => {
    const asked: string[] = []
    const results = flow(['a', 'b', 'c', 'd'], streams(asked), { window: 2, ordered: true, ahead: 2 })
    expect((await results.next()).value).toBe('a0')
    await settle()
    // The one input that is running beside the first has two results waiting, and the third has not begun.
    expect(asked).toEqual(expect.arrayContaining(['a0', 'a1', 'a2', 'b0', 'b1']))
    expect(asked).not.toContain('c0')
    expect(await all(results)).toEqual(['a1', 'a2', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2', 'd0', 'd1', 'd2'])
  })

  it('gives every result of streams that take turns when order does not matter', async () => {
    const results = await all(flow(['a', 'b', 'c'], streams([]), { window: 3, ordered: false }))
    expect(results.toSorted()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2'])
  })

  it('hands out what came before a failure of its work, in its turn', async () => {
    const seen: number[] = []
    const work = async (n: number) => {
      if (n === 2) throw new Error('no third')
      return n
    }
    const reading = (async () => {
      for await (const n of flow([0, 1, 2, 3], work, { window: 4, ordered: true })) seen.push(n)
    })()
    await expect(reading).rejects.toThrow('no third')
    expect(seen).toEqual([0, 1])
  })

  it('ends at once when its signal fires, even while its work hangs', async () => {
    const controller = new AbortController()
    const results = flow([1], () => new Promise<number>(() => {}), {
      window: 1,
      ordered: true,
      signal: controller.signal,
    })
    const next = results.next()
    controller.abort()
    await expect(next).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})
