import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { timestampTZValue } from '../../duckdb-api.ts'
import { tableNamed } from '../../tables/index.ts'
import { LEDGER_STAYS, type LedgerRow, type LedgerStep, LedgerWriter, type Tallies } from '../ledger.ts'
import { readCommitRecord, removeCommitRecord, writeCommitRecord } from './commit-record.ts'
import { inTransaction } from './transaction.ts'

const COLUMNS = tableNamed('ledger').columns
const INSERT = `INSERT INTO ledger VALUES (${COLUMNS.map((_, index) => `$${index + 1}`).join(', ')})`
const CHANGED = COLUMNS.slice(LEDGER_STAYS.length).map(({ name }, index) => `${name} = $${index + 2}`)
const UPDATE = `UPDATE ledger SET ${CHANGED.join(', ')} WHERE writer_id = $1`

/** Transactions that bring the ledger up to date with what they change. */
export class Ledger {
  readonly #connection: DuckDBConnection
  readonly #path: string
  #writer: LedgerWriter

  constructor(connection: DuckDBConnection, path: string) {
    this.#connection = connection
    this.#path = path
    this.#writer = new LedgerWriter(readCommitRecord(path))
  }

  /** A transaction; `work` says what it changed. Commits when `work` returns and rolls back when it throws. */
  async transaction<T>(work: (record: (change: Tallies) => Promise<void>) => Promise<T>): Promise<T> {
    const steps: LedgerStep[] = []
    const result = await inTransaction(this.#connection, () =>
      work(async (change) => {
        const next = this.#writer.next(change)
        await this.#write(next.row)
        steps.push(next)
      }),
    )
    steps[0]?.committed()
    if (this.#writer.hasRow) writeCommitRecord(this.#path, this.#writer.head)
    return result
  }

  /** To be called when the journal has moved into the file: nothing can be cut off any more. */
  settled(): void {
    removeCommitRecord(this.#path)
  }

  /** To be called when the table may have been made anew: what was acknowledged before is no longer told apart. */
  forget(): void {
    removeCommitRecord(this.#path)
    this.#writer = new LedgerWriter()
  }

  async #write(row: LedgerRow): Promise<void> {
    if (!this.#writer.hasRow) return insertLedger(this.#connection, row)
    const values = valuesOf(row)
    await this.#connection.run(UPDATE, [values[0]!, ...values.slice(LEDGER_STAYS.length)])
  }
}

/** A writer's first row. */
export async function insertLedger(connection: DuckDBConnection, row: LedgerRow): Promise<void> {
  await connection.run(INSERT, valuesOf(row))
}

function valuesOf(row: LedgerRow): DuckDBValue[] {
  return row.map((value, index): DuckDBValue => {
    return COLUMNS[index]!.type === 'timestamp' ? timestampTZValue(value as bigint) : value
  })
}
