import { hash } from 'node:crypto'
import type { ColumnDefinition } from '../definition.ts'
import type { EncodedColumn, StringPool } from './batch.ts'

/**
 * How rows become a digest, the same in every catalog and on every machine. A cell is 128 bits: of a text the first
 * half of SHA-256 over its UTF-8, of anything else its value's own bits. Each cell is mixed with the name of its table and
 * column; a row is the mixed sum of its cells that are not null, so that neither the order of columns nor a column
 * added later changes it; rows add up, so that their order does not matter. Sums are four of 32 bits each. It finds loss, damage
 * and hands that change rows; it is no signature: whoever knows this recipe can make a new one.
 */
const LANES = 4

/** A sum of digests. */
export class DigestSum {
  readonly #lanes = new Uint32Array(LANES)

  /** Adds the digest at a place of several, `times` times: -1 takes it away. */
  add(lanes: Uint32Array, at = 0, times = 1): this {
    for (let lane = 0; lane < LANES; lane++) this.#lanes[lane]! += Math.imul(lanes[at * LANES + lane]!, times)
    return this
  }

  /** The same for its hex form. */
  addHex(hex: string, times = 1): this {
    return this.add(lanesOf(hex), 0, times)
  }

  /** 32 hex digits. */
  toString(): string {
    return Array.from(this.#lanes, (lane) => lane.toString(16).padStart(8, '0')).join('')
  }
}

function lanesOf(hex: string): Uint32Array {
  const lanes = new Uint32Array(LANES)
  for (let lane = 0; lane < LANES; lane++) lanes[lane] = Number.parseInt(hex.slice(lane * 8, lane * 8 + 8), 16)
  return lanes
}

/** From the first bytes of a hash, a character each. */
function setLanes(lanes: Uint32Array, at: number, hashed: string): void {
  const byte = (index: number) => hashed.charCodeAt(index)
  for (let lane = 0, from = 0; lane < LANES; lane++, from += 4) {
    lanes[at + lane] = (byte(from) << 24) | (byte(from + 1) << 16) | (byte(from + 2) << 8) | byte(from + 3)
  }
}

/** The cells of texts by their code, each hashed when it is first asked for. */
export class TextCells {
  readonly #pool: StringPool
  readonly #lanes: Uint32Array
  readonly #isKnown: Uint8Array

  constructor(pool: StringPool) {
    this.#pool = pool
    const count = pool.offsets.length - 1
    this.#lanes = new Uint32Array(count * LANES)
    this.#isKnown = new Uint8Array(count)
  }

  /** Four numbers from `code * 4` on. */
  of(code: number): Uint32Array {
    if (this.#isKnown[code] === 0) {
      this.#isKnown[code] = 1
      const bytes = this.#pool.bytes.subarray(this.#pool.offsets[code], this.#pool.offsets[code + 1])
      setLanes(this.#lanes, code * LANES, hash('sha256', bytes, 'binary'))
    }
    return this.#lanes
  }
}

/** What of a table a digest covers. */
interface DigestedTable {
  readonly name: string
  readonly columns: readonly (ColumnDefinition & { readonly varies?: true })[]
}

/**
 * The digest of each row, four numbers a row. Columns that change after a row is stored are no part of it. `like` names
 * for some rows an earlier one with the same cells but for columns that vary, -1 for none.
 */
export function digestRows(
  { name, columns }: DigestedTable,
  rows: { readonly rowCount: number; readonly columns: readonly EncodedColumn[] },
  texts: TextCells,
  like: Int32Array | null = null,
): Uint32Array {
  const sums = new Uint32Array(rows.rowCount * LANES)
  const add = (isWanted: (column: (typeof columns)[number]) => boolean, skipped: Int32Array | null) => {
    columns.forEach((column, index) => {
      if (column.digest === 'none' || !isWanted(column)) return
      addCells(sums, rows.columns[index]!, column, seedOf(`${name}.${column.name}`), texts, skipped)
    })
  }
  add(({ varies }) => !varies, like)
  if (like !== null) {
    for (let row = 0; row < rows.rowCount; row++) {
      const from = like[row]! * LANES
      if (from >= 0) sums.copyWithin(row * LANES, from, from + LANES)
    }
  }
  add(({ varies }) => varies === true, null)
  const seed = seedOf(name)
  const mixed = new Uint32Array(LANES)
  for (let row = 0; row < rows.rowCount; row++) {
    mix(mixed, seed, sums, row * LANES)
    sums.set(mixed, row * LANES)
  }
  return sums
}

function addCells(
  sums: Uint32Array,
  { data, valid, lengths, cells }: EncodedColumn,
  { type }: ColumnDefinition,
  seed: Uint32Array,
  texts: TextCells,
  skipped: Int32Array | null,
): void {
  const rowCount = sums.length / LANES
  const mixed = new Uint32Array(LANES)
  const cell = new Uint32Array(LANES)
  let lastCode = -1
  let item = 0
  for (let row = 0; row < rowCount; row++) {
    if (skipped !== null && skipped[row]! >= 0) continue
    if (type === 'utf8') {
      const code = data[row] as number
      if (code < 0) continue
      // Neighbouring rows often hold the same text.
      if (code !== lastCode) mix(mixed, seed, texts.of(code), code * LANES)
      lastCode = code
    } else {
      if (valid && valid[row] === 0) continue
      if (cells) {
        for (let lane = 0; lane < LANES; lane++) cell[lane] = cells[row * LANES + lane]!
      } else if (typeof type === 'object') {
        const size = 'vector' in type ? type.vector : lengths![row]!
        vectorCell(cell, data as Float32Array, item, size)
        item += size
      } else numberCell(cell, data[row]!, type === 'float32' || type === 'float64')
      mix(mixed, seed, cell, 0)
    }
    for (let lane = 0; lane < LANES; lane++) sums[row * LANES + lane]! += mixed[lane]!
  }
}

const scratch = new DataView(new ArrayBuffer(8))

/** A 64-bit number, as two of the cell's numbers from `at` on; float32 as the float64 of the same value, and one NaN for all. */
export function numberCell(cell: Uint32Array, value: number | bigint, isFloat: boolean, at = 0): void {
  if (typeof value === 'bigint') scratch.setBigInt64(0, value)
  else if (isFloat) scratch.setFloat64(0, Number.isNaN(value) ? Number.NaN : value)
  else {
    scratch.setInt32(0, value < 0 ? -1 : 0)
    scratch.setInt32(4, value)
  }
  cell[at] = scratch.getUint32(0)
  cell[at + 1] = scratch.getUint32(4)
}

/** Puts into four numbers what digests make of the vector `data[start, start + size)`. */
export function vectorCell(cell: Uint32Array, data: Float32Array, start: number, size: number): void {
  cell.fill(size)
  const bits = new Uint32Array(data.buffer, data.byteOffset + start * 4, size)
  for (let index = 0; index < size; index++) {
    const lane = index & (LANES - 1)
    const value = Math.imul(cell[lane]! ^ bits[index]!, MULTIPLIERS[lane]!)
    cell[lane] = value ^ (value >>> 15)
  }
}

/** Odd numbers of the golden ratio and of MurmurHash3's finalizer. */
const MULTIPLIERS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const

/** Every bit of a cell and of a seed turns about half of the bits of the result; a bijection of cells for each seed. */
function mix(out: Uint32Array, seed: Uint32Array, cell: Uint32Array, at: number): void {
  let a = seed[0]! ^ cell[at]!
  let b = seed[1]! ^ cell[at + 1]!
  let c = seed[2]! ^ cell[at + 2]!
  let d = seed[3]! ^ cell[at + 3]!
  for (let round = 0; round < 3; round++) {
    a = Math.imul(a ^ (a >>> 16), MULTIPLIERS[0])
    b = Math.imul(b ^ (b >>> 15), MULTIPLIERS[1])
    c = Math.imul(c ^ (c >>> 16), MULTIPLIERS[2])
    d = Math.imul(d ^ (d >>> 15), MULTIPLIERS[3])
    a = (a + b) | 0
    b = (b + c) | 0
    c = (c + d) | 0
    d = (d + a) | 0
  }
  out[0] = a ^ (a >>> 16)
  out[1] = b ^ (b >>> 16)
  out[2] = c ^ (c >>> 16)
  out[3] = d ^ (d >>> 16)
}

const seeds = new Map<string, Uint32Array>()

function seedOf(name: string): Uint32Array {
  const known = seeds.get(name)
  if (known) return known
  const seed = lanesOf(hash('sha256', name, 'hex'))
  seeds.set(name, seed)
  return seed
}
