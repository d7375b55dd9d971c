import type { DuckDBConnection } from '@duckdb/node-api'
import {
  type CellType,
  contentColumns,
  contentIds,
  type EncodedColumn,
  type StringPool,
  stringAt,
  type TableDefinition,
  TextCells,
} from '../../tables/index.ts'
import type { ContentOnce } from '../migrations/migration.ts'
import { columnsError } from '../plan-rows.ts'
import { DistinctContent } from './distinct-content.ts'
import { DistinctVectors } from './distinct-vectors.ts'
import { Numbering } from './numbering.ts'
import { CONTENT_ONCE, contentOf, contentOnce, FILE_ROWS, storedColumns } from './row-tables.ts'

/** Rows of one table as columns. */
interface Rows {
  readonly rowCount: number
  readonly columns: readonly EncodedColumn[]
  readonly contentIds?: BigInt64Array<ArrayBuffer>
}

/** The types of the columns that are stored for a table. */
export function storedTypes(table: TableDefinition): CellType[] {
  return storedColumns(table).map(({ type }) => type as CellType)
}

/** What is kept once in a catalog and named by its rows: vectors by their ids, content and files by their numbers. */
export class StoredOnce {
  readonly vectors: DistinctVectors
  readonly #connection: DuckDBConnection
  #content: ReadonlyMap<string, DistinctContent>
  #numbering: Numbering
  /** By `file_id`, of the running transaction. */
  readonly #files = new Map<string, number>()

  constructor(connection: DuckDBConnection) {
    this.#connection = connection
    this.vectors = new DistinctVectors(connection)
    this.#content = allContent(connection)
    this.#numbering = new Numbering(connection, FILE_ROWS, 'file_no')
  }

  /** The rows as they are stored, those of `files` before all others; inside the connection's transaction. */
  async rowsToStore(table: TableDefinition, rows: Rows, strings: StringPool): Promise<Rows> {
    if (rows.rowCount === 0) return rows
    const { columns } = await this.vectors.rowsToStore(table, rows)
    const { rowCount } = rows
    const place = (name: string) => table.columns.findIndex((column) => column.name === name)
    const files = columns[place('file_id')]!
    if (table.name === 'files') {
      await this.#numbering.begin()
      return { rowCount, columns: [this.#numbers(files, strings, () => this.#numbering.next()), ...columns] }
    }
    const once = contentOnce(table.name)
    if (once === null) return { rowCount, columns }
    const content = contentColumns(table.columns).map((index) => columns[index]!)
    const numbers = await this.numbers(once, { ...rows, columns: content, strings })
    const none = () => {
      throw columnsError(`Could not store rows of ${table.name}: their file is not stored with them`)
    }
    return {
      rowCount,
      columns: [this.#numbers(files, strings, none), columns[place('part_index')]!, { data: numbers, valid: null }],
    }
  }

  /** The numbers of content, in the columns of `contentOf`; inside the connection's transaction. */
  async numbers(once: ContentOnce, rows: Rows & { readonly strings: StringPool }): Promise<Int32Array<ArrayBuffer>> {
    const ids = contentIds(contentOf(once), rows, new TextCells(rows.strings))
    return this.#content.get(once.table)!.numbers(ids, rows)
  }

  /** To be called when the transaction is committed. */
  committed(): void {
    this.#settle(true)
  }

  /** To be called when it is rolled back, or before the next one begins: what it stored is not there. */
  rolledBack(): void {
    this.#settle(false)
  }

  /** To be called when something may have come or gone by another way. */
  forget(): void {
    this.vectors.forget()
    this.#content = allContent(this.#connection)
    this.#numbering = new Numbering(this.#connection, FILE_ROWS, 'file_no')
    this.#files.clear()
  }

  #settle(isCommitted: boolean): void {
    this.vectors.settle(isCommitted)
    for (const content of this.#content.values()) content.settle(isCommitted)
    this.#files.clear()
  }

  /** The number of each row's file. */
  #numbers({ data }: EncodedColumn, strings: StringPool, missing: () => number): EncodedColumn {
    const codes = data as Int32Array
    const numbers = new Int32Array(codes.length)
    for (let row = 0; row < codes.length; row++) {
      if (row > 0 && codes[row] === codes[row - 1]) {
        numbers[row] = numbers[row - 1]!
        continue
      }
      const fileId = stringAt(strings, codes[row]!)!
      const number = this.#files.get(fileId) ?? missing()
      this.#files.set(fileId, number)
      numbers[row] = number
    }
    return { data: numbers, valid: null }
  }
}

function allContent(connection: DuckDBConnection): ReadonlyMap<string, DistinctContent> {
  return new Map(CONTENT_ONCE.map((once) => [once.table, new DistinctContent(connection, once)]))
}
