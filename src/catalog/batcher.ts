import { ExrError } from '../errors.ts'
import type { Catalog, CatalogRecord, UpsertResult } from './catalog.ts'

export interface BatcherOptions {
  /** Records that make a full batch. Default 256. */
  readonly maxRecords?: number
  /** How long the first record of a batch waits for company. Default 20. */
  readonly maxWaitMs?: number
}

/**
 * Lets single callers share transactions: records are collected until a batch is full or old enough, then
 * written in one upsert. Each caller's promise settles only after its own transaction has ended, so nothing is
 * acknowledged before it is durable. One upsert runs at a time; the next batch fills meanwhile.
 */
export class UpsertBatcher {
  readonly #catalog: Pick<Catalog, 'upsert'>
  readonly #runId: string
  readonly #maxRecords: number
  readonly #maxWaitMs: number
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> = Promise.resolve()
  #closed = false

  constructor(catalog: Pick<Catalog, 'upsert'>, runId: string, options: BatcherOptions = {}) {
    this.#catalog = catalog
    this.#runId = runId
    this.#maxRecords = options.maxRecords ?? 256
    this.#maxWaitMs = options.maxWaitMs ?? 20
  }

  /** Records that wait for a transaction. */
  get pending(): number {
    return this.#waiting.length
  }

  /** What became of this record. Rejects only when the whole transaction failed; nothing was stored then. */
  persist(record: CatalogRecord): Promise<UpsertResult> {
    if (this.#closed) {
      return Promise.reject(new ExrError('ERR_CATALOG_WRITE', 'Could not store a record: the batcher is closed.'))
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject })
      if (this.#waiting.length >= this.#maxRecords) this.#flushSoon()
      else this.#timer ??= setTimeout(() => this.#flushSoon(), this.#maxWaitMs)
    })
  }

  /** Writes what waits and settles every promise. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true
    this.#flushSoon()
    await this.#running
  }

  #flushSoon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#running = this.#running.then(() => this.#flush())
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#maxRecords)
      try {
        const results = await this.#catalog.upsert(
          batch.map(({ record }) => record),
          this.#runId,
        )
        batch.forEach(({ resolve, reject }, index) => {
          const result = results[index]
          if (result === undefined)
            reject(new ExrError('ERR_CATALOG_WRITE', 'The catalog gave no result for a record.'))
          else resolve(result)
        })
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
  }
}

interface Waiting {
  readonly record: CatalogRecord
  readonly resolve: (result: UpsertResult) => void
  readonly reject: (error: unknown) => void
}
