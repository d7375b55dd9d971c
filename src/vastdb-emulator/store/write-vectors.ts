import { isUtf8 } from 'node:buffer'
import duckdb, { type Vector } from '@duckdb/node-bindings'
import { type Column, copyBits, isValid } from '../arrow/column.ts'
import { fromHalf } from '../arrow/half.ts'
import { byteWidth } from '../arrow/types.ts'
import { badRequest } from '../errors.ts'

/** Strings up to this length live inside DuckDB's 16-byte string entry. */
const INLINE_BYTES = 12
const ENTRY_BYTES = 16

/**
 * Copy `count` entries of a column from `start` on into an empty DuckDB vector of its storage type. Members of a null
 * struct must be null in DuckDB, so a struct passes its own validity down as `outer`, one bit an entry from 0 on.
 */
export function writeVector(
  vector: Vector,
  column: Column,
  start: number,
  count: number,
  outer: Uint8Array | null = null,
): void {
  if (count === 0) return
  const bits = validityBits(column, start, count, outer)
  if (bits) setValidity(vector, bits)
  const { type } = column.field
  switch (type.kind) {
    case 'utf8':
    case 'binary':
      writeStrings(vector, column, start, count)
      return
    case 'fixedBinary':
      writeFixedBinary(vector, column, start, count, type.width)
      return
    case 'bool':
      writeBooleans(vector, column, start, count)
      return
    case 'list':
    case 'map':
      writeLists(vector, column, start, count)
      return
    case 'fixedList':
      writeVector(duckdb.array_vector_get_child(vector), column.children[0]!, start * type.size, count * type.size)
      return
    case 'struct':
      column.children.forEach((child, index) => {
        writeVector(duckdb.struct_vector_get_child(vector, index), child, start, count, bits)
      })
      return
    case 'float':
      if (type.bits === 16) writeHalves(vector, column, start, count)
      else copyValues(vector, column, start, count)
      return
    default:
      copyValues(vector, column, start, count)
  }
}

/** Make every entry of an empty vector null. */
export function writeNulls(vector: Vector, count: number): void {
  setValidity(vector, new Uint8Array(Math.ceil(count / 64) * 8))
}

/** Write 64-bit row ids. */
export function writeRowIds(vector: Vector, rowIds: BigInt64Array, start: number, count: number): void {
  copy(vector, new Uint8Array(rowIds.buffer, rowIds.byteOffset + start * 8, count * 8))
}

/** Refuses strings that are not valid UTF-8: DuckDB would turn them into nulls. */
export function assertText(column: Column): void {
  if (column.field.type.kind === 'utf8') assertUtf8(column)
  for (const child of column.children) assertText(child)
}

function assertUtf8(column: Column): void {
  const offsets = column.offsets!
  const bytes = column.values!.subarray(offsets[0], offsets[column.length])
  const base = offsets[0]!
  let valid = isUtf8(bytes)
  for (let index = 1; valid && index < column.length; index++) {
    const at = offsets[index]! - base
    // A continuation byte at a boundary means a character was cut in two.
    if (at < bytes.byteLength && (bytes[at]! & 0xc0) === 0x80) valid = false
  }
  if (!valid) throw badRequest(`Column ${column.field.name} holds text that is not valid UTF-8`)
}

function validityBits(column: Column, start: number, count: number, outer: Uint8Array | null): Uint8Array | null {
  if (column.validity === null) return outer
  const bits = new Uint8Array(Math.ceil(count / 64) * 8)
  copyBits(bits, 0, column.validity, start, count)
  if (outer) for (let byte = 0; byte < bits.byteLength; byte++) bits[byte]! &= outer[byte]!
  return bits
}

function setValidity(vector: Vector, bits: Uint8Array): void {
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, bits.buffer as ArrayBuffer, bits.byteOffset, bits.byteLength)
}

function copy(vector: Vector, bytes: Uint8Array): void {
  duckdb.copy_data_to_vector(vector, 0, bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
}

function copyValues(vector: Vector, column: Column, start: number, count: number): void {
  const width = byteWidth(column.field.type)
  copy(vector, column.values!.subarray(start * width, (start + count) * width))
}

function writeHalves(vector: Vector, column: Column, start: number, count: number): void {
  const view = new DataView(column.values!.buffer, column.values!.byteOffset, column.values!.byteLength)
  const floats = Float32Array.from({ length: count }, (_, index) => fromHalf(view.getUint16((start + index) * 2, true)))
  copy(vector, new Uint8Array(floats.buffer))
}

function writeBooleans(vector: Vector, column: Column, start: number, count: number): void {
  const bytes = new Uint8Array(count)
  for (let index = 0; index < count; index++) bytes[index] = isValid(column.values, start + index) ? 1 : 0
  copy(vector, bytes)
}

/** Short strings are laid out here in one copy; only long ones cost a call each. */
function writeStrings(vector: Vector, column: Column, start: number, count: number): void {
  const offsets = column.offsets!
  const values = column.values!
  const entries = new Uint8Array(count * ENTRY_BYTES)
  const lengths = new Uint32Array(entries.buffer)
  const long: number[] = []
  for (let index = 0; index < count; index++) {
    const from = offsets[start + index]!
    const length = offsets[start + index + 1]! - from
    if (length > INLINE_BYTES) {
      if (isValid(column.validity, start + index)) long.push(index)
      continue
    }
    lengths[index * 4] = length
    const at = index * ENTRY_BYTES + 4
    for (let byte = 0; byte < length; byte++) entries[at + byte] = values[from + byte]!
  }
  copy(vector, entries)
  for (const index of long) {
    const bytes = values.subarray(offsets[start + index], offsets[start + index + 1])
    duckdb.vector_assign_string_element_len(vector, index, bytes)
  }
}

function writeFixedBinary(vector: Vector, column: Column, start: number, count: number, width: number): void {
  copy(vector, new Uint8Array(count * ENTRY_BYTES))
  for (let index = 0; index < count; index++) {
    if (!isValid(column.validity, start + index)) continue
    const at = (start + index) * width
    duckdb.vector_assign_string_element_len(vector, index, column.values!.subarray(at, at + width))
  }
}

function writeLists(vector: Vector, column: Column, start: number, count: number): void {
  const offsets = column.offsets!
  const first = offsets[start]!
  const total = offsets[start + count]! - first
  const entries = new BigUint64Array(count * 2)
  for (let index = 0; index < count; index++) {
    entries[index * 2] = BigInt(offsets[start + index]! - first)
    entries[index * 2 + 1] = BigInt(offsets[start + index + 1]! - offsets[start + index]!)
  }
  duckdb.list_vector_reserve(vector, total)
  duckdb.list_vector_set_size(vector, total)
  copy(vector, new Uint8Array(entries.buffer))
  writeVector(duckdb.list_vector_get_child(vector), column.children[0]!, first, total)
}
