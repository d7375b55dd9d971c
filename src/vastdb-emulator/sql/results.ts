import { notFound } from '../errors.ts'
import type { QueryResult } from './run-query.ts'

/** Results wait this long, and at most this many of them, to be fetched and finished. */
const LIFETIME_MS = 10 * 60 * 1000
const MAX_RESULTS = 64

/** Results of SQL queries between the request that starts one and the request that finishes it. */
export class QueryResults {
  readonly #results = new Map<bigint, { readonly result: QueryResult; readonly storedAt: number }>()

  add(id: bigint, result: QueryResult): void {
    const now = Date.now()
    for (const [other, { storedAt }] of this.#results) {
      if (storedAt < now - LIFETIME_MS || this.#results.size >= MAX_RESULTS) this.#results.delete(other)
    }
    this.#results.set(id, { result, storedAt: now })
  }

  /** Throws 404. */
  get(id: bigint): QueryResult {
    const stored = this.#results.get(id)
    if (stored === undefined) throw notFound(`Query ${id} is not running`)
    return stored.result
  }

  /** Throws 404. */
  remove(id: bigint): void {
    this.get(id)
    this.#results.delete(id)
  }
}
