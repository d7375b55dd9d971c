import { randomUUID } from 'node:crypto'
import { DigestSum, digestRows, encodeRows, parseLatestRows, type TableDefinition, TextCells } from '../tables/index.ts'
import type { CountedChange, CountedFile } from './plan-upsert.ts'

/** What a ledger counts: rows and the sum of their digests. */
export const LEDGER_KINDS = ['files', 'current', 'inspections', 'removals'] as const

export type LedgerKind = (typeof LEDGER_KINDS)[number]

/** Rows of one kind. */
export interface Tally {
  readonly rows: number
  readonly digest: string
}

export type Tallies = Readonly<Record<LedgerKind, Tally>>

const ZERO = '0'.repeat(32)

/** No rows at all. */
const NO_ROWS: Tallies = talliesOf(() => ({ rows: 0, digest: ZERO }))

/** Whether there are rows of any kind. */
export function holdsRows(tallies: Tallies): boolean {
  return LEDGER_KINDS.some((kind) => tallies[kind].rows !== 0)
}

/** Counts rows and adds up their digests; `times` -1 takes a row away. */
export class TallySum {
  #rows = 0
  readonly #digest = new DigestSum()

  addFile(file: CountedFile, times = 1): void {
    if (file.contentDigest === null) return
    this.#rows += times
    this.#digest.addHex(file.contentDigest, times)
    for (const { digest } of Object.values(parseLatestRows(file.latestRows))) this.#digest.addHex(digest, times)
  }

  addRows(digests: Uint32Array, times = 1): void {
    for (let row = 0; row < digests.length / 4; row++) this.#digest.add(digests, row, times)
    this.#rows += (digests.length / 4) * times
  }

  add({ rows, digest }: Tally): void {
    this.#rows += rows
    this.#digest.addHex(digest)
  }

  tally(): Tally {
    return { rows: this.#rows, digest: String(this.#digest) }
  }
}

/** What a transaction adds to the ledger, given the rows of `files` it changes and the digests of other rows it adds. */
export function ledgerChange(
  changes: readonly CountedChange[],
  added: { readonly inspections?: Uint32Array; readonly removals?: Uint32Array } = {},
): Tallies {
  const sums = sumsOf()
  for (const { before, after } of changes) {
    for (const [file, times] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (file === null) continue
      sums.files.addFile(file, times)
      if (file.isCurrent) sums.current.addFile(file, times)
    }
  }
  if (added.inspections) sums.inspections.addRows(added.inspections)
  if (added.removals) sums.removals.addRows(added.removals)
  return talliesOf((kind) => sums[kind].tally())
}

/** The digests of rows given cell by cell, in the order of the table's columns. */
export function digestValues(table: TableDefinition, values: readonly (readonly unknown[])[]): Uint32Array {
  const rows = encodeRows(table.columns, values.length, (row, column) => values[row]![column])
  return digestRows(table, rows, new TextCells(rows.strings))
}

/** Several tallies as one. */
function sumTallies(all: Iterable<Tallies>): Tallies {
  const sums = sumsOf()
  for (const tallies of all) for (const kind of LEDGER_KINDS) sums[kind].add(tallies[kind])
  return talliesOf((kind) => sums[kind].tally())
}

/** A row of the ledger, in the order of the table's columns. */
export type LedgerRow = readonly (string | bigint | null)[]

/** A writer's row as a transaction leaves it. */
export interface LedgerStep {
  readonly row: LedgerRow
  /** To be called once the transaction is committed. */
  readonly committed: () => void
}

/** Columns of a ledger's row that a transaction changes, behind those that stay. */
export const LEDGER_STAYS = ['writer_id', 'follows', 'started_at'] as const

/**
 * The row of one writer: nobody else changes it, so that writers never wait for each other. What a transaction makes
 * of it counts when `committed` says so.
 */
export class LedgerWriter {
  #id = randomUUID()
  #totals = NO_ROWS
  #transactions = 0n
  #startedAtUs: bigint | null = null
  readonly #follows: string | null

  constructor(follows: string | null = null) {
    this.#follows = follows
  }

  /** Whether the writer has a row already. */
  get hasRow(): boolean {
    return this.#transactions > 0n
  }

  get id(): string {
    return this.#id
  }

  /** The writer's last commit: its name, a colon, and how many there were. */
  get head(): string {
    return `${this.#id}:${this.#transactions}`
  }

  /** The writer's row once a transaction with this change is committed. */
  next(change: Tallies): LedgerStep {
    const nowUs = BigInt(Date.now()) * 1000n
    const startedAtUs = this.#startedAtUs ?? nowUs
    const totals = sumTallies([this.#totals, change])
    const transactions = this.#transactions + 1n
    return {
      row: [
        this.#id,
        this.#follows,
        startedAtUs,
        nowUs,
        transactions,
        ...LEDGER_KINDS.flatMap((kind) => [BigInt(totals[kind].rows), totals[kind].digest]),
      ],
      committed: () => {
        this.#totals = totals
        this.#transactions = transactions
        this.#startedAtUs = startedAtUs
      },
    }
  }

  /** To be called when a transaction may be committed or not: its row is left alone from then on. */
  startAnew(): void {
    this.#id = randomUUID()
    this.#totals = NO_ROWS
    this.#transactions = 0n
    this.#startedAtUs = null
  }
}

/** Something for each kind the ledger counts. */
export function talliesOf<T>(make: (kind: LedgerKind) => T): Readonly<Record<LedgerKind, T>> {
  return Object.fromEntries(LEDGER_KINDS.map((kind) => [kind, make(kind)])) as Record<LedgerKind, T>
}

function sumsOf(): Readonly<Record<LedgerKind, TallySum>> {
  return talliesOf(() => new TallySum())
}
