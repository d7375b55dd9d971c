import type { RetryPolicy } from '../../workers/retry.ts'

/** How long a whole transaction is tried again: conflicts pass within milliseconds, a restarting server within minutes. */
export const REPEAT: RetryPolicy = {
  maxTries: Number.POSITIVE_INFINITY,
  maxTimeMs: 120_000,
  baseMs: 20,
  longestWaitMs: 1_000,
}
