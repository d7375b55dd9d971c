import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { BIGINT, LIST, listValue } from '../../duckdb-api.ts'
import type { CellType, ColumnData, EncodedColumn, StringPool } from '../../tables/index.ts'
import type { ContentOnce } from '../migrations/migration.ts'
import { TableAppender } from './append.ts'
import { HashMap64 } from './hash-map.ts'
import { Numbering } from './numbering.ts'
import { halvesOf } from './raw-columns.ts'
import { contentOf, distinctTable } from './row-tables.ts'

/** Content that is remembered: at most twelve megabytes, what 150,000 frames have that differ. */
const MOST_KNOWN = 524_288

/** Batches that ask the table before all of it is read: whoever writes a few does not pay for all. */
const ASKED_BEFORE_LEARNING = 16

/** The content of rows, in the columns of `contentOf`, and the texts it is made of. */
interface Rows {
  readonly columns: readonly EncodedColumn[]
  readonly strings: StringPool
}

/**
 * Numbers the content of one table's rows and stores what is not there yet, through one connection. What is there is remembered, and
 * asked of the table while it is not; there is one writer, so that it stays true.
 */
export class DistinctContent {
  readonly #connection: DuckDBConnection
  readonly #once: ContentOnce
  readonly #appender: TableAppender
  readonly #numbering: Numbering
  #known = new HashMap64()
  /** Those of the running transaction. */
  #pending = new HashMap64()
  #isAllKnown = false
  #asked = 0

  constructor(connection: DuckDBConnection, once: ContentOnce) {
    this.#connection = connection
    this.#once = once
    const { columns } = distinctTable(once)
    this.#appender = new TableAppender(
      columns.map(({ type }) => type as CellType),
      once.distinct,
    )
    this.#numbering = new Numbering(connection, once.distinct, once.number)
  }

  /** The number of each row's content, by its id; all of it is stored then, inside the connection's transaction. */
  async numbers(ids: BigInt64Array<ArrayBuffer>, rows: Rows): Promise<Int32Array<ArrayBuffer>> {
    const halves = halvesIn(ids)
    const numbers = new Int32Array(ids.length)
    const unsure = this.#look(halves, numbers)
    if (unsure.length > 0) {
      await this.#learn()
      if (!this.#isAllKnown) await this.#ask(ids, unsure)
      await this.#store(ids, unsure, rows)
      this.#look(halves, numbers)
    }
    return numbers
  }

  /** To be called when the transaction is committed, or when it is rolled back: what it stored is not there then. */
  settle(isCommitted: boolean): void {
    if (isCommitted) {
      if (this.#known.size + this.#pending.size > MOST_KNOWN) {
        this.#known = new HashMap64()
        this.#isAllKnown = false
      }
      this.#known.setAll(this.#pending)
    } else if (this.#pending.size > 0) {
      // What was learned in it is forgotten with what it stored.
      this.#isAllKnown = false
      this.#asked = 0
    }
    this.#pending = new HashMap64()
  }

  /** Fills in what is known; returns the first row of everything else. */
  #look(halves: Uint32Array, numbers: Int32Array): number[] {
    const unsure: number[] = []
    const seen = new HashMap64()
    for (let row = 0; row < numbers.length; row++) {
      const [low, high] = [halves[row * 2]!, halves[row * 2 + 1]!]
      const number = this.#known.get(low, high) || this.#pending.get(low, high)
      numbers[row] = number
      if (number !== 0 || seen.get(low, high) !== 0) continue
      seen.set(low, high, 1)
      unsure.push(row)
    }
    return unsure
  }

  /** Reads all that is there, when that is little enough to be remembered. */
  async #learn(): Promise<void> {
    if ((await this.#numbering.begin()) === 0) this.#isAllKnown = true
    if (this.#isAllKnown || ++this.#asked !== ASKED_BEFORE_LEARNING) return
    const { distinct, number } = this.#once
    const counted = await this.#connection.runAndReadAll(`SELECT count(*) FROM ${distinct}`)
    if (Number(counted.getRows()[0]![0]) > MOST_KNOWN / 2) return
    const result = await this.#connection.stream(`SELECT content_id, ${number}::BIGINT FROM ${distinct}`)
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const [ids, numbers] = [halvesOf(chunk, 0), halvesOf(chunk, 1)]
      for (let at = 0; at < ids.length; at += 2) this.#pending.set(ids[at]!, ids[at + 1]!, numbers[at]!)
    }
    this.#isAllKnown = true
  }

  async #ask(ids: BigInt64Array, unsure: readonly number[]): Promise<void> {
    const { distinct, number } = this.#once
    const reader = await this.#connection.runAndReadAll(
      `SELECT content_id, ${number} FROM ${distinct} WHERE content_id IN (SELECT unnest($1))`,
      [listValue(unsure.map((row) => ids[row]!) as DuckDBValue[])],
      [LIST(BIGINT)],
    )
    for (const [id, found] of reader.getRows()) {
      const [low, high] = new Uint32Array(BigInt64Array.of(id as bigint).buffer)
      this.#pending.set(low!, high!, Number(found))
    }
  }

  async #store(ids: BigInt64Array<ArrayBuffer>, unsure: readonly number[], rows: Rows): Promise<void> {
    const halves = halvesIn(ids)
    const added: number[] = []
    const numbers: number[] = []
    for (const row of unsure) {
      const [low, high] = [halves[row * 2]!, halves[row * 2 + 1]!]
      if (this.#pending.get(low, high) !== 0) continue
      const number = this.#numbering.next()
      this.#pending.set(low, high, number)
      added.push(row)
      numbers.push(number)
    }
    const columns = [
      { data: Int32Array.from(numbers), valid: null },
      { data: BigInt64Array.from(added, (row) => ids[row]!), valid: null },
      ...contentToStore(this.#once, rows, added),
    ]
    await this.#appender.append(this.#connection, { rowCount: added.length, columns }, rows.strings)
  }
}

function halvesIn({ buffer, byteOffset, length }: BigInt64Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(buffer, byteOffset, length * 2)
}

/** The content of some rows, without a text that is another one in quotes. */
function contentToStore(once: ContentOnce, { columns, strings }: Rows, rows: readonly number[]): EncodedColumn[] {
  const names = contentOf(once).map(({ name }) => name)
  return names.map((name, index) => {
    const picked = pick(columns[index]!, rows)
    if (name !== once.quoted?.column) return picked
    const of = columns[names.indexOf(once.quoted.of)]!.data as Int32Array
    const codes = picked.data as Int32Array<ArrayBuffer>
    return { data: codes.map((code, at) => (isQuoted(strings, code, of[rows[at]!]!) ? -1 : code)), valid: null }
  })
}

function pick({ data, valid }: EncodedColumn, rows: readonly number[]): EncodedColumn {
  const Column = data.constructor as new (length: number) => ColumnData
  const picked = new Column(rows.length)
  rows.forEach((row, at) => {
    picked[at] = data[row]!
  })
  return { data: picked, valid: valid && Uint8Array.from(rows, (row) => valid[row]!) }
}

const QUOTE = 0x22

function isQuoted({ bytes, offsets }: StringPool, code: number, text: number): boolean {
  if (code < 0 || text < 0) return false
  const [start, end] = [offsets[code]!, offsets[code + 1]!]
  const [from, length] = [offsets[text]!, offsets[text + 1]! - offsets[text]!]
  if (end - start !== length + 2 || bytes[start] !== QUOTE || bytes[end - 1] !== QUOTE) return false
  for (let at = 0; at < length; at++) if (bytes[start + 1 + at] !== bytes[from + at]) return false
  return true
}
