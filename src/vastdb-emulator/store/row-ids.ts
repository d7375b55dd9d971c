import { badRequest } from '../errors.ts'
import type { Transaction } from './transactions.ts'

/** Row ids are 48 bits; the largest means "finished". */
const MAX_ROW_ID = 2n ** 48n - 2n

/**
 * Hands out row ids 0, 1, 2, ... per table, across transactions. Ids of rolled-back inserts are not used again while
 * the server runs. The next id is also an upper bound for every row anybody can see.
 */
export class RowIds {
  readonly #next = new Map<number, bigint>()

  /** A table that was just created has no rows. */
  create(tableId: number): void {
    this.#next.set(tableId, 0n)
  }

  /** First id nobody has been given yet. */
  async next(tx: Transaction, tableId: number): Promise<bigint> {
    const known = this.#next.get(tableId)
    if (known !== undefined) return known
    // Nothing was inserted since the server started, so this transaction's snapshot has every row.
    const [row] = await tx.rows(
      `SELECT greatest(next_row_id, (SELECT coalesce(max(rid) + 1, 0) FROM data.t${tableId})) AS next
       FROM catalog.tables WHERE id = ${tableId}`,
    )
    const next = this.#next.get(tableId) ?? BigInt(String(row?.['next'] ?? 0))
    this.#next.set(tableId, next)
    return next
  }

  /** Take `count` consecutive ids; returns the first. */
  async allocate(tx: Transaction, tableId: number, count: number): Promise<bigint> {
    await this.next(tx, tableId)
    const first = this.#next.get(tableId)!
    const next = first + BigInt(count)
    if (next > MAX_ROW_ID) throw badRequest(`Table has no row ids left after ${first}`)
    this.#next.set(tableId, next)
    return first
  }

  /** Note an id the writer chose itself. */
  async use(tx: Transaction, tableId: number, rowId: bigint): Promise<void> {
    const next = await this.next(tx, tableId)
    if (rowId >= next) this.#next.set(tableId, rowId + 1n)
  }

  /** Table id and next row id of every table used since the server started. */
  entries(): Iterable<[number, bigint]> {
    return this.#next.entries()
  }
}

/** Throws unless ids are in range and strictly ascending, which also means that none is there twice. */
export function assertAscending(rowIds: BigInt64Array): void {
  let previous = -1n
  for (const rowId of rowIds) {
    if (rowId <= previous) throw badRequest('Found duplicate row ids or not in ascending order')
    if (rowId > MAX_ROW_ID) throw badRequest(`Row id ${rowId} is larger than ${MAX_ROW_ID}`)
    previous = rowId
  }
}
