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
 * its place among them, as digests have them, and vectors by their ids. Rows whose cells are the same are hashed once;
 * `like` names for some an earlier one with the same cells but for columns that vary, -1 for none.
 */
export function contentIds(
  columns: readonly (ColumnDefinition & { readonly varies?: true })[],
  rows: ContentRows,
  texts: TextCells,
  like: Int32Array | null = null,
): BigInt64Array<ArrayBuffer> {
  if (rows.contentIds) return rows.contentIds
  const content = contentColumns(columns).map((index) => new ContentColumn(columns[index]!, rows.columns[index]!))
  const ids = new BigInt64Array(rows.rowCount)
  const halves = new Int32Array(ids.buffer)
  const varying = content.filter(({ varies }) => varies)
  const hashes = new Int32Array(rows.rowCount)
  // Open-addressed: the first row of each content, counted from 1.
  const slots = new Int32Array(slotsFor(rows.rowCount))
  const cells = new Uint32Array(content.length * 5)
  for (let row = 0; row < rows.rowCount; row++) {
    const known = like?.[row] ?? -1
    if (known >= 0 && areSame(varying, known, row)) {
      halves[row * 2] = halves[known * 2]!
      halves[row * 2 + 1] = halves[known * 2 + 1]!
      continue
    }
    let hashed = 0
    for (const column of content) hashed = column.addTo(hashed, row)
    hashes[row] = hashed
    let slot = hashed & (slots.length - 1)
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
    column.setCell(cells, length + 1, row, texts)
    length += 5
  })
  const hashed = hash('sha256', new Uint8Array(cells.buffer, 0, length * 4), 'binary')
  halves[row * 2] = wordIn(hashed, 0)
  halves[row * 2 + 1] = wordIn(hashed, 4)
}

/** Of bytes that are a character each, the first one lowest. */
function wordIn(bytes: string, at: number): number {
  const byte = (index: number) => bytes.charCodeAt(at + index)
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24)
}

function isSame(content: readonly ContentColumn[], hashes: Int32Array, one: number, other: number): boolean {
  return hashes[one] === hashes[other] && areSame(content, one, other)
}

function areSame(columns: readonly ContentColumn[], one: number, other: number): boolean {
  for (const column of columns) if (!column.isSame(one, other)) return false
  return true
}

function slotsFor(rows: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, rows * 1.5)))
}

/** One column as words that can be compared: those of a null are whatever its writer put there, the same each time. */
class ContentColumn {
  readonly varies: boolean
  readonly #column: EncodedColumn
  readonly #isText: boolean
  readonly #isFloat: boolean
  readonly #words: Int32Array | Uint8Array
  readonly #isWide: boolean

  constructor({ type, name, varies }: ColumnDefinition & { varies?: true }, { data, valid, ids }: EncodedColumn) {
    this.varies = varies === true
    if (typeof type === 'object' && !ids) throw new RangeError(`Expected the ids of vectors for ${name}`)
    this.#column = { data: ids ?? data, valid }
    this.#isText = type === 'utf8'
    this.#isFloat = type === 'float32' || type === 'float64'
    this.#words = wordsOf(this.#column.data)
    this.#isWide = this.#column.data.BYTES_PER_ELEMENT === 8
  }

  addTo(hash: number, row: number): number {
    const words = this.#words
    return this.#isWide ? mixed(mixed(hash, words[row * 2]!), words[row * 2 + 1]!) : mixed(hash, words[row]!)
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

  /** Puts four numbers there. */
  setCell(cells: Uint32Array, at: number, row: number, texts: TextCells): void {
    const value = this.#column.data[row]!
    if (!this.#isText) {
      numberCell(cells, value, this.#isFloat, at)
      cells[at + 2] = 0
      cells[at + 3] = 0
      return
    }
    const code = Number(value)
    const lanes = texts.of(code)
    for (let lane = 0; lane < 4; lane++) cells[at + lane] = lanes[code * 4 + lane]!
  }
}

function wordsOf(data: ColumnData): Int32Array | Uint8Array {
  if (data instanceof Uint8Array) return data
  return new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4)
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1)
  // Signed, which V8 keeps without an object.
  return product ^ (product >>> 15)
}
