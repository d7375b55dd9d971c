import { aborted } from './abort.ts'

/** How far a flow may run ahead of whoever takes its results. */
interface FlowOptions<Output> {
  /** Inputs that may be started while results of theirs are still to be taken. */
  readonly window: number
  /** Results in the order of their inputs; else as they are ready. */
  readonly ordered: boolean
  /** What the results of one input that wait to be taken may weigh together; at least one may wait. Default 1. */
  readonly ahead?: number
  /** Default 1 for each result. */
  readonly weight?: (result: Output) => number
  /** Ends the flow at once, with ERR_ABORTED. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The one bounded flow: results of `work` on each input, several inputs at a time, read only as fast as results are
 * taken. `work` gives one result or a stream of them. A failure of `work` arrives in its turn (at once when not
 * `ordered`), one of `input` after the results of what came before it; each ends the flow, and whoever supplied `work`
 * stops what it had started.
 */
export async function* flow<Input, Output>(
  input: Iterable<Input> | AsyncIterable<Input>,
  work: (item: Input) => Promise<Output> | AsyncIterable<Output>,
  options: FlowOptions<Output>,
): AsyncGenerator<Output, void, undefined> {
  const { window, ordered, signal } = options
  if (signal?.aborted) throw aborted(signal)
  const bell = new Bell()
  const started: Running<Output>[] = []
  let inputEnd: { readonly error?: unknown } | undefined
  let stopped = false

  const feed = async () => {
    for await (const item of input) {
      while (started.length >= window && !stopped) await bell.wait()
      if (stopped) return
      started.push(new Running(work(item), options, bell))
    }
  }
  const endInput = (end: { readonly error?: unknown }) => {
    inputEnd = end
    bell.ring()
  }
  const remove = (running: Running<Output>) => {
    started.splice(started.indexOf(running), 1)
    bell.ring()
  }
  const onAbort = () => bell.ring()
  signal?.addEventListener('abort', onAbort)
  feed().then(
    () => endInput({}),
    (error: unknown) => endInput({ error }),
  )
  try {
    for (;;) {
      if (signal?.aborted) throw aborted(signal)
      const candidates = ordered ? started.slice(0, 1) : started
      const ready = candidates.find((running) => running.hasResult)
      if (ready) {
        const result = ready.take()
        if (ready.isDone) remove(ready)
        yield result
        continue
      }
      const over = candidates.find((running) => running.end)
      if (over) {
        if ('error' in over.end!) throw over.end.error
        remove(over)
      } else if (inputEnd && started.length === 0) {
        if ('error' in inputEnd) throw inputEnd.error
        return
      } else await bell.wait()
    }
  } finally {
    stopped = true
    const stopping = started.map((running) => running.stop())
    bell.ring()
    await Promise.all(stopping)
    signal?.removeEventListener('abort', onAbort)
  }
}

/**
 * Pulls from `items` before the consumer asks, until what waits weighs `limit`: joins two stages of a pipeline so that
 * both work at once and what waits between them stays bounded. An error arrives in its turn.
 */
export function readAhead<Item>(
  items: AsyncIterable<Item>,
  limit: number,
  weight: (item: Item) => number = () => 1,
): AsyncGenerator<Item, void, undefined> {
  return flow([items], (stream) => stream, { window: 1, ordered: true, ahead: limit, weight })
}

/** The work on one input: its results wait here until they are taken. */
class Running<Output> {
  /** Set when there will be no more results than those that wait. */
  end: { readonly error?: unknown } | undefined
  readonly #ready: Output[] = []
  readonly #limit: number
  readonly #weight: (result: Output) => number
  readonly #bell: Bell
  readonly #settled: Promise<void>
  #held = 0
  #isFull = false
  #stopped = false

  constructor(work: Promise<Output> | AsyncIterable<Output>, options: FlowOptions<Output>, bell: Bell) {
    this.#limit = options.ahead ?? 1
    this.#weight = options.weight ?? (() => 1)
    this.#bell = bell
    const done = 'then' in work ? work.then((result) => this.#add(result)) : this.#drain(work)
    this.#settled = done.then(
      () => this.#finish({}),
      (error: unknown) => this.#finish({ error }),
    )
  }

  /** All its results were taken, and it ended well. */
  get isDone(): boolean {
    return this.end !== undefined && !('error' in this.end) && this.#ready.length === 0
  }

  get hasResult(): boolean {
    return this.#ready.length > 0
  }

  take(): Output {
    const result = this.#ready.shift()!
    this.#held -= this.#weight(result)
    this.#bell.ring()
    return result
  }

  /** Lets the stream go. Resolves when that is done, at once where the stream is at work: it may never answer. */
  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#isFull) await this.#settled
  }

  async #drain(results: AsyncIterable<Output>): Promise<void> {
    for await (const result of results) {
      this.#add(result)
      this.#isFull = true
      while (this.#held >= this.#limit && !this.#stopped) await this.#bell.wait()
      this.#isFull = false
      if (this.#stopped) return
    }
  }

  #add(result: Output): void {
    this.#ready.push(result)
    this.#held += this.#weight(result)
    this.#bell.ring()
  }

  #finish(end: { readonly error?: unknown }): void {
    this.end = end
    this.#bell.ring()
  }
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
