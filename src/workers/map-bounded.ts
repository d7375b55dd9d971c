import { ExrError } from '../errors.ts'

export interface BoundedOptions {
  /** How many inputs may be started and not yet taken by the consumer. */
  readonly window: number
  /** Results in the order of their inputs; else as they are ready. */
  readonly ordered: boolean
  readonly signal?: AbortSignal | undefined
}

/**
 * Results of `work` on each input. The input is read only as fast as results are taken: at most `window` are on their
 * way. The first failure of `input` or `work` ends the iteration, and so does `signal`, with ERR_ABORTED; whoever
 * supplied `work` stops what it had started.
 */
export async function* mapBounded<Input, Output>(
  input: AsyncIterable<Input>,
  work: (item: Input) => Promise<Output>,
  { window, ordered, signal }: BoundedOptions,
): AsyncGenerator<Output, void, undefined> {
  const started: { result?: { value: Output } }[] = []
  const bell = new Bell()
  let failure: { error: unknown } | undefined
  let open = true
  let stopped = false

  const fail = (error: unknown) => {
    failure ??= { error }
    bell.ring()
  }
  const start = (item: Input) => {
    const entry: (typeof started)[number] = {}
    started.push(entry)
    work(item).then((value) => {
      entry.result = { value }
      bell.ring()
    }, fail)
  }
  const feed = async () => {
    for await (const item of input) {
      while (started.length >= window && !stopped) await bell.wait()
      if (stopped) return
      start(item)
    }
    open = false
    bell.ring()
  }

  const onAbort = () => fail(aborted(signal))
  if (signal?.aborted) throw aborted(signal)
  signal?.addEventListener('abort', onAbort)
  feed().catch(fail)
  try {
    while (open || started.length > 0) {
      if (failure) throw failure.error
      const ready = ordered ? (started[0]?.result ? 0 : -1) : started.findIndex((entry) => entry.result)
      if (ready === -1) {
        await bell.wait()
        continue
      }
      const [entry] = started.splice(ready, 1)
      bell.ring()
      yield entry!.result!.value
    }
    if (failure) throw failure.error
  } finally {
    stopped = true
    bell.ring()
    signal?.removeEventListener('abort', onAbort)
  }
}

/** The error of work that was stopped by its caller. */
export function aborted(signal?: AbortSignal): ExrError {
  return new ExrError('ERR_ABORTED', 'The work was stopped before it was done.', { cause: signal?.reason })
}

/** Wakes all who wait. Each wait is a promise of its own, so that nothing piles up on a long-lived one. */
class Bell {
  #waiting: (() => void)[] = []

  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  ring(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}
