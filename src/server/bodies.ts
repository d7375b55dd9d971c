import type { ServerResponse } from 'node:http'
import { ExrError } from '../errors.ts'
import { MemoryBudget } from '../workers/index.ts'

/** Bytes of memory that a byte of JSON may become: a list of empty objects takes 22, and its text two more. */
const VALUE_FACTOR = 24
/** The bodies' share of the memory that all work under way may take. */
const SHARE = 4

/** What of a memory budget is for bodies, and what is left for work: apart, since work waits while its body is held. */
export function divided(budgetBytes: number): { readonly bodies: number; readonly work: number } {
  const bodies = Math.ceil(budgetBytes / SHARE)
  return { bodies, work: budgetBytes - bodies }
}

/**
 * The memory that bodies of requests take, over all requests: one half for their bytes, reserved before they are read, one
 * for what they become when parsed, both until the answer is gone. Who does not fit waits, and its sender with it. Halves,
 * because whoever waits for the second holds some of the first.
 */
export class Bodies {
  readonly #bytes: MemoryBudget
  readonly #values: MemoryBudget
  readonly #maxBodyBytes: number
  readonly #deadlineMs: number

  constructor(budgetBytes: number, { maxBodyBytes, deadlineMs }: { maxBodyBytes: number; deadlineMs: number }) {
    this.#bytes = new MemoryBudget(budgetBytes / 2)
    this.#values = new MemoryBudget(budgetBytes / 2)
    this.#maxBodyBytes = maxBodyBytes
    this.#deadlineMs = deadlineMs
  }

  get reservedBytes(): number {
    return this.#bytes.reservedBytes + this.#values.reservedBytes
  }

  /** Before a body is read. A sender that does not say how long it is may send the most. Throws ERR_DEADLINE. */
  async admit(contentLength: string | undefined, answer: ServerResponse): Promise<void> {
    const stated = contentLength === undefined ? this.#maxBodyBytes : Number(contentLength)
    await this.#reserve(this.#bytes, Math.min(stated || 0, this.#maxBodyBytes), answer)
  }

  /** Before a body is parsed. Throws ERR_DEADLINE. */
  async admitValues({ length }: Uint8Array, answer: ServerResponse): Promise<void> {
    await this.#reserve(this.#values, length * VALUE_FACTOR, answer)
  }

  async #reserve(budget: MemoryBudget, bytes: number, answer: ServerResponse): Promise<void> {
    if (bytes === 0) return
    const leaving = new AbortController()
    const leave = () => leaving.abort()
    answer.once('close', leave)
    const late = setTimeout(leave, this.#deadlineMs)
    try {
      const release = await budget.reserve(bytes, leaving.signal)
      if (answer.closed) release()
      else answer.once('close', release)
    } catch (cause) {
      const message = 'Not done within its deadline: it waited for memory that other requests hold.'
      throw new ExrError('ERR_DEADLINE', message, { cause })
    } finally {
      clearTimeout(late)
      answer.off('close', leave)
    }
  }
}
