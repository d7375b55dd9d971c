import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { type BatchOutcome, openPool, type Pool, type PoolOptions } from '../../../src/workers/index.ts'

interface Item {
  deed: string
  value?: number
  ms?: number
  mark?: boolean
}

const program = createRequire(import.meta.url).resolve('#worker-process')
if (!existsSync(program)) console.warn('SKIPPED: tests of child processes. Run npm run build:ts first.')
const worker = fileURLToPath(new URL('../test-worker.mjs', import.meta.url))
const pools: Pool<Item, unknown>[] = []

function pool(options: Partial<PoolOptions<Item>> = {}): Pool<Item, unknown> {
  const nameOf = (item: Item) => `${item.deed} ${item.value ?? ''}`.trim()
  const opened = openPool<Item, unknown>({ worker, isolation: 'process', maxWorkers: 2, nameOf, ...options })
  pools.push(opened)
  return opened
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((opened) => opened.close()))
})

async function all(opened: Pool<Item, unknown>, items: Iterable<Item>) {
  const outcomes: BatchOutcome<Item, unknown>[] = []
  for await (const outcome of opened.run(items, { ordered: true })) outcomes.push(outcome)
  return outcomes
}

const doubles = (count: number): Item[] => Array.from({ length: count }, (_, value) => ({ deed: 'double', value }))
const answers = (outcomes: BatchOutcome<Item, unknown>[]) =>
  outcomes.flatMap(({ result }) => (result.ok ? (result.value as unknown[]) : [result.error.code]))

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function ends(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(20)
}

describe.runIf(existsSync(program))('a pool of child processes', () => {
  it('hands on large arrays whole, answer after answer', async () => {
    const items = [3_000_000, 10, 2_000_000].map((value) => ({ deed: 'array', value }))
    const arrays = answers(await all(pool({ batchSize: 1, maxWorkers: 1 }), items)) as { list: [Float64Array] }[]
    for (const [index, { list }] of arrays.entries()) {
      const length = items[index]!.value
      expect([list[0].constructor.name, list[0].length, list[0].at(-1)]).toEqual(['Float64Array', length, length])
    }
  })

  it('answers in processes of its own, with data, typed arrays and big integers whole', async () => {
    const opened = pool({ workerData: { limits: 7 }, batchSize: 1 })
    const items = [{ deed: 'pid' }, { deed: 'data' }, { deed: 'ints', value: 5 }, { deed: 'buffers', value: 9 }]
    const [pid, data, ints, buffer] = answers(await all(opened, items))
    expect(pid).not.toBe(process.pid)
    expect(data).toEqual({ limits: 7 })
    expect(ints).toEqual(BigInt64Array.of(5n))
    expect(new Uint8Array(buffer as ArrayBuffer)).toEqual(new Uint8Array(9).fill(7))
  })

  it('names the marked item whose native code crashed, once, and answers all others in order', async () => {
    const opened = pool({ batchSize: 8 })
    const items = [...doubles(10), { deed: 'kill', value: 99, mark: true }, ...doubles(10)]
    const outcomes = await all(opened, items)
    expect(answers(outcomes)).toEqual(
      items.map(({ deed, value = 0 }) => (deed === 'kill' ? 'ERR_NATIVE_CRASH' : value * 2)),
    )
    const failed = outcomes.filter(({ result }) => !result.ok)
    expect(failed).toMatchObject([{ result: { error: { details: { path: 'kill 99' } } } }])
    expect(failed[0]?.result).toMatchObject({ error: { message: expect.stringContaining('SIGSEGV') } })
    // The two before it in its batch ran again; it did not.
    expect(opened.statistics()).toMatchObject({ completed: 20, failed: 1, retried: 2, workersDied: 1 })
  })

  it('finds the culprit one by one where nothing was marked', async () => {
    const opened = pool({ batchSize: 4 })
    const outcomes = await all(opened, [...doubles(3), { deed: 'abort', value: 1 }])
    expect(answers(outcomes)).toEqual([0, 2, 4, 'ERR_NATIVE_CRASH'])
    expect(opened.statistics()).toMatchObject({ completed: 3, failed: 1, retried: 4, workersDied: 2 })
  })

  it('tells a worker that leaves from one that crashes, and says its last words', async () => {
    const outcomes = await all(pool({ batchSize: 1 }), [{ deed: 'exit' }, { deed: 'uncloneable' }, { deed: 'throw' }])
    expect(outcomes.map(({ result }) => !result.ok && result.error.code)).toEqual([
      'ERR_WORKER_DIED',
      'ERR_WORKER_DIED',
      'ERR_EXR_MAGIC',
    ])
    expect(outcomes[0]?.result).toMatchObject({ error: { message: expect.stringContaining('exit code 3') } })
    expect(outcomes[1]?.result).toMatchObject({ error: { message: expect.stringContaining('could not be cloned') } })
  })

  it('ends an item that takes too long, and runs the others', async () => {
    const opened = pool({ batchSize: 3, itemTimeoutMs: 1_500 })
    const outcomes = await all(opened, [{ deed: 'double', value: 1 }, { deed: 'spin', mark: true }, ...doubles(4)])
    expect(answers(outcomes)).toEqual([2, 'ERR_NATIVE_TIMEOUT', 0, 2, 4, 6])
    expect(opened.statistics().workersDied).toBe(1)
  })

  it('replaces a child after its share of items', async () => {
    const items = Array.from({ length: 9 }, () => ({ deed: 'pid' }))
    const opened = pool({ batchSize: 1, maxWorkers: 1, maxItems: 3 })
    const pids = answers(await all(opened, items))
    expect(new Set(pids).size).toBe(3)
    expect(opened.statistics().workersDied).toBe(0)
  })

  it('keeps one that waits, and replaces it when it is gone', async () => {
    const opened = pool({ batchSize: 1, keepsOne: true, idleMs: 1 })
    expect(opened.statistics().workers).toBe(1)
    const ask = async () => ((await opened.ask({ deed: 'pid' })) as number[])[0]!
    const first = await ask()
    await sleep(30)
    expect(await ask()).toBe(first)
    process.kill(first, 'SIGKILL')
    await ends(first)
    await expect.poll(() => opened.statistics().workers).toBe(1)
    expect(await ask()).not.toBe(first)
    expect(opened.statistics()).toMatchObject({ workers: 1, workersDied: 0 })
  })

  it('ends one whose heap passes its limit', async () => {
    const opened = pool({ batchSize: 1, resourceLimits: { maxOldGenerationSizeMb: 64 } })
    const outcomes = await all(opened, [{ deed: 'hoard' }, { deed: 'double', value: 2 }])
    expect(answers(outcomes)).toEqual(['ERR_NATIVE_CRASH', 4])
    expect(outcomes[0]?.result).toMatchObject({ error: { message: expect.stringMatching(/heap|memory/) } })
  })

  it('says that children cannot start when the worker file does not load', async () => {
    const broken = fileURLToPath(new URL('../broken-worker.mjs', import.meta.url))
    await expect(all(pool({ worker: broken }), doubles(3))).rejects.toMatchObject({
      code: 'ERR_WORKER_DIED',
      message: expect.stringContaining('this worker cannot be loaded'),
    })
  })

  it('ends a run when its signal fires, and its child with it', async () => {
    const opened = pool({ batchSize: 1, maxWorkers: 1 })
    const pid = (await opened.ask({ deed: 'pid' })) as number[]
    const controller = new AbortController()
    const asked = opened.ask({ deed: 'spin' }, { signal: controller.signal })
    setTimeout(() => controller.abort(), 100)
    await expect(asked).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    await ends(pid[0]!)
    expect(await opened.ask({ deed: 'double', value: 3 })).toEqual([6])
  })

  it('ends a child that hangs when its parent is killed', async () => {
    const parent = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('parent.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await new Promise<[Buffer]>((resolve) => parent.stdout.once('data', (text) => resolve([text])))
    const child = Number(line)
    expect(isAlive(child)).toBe(true)
    parent.kill('SIGKILL')
    await ends(child)
  })

  it('does not keep a program running that forgot to close it', async () => {
    const parent = fileURLToPath(new URL('parent.ts', import.meta.url))
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', parent, 'forget'])
    await ends(Number(stdout))
  })
})

describe('an answer for part of a batch', () => {
  it.each(['thread', 'process'] as const)('is handed out as it comes, and the rest goes on (%s)', async (isolation) => {
    const opened = pool({ isolation, batchSize: 6, maxWorkers: 1, ...(isolation === 'thread' && { execArgv: [] }) })
    const items = ['double', 'enough', 'double', 'double', 'enough', 'enough'].map((deed, value) => ({ deed, value }))
    const outcomes = await all(opened, items)
    expect(outcomes.map((outcome) => outcome.items.length)).toEqual([2, 3, 1])
    expect(answers(outcomes)).toEqual([0, 1, 4, 6, 4, 5])
    expect(opened.statistics()).toMatchObject({ completed: 6, failed: 0, retried: 0, queued: 0 })
  })
})
