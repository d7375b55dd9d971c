import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBValue } from '@duckdb/node-api'
import type { Field } from '../arrow/types.ts'
import { conflict, notFound, RequestFailure } from '../errors.ts'
import type { Database } from './database.ts'
import { Intents, type Writer } from './intents.ts'

/** What all transactions of a server have in common. */
interface SharedState {
  readonly intents: Intents
  readonly decodedFields: Map<number, readonly Field[]>
}

/** One transaction: a DuckDB connection with an open snapshot. Its operations run one after the other. */
export class Transaction implements Writer {
  readonly id: bigint
  readonly beganAt: number
  readonly intents: Intents
  /** Decoded columns by revision, shared by all transactions: a revision never changes, and wide tables take long. */
  readonly decodedFields: Map<number, readonly Field[]>
  committedAt: number | null = null
  isOpen = true
  /** Requests that are using the transaction now; it does not expire meanwhile. */
  users = 0
  lastUsed = Date.now()
  readonly connection: DuckDBConnection
  #failed: string | null = null
  #queue: Promise<unknown> = Promise.resolve()

  constructor(id: bigint, beganAt: number, connection: DuckDBConnection, shared: SharedState) {
    this.id = id
    this.beganAt = beganAt
    this.connection = connection
    this.intents = shared.intents
    this.decodedFields = shared.decodedFields
  }

  /** Run `work` once all earlier work of this transaction has ended. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.enqueue(() => {
      this.assertUsable()
      return work()
    })
  }

  /** As `exclusively`, whatever state the transaction is in. */
  enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work)
    this.#queue = result.catch(() => undefined)
    return result
  }

  /** Throws when the transaction has ended, or when DuckDB has given it up after a conflict. */
  assertUsable(): void {
    if (!this.isOpen) throw unknownTransaction(this.id)
    if (this.#failed !== null) {
      throw conflict(`Transaction ${this.id} failed before and can only be rolled back: ${this.#failed}`)
    }
  }

  /** One statement. DuckDB gives a transaction up when a statement fails, so the failure is remembered. */
  async run(sql: string, values?: DuckDBValue[]): Promise<DuckDBMaterializedResult> {
    try {
      return await this.connection.run(sql, values)
    } catch (error) {
      throw this.fail(error)
    }
  }

  async rows(sql: string, values?: DuckDBValue[]): Promise<Record<string, DuckDBValue>[]> {
    return (await this.run(sql, values)).getRowObjects()
  }

  get hasFailed(): boolean {
    return this.#failed !== null
  }

  /** After a statement failed outside of `run`: find out whether DuckDB has given the transaction up. */
  async checkAlive(): Promise<void> {
    await this.run('SELECT 1').catch(() => undefined)
  }

  /** Remember that DuckDB refused work, and turn its error into an answer. */
  fail(error: unknown): unknown {
    if (error instanceof RequestFailure) return error
    const message = error instanceof Error ? error.message : String(error)
    this.#failed = message
    return /TransactionContext Error|Conflict/i.test(message) ? conflict(`Write conflict: ${message}`) : error
  }
}

interface TransactionOptions {
  /** Milliseconds without a request after which an open transaction is rolled back. */
  readonly idleTimeoutMs: number
}

/** A transaction in use by a request, to be released exactly once. */
interface HeldTransaction {
  readonly transaction: Transaction
  release(succeeded: boolean): Promise<void>
}

/** All open transactions of a server. */
export class Transactions {
  readonly #database: Database
  readonly #options: TransactionOptions
  readonly #shared: SharedState = { intents: new Intents(), decodedFields: new Map() }
  readonly #open = new Map<bigint, Transaction>()
  readonly #timer: NodeJS.Timeout
  #commits = 0
  #nextId = BigInt(Date.now()) << 20n

  constructor(database: Database, options: TransactionOptions) {
    this.#database = database
    this.#options = options
    const interval = Math.max(10, Math.min(options.idleTimeoutMs / 4, 5_000))
    this.#timer = setInterval(() => void this.#expire(), interval)
    this.#timer.unref()
  }

  get openCount(): number {
    return this.#open.size
  }

  async begin(): Promise<Transaction> {
    const connection = await this.#database.acquire()
    const transaction = new Transaction(this.#nextId++, this.#commits, connection, this.#shared)
    // Known before the snapshot is taken, so that nothing it may conflict with is forgotten.
    this.#open.set(transaction.id, transaction)
    await connection.run('BEGIN TRANSACTION')
    // DuckDB takes the snapshot at the first read.
    await connection.run('SELECT version FROM catalog.info')
    return transaction
  }

  /** Throws 404 when no such transaction is open. */
  get(id: bigint): Transaction {
    const transaction = this.#open.get(id)
    if (transaction === undefined) throw unknownTransaction(id)
    transaction.lastUsed = Date.now()
    return transaction
  }

  /** Make a transaction's work visible to later ones. A refused commit is a rollback. */
  async commit(transaction: Transaction): Promise<void> {
    try {
      await transaction.exclusively(async () => {
        await transaction.connection.run('COMMIT')
        transaction.committedAt = ++this.#commits
        this.#end(transaction)
      })
    } catch (error) {
      await this.rollback(transaction)
      throw transaction.fail(error)
    }
  }

  async rollback(transaction: Transaction): Promise<void> {
    await transaction.enqueue(async () => {
      if (!transaction.isOpen) return
      // DuckDB has no transaction left when it refused the commit.
      await transaction.connection.run('ROLLBACK').catch(() => undefined)
      this.#end(transaction)
    })
  }

  /** Take the transaction a request names, or one of its own that ends with the request. */
  async hold(id: bigint | null): Promise<HeldTransaction> {
    const transaction = id === null ? await this.begin() : this.get(id)
    transaction.users++
    return {
      transaction,
      release: async (succeeded) => {
        transaction.users--
        transaction.lastUsed = Date.now()
        if (id === null) await (succeeded ? this.commit(transaction) : this.rollback(transaction))
      },
    }
  }

  /** Run one request's work in the transaction it names, or in one of its own. */
  async using<T>(id: bigint | null, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { transaction, release } = await this.hold(id)
    let result: T
    try {
      result = await transaction.exclusively(() => work(transaction))
    } catch (error) {
      await release(false)
      throw error
    }
    await release(true)
    return result
  }

  /** Roll back everything that is open. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all([...this.#open.values()].map((transaction) => this.rollback(transaction)))
  }

  async #expire(): Promise<void> {
    const deadline = Date.now() - this.#options.idleTimeoutMs
    for (const transaction of [...this.#open.values()]) {
      if (transaction.users === 0 && transaction.lastUsed < deadline) await this.rollback(transaction)
    }
  }

  #end(transaction: Transaction): void {
    transaction.isOpen = false
    this.#open.delete(transaction.id)
    this.#database.release(transaction.connection)
    this.#shared.intents.prune(this.#open.values())
  }
}

function unknownTransaction(id: bigint): RequestFailure {
  return notFound(`Transaction ${id} is not open: it was ended, it expired, or it never existed`, 'NoSuchTransaction')
}
