import { setTimeout as sleep } from 'node:timers/promises'
import { VastdbError } from './errors.ts'

export const MAX_TRIES = 10

export interface RetryPolicy {
  readonly maxTries: number
  readonly maxTimeMs: number
  readonly baseMs: number
}

/** Waits between tries: exponential with full jitter, bounded in number and in total time. */
export class Backoff {
  readonly #policy: RetryPolicy
  readonly #startedMs = Date.now()
  #tries = 0

  constructor(policy: RetryPolicy) {
    this.#policy = policy
  }

  /** Waits before the next try. False when none is left. Rejects with the signal's reason on abort. */
  async next(signal?: AbortSignal): Promise<boolean> {
    const { maxTries, maxTimeMs, baseMs } = this.#policy
    this.#tries += 1
    if (this.#tries >= maxTries) return false
    const waitMs = Math.random() * baseMs * 2 ** (this.#tries - 1)
    if (Date.now() - this.#startedMs + waitMs > maxTimeMs) return false
    await sleep(waitMs, undefined, signal ? { signal } : {})
    return true
  }
}

/**
 * What the protocol allows to be sent again: anything the server refused as overload or that never reached it,
 * and reads whose connection broke. Writes whose answer was lost are never repeated, nor are timeouts.
 */
export function mayRetry(error: unknown, method: string): boolean {
  if (!(error instanceof VastdbError)) return false
  if (error.code === 'ERR_VASTDB_BUSY') return error.serverCode === 'SlowDown'
  if (error.code !== 'ERR_VASTDB_CONNECT') return false
  return error.stage === 'connect' || (error.stage === 'exchange' && (method === 'GET' || method === 'HEAD'))
}
