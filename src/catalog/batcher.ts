import { type ErrorCode, ExrError, toPlainError } from '../errors.ts'
import { throwIfAborted, untilAborted } from './abort.ts'
import type { CatalogRecord, CatalogWriter, UpsertResult } from './catalog.ts'
import { writeInHalves } from './write-batch.ts'

interface BatcherOptions {
  /** Records that make a full batch. Default 256. */
  readonly maxRecords?: number
  /** How long the first record of a batch waits for company. Default 20. */
  readonly maxWaitMs?: number
}

/**
 * Lets single callers share transactions: records are collected until a batch is full or old enough, then
 * written in one upsert. Each caller's promise settles only after its own transaction has ended, so nothing is
 * acknowledged before it is durable. One upsert runs at a time; the next batch fills meanwhile. A batch that fails
 * as a whole for what may be the fault of one record is written again in halves, so that no record suffers from another.
 */
export class UpsertBatcher {
  readonly #catalog: Pick<CatalogWriter, 'upsert'>
  readonly #runId: string
  readonly #maxRecords: number
  readonly #maxWaitMs: number
  #waiting: Waiting[] = []
  #timer: NodeJS.Timeout | null = null
  #running: Promise<void> = Promise.resolve()
  #closed = false

  constructor(catalog: Pick<CatalogWriter, 'upsert'>, runId: string, options: BatcherOptions = {}) {
    this.#catalog = catalog
    this.#runId = runId
    this.#maxRecords = options.maxRecords ?? 256
    this.#maxWaitMs = options.maxWaitMs ?? 20
  }

  /** Records that wait for a transaction. */
  get pending(): number {
    return this.#waiting.length
  }

  /**
   * What became of this record. Rejects when the whole transaction failed (nothing was stored then), and with
   * ERR_ABORTED when the signal fires first: a record that still waits is then taken back, one whose transaction runs
   * may be stored all the same.
   */
  async persist(record: CatalogRecord, signal?: AbortSignal): Promise<UpsertResult> {
    throwIfAborted(signal)
    if (this.#closed) throw new ExrError('ERR_CATALOG_WRITE', 'Could not store a record: the batcher is closed.')
    const { promise, waiting } = this.#enqueue(record)
    if (signal === undefined) return promise
    return untilAborted(promise, signal).finally(() => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting)
    })
  }

  #enqueue(record: CatalogRecord): { promise: Promise<UpsertResult>; waiting: Waiting } {
    let waiting!: Waiting
    const promise = new Promise<UpsertResult>((resolve, reject) => {
      waiting = { record, resolve, reject }
    })
    this.#waiting.push(waiting)
    if (this.#waiting.length >= this.#maxRecords) this.#flushSoon()
    else this.#timer ??= setTimeout(() => this.#flushSoon(), this.#maxWaitMs)
    return { promise, waiting }
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
      await this.#write(this.#waiting.splice(0, this.#maxRecords))
    }
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      await writeInHalves(batch, {
        sizeOf: ({ length }) => length,
        slice: (whole, start, end) => whole.slice(start, end),
        write: (part) => this.#writeWhole(part),
        isFinal: (error) => HOPELESS.has(toPlainError(error, 'ERR_INTERNAL').code),
        failed: ([only], error) => only!.reject(error) as undefined,
      })
    } catch (error) {
      // Promises that are settled already stay as they are.
      for (const { reject } of batch) reject(error)
    }
  }

  /** Settles the promises of what one upsert has written. */
  async #writeWhole(batch: readonly Waiting[]): Promise<readonly undefined[]> {
    const records = batch.map(({ record }) => record)
    const results = await this.#catalog.upsert(records, this.#runId)
    for (const [index, { resolve, reject }] of batch.entries()) {
      const result = results[index]
      if (result === undefined) reject(new ExrError('ERR_CATALOG_WRITE', 'The catalog gave no result for a record.'))
      else resolve(result)
    }
    return []
  }
}

/** Failures of the catalog and not of a record: halves would meet them too. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'ERR_ABORTED',
  'ERR_DISK_FULL',
  'ERR_CATALOG_OPEN',
  'ERR_CATALOG_LOCKED',
  'ERR_CATALOG_CORRUPT',
  'ERR_CATALOG_NEWER',
  'ERR_CATALOG_SCHEMA',
  'ERR_VASTDB_CONNECT',
  'ERR_VASTDB_TIMEOUT',
  'ERR_VASTDB_AUTH',
  'ERR_VASTDB_BUSY',
  'ERR_VASTDB_SERVER',
])

interface Waiting {
  readonly record: CatalogRecord
  readonly resolve: (result: UpsertResult) => void
  readonly reject: (error: unknown) => void
}
