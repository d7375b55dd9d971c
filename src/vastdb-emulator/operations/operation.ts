import type { Logger } from '../../log.ts'
import { notFound } from '../errors.ts'
import type { EmulatorRequest } from '../request.ts'
import type { QueryResults } from '../sql/results.ts'
import type { Database } from '../store/database.ts'
import type { RowIds } from '../store/row-ids.ts'
import type { Transaction, Transactions } from '../store/transactions.ts'

/** What operations work on. */
export interface Store {
  readonly database: Database
  readonly transactions: Transactions
  readonly rowIds: RowIds
  /** Finished SQL queries whose rows wait to be fetched. */
  readonly queries: QueryResults
  readonly buckets: ReadonlySet<string>
  readonly logger: Logger
  /** Whether the server says that it is of 5.5 or later. */
  readonly isNewer: boolean
  /** Four numbers, as the `Server` header has them. */
  readonly version: string
  /** Base URL clients reach the server at. */
  readonly endpoint: () => string
}

/** A successful answer; failures are thrown. */
export interface Reply {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>
  /** Called once the answer was sent or given up. */
  readonly done?: () => Promise<void>
}

export type Operation = (store: Store, request: EmulatorRequest) => Promise<Reply>

export const EMPTY: Reply = {}

/** An operation that runs as one step of the request's transaction, in an existing bucket. */
export function inTransaction(
  work: (tx: Transaction, request: EmulatorRequest, store: Store) => Promise<Reply | undefined>,
): Operation {
  return async (store, request) => {
    const id = request.headers.transactionId()
    const reply = await store.transactions.using(id, async (tx) => {
      assertBucket(store, request)
      return work(tx, request, store)
    })
    return reply ?? EMPTY
  }
}

/** Throws 404. */
export function assertBucket(store: Store, request: EmulatorRequest): void {
  if (!store.buckets.has(request.bucket)) throw notFound(`Bucket ${request.bucket} does not exist`, 'NoSuchBucket')
}
