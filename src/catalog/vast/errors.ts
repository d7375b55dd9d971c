import { type ErrorCode, ExrError } from '../../errors.ts'
import { VastdbError } from '../../vastdb/index.ts'
import { columnsError } from '../plan-rows.ts'

/** Failures that a new transaction may not meet again: nothing of the failed one is stored. */
const PASSING = new Set<ErrorCode>(['ERR_VASTDB_CONFLICT', 'ERR_VASTDB_TRANSACTION', 'ERR_VASTDB_COMMIT_UNKNOWN'])

/** What a server or the client refuses because of the rows themselves. */
const REFUSED_ROWS = new Set<ErrorCode>(['ERR_VASTDB_TOO_LARGE', 'ERR_VASTDB_REQUEST'])

/** Whether running the whole transaction again may help. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof VastdbError)) return false
  if (error.code !== 'ERR_VASTDB_CONNECT') return PASSING.has(error.code)
  // Connections that could not even be made were tried again by the client already; a commit that never arrived
  // carries what broke as its cause.
  return error.stage === 'exchange' || (error.stage === undefined && error.cause instanceof VastdbError)
}

/** ERR_CATALOG_COLUMNS for columns that the server's tables do not take, whatever rows are in them. */
export function asColumnsError(url: string, error: unknown): unknown {
  if (!(error instanceof VastdbError) || error.code !== 'ERR_VASTDB_TYPE') return error
  return columnsError(`Could not store a batch in catalog ${url}: ${error.message}`)
}

export function refusesRows(error: unknown): boolean {
  return error instanceof ExrError && REFUSED_ROWS.has(error.code)
}

/** The client's error with the catalog it happened to; its code is kept. */
export function inCatalog(url: string, error: unknown, fallback: ErrorCode = 'ERR_CATALOG_WRITE'): ExrError {
  if (error instanceof VastdbError) {
    return new ExrError(error.code, `Catalog ${url}: ${error.message}`, { cause: error, details: { path: url } })
  }
  if (error instanceof ExrError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new ExrError(fallback, `Catalog ${url}: ${message}`, { cause: error, details: { path: url } })
}
