import type { Schema as ArrowSchema } from 'apache-arrow'
import { ExrError } from '../../errors.ts'
import { tableNamed } from '../../tables/index.ts'
import type { CommitCheck, Session, Table, Transaction } from '../../vastdb/index.ts'
import { retry } from '../../workers/retry.ts'
import { LEDGER_STAYS, type LedgerRow, type LedgerStep, LedgerWriter, type Tallies } from '../ledger.ts'
import type { CatalogAddress } from './address.ts'
import { isPassing } from './errors.ts'
import { REPEAT } from './repeat.ts'
import { rowBatch, updateBatch } from './row-batch.ts'
import { rowIdsOf } from './rows.ts'

/** A table as the server has it. */
export interface TableLayout {
  readonly columns: ArrowSchema
  /** Rows have ids of 128 bits then. */
  readonly vectorIndexed: boolean
}

/** The catalog's tables that are there. */
export type Layout = ReadonlyMap<string, TableLayout>

/** A catalog's tables inside one transaction. */
export type Tables = (name: string) => Table

interface WriteOptions {
  /** Whether this very transaction's rows are there; asked when the answer to its commit was lost. */
  readonly committed?: (tables: Tables) => Promise<boolean>
  readonly signal?: AbortSignal | undefined
}

/** Looks for a transaction whose fate is unknown this often before it counts as not stored. */
const LOOK_UPS = 3
const LOOK_UP_MS = 10_000

/** Transactions on one catalog. */
export class Store {
  readonly session: Session
  readonly address: CatalogAddress
  readonly #ledger = new LedgerWriter()
  #ledgerRow: bigint | null = null
  #layout: Layout | null = null

  constructor(session: Session, address: CatalogAddress) {
    this.session = session
    this.address = address
  }

  /** Known after the schema was checked; saves asking for columns in every transaction. */
  set layout(layout: Layout) {
    this.#layout = layout
  }

  /** What this writer's row of the ledger holds is not known any more: the next write makes another. */
  forgetLedger(): void {
    this.#ledger.startAnew()
    this.#ledgerRow = null
  }

  /** Runs `work` on a state that does not change while it runs. Run again from its start when a connection breaks. */
  read<T>(work: (tables: Tables) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return retry(() => this.readOnce(work), { ...REPEAT, mayRetry: isPassing, signal })
  }

  async readOnce<T>(work: (tables: Tables) => Promise<T>): Promise<T> {
    const tx = await this.session.begin()
    try {
      return await work(this.tables(tx))
    } finally {
      if (tx.active) await tx.rollback().catch(() => undefined)
    }
  }

  /**
   * Runs `work` in a transaction of its own and commits it. Conflicts, expired transactions and lost connections
   * run the whole of it again; each run must start from what it reads itself.
   */
  write<T>(work: (tables: Tables) => Promise<T>, options: WriteOptions = {}): Promise<T> {
    return retry(() => this.#writeOnce(work, options), { ...REPEAT, mayRetry: isPassing, signal: options.signal })
  }

  /**
   * The same for what the ledger counts: `work` says what it changed. Writes of one store run one after the other, so
   * what this writer's row holds is known without reading it.
   */
  async record<T>(
    work: (tables: Tables, record: (change: Tallies) => Promise<void>) => Promise<T>,
    options: WriteOptions = {},
  ): Promise<T> {
    let next: LedgerStep | null = null
    let rowId = this.#ledgerRow
    const result = await this.write(async (tables) => {
      next = null
      rowId = this.#ledgerRow
      return work(tables, async (change) => {
        next = this.#ledger.next(change)
        rowId = await writeLedger(tables('ledger'), rowId, next.row)
      })
    }, options)
    ;(next as LedgerStep | null)?.committed()
    this.#ledgerRow = rowId
    return result
  }

  tables(tx: Transaction): Tables {
    const schema = tx.bucket(this.address.bucket).schema(this.address.schema)
    return (name) => {
      const known = this.#layout?.get(name)
      return schema.table(name, known ? { ...known, sorted: false } : {})
    }
  }

  async #writeOnce<T>(work: (tables: Tables) => Promise<T>, { committed }: WriteOptions): Promise<T> {
    let done: { readonly result: T } | null = null
    const check: CommitCheck | undefined = committed && ((tx) => committed(this.tables(tx)))
    try {
      return await this.session.transaction(
        async (tx) => {
          const result = await work(this.tables(tx))
          done = { result }
          return result
        },
        check ? { committed: check } : {},
      )
    } catch (error) {
      const finished = done as { readonly result: T } | null
      if (finished && committed && isUnknown(error) && (await this.#isStored(committed))) return finished.result
      if (isUnknown(error)) {
        // The writer's row may hold more than is known here: it is left alone from now on.
        this.forgetLedger()
      }
      throw error
    }
  }

  /** A commit on its way may still arrive, so one look is not enough. */
  async #isStored(committed: (tables: Tables) => Promise<boolean>): Promise<boolean> {
    for (let look = 0; look < LOOK_UPS; look++) {
      const found = await retry(() => this.readOnce(committed), {
        ...REPEAT,
        mayRetry: isPassing,
        maxTimeMs: LOOK_UP_MS,
      })
      if (found) return true
    }
    return false
  }
}

const LEDGER = tableNamed('ledger')
const CHANGED = LEDGER.columns.slice(LEDGER_STAYS.length).map(({ name }) => name)

/** Returns the id of the writer's row. */
async function writeLedger(table: Table, rowId: bigint | null, row: LedgerRow): Promise<bigint> {
  if (rowId === null) return rowIdsOf(await table.insert(rowBatch(LEDGER, [row])))[0]!
  await table.update(updateBatch('ledger', CHANGED, [{ rowId, values: row.slice(LEDGER_STAYS.length) }]))
  return rowId
}

function isUnknown(error: unknown): boolean {
  return error instanceof ExrError && error.code === 'ERR_VASTDB_COMMIT_UNKNOWN'
}
