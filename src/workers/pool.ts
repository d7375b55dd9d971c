import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isAbsolute } from 'node:path'
import PQueue from 'p-queue'
import { type ErrorCode, ExrError, type PlainError, unwrap } from '../errors.ts'
import { aborted, linkSignals } from './abort.ts'
import { batchesOf } from './batches.ts'
import type { Crew, CrewOptions, Death } from './crew.ts'
import { flow } from './flow.ts'
import type { BatchOutcome, Isolation, Pool, PoolOptions, RunOptions } from './pool-types.ts'
import { takeTurn } from './take-turn.ts'
import type { WorkerAnswer } from './task.ts'
import { WorkerProcesses } from './worker-processes.ts'
import { WorkerThreads } from './worker-threads.ts'

/** How long a batch waits to be filled before it goes as it is. */
const lingerMs = 10

/** Opens a pool of workers: threads, or child processes where a crash may cost one item only. Throws ERR_OPTION_INVALID. */
export function openPool<Item, Result>(options: PoolOptions<Item>): Pool<Item, Result> {
  const { nameOf = String, batchSize = 32, maxWorkers = availableParallelism(), isolation = 'thread' } = options
  const { mostAtOnce = batchSize } = options
  atLeastOne('batchSize', batchSize)
  atLeastOne('mostAtOnce', mostAtOnce)
  atLeastOne('maxWorkers', maxWorkers)
  const crew = crewOf(isolation, { ...options, maxWorkers })
  const queue = new PQueue({ concurrency: maxWorkers })
  const counts = { completed: 0, failed: 0, retried: 0, queued: 0 }

  function runTask(items: readonly Item[], signal: AbortSignal) {
    return takeTurn(queue, () => {
      if (signal.aborted) throw aborted(signal)
      return crew.run<WorkerAnswer<Result>>(items, signal)
    })
  }

  /** Outcomes for all items of a batch, each handed out before the next is begun. */
  async function* runBatch(items: readonly Item[], signal: AbortSignal): AsyncGenerator<BatchOutcome<Item, Result>> {
    for (let rest = items; rest.length > 0; ) {
      const first = await runTask(rest, signal)
      if ('died' in first && first.died.culprit !== null) {
        const { culprit } = first.died
        // What came before it was lost with the worker: it runs again, without the one to blame.
        counts.retried += culprit
        yield* runBatch(rest.slice(0, culprit), signal)
        yield failed(rest[culprit]!, crashed(rest[culprit]!, first.died))
        rest = rest.slice(culprit + 1)
      } else if ('died' in first || !first.answer.ok) {
        yield* runAlone(rest, signal)
        return
      } else {
        const count = first.answer.itemCount ?? rest.length
        counts.completed += count
        yield { items: rest.slice(0, count), result: first.answer }
        rest = rest.slice(Math.max(1, count))
      }
    }
  }

  async function* runAlone(items: readonly Item[], signal: AbortSignal): AsyncGenerator<BatchOutcome<Item, Result>> {
    for (const item of items) {
      counts.retried += 1
      const again = await runTask([item], signal)
      if ('died' in again) yield failed(item, crashed(item, again.died))
      else if (!again.answer.ok) yield failed(item, again.answer.error)
      else {
        counts.completed += 1
        yield { items: [item], result: again.answer }
      }
    }
  }

  function failed(item: Item, error: PlainError): BatchOutcome<Item, Result> {
    counts.failed += 1
    return { items: [item], result: { ok: false, error } }
  }

  function crashed(item: Item, { kind, reason }: Death): PlainError {
    const path = nameOf(item)
    return {
      code: CODE_OF[kind],
      message: `${SAID_OF[kind](path)}: ${reason}. Other files are not affected.`,
      details: { path },
    }
  }

  async function* run(
    items: Iterable<Item> | AsyncIterable<Item>,
    { signal, ordered = false }: RunOptions = {},
  ): AsyncGenerator<BatchOutcome<Item, Result>> {
    const ended = new AbortController()
    const stop = linkSignals(ended.signal, crew.closed, signal)
    async function* work(batch: readonly Item[]) {
      counts.queued += batch.length
      try {
        yield* runBatch(batch, stop.signal)
      } finally {
        counts.queued -= batch.length
      }
    }
    // Twice the workers keeps all of them busy; in order, one slow batch holds back those behind it.
    const window = maxWorkers * (ordered ? 4 : 2)
    const sizeOf = (before: number) => Math.min(mostAtOnce, batchSize * 2 ** Math.floor(before / window))
    try {
      yield* flow(batchesOf(items, sizeOf, lingerMs), work, { window, ordered, signal: stop.signal })
    } finally {
      ended.abort()
      stop.unlink()
    }
  }

  return {
    run,
    async ask(item, { signal } = {}) {
      for await (const { result } of run([item], signal ? { signal } : {})) return unwrap(result)
      throw aborted(signal)
    },
    statistics: () => ({
      ...counts,
      workers: crew.count,
      workersDied: crew.died,
      utilization: crew.utilization,
    }),
    close: () => crew.close(),
  }
}

const CODE_OF: Record<Death['kind'], ErrorCode> = {
  crash: 'ERR_NATIVE_CRASH',
  timeout: 'ERR_NATIVE_TIMEOUT',
  exit: 'ERR_WORKER_DIED',
}

const SAID_OF: Record<Death['kind'], (path: string) => string> = {
  crash: (path) => `Native code crashed at ${path}, which is not tried again`,
  timeout: (path) => `Gave up ${path} and ended its process`,
  exit: (path) => `The worker that read ${path} died each time`,
}

function crewOf(isolation: Isolation, options: CrewOptions): Crew {
  const { worker } = options
  if (!isAbsolute(worker) || !existsSync(worker)) {
    throw new ExrError('ERR_OPTION_INVALID', `Expected an existing file for worker but received ${worker}.`)
  }
  return isolation === 'process' ? new WorkerProcesses(options) : new WorkerThreads(options)
}

function atLeastOne(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return
  throw new ExrError('ERR_OPTION_INVALID', `Expected an integer of at least 1 for ${name} but received ${value}.`)
}
