import type { TaskResult } from '../errors.ts'
import type { CrewOptions } from './crew.ts'
import type { ProcessOptions } from './worker-processes.ts'

/** Where work runs: threads start fast and share memory; a crash in native code ends no more than its child process. */
export type Isolation = 'process' | 'thread'

/** What a pool is made of; all but `worker` has a default. */
export interface PoolOptions<Item> extends Omit<CrewOptions, 'maxWorkers'>, ProcessOptions {
  /** Default `thread`. */
  readonly isolation?: Isolation
  /** Workers at most; they start as work comes. Default: the cores this process may use. */
  readonly maxWorkers?: number
  /** Items that cross to a worker at once. Default 32: some milliseconds of header reading, so that messages are noise. */
  readonly batchSize?: number
  /**
   * Items at once in a run of many, to which batches double once every worker had some: what a batch costs by itself is
   * then shared by more, and few items still go to all workers. Default `batchSize`: they do not grow.
   */
  readonly mostAtOnce?: number
  /** How an item is named in messages. Default: itself as text. */
  readonly nameOf?: (item: Item) => string
}

/** How a pool hands out what its workers answer. */
export interface RunOptions {
  /** Ends the iteration with ERR_ABORTED and the workers that work for it. */
  readonly signal?: AbortSignal
  /** Outcomes in the order of the items. Default false: as they are ready. */
  readonly ordered?: boolean
}

/** What a worker answered for a batch or its first items, or why there is no answer; a failed batch is a batch of one. */
export interface BatchOutcome<Item, Result> {
  readonly items: readonly Item[]
  readonly result: TaskResult<Result>
}

/** What became of the work so far. */
export interface PoolStatistics {
  readonly workers: number
  /** Items with a worker's answer. */
  readonly completed: number
  /** Items that have none: their worker threw or died each time. */
  readonly failed: number
  /** Items that ran again since a batch with them failed. */
  readonly retried: number
  readonly workersDied: number
  /** Items taken from the input and not yet answered. */
  readonly queued: number
  /** Share of the workers' time spent on work since the pool was opened, 0 to 1. */
  readonly utilization: number
}

/** Workers behind one interface: task in, answer out. */
export interface Pool<Item, Result> {
  /**
   * Outcomes for all items. Reads `items` only as fast as outcomes are taken. Neither a bad item nor a dying worker ends
   * it. A child process that dies at an item it marked costs that item alone, which is not tried again; what else was
   * lost with it runs again. Without a mark, and in threads, the items of a batch that failed run again one at a time,
   * and the one that fails again is an outcome with its error: ERR_NATIVE_CRASH when a signal took its child process,
   * ERR_NATIVE_TIMEOUT when it took too long, ERR_WORKER_DIED when the worker ended in another way.
   * Throws what `items` throws, ERR_ABORTED, and ERR_WORKER_DIED when workers cannot even start.
   */
  run(items: Iterable<Item> | AsyncIterable<Item>, options?: RunOptions): AsyncGenerator<BatchOutcome<Item, Result>>
  /** One item's answer, as a batch of its own. Throws its error, and what `run` throws. */
  ask(item: Item, options?: Pick<RunOptions, 'signal'>): Promise<Result>
  statistics(): PoolStatistics
  /** Ends the workers; runs under way throw ERR_ABORTED. May be called twice. */
  close(): Promise<void>
}
