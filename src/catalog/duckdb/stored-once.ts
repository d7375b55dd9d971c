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
import { columnsError } from '../plan-rows.ts'
import { DistinctContent } from './distinct-content.ts'
import { DistinctVectors } from './distinct-vectors.ts'
import { Numbering } from './numbering.ts'
import {
  CONTENT_ONCE,
  type ContentInSets,
  contentOf,
  contentOnce,
  FILE_ROWS,
  numberedRows,
  storedColumns,
} from './row-tables.ts'
import { type PartNumbers, StoredSets } from './stored-sets.ts'

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

/** Of one table, its content and the sets of it. */
interface Content {
  readonly distinct: DistinctContent
  readonly sets: StoredSets
}

/** What is kept once in a catalog and named by its rows: vectors by their ids, content in sets and files by their numbers. */
export class StoredOnce {
  readonly vectors: DistinctVectors
  readonly #connection: DuckDBConnection
  #content: ReadonlyMap<string, Content>
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
    const numbered = numberedRows(table.name)
    const none = () => {
      throw columnsError(`Could not store rows of ${table.name}: their file is not stored with them`)
    }
    if (numbered) {
      const kept = columns.filter((_, index) => !numbered.ofFile.includes(table.columns[index]!.name))
      return { rowCount, columns: [this.#numbers(files, strings, none), ...kept] }
    }
    if (once === null) return { rowCount, columns }
    const content = contentColumns(table.columns).map((index) => columns[index]!)
    const numbers = await this.numbers(once, { ...rows, columns: content, strings })
    return this.namedRows(once, {
      files: this.#numbers(files, strings, none).data as Int32Array,
      parts: columns[place('part_index')]!.data as Int32Array,
      numbers,
    })
  }

  /** The rows that say what parts have beside their sets, which are stored then; inside the connection's transaction. */
  async namedRows({ table }: ContentInSets, numbers: PartNumbers): Promise<Rows> {
    return this.#content.get(table)!.sets.rows(numbers)
  }

  /** A file that is there already, in the running transaction: it keeps its number. */
  knows(fileId: string, fileNo: number): void {
    this.#files.set(fileId, fileNo)
  }

  /** The numbers of content, in the columns of `contentOf`; inside the connection's transaction. */
  async numbers(once: ContentInSets, rows: Rows & { readonly strings: StringPool }): Promise<Int32Array<ArrayBuffer>> {
    const ids = contentIds(contentOf(once), rows, new TextCells(rows.strings))
    return this.#content.get(once.table)!.distinct.numbers(ids, rows)
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
    for (const { distinct, sets } of this.#content.values()) {
      distinct.settle(isCommitted)
      sets.settle(isCommitted)
    }
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

function allContent(connection: DuckDBConnection): ReadonlyMap<string, Content> {
  const all = CONTENT_ONCE.map((once): [string, Content] => {
    const [distinct, sets] = [new DistinctContent(connection, once), new StoredSets(connection, once)]
    return [once.table, { distinct, sets }]
  })
  return new Map(all)
}
