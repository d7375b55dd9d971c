import type { Dispatcher } from 'undici'
import { AnswerBody } from './answer-body.ts'

interface Exchanged {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: AnswerBody
}

/**
 * Sends a request; resolves once the headers of its answer are there. Rejects with what the HTTP library says, or with the
 * signal's reason, which ends the body too.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | undefined,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | null = null
    let body: AnswerBody | null = null
    const stop = () => {
      controller?.abort(signal?.reason)
      fail(signal?.reason)
    }
    const fail = (error: unknown) => {
      signal?.removeEventListener('abort', stop)
      if (body) body.end(error)
      else reject(error)
    }
    if (signal?.aborted) return reject(signal.reason)
    signal?.addEventListener('abort', stop, { once: true })
    dispatcher.dispatch(options, {
      onRequestStart(started) {
        controller = started
        // It waited for a connection until now.
        if (signal?.aborted) controller.abort(signal.reason)
      },
      onResponseStart(started, status, headers) {
        if (status < 200) return
        body = new AnswerBody(started)
        resolve({ status, headers, body })
      },
      onResponseData: (_, piece) => body?.push(piece),
      onResponseEnd() {
        signal?.removeEventListener('abort', stop)
        body?.end()
      },
      onResponseError: (_, error) => fail(error),
    })
  })
}
