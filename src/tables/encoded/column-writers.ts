import type { CellType } from '../definition.ts'
import type { ColumnData, EncodedColumn, StringPool } from './batch.ts'
import { vectorId } from './vector-id.ts'

/** Collects distinct strings as UTF-8 and hands out their codes. */
export class StringCollector {
  readonly #codes = new Map<string, number>()
  #bytes = Buffer.allocUnsafeSlow(64 * 1024)
  #offsets = new Uint32Array(1024)

  /** Bytes of the strings so far. */
  get byteLength(): number {
    return this.#offsets[this.#codes.size]!
  }

  code(text: string): number {
    const known = this.#codes.get(text)
    if (known !== undefined) return known
    const code = this.#codes.size
    const start = this.#offsets[code]!
    // A UTF-16 unit is at most three bytes of UTF-8.
    if (start + text.length * 3 > this.#bytes.length) this.#growBytes(start + text.length * 3)
    if (code + 1 === this.#offsets.length) this.#offsets = grown(this.#offsets, this.#offsets.length * 2)
    this.#offsets[code + 1] = start + this.#bytes.write(text, start, 'utf8')
    this.#codes.set(text, code)
    return code
  }

  /** The strings so far, in memory that the next one may change. */
  view(): StringPool {
    const count = this.#codes.size
    const bytes = this.#bytes
    return {
      bytes: new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, this.#offsets[count]),
      offsets: this.#offsets.subarray(0, count + 1),
    }
  }

  finish(): StringPool {
    const count = this.#codes.size
    const end = this.#offsets[count]!
    return { bytes: new Uint8Array(this.#bytes.subarray(0, end)), offsets: this.#offsets.slice(0, count + 1) }
  }

  #growBytes(needed: number): void {
    const next = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(next)
    this.#bytes = next
  }
}

/** Writes one column, row by row. `null` and `undefined` are null; rows that are never set are null too. */
export interface ColumnWriter {
  set(row: number, value: unknown): void
  /** Gives each row in [start, end) the cell of the earlier one that `like` names, none where that is -1. */
  copyLike(like: Int32Array, start: number, end: number): void
  /** Makes room for this many rows. */
  reserve(capacity: number): void
  /** The first `rows` rows. */
  finish(rows: number): EncodedColumn
}

/** A writer for `capacity` rows of a type. */
export function columnWriter(type: CellType, capacity: number, strings: StringCollector): ColumnWriter {
  if (typeof type === 'object') return 'vector' in type ? new VectorWriter(type.vector) : new ListWriter()
  switch (type) {
    case 'utf8':
      return new TextWriter(capacity, strings)
    case 'int32':
      return new NumberWriter(new Int32Array(capacity), isInt32)
    case 'float32':
      return new NumberWriter(new Float32Array(capacity), isNumber)
    case 'float64':
      return new NumberWriter(new Float64Array(capacity), isNumber)
    case 'bool':
      return new NumberWriter(new Uint8Array(capacity), isBoolean)
    case 'int64':
    case 'timestamp':
      return new Int64Writer(capacity)
  }
}

class TextWriter implements ColumnWriter {
  #codes: Int32Array<ArrayBuffer>
  readonly #strings: StringCollector
  #last: unknown = undefined
  #lastCode = -1

  constructor(capacity: number, strings: StringCollector) {
    this.#codes = new Int32Array(capacity).fill(-1)
    this.#strings = strings
  }

  set(row: number, value: unknown): void {
    // Neighbouring rows often share the very same string (file_id, file_path, source).
    if (value !== this.#last) {
      this.#last = value
      this.#lastCode = typeof value === 'string' ? this.#strings.code(value) : -1
    }
    this.#codes[row] = this.#lastCode
  }

  copyLike(like: Int32Array, start: number, end: number): void {
    copyLike(this.#codes, like, start, end)
  }

  reserve(capacity: number): void {
    const filled = this.#codes.length
    this.#codes = grown(this.#codes, capacity).fill(-1, filled)
  }

  finish(rows: number): EncodedColumn {
    return { data: this.#codes.slice(0, rows), valid: null }
  }
}

class NumberWriter implements ColumnWriter {
  #data: Exclude<ColumnData, BigInt64Array>
  #valid: Uint8Array<ArrayBuffer>
  readonly #fits: (value: unknown) => boolean

  constructor(data: Exclude<ColumnData, BigInt64Array>, fits: (value: unknown) => boolean) {
    this.#data = data
    this.#valid = new Uint8Array(data.length)
    this.#fits = fits
  }

  /** A value that does not fit the column is null: the payload's JSON columns still hold it. */
  set(row: number, value: unknown): void {
    const fits = this.#fits(value)
    this.#valid[row] = fits ? 1 : 0
    this.#data[row] = fits ? Number(value) : 0
  }

  copyLike(like: Int32Array, start: number, end: number): void {
    copyLike(this.#valid, like, start, end)
    copyLike(this.#data, like, start, end)
  }

  reserve(capacity: number): void {
    this.#data = grown(this.#data, capacity)
    this.#valid = grown(this.#valid, capacity)
  }

  finish(rows: number): EncodedColumn {
    return { data: this.#data.slice(0, rows), valid: validity(this.#valid, rows) }
  }
}

class Int64Writer implements ColumnWriter {
  #data: BigInt64Array<ArrayBuffer>
  #valid: Uint8Array<ArrayBuffer>

  constructor(capacity: number) {
    this.#data = new BigInt64Array(capacity)
    this.#valid = new Uint8Array(capacity)
  }

  set(row: number, value: unknown): void {
    const integer = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : null
    this.#valid[row] = integer === null ? 0 : 1
    this.#data[row] = integer ?? 0n
  }

  copyLike(like: Int32Array, start: number, end: number): void {
    copyLike(this.#valid, like, start, end)
    copyLike(this.#data, like, start, end)
  }

  reserve(capacity: number): void {
    this.#data = grown(this.#data, capacity)
    this.#valid = grown(this.#valid, capacity)
  }

  finish(rows: number): EncodedColumn {
    return { data: this.#data.slice(0, rows), valid: validity(this.#valid, rows) }
  }
}

/** Holds the vectors themselves until the end, so that rows without one cost nothing. */
export class VectorWriter implements ColumnWriter {
  readonly #dimension: number
  readonly #vectors: (Float32Array | undefined)[] = []
  #count = 0

  constructor(dimension: number) {
    this.#dimension = dimension
  }

  set(row: number, value: unknown): void {
    if (value === null || value === undefined) {
      delete this.#vectors[row]
      return
    }
    if (!(value instanceof Float32Array) || value.length !== this.#dimension) {
      throw new RangeError(`Expected a vector of ${this.#dimension} float32 values`)
    }
    this.#vectors[row] = value
    this.#count += 1
  }

  copyLike(like: Int32Array, start: number, end: number): void {
    for (let row = start; row < end; row++) if (like[row]! >= 0) this.set(row, this.#vectors[like[row]!])
  }

  /** Bytes of the vectors that were set. */
  get byteLength(): number {
    return this.#count * this.#dimension * Float32Array.BYTES_PER_ELEMENT
  }

  reserve(): void {}

  /** The column with the ids of its vectors: frames of one kind share one vector, which is hashed once. */
  finishWithIds(rows: number): EncodedColumn {
    const known = new Map<Float32Array, bigint>()
    const ids = new BigInt64Array(rows)
    for (let row = 0; row < rows; row++) {
      const vector = this.#vectors[row]
      if (!vector) continue
      const id = known.get(vector) ?? vectorId(vector)
      known.set(vector, id)
      ids[row] = id
    }
    return { ...this.finish(rows), ids }
  }

  finish(rows: number): EncodedColumn {
    const valid = new Uint8Array(rows)
    let count = 0
    for (let row = 0; row < rows; row++) if (this.#vectors[row]) valid[row] = ++count && 1
    const data = new Float32Array(count * this.#dimension)
    let at = 0
    for (let row = 0; row < rows; row++) {
      const vector = this.#vectors[row]
      if (vector) data.set(vector, this.#dimension * at++)
    }
    return { data, valid: count === rows ? null : valid }
  }
}

class ListWriter implements ColumnWriter {
  readonly #lists: (Float32Array | undefined)[] = []

  set(row: number, value: unknown): void {
    if (value === null || value === undefined) delete this.#lists[row]
    else if (value instanceof Float32Array) this.#lists[row] = value
    else throw new RangeError('Expected a list of float32 values')
  }

  copyLike(like: Int32Array, start: number, end: number): void {
    for (let row = start; row < end; row++) if (like[row]! >= 0) this.set(row, this.#lists[like[row]!])
  }

  reserve(): void {}

  finish(rows: number): EncodedColumn {
    const lengths = new Uint32Array(rows)
    const valid = new Uint8Array(rows)
    let items = 0
    for (let row = 0; row < rows; row++) {
      const list = this.#lists[row]
      valid[row] = list ? 1 : 0
      lengths[row] = list?.length ?? 0
      items += lengths[row]!
    }
    const data = new Float32Array(items)
    let at = 0
    for (const list of this.#lists.slice(0, rows)) {
      if (!list) continue
      data.set(list, at)
      at += list.length
    }
    return { data, valid: validity(valid, rows), lengths }
  }
}

function isInt32(value: unknown): boolean {
  return typeof value === 'number' && (value | 0) === value
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number'
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function copyLike(cells: { [row: number]: number | bigint }, like: Int32Array, start: number, end: number): void {
  for (let row = start; row < end; row++) {
    const from = like[row]!
    if (from >= 0) cells[row] = cells[from]!
  }
}

function validity(valid: Uint8Array<ArrayBuffer>, rows: number): Uint8Array<ArrayBuffer> | null {
  const used = valid.subarray(0, rows)
  return used.includes(0) ? used.slice() : null
}

/** The array with room for more items. */
export function grown<A extends ColumnData | Uint32Array<ArrayBuffer>>(array: A, length: number): A {
  const next = new (array.constructor as new (length: number) => A)(length)
  next.set(array as never)
  return next
}
