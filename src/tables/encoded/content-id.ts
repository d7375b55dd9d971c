import { hash } from 'node:crypto'
import type { ColumnDefinition } from '../definition.ts'
import type { ColumnData, EncodedColumn } from './batch.ts'
import { numberCell, type TextCells } from './digest.ts'

/** Where a row stands; all that its other columns say is its content. */
const PLACE: ReadonlySet<string> = new Set(['file_id', 'file_path', 'part_index'])

/** Which columns of a table are the content of a row: what rows of many files have in common. */
export function contentColumns(columns: readonly ColumnDefinition[]): number[] {
  return columns.flatMap(({ name }, index) => (PLACE.has(name) ? [] : [index]))
}

interface ContentRows {
  readonly rowCount: number
  readonly columns: readonly EncodedColumn[]
  readonly contentIds?: BigInt64Array<ArrayBuffer>
}

/**
 * What names the content of each row wherever it is stored: the first 64 bits of SHA-256 over its cells that are not null, each behind
 * its place among them, as digests have them, and vectors by their ids. Rows whose cells are the same are hashed once.
 */
export function contentIds(
  columns: readonly ColumnDefinition[],
  rows: ContentRows,
  texts: TextCells,
): BigInt64Array<ArrayBuffer> {
  if (rows.contentIds) return rows.contentIds
  const content = contentColumns(columns).map((index) => new ContentColumn(columns[index]!, rows.columns[index]!))
  const ids = new BigInt64Array(rows.rowCount)
  const halves = new Int32Array(ids.buffer)
  const hashes = new Uint32Array(rows.rowCount)
  for (const column of content) column.addTo(hashes)
  // Open-addressed: the first row of each content, counted from 1.
  const slots = new Int32Array(slotsFor(rows.rowCount))
  const cells = new Uint32Array(content.length * 5)
  for (let row = 0; row < rows.rowCount; row++) {
    let slot = hashes[row]! & (slots.length - 1)
    while (slots[slot] !== 0 && !isSame(content, hashes, slots[slot]! - 1, row)) slot = (slot + 1) & (slots.length - 1)
    if (slots[slot] === 0) {
      slots[slot] = row + 1
      setId(halves, row, content, cells, texts)
      continue
    }
    const first = slots[slot]! - 1
    halves[row * 2] = halves[first * 2]!
    halves[row * 2 + 1] = halves[first * 2 + 1]!
  }
  return ids
}

function setId(
  halves: Int32Array,
  row: number,
  content: readonly ContentColumn[],
  cells: Uint32Array,
  texts: TextCells,
): void {
  let length = 0
  content.forEach((column, place) => {
    if (column.isNull(row)) return
    cells[length] = place
    column.setCell(cells.subarray(length + 1, length + 5), row, texts)
    length += 5
  })
  const hashed = hash('sha256', new Uint8Array(cells.buffer, 0, length * 4), 'buffer')
  halves[row * 2] = hashed.readInt32LE(0)
  halves[row * 2 + 1] = hashed.readInt32LE(4)
}

function isSame(content: readonly ContentColumn[], hashes: Uint32Array, one: number, other: number): boolean {
  if (hashes[one] !== hashes[other]) return false
  for (const column of content) if (!column.isSame(one, other)) return false
  return true
}

function slotsFor(rows: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, rows * 1.5)))
}

/** One column as words that can be compared: those of a null are whatever its writer put there, the same each time. */
class ContentColumn {
  readonly #column: EncodedColumn
  readonly #isText: boolean
  readonly #isFloat: boolean
  readonly #words: Int32Array | Uint8Array
  readonly #isWide: boolean

  constructor({ type, name }: ColumnDefinition, { data, valid, ids }: EncodedColumn) {
    if (typeof type === 'object' && !ids) throw new RangeError(`Expected the ids of vectors for ${name}`)
    this.#column = { data: ids ?? data, valid }
    this.#isText = type === 'utf8'
    this.#isFloat = type === 'float32' || type === 'float64'
    this.#words = wordsOf(this.#column.data)
    this.#isWide = this.#column.data.BYTES_PER_ELEMENT === 8
  }

  addTo(hashes: Uint32Array): void {
    const words = this.#words
    for (let row = 0; row < hashes.length; row++) {
      if (this.#isWide) hashes[row] = mixed(mixed(hashes[row]!, words[row * 2]!), words[row * 2 + 1]!)
      else hashes[row] = mixed(hashes[row]!, words[row]!)
    }
  }

  isSame(one: number, other: number): boolean {
    const { valid } = this.#column
    const words = this.#words
    if (valid && valid[one] !== valid[other]) return false
    if (!this.#isWide) return words[one] === words[other]
    return words[one * 2] === words[other * 2] && words[one * 2 + 1] === words[other * 2 + 1]
  }

  isNull(row: number): boolean {
    const { data, valid } = this.#column
    return this.#isText ? (data[row] as number) < 0 : valid?.[row] === 0
  }

  setCell(cell: Uint32Array, row: number, texts: TextCells): void {
    const value = this.#column.data[row]!
    if (!this.#isText) {
      cell.fill(0)
      numberCell(cell, value, this.#isFloat)
      return
    }
    const code = Number(value)
    cell.set(texts.of(code).subarray(code * 4, code * 4 + 4))
  }
}

function wordsOf(data: ColumnData): Int32Array | Uint8Array {
  if (data instanceof Uint8Array) return data
  return new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4)
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1)
  return (product ^ (product >>> 15)) >>> 0
}
