import { commonHeaders } from './calls.ts'
import { COMMAND, HEADER } from './constants.ts'
import { protocolError } from './errors.ts'
import { type Config, type ConnectOptions, toConfig } from './options.ts'
import { type CommitCheck, Transaction } from './transaction.ts'
import { Transport } from './transport.ts'
import { type Feature, parseServerHeader, supports, type Version } from './version.ts'

/** How a transaction ends when the answer to its commit is lost. */
export interface TransactionOptions {
  /**
   * Asked, inside a fresh transaction, whether this transaction's work is there, when its commit was sent but the
   * answer was lost and the server cannot tell. Look for something only this transaction wrote.
   */
  readonly committed?: CommitCheck
}

const PROBE_TRIES = 3

/**
 * Opens a session and asks the server for its version. Keys are not checked yet: the first transaction does that.
 * Throws ERR_OPTION_INVALID, ERR_VASTDB_CONNECT, ERR_VASTDB_NOT_VAST or ERR_VASTDB_VERSION.
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  const config = toConfig(options)
  const transport = new Transport(config)
  try {
    const answer = await transport.open({
      method: 'GET',
      path: '/',
      command: COMMAND.transaction,
      anyStatus: true,
      what: 'Open session',
      retry: { ...config.retry, maxTries: Math.min(PROBE_TRIES, config.retry.maxTries) },
    })
    void answer.body.discard()
    const server = answer.headers['server']
    return new Session(
      config,
      transport,
      parseServerHeader(typeof server === 'string' ? server : undefined, config.endpoint),
    )
  } catch (error) {
    await transport.close()
    throw error
  }
}

/** A connection pool to one cluster. Many transactions may be open at once. */
export class Session {
  /** Version of the cluster. */
  readonly version: Version
  readonly #config: Config
  readonly #transport: Transport

  /** @internal Use `connect`. */
  constructor(config: Config, transport: Transport, version: Version) {
    this.#config = config
    this.#transport = transport
    this.version = version
  }

  supports(feature: Feature): boolean {
    return supports(this.version, feature)
  }

  /**
   * Runs `work` in a transaction: committed when it returns, rolled back when it throws. When this rejects, nothing of
   * the work is stored, except with ERR_VASTDB_COMMIT_UNKNOWN, where it may be.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const tx = await this.begin()
    let result: T
    try {
      result = await work(tx)
    } catch (error) {
      if (tx.active) {
        await tx.rollback().catch((failure: unknown) => {
          this.#config.logger.warn({ txid: String(tx.id), error: String(failure) }, 'rollback failed')
        })
      }
      throw error
    }
    if (tx.active) await tx.commit(options)
    return result
  }

  /** Begins a transaction that the caller ends with `commit` or `rollback`. */
  async begin(): Promise<Transaction> {
    const what = 'Begin transaction'
    const { headers } = await this.#transport.send({
      method: 'POST',
      path: '/',
      command: COMMAND.transaction,
      headers: commonHeaders(0n),
      what,
    })
    const id = headers[HEADER.txid]
    if (typeof id !== 'string' || !/^[1-9]\d{0,19}$/.test(id))
      throw protocolError(what, 'the answer has no transaction id')
    return new Transaction(BigInt(id), {
      transport: this.#transport,
      config: this.#config,
      version: this.version,
      begin: () => this.begin(),
    })
  }

  /** Ends idle connections and fails what is under way. May be called twice. */
  async close(): Promise<void> {
    await this.#transport.close()
  }
}
