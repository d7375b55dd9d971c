import type { Dispatcher } from 'undici'

/** Bytes that wait to be taken before the connection is asked to wait. */
const WINDOW_BYTES = 1024 * 1024

type Waiting = (step: IteratorResult<Uint8Array, undefined>) => void

/**
 * The body of an answer, piece by piece as the connection gives it: a stream of Node's would copy every piece once more. Taken
 * once, by one loop. Whoever leaves before its end destroys it.
 */
export class AnswerBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #controller: Dispatcher.DispatchController
  #pieces: Uint8Array[] = []
  #waitingBytes = 0
  #isPaused = false
  #state: 'open' | 'ended' | 'destroyed' = 'open'
  #failure: unknown = null
  #waiting: { readonly resolve: Waiting; readonly reject: (error: unknown) => void } | null = null

  constructor(controller: Dispatcher.DispatchController) {
    this.#controller = controller
  }

  /** @internal What the connection gives. */
  push(piece: Uint8Array): void {
    if (this.#state !== 'open') return
    if (this.#waiting) {
      this.#waiting.resolve({ done: false, value: piece })
      this.#waiting = null
      return
    }
    this.#pieces.push(piece)
    this.#waitingBytes += piece.length
    if (this.#waitingBytes < WINDOW_BYTES || this.#isPaused) return
    this.#isPaused = true
    this.#controller.pause()
  }

  /** @internal The answer is whole, or broke. */
  end(failure: unknown = null): void {
    if (this.#state !== 'open') return
    this.#state = 'ended'
    this.#failure = failure
    if (!this.#waiting) return
    if (failure === null) this.#waiting.resolve({ done: true, value: undefined })
    else this.#waiting.reject(this.#takeFailure())
    this.#waiting = null
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const piece = this.#pieces.shift()
    if (piece !== undefined) {
      this.#waitingBytes -= piece.length
      if (this.#isPaused && this.#waitingBytes < WINDOW_BYTES / 2) {
        this.#isPaused = false
        this.#controller.resume()
      }
      return { done: false, value: piece }
    }
    if (this.#failure !== null) throw this.#takeFailure()
    if (this.#state !== 'open') return { done: true, value: undefined }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.destroy()
    return { done: true, value: undefined }
  }

  /** Ends the connection when the answer is not whole yet. May be called twice. */
  destroy(): void {
    this.#pieces = []
    this.#failure = null
    if (this.#state !== 'open') return
    this.#state = 'destroyed'
    this.#waiting?.resolve({ done: true, value: undefined })
    this.#waiting = null
    this.#controller.abort(new Error('the rest of the answer is not wanted'))
  }

  /** Reads on to the end, so that the connection can be used again, and keeps nothing. */
  async discard(): Promise<void> {
    try {
      for await (const _ of this);
    } catch {
      // All that matters has arrived.
    }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #takeFailure(): unknown {
    const failure = this.#failure
    this.#failure = null
    return failure
  }
}
