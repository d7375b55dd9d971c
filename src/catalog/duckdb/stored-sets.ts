import type { DuckDBConnection } from '@duckdb/node-api'
import type { EncodedColumn } from '../../tables/index.ts'
import { TableAppender } from './append.ts'
import { Numbering } from './numbering.ts'
import { type NumberSet, PartSets } from './part-sets.ts'
import { intsOf } from './raw-columns.ts'
import type { ContentInSets } from './row-tables.ts'
import { DATABASE } from './session.ts'

/** Sets of earlier runs that are read, those made last. */
const MOST_READ = 1024

/** Which content stands in which part: runs of one part are its header, in order. */
export interface PartNumbers {
  readonly files: Int32Array
  readonly parts: Int32Array
  readonly numbers: Int32Array
}

/** Rows to append. */
interface Rows {
  readonly rowCount: number
  readonly columns: readonly EncodedColumn[]
}

/** Names the content of one table's rows by sets, and stores sets that are not there yet, through one connection. */
export class StoredSets {
  readonly #connection: DuckDBConnection
  readonly #once: ContentInSets
  readonly #numbering: Numbering
  readonly #ofSets: TableAppender
  readonly #ofParts: TableAppender
  #sets: PartSets | null = null
  #made: NumberSet[] = []
  /** In the running transaction. */
  #isUsed = false

  constructor(connection: DuckDBConnection, once: ContentInSets, database = DATABASE) {
    this.#connection = connection
    this.#once = once
    this.#numbering = new Numbering(connection, once.sets, 'set_no')
    this.#ofSets = new TableAppender(['int32', 'int32', 'int32'], once.sets, database)
    this.#ofParts = new TableAppender(['int32', 'int32', 'int32'], once.setRows, database)
  }

  /** The rows of what is in no set: file, part, place and content. Sets are stored then, inside the connection's transaction. */
  async rows({ files, parts, numbers }: PartNumbers): Promise<Rows> {
    this.#isUsed = true
    this.#sets ??= await this.#read()
    const rows = new Columns(4, numbers.length)
    const named = new Columns(3, numbers.length)
    for (let start = 0, end = 0; start < numbers.length; start = end) {
      while (end < numbers.length && files[end] === files[start] && parts[end] === parts[start]) end++
      const { sets, rest } = this.#sets.name(numbers.subarray(start, end))
      for (const setNo of sets) named.add(files[start]!, parts[start]!, setNo)
      for (const place of rest) rows.add(files[start]!, parts[start]!, place, numbers[start + place]!)
    }
    const members = new Columns(
      3,
      this.#made.reduce((sum, set) => sum + set.places.length, 0),
    )
    for (const { setNo, places, numbers: content } of this.#made) {
      places.forEach((place, at) => {
        members.add(setNo, place, content[at]!)
      })
    }
    this.#made = []
    await this.#ofSets.append(this.#connection, members.finish())
    await this.#ofParts.append(this.#connection, named.finish())
    return rows.finish()
  }

  /** To be called when the transaction is committed, or when it is rolled back: what it stored is not there then. */
  settle(isCommitted: boolean): void {
    if (!isCommitted && this.#isUsed) {
      this.#sets = null
      this.#made = []
    }
    this.#isUsed = false
  }

  async #read(): Promise<PartSets> {
    const { sets, number } = this.#once
    await this.#numbering.begin()
    const found = new PartSets(
      () => this.#numbering.next(),
      (set) => this.#made.push(set),
    )
    const result = await this.#connection.stream(
      `SELECT set_no, place, ${number} FROM ${sets}
       WHERE set_no IN (SELECT DISTINCT set_no FROM ${sets} ORDER BY set_no DESC LIMIT ${MOST_READ}) ORDER BY set_no, place`,
    )
    let set: [place: number, number: number][] = []
    let setNo = 0
    const remember = () => {
      if (set.length === 0) return
      const [places, numbers] = [0, 1].map((at) => Int32Array.from(set, (member) => member[at]!))
      found.remember({ setNo, places: places!, numbers: numbers! })
      set = []
    }
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      const [setNos, places, numbers] = [0, 1, 2].map((column) => intsOf(chunk!, column))
      for (let row = 0; row < chunk.rowCount; row++) {
        if (setNos![row] !== setNo) remember()
        setNo = setNos![row]!
        set.push([places![row]!, numbers![row]!])
      }
    }
    remember()
    return found
  }
}

/** Columns of numbers, with room for so many rows. */
class Columns {
  readonly #columns: readonly Int32Array<ArrayBuffer>[]
  #rowCount = 0

  constructor(count: number, mostRows: number) {
    this.#columns = Array.from({ length: count }, () => new Int32Array(mostRows))
  }

  add(first: number, second: number, third: number, fourth = 0): void {
    const columns = this.#columns
    const row = this.#rowCount++
    columns[0]![row] = first
    columns[1]![row] = second
    columns[2]![row] = third
    if (columns.length > 3) columns[3]![row] = fourth
  }

  finish(): Rows {
    const columns = this.#columns.map((numbers) => ({ data: numbers.subarray(0, this.#rowCount), valid: null }))
    return { rowCount: this.#rowCount, columns }
  }
}
