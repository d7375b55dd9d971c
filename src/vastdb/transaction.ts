import { retry } from '../workers/retry.ts'
import { Bucket } from './bucket.ts'
import { commonHeaders, type Scope } from './calls.ts'
import { COMMAND } from './constants.ts'
import { VastdbError } from './errors.ts'
import { checkPath } from './names.ts'
import type { Config } from './options.ts'
import { mayRetry } from './retry.ts'
import { type QueryAnswer, runSql } from './sql-engine.ts'
import type { Transport } from './transport.ts'
import type { Version } from './version.ts'

/** True when the work of a transaction is found, in a fresh one. */
export type CommitCheck = (tx: Transaction) => Promise<boolean>

interface Context {
  readonly transport: Transport
  readonly config: Config
  readonly version: Version
  readonly begin: () => Promise<Transaction>
}

/** What the server knows of a transaction whose commit was sent and not answered. */
type Fate = 'open' | 'over' | 'unknown'

/** No server hands this id out; it shows whether a server can tell transactions apart at all. */
const NEVER_ISSUED = 2n ** 64n - 1n

/** One transaction. Sees the state at its begin and its own writes. */
export class Transaction {
  readonly id: bigint
  readonly #context: Context
  readonly #scope: Scope
  readonly #keepAlive: NodeJS.Timeout | undefined
  #active = true

  /** @internal Use `Session.begin` or `Session.transaction`. */
  constructor(id: bigint, context: Context) {
    this.id = id
    this.#context = context
    const { transport, config, version } = context
    const activeId = () => {
      this.#assertActive()
      return this.id
    }
    this.#scope = { transport, config, version, activeId }
    const everyMs = context.config.keepAliveMs
    if (everyMs > 0) this.#keepAlive = setInterval(() => this.#refresh(), everyMs).unref()
  }

  get active(): boolean {
    return this.#active
  }

  /** No request is sent: a missing bucket shows when something in it is used. `name/.snapshot/x` reads a snapshot. */
  bucket(name: string): Bucket {
    return new Bucket(this.#scope, checkPath(name, 'bucket'))
  }

  /**
   * Runs a query on the cluster's own SQL engine. Experimental: see `QueryAnswer`. Tables are written
   * `"bucket/schema".table`.
   */
  sql(query: string, signal?: AbortSignal): Promise<QueryAnswer> {
    return runSql(this.#scope, query, signal)
  }

  /**
   * Makes the work durable. An answer lost on the way is looked up, never repeated: ERR_VASTDB_CONNECT then means that
   * nothing was stored, ERR_VASTDB_COMMIT_UNKNOWN that it may be; `committed` can settle the second.
   */
  async commit(options: { readonly committed?: CommitCheck } = {}): Promise<void> {
    this.#end()
    try {
      const answer = await this.#context.transport.open({
        method: 'PUT',
        path: '/',
        command: COMMAND.transaction,
        headers: commonHeaders(this.id),
        what: `Commit transaction ${this.id}`,
      })
      // The status is the answer; a body cut short changes nothing.
      void answer.body.discard()
    } catch (error) {
      if (!answerWasLost(error)) {
        await this.#rollback().catch(() => {})
        throw error
      }
      await this.#settle(error, options.committed)
    }
  }

  /** Undoes the work. */
  async rollback(): Promise<void> {
    this.#end()
    await this.#rollback()
  }

  #assertActive(): void {
    if (this.#active) return
    const message = `Transaction ${this.id} is over. Begin a new one; select must be read to its end inside its transaction.`
    throw new VastdbError('ERR_VASTDB_TRANSACTION', message)
  }

  #end(): void {
    this.#assertActive()
    this.#active = false
    clearInterval(this.#keepAlive)
  }

  /** Undoing twice is harmless, so a lost answer is asked for again: what stays open keeps others from its rows. */
  async #rollback(): Promise<void> {
    const { transport, config } = this.#context
    const what = `Roll back transaction ${this.id}`
    const request = {
      method: 'DELETE',
      path: '/',
      command: COMMAND.transaction,
      headers: commonHeaders(this.id),
      what,
    } as const
    let lost = false
    const attempt = async () => {
      try {
        await transport.send(request)
      } catch (error) {
        const isGone = error instanceof VastdbError && error.stage === 'answer' && error.status === 404
        if (!lost || !isGone) throw error
      }
    }
    await retry(attempt, {
      ...config.retry,
      mayRetry: (error) => error instanceof VastdbError && error.stage === 'exchange' && error.code !== 'ERR_ABORTED',
      onRetry: () => {
        lost = true
      },
    })
  }

  /** The answer to a commit was lost. Returns when the work turns out to be stored, throws otherwise. */
  async #settle(lost: unknown, committed: CommitCheck | undefined): Promise<void> {
    const name = `Commit transaction ${this.id}`
    let fate = await this.#fate()
    let undone = false
    // A rollback whose answer is lost too leaves the question open, so look again.
    for (let tries = 0; fate === 'open' && tries < this.#context.config.retry.maxTries; tries++) {
      undone = await this.#rolledBack()
      if (undone) break
      fate = await this.#fate()
    }
    if (undone) {
      const message = `${name}: the connection broke before the commit arrived. Nothing was stored; run the transaction again.`
      throw new VastdbError('ERR_VASTDB_CONNECT', message, { cause: lost })
    }
    const found = committed === undefined ? undefined : await this.#ask(committed)
    if (found === true) return
    if (found === false && fate === 'over') {
      const message = `${name}: the transaction ended without its work being stored. Run it again.`
      throw new VastdbError('ERR_VASTDB_TRANSACTION', message, { cause: lost })
    }
    const advice =
      'Look for its work in a new transaction before running it again, or pass `committed` to have that done'
    throw new VastdbError(
      'ERR_VASTDB_COMMIT_UNKNOWN',
      `${name}: the answer was lost and the server cannot tell. ${advice}.`,
      {
        cause: lost,
      },
    )
  }

  async #fate(): Promise<Fate> {
    const [own, control] = [await this.#lookUp(this.id), await this.#lookUp(NEVER_ISSUED)]
    if (own === undefined || control === undefined || control === 200) return 'unknown'
    return own === 200 ? 'open' : 'over'
  }

  /** The status of a look-up; undefined when there was no clear answer. */
  async #lookUp(id: bigint): Promise<number | undefined> {
    try {
      const { status } = await this.#context.transport.send({
        method: 'GET',
        path: '/',
        command: COMMAND.transaction,
        headers: commonHeaders(id),
        anyStatus: true,
        what: `Look up transaction ${id}`,
      })
      return status === 200 || (status >= 400 && ![401, 403, 408, 429, 502, 503, 504].includes(status))
        ? status
        : undefined
    } catch {
      return undefined
    }
  }

  async #rolledBack(): Promise<boolean> {
    return this.#rollback().then(
      () => true,
      () => false,
    )
  }

  /** Asking changes nothing, so it is tried again as reads are. */
  async #ask(committed: CommitCheck): Promise<boolean | undefined> {
    const { config } = this.#context
    const warn = (error: unknown) =>
      config.logger.warn({ error: String(error) }, 'cannot check whether a transaction was committed')
    const how = { ...config.retry, mayRetry: (error: unknown) => mayRetry(error, 'GET'), onRetry: warn }
    try {
      return await retry(() => this.#askOnce(committed), { ...how, signal: config.signal })
    } catch (error) {
      warn(error)
      return undefined
    }
  }

  async #askOnce(committed: CommitCheck): Promise<boolean> {
    const fresh = await this.#context.begin()
    try {
      return await committed(fresh)
    } finally {
      if (fresh.active) await fresh.rollback().catch(() => {})
    }
  }

  #refresh(): void {
    const what = `Keep transaction ${this.id} alive`
    const request = {
      method: 'GET',
      path: '/',
      command: COMMAND.transaction,
      headers: commonHeaders(this.id),
      what,
    } as const
    this.#context.transport.send(request).catch((error: unknown) => {
      this.#context.config.logger.warn({ txid: String(this.id), error: String(error) }, 'keep-alive failed')
    })
  }
}

/** Answers that a proxy may have made up count as lost too. */
function answerWasLost(error: unknown): boolean {
  if (!(error instanceof VastdbError)) return true
  if (error.code === 'ERR_ABORTED' || error.stage === 'exchange') return true
  return error.status === 500 || error.status === 502 || error.status === 504
}
