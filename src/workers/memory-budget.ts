import { aborted } from './abort.ts'

/** Gives back what was reserved; may be called twice. */
type Release = () => void

/**
 * Bytes that several pieces of work share. Whoever needs some waits until they are free, in the order of asking, so that
 * a large one is not passed for ever by small ones. More than there is counts as all there is: it runs alone.
 */
export class MemoryBudget {
  readonly totalBytes: number
  #freeBytes: number
  readonly #waiting: Waiting[] = []

  constructor(totalBytes: number) {
    this.totalBytes = totalBytes
    this.#freeBytes = totalBytes
  }

  get reservedBytes(): number {
    return this.totalBytes - this.#freeBytes
  }

  /** Resolves when the bytes are reserved. Throws ERR_ABORTED when the signal fires first. */
  reserve(bytes: number, signal?: AbortSignal): Promise<Release> {
    if (signal?.aborted) return Promise.reject(aborted(signal))
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        bytes: Math.min(bytes, this.totalBytes),
        grant: (release) => {
          signal?.removeEventListener('abort', leave)
          resolve(release)
        },
      }
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
        reject(aborted(signal))
        this.#admit()
      }
      signal?.addEventListener('abort', leave, { once: true })
      this.#waiting.push(waiting)
      this.#admit()
    })
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.bytes <= this.#freeBytes; next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#freeBytes -= next.bytes
      next.grant(this.#releaseOf(next.bytes))
    }
  }

  #releaseOf(bytes: number): Release {
    let held = bytes
    return () => {
      this.#freeBytes += held
      held = 0
      this.#admit()
    }
  }
}

interface Waiting {
  readonly bytes: number
  readonly grant: (release: Release) => void
}
