import { ExrError } from '../errors.ts'

/** Throws ERR_ABORTED when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal.reason)
}

export function abortError(cause: unknown): ExrError {
  return new ExrError('ERR_ABORTED', 'The catalog operation was aborted.', { cause })
}
