import { setTimeout as sleep } from 'node:timers/promises'
import { throwIfAborted } from '../abort.ts'

export interface RepeatOptions {
  readonly mayRepeat: (error: unknown) => boolean
  readonly signal: AbortSignal | undefined
  /** No try starts later than this after the first one. */
  readonly maxTimeMs?: number
}

const BASE_MS = 20
const LONGEST_WAIT_MS = 1_000
const MAX_TIME_MS = 120_000

/** Runs `attempt` until it succeeds, fails for good or time is up; waits at random, longer each time. */
export async function repeatedly<T>(attempt: () => Promise<T>, options: RepeatOptions): Promise<T> {
  const { mayRepeat, signal, maxTimeMs = MAX_TIME_MS } = options
  const deadline = Date.now() + maxTimeMs
  for (let limitMs = BASE_MS; ; limitMs = Math.min(2 * limitMs, LONGEST_WAIT_MS)) {
    throwIfAborted(signal)
    try {
      return await attempt()
    } catch (error) {
      const waitMs = Math.random() * limitMs
      if (!mayRepeat(error) || Date.now() + waitMs > deadline) throw error
      await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => throwIfAborted(signal))
    }
  }
}
