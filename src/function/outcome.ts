import { type ErrorCode, type PlainError, toPlainError } from '../errors.ts'
import type { Payload } from '../inspect/payload.ts'
import type { EventOutcome } from './metrics.ts'

/** What became of one piece of work. `retry` is what another delivery may cure. */
export interface WorkResult {
  readonly outcome: EventOutcome
  readonly path: string | null
  readonly file_id: string | null
  readonly code: string | null
  readonly message: string
}

/** Whole result of one piece of work, for callers that want the payload. */
export interface HandledWork extends WorkResult {
  readonly payload: Payload | null
}

/** A failure and whose it is: the event's, the file's for good, or one that another delivery may not meet. */
export interface Failure extends PlainError {
  readonly outcome: 'bad_event' | 'bad_file' | 'retry'
}

/** Codes that say nothing about the file: the same event may succeed later. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_SOURCE_UNAVAILABLE',
  'ERR_SOURCE_CREDENTIALS',
  'ERR_SOURCE_READ',
  'ERR_SOURCE_CHANGED',
  'ERR_ABORTED',
  'ERR_DEADLINE',
  'ERR_SINK',
  'ERR_CATALOG_OPEN',
  'ERR_CATALOG_LOCKED',
  'ERR_CATALOG_CORRUPT',
  'ERR_CATALOG_NEWER',
  'ERR_CATALOG_SCHEMA',
  'ERR_CATALOG_WRITE',
  'ERR_DISK_FULL',
])

/** Codes that blame the event and not the file. */
const BAD_EVENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_EVENT_INVALID',
  'ERR_OPTION_INVALID',
  'ERR_POLICY_INVALID',
])

/**
 * Whose a failure is. What nobody foresaw (ERR_INTERNAL) is taken for the file's: it happens again with the same
 * bytes, and an event that comes for ever helps nobody. So is a worker that died of it, which was tried again alone before. Faults of VAST DataBase are never the file's; a record that
 * the catalog refuses is told by the write itself.
 */
export function classify(error: unknown, signal: AbortSignal): Failure {
  const plain = toPlainError(error, 'ERR_INTERNAL')
  if (signal.aborted && (plain.code === 'ERR_ABORTED' || plain.code === 'ERR_INTERNAL')) {
    return {
      ...plain,
      code: 'ERR_DEADLINE',
      message: `Not done within its deadline: ${plain.message}`,
      outcome: 'retry',
    }
  }
  if (BAD_EVENT.has(plain.code)) return { ...plain, outcome: 'bad_event' }
  const passes = RETRYABLE.has(plain.code) || plain.code.startsWith('ERR_VASTDB')
  return { ...plain, outcome: passes ? 'retry' : 'bad_file' }
}

/** Work that was not done because nothing asks for it; `path` is what it was about. */
export function skipped(path: string | null, message: string): HandledWork {
  return { outcome: 'skipped', path, file_id: null, code: null, message, payload: null }
}
