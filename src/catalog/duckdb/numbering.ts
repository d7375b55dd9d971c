import type { DuckDBConnection } from '@duckdb/node-api'
import { ExrError } from '../../errors.ts'

const MOST = 2 ** 31 - 1

/** Numbers that count up behind the highest of a column. Those of a transaction that is rolled back are left out. */
export class Numbering {
  readonly #connection: DuckDBConnection
  readonly #table: string
  readonly #column: string
  #last: number | null = null

  constructor(connection: DuckDBConnection, table: string, column: string) {
    this.#connection = connection
    this.#table = table
    this.#column = column
  }

  /** To be called before `next`. Returns the highest number so far, 0 for none. */
  async begin(): Promise<number> {
    if (this.#last === null) {
      const reader = await this.#connection.runAndReadAll(`SELECT max(${this.#column}) FROM ${this.#table}`)
      this.#last = Number(reader.getRows()[0]![0] ?? 0)
    }
    return this.#last
  }

  /** Throws ERR_CATALOG_WRITE when there are no more. */
  next(): number {
    if (this.#last! >= MOST)
      throw new ExrError(
        'ERR_CATALOG_WRITE',
        `Column ${this.#column} of ${this.#table} has no number left above ${MOST}`,
      )
    return ++this.#last!
  }
}
