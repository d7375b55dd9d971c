import { ExrError } from '../errors.ts'

/** Throws ERR_ABORTED when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal.reason)
}

export function abortError(cause: unknown): ExrError {
  return new ExrError('ERR_ABORTED', 'The catalog operation was aborted.', { cause })
}

/**
 * What `work` gives, or ERR_ABORTED as soon as the signal fires, whichever is first. The work itself goes on; a failure
 * of it that nobody waits for any more is dropped.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(abortError(signal.reason))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
