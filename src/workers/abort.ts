import { ExrError } from '../errors.ts'

/** The error of work that was stopped by its caller. */
export function aborted(signal?: AbortSignal): ExrError {
  return new ExrError('ERR_ABORTED', 'The work was stopped before it was done.', { cause: signal?.reason })
}

/**
 * A signal that fires with any of `signals`. `unlink` takes it off them: AbortSignal.any leaves a trace of every signal
 * it made on one that lives as long as the process.
 */
export function linkSignals(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal
  readonly unlink: () => void
} {
  const linked = new AbortController()
  const sources = signals.filter((signal) => signal !== undefined)
  const fire = () => linked.abort(sources.find(({ aborted: fired }) => fired)?.reason)
  for (const source of sources) source.addEventListener('abort', fire)
  if (sources.some(({ aborted: fired }) => fired)) fire()
  return {
    signal: linked.signal,
    unlink: () => {
      for (const source of sources) source.removeEventListener('abort', fire)
    },
  }
}
