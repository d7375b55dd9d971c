import type { Transferable } from 'node:worker_threads'
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina'
import { type ErrorCode, type TaskResult, toPlainError } from '../errors.ts'

/** What a worker answers for one batch, and which of its buffers move instead of being copied. */
export class Transfer<Result> {
  readonly result: Result
  readonly buffers: readonly Transferable[]

  constructor(result: Result, buffers: readonly Transferable[]) {
    this.result = result
    this.buffers = buffers
  }
}

/**
 * The default export of a worker file: `export default poolTask((items: Item[]) => Result)`. Errors cross threads as
 * plain data, with `fallback` as the code of those that are not ours. Buffers made by C++ are copied even when named in a
 * Transfer; buffers made by JavaScript move.
 */
export function poolTask<Item, Result>(
  work: (items: readonly Item[]) => Result | Transfer<Result> | Promise<Result | Transfer<Result>>,
  fallback: ErrorCode = 'ERR_NATIVE_READ',
): (items: readonly Item[]) => Promise<unknown> {
  return async (items) => {
    try {
      const value = await work(items)
      if (!(value instanceof Transfer)) return { ok: true, value } satisfies TaskResult<Result>
      const result: TaskResult<Result> = { ok: true, value: value.result }
      return move({ [transferableSymbol]: value.buffers, [valueSymbol]: result } as never)
    } catch (error) {
      return { ok: false, error: toPlainError(error, fallback) } satisfies TaskResult<Result>
    }
  }
}

/** What `openPool` was given as `workerData`; undefined on the main thread. */
export function poolData(): unknown {
  return workerData
}
