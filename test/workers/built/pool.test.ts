import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type BatchOutcome,
  openPool,
  type Pool,
  type PoolOptions,
  type RunOptions,
} from '../../../src/workers/index.ts'

interface Item {
  deed: string
  value?: number
  ms?: number
}

const file = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const pools: Pool<Item, unknown>[] = []

function pool(options: Partial<PoolOptions<Item>> = {}): Pool<Item, unknown> {
  const opened = openPool<Item, unknown>({
    worker: file('test-worker.mjs'),
    maxWorkers: 2,
    execArgv: [],
    nameOf: (item) => `${item.deed} ${item.value ?? ''}`.trim(),
    ...options,
  })
  pools.push(opened)
  return opened
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((opened) => opened.close()))
})

async function all(opened: Pool<Item, unknown>, items: Iterable<Item> | AsyncIterable<Item>, options?: RunOptions) {
  const outcomes: BatchOutcome<Item, unknown>[] = []
  for await (const outcome of opened.run(items, options)) outcomes.push(outcome)
  return outcomes
}

const doubles = (count: number) => Array.from({ length: count }, (_, value) => ({ deed: 'double', value }))
const answers = (outcomes: BatchOutcome<Item, unknown>[]) =>
  outcomes.flatMap(({ result }) => (result.ok ? (result.value as unknown[]) : [result.error.code]))

describe('a pool', () => {
  it('answers every item, in batches of the size asked for', async () => {
    const opened = pool({ batchSize: 10 })
    const outcomes = await all(opened, doubles(95))
    expect(outcomes.map(({ items }) => items.length).sort((a, b) => b - a)).toEqual([...Array(9).fill(10), 5])
    expect((answers(outcomes) as number[]).sort((a, b) => a - b)).toEqual(doubles(95).map(({ value }) => value * 2))
    expect(opened.statistics()).toMatchObject({ completed: 95, failed: 0, retried: 0, workersDied: 0, queued: 0 })
  })

  it('doubles batches to the most at once, when every worker had some of the size before', async () => {
    const opened = pool({ batchSize: 5, mostAtOnce: 16, maxWorkers: 1 })
    const outcomes = await all(opened, doubles(70))
    expect(outcomes.map(({ items }) => items.length)).toEqual([5, 5, 10, 10, 16, 16, 8])
  })

  it('keeps no answer that was taken, however long its run goes on', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const slow = Array.from({ length: 40 }, (_, value) => ({ deed: 'slow', value, ms: 5 }))
    const answered: WeakRef<object>[] = []
    let alive = Number.NaN
    for await (const { result } of pool({ batchSize: 1 }).run(slow)) {
      if (!result.ok) throw new Error(result.error.message)
      answered.push(new WeakRef(result.value as object))
      if (answered.length !== 30) continue
      await sleep(0)
      collect()
      alive = answered.filter((answer) => answer.deref() !== undefined).length
    }
    expect(answered.length).toBe(40)
    expect(alive).toBeLessThan(10)
  })

  it('keeps the order of the items when asked to, however long each takes', async () => {
    const items = Array.from({ length: 20 }, (_, value) => ({ deed: 'slow', value, ms: value % 3 === 0 ? 30 : 0 }))
    const outcomes = await all(pool({ batchSize: 1 }), items, { ordered: true })
    expect(answers(outcomes)).toEqual(items.map(({ value }) => value))
  })

  it('hands out what is ready first when order does not matter', async () => {
    const items = [{ deed: 'slow', value: 0, ms: 400 }, ...doubles(4).map((item) => ({ ...item, deed: 'double' }))]
    const outcomes = await all(pool({ batchSize: 1 }), items)
    expect(answers(outcomes).at(-1)).toBe(0)
  })

  it('works on several threads at once and never more than allowed', async () => {
    const items = Array.from({ length: 8 }, () => ({ deed: 'slow', value: 1, ms: 20 }))
    const opened = pool({ batchSize: 1, maxWorkers: 3 })
    await all(opened, items)
    expect(opened.statistics().workers).toBe(3)
    expect(opened.statistics().utilization).toBeGreaterThan(0)
    expect(opened.statistics().utilization).toBeLessThanOrEqual(1)
  })

  it('reads its input only as fast as answers are taken', async () => {
    let read = 0
    function* endless() {
      for (;;) yield { deed: 'double', value: read++ }
    }
    const opened = pool({ batchSize: 5 })
    let taken = 0
    for await (const { items } of opened.run(endless())) {
      taken += items.length
      await sleep(2)
      // Two threads: four batches on their way, the one taken, and the one that waits at the door.
      expect(read - taken).toBeLessThanOrEqual(5 * 6)
      if (taken >= 200) break
    }
  })

  it('passes on part of a batch rather than wait for a slow input', async () => {
    async function* typing() {
      yield { deed: 'double', value: 1 }
      yield { deed: 'double', value: 2 }
      await sleep(300)
      yield { deed: 'double', value: 3 }
    }
    const outcomes = await all(pool({ batchSize: 100 }), typing(), { ordered: true })
    expect(outcomes.map(({ items }) => items.length)).toEqual([2, 1])
  })

  it('throws what its input throws', async () => {
    async function* broken() {
      yield { deed: 'double', value: 1 }
      throw new Error('the walk failed')
    }
    await expect(all(pool(), broken())).rejects.toThrow('the walk failed')
  })

  it('gives every worker its data, and moves buffers instead of copying them', async () => {
    const opened = pool({ workerData: { limits: 7 } })
    expect(answers(await all(opened, [{ deed: 'data' }]))).toEqual([{ limits: 7 }])
    const [outcome] = await all(opened, [{ deed: 'buffers', value: 100_000 }])
    const [buffer] = answers([outcome!]) as [ArrayBuffer]
    expect(buffer.byteLength).toBe(100_000)
    expect(new Uint8Array(buffer)[99_999]).toBe(7)
  })
})

describe('a pool whose work fails', () => {
  it.each([
    ['ends its process', 'exit', 'exit code: 3|exited with code: 3', {}],
    ['throws when nobody listens', 'later', 'thrown between tasks', {}],
    ['runs out of memory', 'hoard', 'memory', { resourceLimits: { maxOldGenerationSizeMb: 32 } }],
    ['answers what cannot cross', 'uncloneable', 'cannot cross|could not be cloned', {}],
  ])('names the item whose worker %s, and answers all others', async (_, deed, reason, options) => {
    const opened = pool({ batchSize: 8, ...options })
    const items = [...doubles(10), { deed, value: 99 }, ...doubles(10)]
    const outcomes = await all(opened, items)
    const failed = outcomes.filter(({ result }) => !result.ok)
    expect(failed).toHaveLength(1)
    expect(failed[0]).toMatchObject({
      items: [{ deed, value: 99 }],
      result: { error: { code: 'ERR_WORKER_DIED', details: { path: `${deed} 99` } } },
    })
    expect(failed[0]?.result).toMatchObject({ error: { message: expect.stringMatching(reason) } })
    expect(answers(outcomes)).toHaveLength(21)
    expect(opened.statistics()).toMatchObject({ completed: 20, failed: 1, retried: 8, workersDied: 2 })
  })

  it('replaces dead workers again and again', async () => {
    const items = Array.from({ length: 30 }, (_, value) => ({ deed: value % 3 === 0 ? 'exit' : 'double', value }))
    const outcomes = await all(pool({ batchSize: 4 }), items, { ordered: true })
    expect(answers(outcomes)).toEqual(items.map(({ deed, value }) => (deed === 'exit' ? 'ERR_WORKER_DIED' : value * 2)))
  })

  it('keeps class and code of an error that the work throws, and blames only its item', async () => {
    const outcomes = await all(pool({ batchSize: 4 }), [...doubles(3), { deed: 'throw' }], { ordered: true })
    expect(outcomes.map(({ result }) => result.ok)).toEqual([true, true, true, false])
    expect(outcomes[3]?.result).toEqual({
      ok: false,
      error: { code: 'ERR_EXR_MAGIC', message: 'not an image', details: {} },
    })
  })

  it.each([
    ['broken-worker.mjs', 'this worker cannot be loaded'],
    ['leaving-worker.mjs', 'cannot start'],
  ])('says that workers cannot start when %s does not load, and does not wait', async (name, reason) => {
    const opened = pool({ worker: file(name) })
    const failure = await all(opened, doubles(100)).catch((error) => error)
    expect(failure).toMatchObject({ code: 'ERR_WORKER_DIED', message: expect.stringContaining(reason) })
    await expect(all(opened, doubles(1))).rejects.toMatchObject({ code: 'ERR_WORKER_DIED' })
  })

  it('refuses options that make no sense', () => {
    for (const options of [
      { maxWorkers: 0 },
      { batchSize: 1.5 },
      { worker: 'relative.mjs' },
      { worker: '/no/such.mjs' },
    ]) {
      expect(() => pool(options)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_INVALID' }))
    }
  })
})

describe('stopping a pool', () => {
  it('ends a run when its signal fires, even while a worker hangs, and runs others afterwards', async () => {
    const opened = pool()
    const controller = new AbortController()
    const run = all(opened, [{ deed: 'spin' }], { signal: controller.signal })
    setTimeout(() => controller.abort(), 300)
    await expect(run).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(answers(await all(opened, doubles(3)))).toEqual([0, 2, 4])
    expect(opened.statistics().workersDied).toBe(0)
  })

  it('runs nothing when the signal has fired before', async () => {
    const opened = pool()
    await expect(all(opened, doubles(3), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    })
    expect(opened.statistics().completed).toBe(0)
  })

  it('may be aborted before its first worker is ready', async () => {
    const opened = pool()
    const controller = new AbortController()
    const run = all(opened, doubles(3), { signal: controller.signal })
    setTimeout(() => controller.abort(), 1)
    await expect(run).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(answers(await all(opened, doubles(2)))).toEqual([0, 2])
  })

  it('closes twice, ending what is under way', async () => {
    const opened = pool()
    const run = all(opened, [{ deed: 'spin' }]).catch((error) => error)
    await sleep(200)
    await Promise.all([opened.close(), opened.close()])
    await opened.close()
    expect(await run).toMatchObject({ code: 'ERR_ABORTED' })
    await expect(all(opened, doubles(1))).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect(opened.statistics().workers).toBe(0)
  })

  it('serves several runs at once', async () => {
    const opened = pool({ batchSize: 3 })
    const runs = await Promise.all([20, 30, 40].map((count) => all(opened, doubles(count), { ordered: true })))
    expect(runs.map((outcomes) => answers(outcomes).length)).toEqual([20, 30, 40])
  })
})
