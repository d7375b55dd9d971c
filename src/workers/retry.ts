import { setTimeout as sleep } from 'node:timers/promises'
import { aborted } from './abort.ts'

/** How often and how long something is tried. */
export interface RetryPolicy {
  /** The first one included. */
  readonly maxTries: number
  /** No try starts later than this after the first. */
  readonly maxTimeMs: number
  /** Before try n + 1 the wait is random between 0 and `baseMs * 2^(n-1)`. */
  readonly baseMs: number
  /** Default: no bound. */
  readonly longestWaitMs?: number
}

/** What `retry` is told beside its policy. */
interface RetryOptions extends RetryPolicy {
  /** Whether another try may succeed. */
  readonly mayRetry: (error: unknown) => boolean
  /** Told of each failure that is followed by another try. */
  readonly onRetry?: (error: unknown) => void
  /** Ends the waiting, with ERR_ABORTED. What is under way is the attempt's own business. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The waits of one series of tries: exponential, with full jitter, so that clients which failed together do not come back
 * together (libraries add a jitter on top of the whole wait). Whoever makes progress between two failures begins a new series.
 */
export class Backoff {
  readonly #policy: RetryPolicy
  readonly #startedMs = Date.now()
  #tries = 0

  constructor(policy: RetryPolicy) {
    this.#policy = policy
  }

  /** Waits before the next try. False when none is left. Rejects with the signal's reason on abort. */
  async next(signal?: AbortSignal): Promise<boolean> {
    const { maxTries, maxTimeMs, baseMs, longestWaitMs = Number.POSITIVE_INFINITY } = this.#policy
    this.#tries += 1
    if (this.#tries >= maxTries) return false
    const waitMs = Math.random() * Math.min(baseMs * 2 ** (this.#tries - 1), longestWaitMs)
    if (Date.now() - this.#startedMs + waitMs > maxTimeMs) return false
    await sleep(waitMs, undefined, signal ? { signal } : {})
    return true
  }
}

/** What `attempt` gives. Throws its last error when no try is left, and ERR_ABORTED. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { mayRetry, onRetry, signal } = options
  const backoff = new Backoff(options)
  for (;;) {
    if (signal?.aborted) throw aborted(signal)
    try {
      return await attempt()
    } catch (error) {
      if (!mayRetry(error) || !(await waited(backoff, signal))) throw error
      onRetry?.(error)
    }
  }
}

async function waited(backoff: Backoff, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return await backoff.next(signal)
  } catch {
    throw aborted(signal)
  }
}
