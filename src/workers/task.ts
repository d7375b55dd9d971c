import { isMainThread, type Transferable, workerData } from 'node:worker_threads'
import { type ErrorCode, type TaskResult, toPlainError } from '../errors.ts'
import { childData, childMark } from './child-side.ts'

/** What a worker answers for one batch, when that is more than a result. */
export class Answer<Result> {
  readonly result: Result
  readonly transfer: readonly Transferable[]
  readonly itemCount: number | undefined

  /**
   * `transfer`: buffers that move to another thread instead of being copied. `itemCount`: how many of the first items
   * this answers, at least 1; the pool gives the rest to a worker again. A worker that passes a budget of memory or time
   * hands back what it has so.
   */
  constructor(
    result: Result,
    { transfer = [], itemCount }: { transfer?: readonly Transferable[]; itemCount?: number } = {},
  ) {
    this.result = result
    this.transfer = transfer
    this.itemCount = itemCount
  }
}

/** What crosses back to the pool: `itemCount` is left out when all items are answered. */
export type WorkerAnswer<Result> = TaskResult<Result> & { readonly itemCount?: number }

/**
 * Says which item of the batch native code is about to work on, and null when it is done: a child process that dies in
 * between is blamed on that item, which is not tried again. Costs a microsecond; does nothing in a thread.
 */
export type Mark = (index: number | null) => void

/**
 * The default export of a worker file: `export default poolTask((items: Item[]) => Result)`. Errors cross threads and
 * processes as plain data, with `fallback` as the code of those that are not ours. Buffers made by C++ are copied even
 * when named in an Answer; buffers made by JavaScript move between threads, and are copied between processes.
 */
export function poolTask<Item, Result>(
  work: (items: readonly Item[], mark: Mark) => Result | Answer<Result> | Promise<Result | Answer<Result>>,
  fallback: ErrorCode = 'ERR_NATIVE_READ',
): (items: readonly Item[]) => Promise<unknown> {
  return async (items) => {
    try {
      childMark(null)
      const value = await work(items, childMark)
      if (!(value instanceof Answer)) return { ok: true, value } satisfies WorkerAnswer<Result>
      const { result, transfer, itemCount } = value
      const answer: WorkerAnswer<Result> = { ok: true, value: result, ...(itemCount !== undefined && { itemCount }) }
      if (isMainThread || transfer.length === 0) return answer
      // Only threads pay for loading it.
      const { move, transferableSymbol, valueSymbol } = await import('piscina')
      return move({ [transferableSymbol]: transfer, [valueSymbol]: answer } as never)
    } catch (error) {
      return { ok: false, error: toPlainError(error, fallback) } satisfies WorkerAnswer<Result>
    }
  }
}

/** What `openPool` was given as `workerData`; undefined where no pool started this thread or process. */
export function poolData(): unknown {
  return isMainThread ? childData() : workerData
}
