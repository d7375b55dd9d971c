import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'
import { ExrError, type TaskResult } from '../errors.ts'
import { batchesOf } from './batches.ts'
import { aborted, mapBounded } from './map-bounded.ts'
import { type WorkerLimits, WorkerThreads } from './worker-threads.ts'

export interface PoolOptions<Item> {
  /** Absolute path of a file whose default export is a `poolTask`. */
  readonly worker: string
  /** Plain data that every worker gets, through `poolData()`. */
  readonly workerData?: unknown
  /** Threads at most; they start as work comes. Default: the cores this process may use. */
  readonly maxThreads?: number
  /** Items that cross to a worker at once. Default 32: some milliseconds of header reading, so that messages are noise. */
  readonly batchSize?: number
  /** How an item is named in messages. Default: itself as text. */
  readonly nameOf?: (item: Item) => string
  /** Heap limits of each thread; one that passes them dies and is replaced. */
  readonly resourceLimits?: WorkerLimits
  /** Node's flags for the threads. Default: those of this process. */
  readonly execArgv?: readonly string[]
}

export interface RunOptions {
  /** Ends the iteration with ERR_ABORTED and the threads that work for it. */
  readonly signal?: AbortSignal
  /** Outcomes in the order of the items. Default false: as they are ready. */
  readonly ordered?: boolean
}

/** What a worker answered for a batch, or why there is no answer; a failed batch is a batch of one. */
export interface BatchOutcome<Item, Result> {
  readonly items: readonly Item[]
  readonly result: TaskResult<Result>
}

export interface PoolStatistics {
  readonly threads: number
  /** Items with a worker's answer. */
  readonly completed: number
  /** Items that have none: their worker threw or died each time. */
  readonly failed: number
  /** Items that ran again, alone, since a batch with them failed. */
  readonly retried: number
  readonly workersDied: number
  /** Items taken from the input and not yet answered. */
  readonly queued: number
  /** Share of the threads' time spent on work since the pool was opened, 0 to 1. */
  readonly utilization: number
}

export interface Pool<Item, Result> {
  /**
   * Outcomes for all items. Reads `items` only as fast as outcomes are taken. Neither a bad item nor a dying worker ends
   * it: the items of a batch that failed run again one at a time, and the one that fails again is an outcome with its
   * error, ERR_WORKER_DIED if it took the worker with it.
   * Throws what `items` throws, ERR_ABORTED, and ERR_WORKER_DIED when workers cannot even start.
   */
  run(items: Iterable<Item> | AsyncIterable<Item>, options?: RunOptions): AsyncGenerator<BatchOutcome<Item, Result>>
  statistics(): PoolStatistics
  /** Ends the threads; runs under way throw ERR_ABORTED. May be called twice. */
  close(): Promise<void>
}

/** How long a batch waits to be filled before it goes as it is. */
const lingerMs = 10

/** Opens a pool of worker threads. Throws ERR_OPTION_INVALID. */
export function openPool<Item, Result>(options: PoolOptions<Item>): Pool<Item, Result> {
  const { nameOf = String, batchSize = 32, maxThreads = availableParallelism() } = options
  atLeastOne('batchSize', batchSize)
  atLeastOne('maxThreads', maxThreads)
  const threads = new WorkerThreads({ ...options, maxThreads })
  const limit = pLimit(maxThreads)
  const counts = { completed: 0, failed: 0, retried: 0, queued: 0 }

  async function runBatch(items: readonly Item[], signal: AbortSignal): Promise<BatchOutcome<Item, Result>[]> {
    const first = await threads.run<TaskResult<Result>>(items, signal)
    if (!('died' in first) && first.answer.ok) return [answered(items, first.answer)]
    const outcomes: BatchOutcome<Item, Result>[] = []
    for (const item of items) {
      counts.retried += 1
      const again = await threads.run<TaskResult<Result>>([item], signal)
      outcomes.push(answered([item], 'died' in again ? { ok: false, error: died(item, again.died) } : again.answer))
    }
    return outcomes
  }

  function answered(items: readonly Item[], result: TaskResult<Result>): BatchOutcome<Item, Result> {
    counts[result.ok ? 'completed' : 'failed'] += items.length
    return { items, result }
  }

  function died(item: Item, reason: string) {
    const path = nameOf(item)
    const message = `The worker that read ${path} died twice: ${reason}. Other files are not affected.`
    return { code: 'ERR_WORKER_DIED', message, details: { path } } as const
  }

  return {
    async *run(items, { signal, ordered = false } = {}) {
      const ended = new AbortController()
      const anyEnd = AbortSignal.any([ended.signal, threads.closed, ...(signal ? [signal] : [])])
      const work = async (batch: Item[]) => {
        counts.queued += batch.length
        try {
          return await limit(() => {
            if (anyEnd.aborted) throw aborted(anyEnd)
            return runBatch(batch, anyEnd)
          })
        } finally {
          counts.queued -= batch.length
        }
      }
      // Twice the threads keeps all of them busy; in order, one slow batch holds back those behind it.
      const window = maxThreads * (ordered ? 4 : 2)
      const outcomes = mapBounded(batchesOf(items, batchSize, lingerMs), work, { window, ordered, signal: anyEnd })
      try {
        for await (const batch of outcomes) yield* batch
      } finally {
        ended.abort()
      }
    },
    statistics: () => ({
      ...counts,
      threads: threads.count,
      workersDied: threads.died,
      utilization: threads.utilization,
    }),
    close: () => threads.close(),
  }
}

function atLeastOne(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return
  throw new ExrError('ERR_OPTION_INVALID', `Expected an integer of at least 1 for ${name} but received ${value}.`)
}
