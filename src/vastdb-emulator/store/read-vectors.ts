import duckdb, { type Vector } from '@duckdb/node-bindings'
import { type Column, copyBits, isValid, setBits } from '../arrow/column.ts'
import { toHalf } from '../arrow/half.ts'
import { byteWidth, type Field } from '../arrow/types.ts'

const INLINE_BYTES = 12
const ENTRY_BYTES = 16

/** Collects entries of DuckDB vectors into one Arrow column. */
interface ColumnSink {
  /** Take `count` entries of a vector from `start` on. */
  append(vector: Vector, start: number, count: number): void
  finish(): Column
}

/** A sink for columns stored as `storageType` says; `capacity` is the expected number of entries. */
export function columnSink(field: Field, capacity: number): ColumnSink {
  const { type } = field
  switch (type.kind) {
    case 'utf8':
    case 'binary':
      return new StringSink(field, capacity)
    case 'fixedBinary':
      return new FixedBinarySink(field, capacity, type.width)
    case 'bool':
      return new BooleanSink(field, capacity)
    case 'list':
      return new ListSink(field, capacity, type.item)
    case 'map':
      return new ListSink(field, capacity, type.entries)
    case 'fixedList':
      return new FixedListSink(field, capacity, type.item, type.size)
    case 'struct':
      return new StructSink(field, capacity, type.fields)
    case 'float':
      return type.bits === 16 ? new HalfSink(field, capacity) : new FixedWidthSink(field, capacity)
    default:
      return new FixedWidthSink(field, capacity)
  }
}

abstract class BaseSink implements ColumnSink {
  readonly field: Field
  protected length = 0
  #validity: Uint8Array
  #hasNulls = false

  constructor(field: Field, capacity: number) {
    this.field = field
    this.#validity = new Uint8Array((capacity + 7) >> 3)
  }

  append(vector: Vector, start: number, count: number): void {
    if (count === 0) return
    const bits = this.#appendValidity(vector, start, count)
    this.take(vector, start, count, bits)
    this.length += count
  }

  /** Copy values; `bits` is the vector's validity, indexed from its first entry. */
  protected abstract take(vector: Vector, start: number, count: number, bits: Uint8Array | null): void
  protected abstract parts(): Pick<Column, 'offsets' | 'values' | 'children'>

  finish(): Column {
    const validity = this.#hasNulls ? this.#validity.subarray(0, (this.length + 7) >> 3) : null
    return { field: this.field, length: this.length, validity, ...this.parts() }
  }

  #appendValidity(vector: Vector, start: number, count: number): Uint8Array | null {
    const bits = duckdb.vector_get_validity(vector, Math.ceil((start + count) / 64) * 8) as Uint8Array | null
    this.#validity = grown(this.#validity, (this.length + count + 7) >> 3)
    // Below a null list DuckDB marks every item null; items that cannot be null keep their (unseen) values instead.
    if (bits === null || !this.field.nullable) {
      setBits(this.#validity, this.length, count)
      return bits
    }
    copyBits(this.#validity, this.length, bits, start, count)
    this.#hasNulls = true
    return bits
  }
}

class FixedWidthSink extends BaseSink {
  readonly #width: number
  #values: Uint8Array

  constructor(field: Field, capacity: number) {
    super(field, capacity)
    this.#width = byteWidth(field.type)
    this.#values = new Uint8Array(capacity * this.#width)
  }

  protected take(vector: Vector, start: number, count: number, bits: Uint8Array | null): void {
    const data = duckdb.vector_get_data(vector, (start + count) * this.#width)
    this.#values = grown(this.#values, (this.length + count) * this.#width)
    this.#values.set(data.subarray(start * this.#width), this.length * this.#width)
    if (bits) this.#clearNulls(bits, start, count)
  }

  /** DuckDB leaves whatever was in memory behind a null. */
  #clearNulls(bits: Uint8Array, start: number, count: number): void {
    for (let index = 0; index < count; index++) {
      if (isValid(bits, start + index)) continue
      const at = (this.length + index) * this.#width
      this.#values.fill(0, at, at + this.#width)
    }
  }

  protected parts() {
    return { offsets: null, values: this.#values.subarray(0, this.length * this.#width), children: [] }
  }
}

class HalfSink extends BaseSink {
  readonly #values: number[] = []

  protected take(vector: Vector, start: number, count: number): void {
    const data = duckdb.vector_get_data(vector, (start + count) * 4)
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    for (let index = start; index < start + count; index++) this.#values.push(toHalf(view.getFloat32(index * 4, true)))
  }

  protected parts() {
    return { offsets: null, values: new Uint8Array(Uint16Array.from(this.#values).buffer), children: [] }
  }
}

class BooleanSink extends BaseSink {
  #bits: Uint8Array

  constructor(field: Field, capacity: number) {
    super(field, capacity)
    this.#bits = new Uint8Array((capacity + 7) >> 3)
  }

  protected take(vector: Vector, start: number, count: number): void {
    const data = duckdb.vector_get_data(vector, start + count)
    this.#bits = grown(this.#bits, (this.length + count + 7) >> 3)
    for (let index = 0; index < count; index++) {
      if (data[start + index]) setBits(this.#bits, this.length + index, 1)
    }
  }

  protected parts() {
    return { offsets: null, values: this.#bits.subarray(0, (this.length + 7) >> 3), children: [] }
  }
}

class StringSink extends BaseSink {
  #offsets: Int32Array
  #bytes: Uint8Array
  #end = 0

  constructor(field: Field, capacity: number) {
    super(field, capacity)
    this.#offsets = new Int32Array(capacity + 1)
    this.#bytes = new Uint8Array(capacity * INLINE_BYTES)
  }

  protected take(vector: Vector, start: number, count: number, bits: Uint8Array | null): void {
    const data = duckdb.vector_get_data(vector, (start + count) * ENTRY_BYTES)
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    this.#offsets = grownOffsets(this.#offsets, this.length + count + 1)
    for (let index = 0; index < count; index++) {
      if (isValid(bits, start + index)) this.#push(data, view, (start + index) * ENTRY_BYTES)
      this.#offsets[this.length + index + 1] = this.#end
    }
  }

  #push(data: Uint8Array, view: DataView, at: number): void {
    const length = view.getUint32(at, true)
    this.#bytes = grown(this.#bytes, this.#end + length)
    if (length <= INLINE_BYTES) {
      for (let byte = 0; byte < length; byte++) this.#bytes[this.#end + byte] = data[at + 4 + byte]!
    } else {
      const source = duckdb.get_data_from_pointer(data.buffer as ArrayBuffer, data.byteOffset + at + 8, length)
      this.#bytes.set(source, this.#end)
    }
    this.#end += length
  }

  protected parts() {
    return {
      offsets: this.#offsets.subarray(0, this.length + 1),
      values: this.#bytes.subarray(0, this.#end),
      children: [],
    }
  }
}

class FixedBinarySink extends BaseSink {
  readonly #width: number
  readonly #strings: StringSink

  constructor(field: Field, capacity: number, width: number) {
    super(field, capacity)
    this.#width = width
    this.#strings = new StringSink(field, capacity)
  }

  protected take(vector: Vector, start: number, count: number): void {
    this.#strings.append(vector, start, count)
  }

  protected parts() {
    const { offsets, values } = this.#strings.finish()
    const fixed = new Uint8Array(this.length * this.#width)
    for (let index = 0; index < this.length; index++) {
      fixed.set(values!.subarray(offsets![index], offsets![index + 1]), index * this.#width)
    }
    return { offsets: null, values: fixed, children: [] }
  }
}

class ListSink extends BaseSink {
  readonly #items: ColumnSink
  #offsets: Int32Array
  #end = 0

  constructor(field: Field, capacity: number, item: Field) {
    super(field, capacity)
    this.#offsets = new Int32Array(capacity + 1)
    this.#items = columnSink(item, capacity)
  }

  protected take(vector: Vector, start: number, count: number, bits: Uint8Array | null): void {
    const data = duckdb.vector_get_data(vector, (start + count) * ENTRY_BYTES)
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const child = duckdb.list_vector_get_child(vector)
    this.#offsets = grownOffsets(this.#offsets, this.length + count + 1)
    let runStart = 0
    let runLength = 0
    for (let index = 0; index < count; index++) {
      if (isValid(bits, start + index)) {
        const at = (start + index) * ENTRY_BYTES
        const offset = Number(view.getBigUint64(at, true))
        const length = Number(view.getBigUint64(at + 8, true))
        if (offset !== runStart + runLength) {
          this.#items.append(child, runStart, runLength)
          runStart = offset
          runLength = 0
        }
        runLength += length
        this.#end += length
      }
      this.#offsets[this.length + index + 1] = this.#end
    }
    this.#items.append(child, runStart, runLength)
  }

  protected parts() {
    return { offsets: this.#offsets.subarray(0, this.length + 1), values: null, children: [this.#items.finish()] }
  }
}

class FixedListSink extends BaseSink {
  readonly #items: ColumnSink
  readonly #size: number

  constructor(field: Field, capacity: number, item: Field, size: number) {
    super(field, capacity)
    this.#size = size
    this.#items = columnSink(item, capacity * size)
  }

  protected take(vector: Vector, start: number, count: number): void {
    this.#items.append(duckdb.array_vector_get_child(vector), start * this.#size, count * this.#size)
  }

  protected parts() {
    return { offsets: null, values: null, children: [this.#items.finish()] }
  }
}

class StructSink extends BaseSink {
  readonly #members: readonly ColumnSink[]

  constructor(field: Field, capacity: number, members: readonly Field[]) {
    super(field, capacity)
    this.#members = members.map((member) => columnSink(member, capacity))
  }

  protected take(vector: Vector, start: number, count: number): void {
    this.#members.forEach((member, index) => {
      member.append(duckdb.struct_vector_get_child(vector, index), start, count)
    })
  }

  protected parts() {
    return { offsets: null, values: null, children: this.#members.map((member) => member.finish()) }
  }
}

function grown(bytes: Uint8Array, needed: number): Uint8Array {
  if (needed <= bytes.byteLength) return bytes
  const larger = new Uint8Array(Math.max(needed, bytes.byteLength * 2))
  larger.set(bytes)
  return larger
}

function grownOffsets(offsets: Int32Array, needed: number): Int32Array {
  if (needed <= offsets.length) return offsets
  const larger = new Int32Array(Math.max(needed, offsets.length * 2))
  larger.set(offsets)
  return larger
}
