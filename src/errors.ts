/**
 * Every failure this project raises on purpose carries one of these codes. The number is the HTTP status
 * a server answers with when the error reaches a caller.
 * docs/reference/errors.md explains each code, and a test compares the two lists.
 */
export const ERROR_STATUS = {
  // Options and usage
  ERR_OPTION_INVALID: 400,
  ERR_FEATURE_UNAVAILABLE: 501,
  ERR_EVENT_INVALID: 400,
  ERR_SINK: 502,
  ERR_SINK_REFUSED: 400,
  ERR_DEADLINE: 503,
  ERR_ABORTED: 499,
  ERR_INTERNAL: 500,
  ERR_POLICY_INVALID: 400,
  ERR_ACCESS_DENIED: 403,
  // Where bytes come from
  ERR_SOURCE_NOT_FOUND: 404,
  ERR_SOURCE_DENIED: 403,
  ERR_SOURCE_KEY: 422,
  ERR_SOURCE_NOT_A_FILE: 422,
  ERR_SOURCE_EMPTY: 422,
  ERR_SOURCE_CHANGED: 409,
  ERR_SOURCE_READ: 502,
  ERR_SOURCE_CREDENTIALS: 502,
  ERR_SOURCE_UNAVAILABLE: 503,
  // What the bytes say
  ERR_EXR_MAGIC: 422,
  ERR_EXR_VERSION: 422,
  ERR_EXR_TRUNCATED: 422,
  ERR_EXR_HEADER: 422,
  ERR_EXR_LIMIT: 422,
  ERR_EXR_CHUNKS: 422,
  ERR_PIXELS_UNSUPPORTED: 422,
  // Vectors of providers
  ERR_EMBEDDING_MODEL: 422,
  ERR_EMBEDDING_VECTOR: 422,
  // Native reader and pool
  ERR_NATIVE_UNAVAILABLE: 501,
  ERR_NATIVE_READ: 422,
  ERR_NATIVE_CRASH: 422,
  ERR_NATIVE_TIMEOUT: 422,
  ERR_WORKER_DIED: 500,
  // Catalog
  ERR_CATALOG_OPEN: 500,
  ERR_CATALOG_LOCKED: 409,
  ERR_CATALOG_CORRUPT: 500,
  ERR_CATALOG_NEWER: 409,
  ERR_CATALOG_SCHEMA: 409,
  ERR_CATALOG_COLUMNS: 500,
  ERR_CATALOG_WRITE: 500,
  ERR_CATALOG_QUERY: 400,
  ERR_CATALOG_VALUE: 404,
  ERR_EXPORT_INVALID: 422,
  ERR_EXPORT_WRITE: 500,
  ERR_DISK_FULL: 507,
  // Kafka brokers
  ERR_BROKER: 502,
  ERR_BROKER_TOPIC: 404,
  ERR_BROKER_AUTH: 403,
  // VAST DataBase
  ERR_VASTDB_CONNECT: 502,
  ERR_VASTDB_TIMEOUT: 504,
  ERR_VASTDB_NOT_VAST: 502,
  ERR_VASTDB_VERSION: 501,
  ERR_VASTDB_AUTH: 403,
  ERR_VASTDB_NOT_FOUND: 404,
  ERR_VASTDB_EXISTS: 409,
  ERR_VASTDB_CONFLICT: 409,
  ERR_VASTDB_BUSY: 503,
  ERR_VASTDB_REQUEST: 400,
  ERR_VASTDB_TYPE: 422,
  ERR_VASTDB_PREDICATE: 400,
  ERR_VASTDB_TOO_LARGE: 413,
  ERR_VASTDB_TRANSACTION: 409,
  ERR_VASTDB_COMMIT_UNKNOWN: 502,
  ERR_VASTDB_PROTOCOL: 502,
  ERR_VASTDB_SERVER: 502,
} as const

/** One of the stable codes; docs/reference/errors.md explains each. */
export type ErrorCode = keyof typeof ERROR_STATUS

/** Facts about a failure that a machine may read; never secrets, never file contents. */
export interface ErrorDetails {
  /** Location as the caller gave it. */
  readonly path?: string
  /** Offset in bytes from the start of the file at which the problem was found. */
  readonly byteOffset?: number
  /** Zero-based part index. */
  readonly partIndex?: number
}

/** Every failure raised on purpose. `code` is stable and documented; `message` is for people. */
export class ExrError extends Error {
  override readonly name = 'ExrError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: ErrorOptions & { details?: ErrorDetails } = {}) {
    super(message, options)
    this.code = code
    this.details = options.details ?? {}
  }
}

/** An error as plain data: structured clone drops an Error's class and `code`, so workers report failure like this. */
export interface PlainError {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
}

/** Result of a task on another thread. */
export type TaskResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: PlainError }

/** Any thrown value as plain data; `fallback` is the code for errors that are not ours. */
export function toPlainError(error: unknown, fallback: ErrorCode): PlainError {
  if (error instanceof ExrError) return { code: error.code, message: error.message, details: error.details }
  return { code: fallback, message: error instanceof Error ? error.message : String(error), details: {} }
}

/** The value of a task, or its error thrown again with class and code restored. */
export function unwrap<T>(result: TaskResult<T>): T {
  if (result.ok) return result.value
  throw new ExrError(result.error.code, result.error.message, { details: result.error.details })
}
