import { ByteBuffer } from 'flatbuffers'
import * as fb from '../../vastdb/flatbuffers/generated/arrow.ts'
import { badRequest } from '../errors.ts'
import { type Batch, type Column, nullCount } from './column.ts'
import { toFields, toSchemaMetadata } from './schema-codec.ts'
import { byteWidth, childrenOf, type Field } from './types.ts'

const CONTINUATION = 0xffff_ffff
const PREFIX_BYTES = 8

/** What an Arrow IPC stream in a request body held. `batch` is null when the stream is a schema alone. */
interface IpcContent {
  readonly fields: readonly Field[]
  readonly batch: Batch | null
}

interface IpcMessage {
  readonly message: fb.Message
  readonly body: Uint8Array
  readonly end: number
}

/** The schema of a request body: a bare schema message, or a whole stream of which the rest is ignored. */
export function readIpcSchema(bytes: Uint8Array): readonly Field[] {
  return readSchemaMessage(bytes).fields
}

/** Key-value pairs of the schema that a body starts with, as a whole. */
export function readIpcSchemaMetadata(bytes: Uint8Array): readonly (readonly [string, string])[] {
  return readSchemaMessage(bytes).metadata
}

/**
 * A schema and at most one record batch, as insert, update and delete send them.
 * Throws a 400 for truncated, compressed or inconsistent messages and for more than one non-empty batch.
 */
export function readIpcStream(bytes: Uint8Array): IpcContent {
  const { fields, end } = readSchemaMessage(bytes)
  let batch: Batch | null = null
  let at = end
  for (let next = readMessage(bytes, at); next; next = readMessage(bytes, at)) {
    at = next.end
    if (next.message.headerType() !== fb.MessageHeader.RecordBatch) throw badRequest('Expected a record batch message')
    const found = readBatch(next.message.header(new fb.RecordBatch()), next.body, fields)
    if (batch !== null && batch.length > 0 && found.length > 0)
      throw badRequest('A request may hold one record batch only')
    if (batch === null || batch.length === 0) batch = found
  }
  return { fields, batch }
}

function readSchemaMessage(bytes: Uint8Array) {
  const first = readMessage(bytes, 0)
  if (!first || first.message.headerType() !== fb.MessageHeader.Schema) {
    throw badRequest(`Expected an Arrow schema message in a body of ${bytes.byteLength} bytes`)
  }
  const schema: fb.Schema = first.message.header(new fb.Schema())
  return { fields: toFields(schema), metadata: toSchemaMetadata(schema), end: first.end }
}

function readMessage(bytes: Uint8Array, start: number): IpcMessage | null {
  if (start + PREFIX_BYTES > bytes.byteLength) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(start, true) !== CONTINUATION) throw badRequest(`No Arrow message at byte ${start}`)
  const metadataLength = view.getInt32(start + 4, true)
  if (metadataLength === 0) return null
  const metadataStart = start + PREFIX_BYTES
  const bodyStart = metadataStart + metadataLength
  if (metadataLength < 8 || bodyStart > bytes.byteLength) throw truncated(start, bytes)
  const message = fb.Message.getRootAsMessage(new ByteBuffer(bytes.subarray(metadataStart, bodyStart)))
  const bodyLength = message.bodyLength()
  if (bodyLength < 0n || bodyLength > BigInt(bytes.byteLength - bodyStart)) throw truncated(start, bytes)
  const end = bodyStart + Number(bodyLength)
  return { message, body: bytes.subarray(bodyStart, end), end }
}

function truncated(start: number, bytes: Uint8Array): Error {
  return badRequest(`The Arrow message at byte ${start} is longer than the body of ${bytes.byteLength} bytes`)
}

function readBatch(batch: fb.RecordBatch, body: Uint8Array, fields: readonly Field[]): Batch {
  if (batch.compression()) throw badRequest('Compressed record batches are not supported')
  const cursor = new BatchCursor(batch, body)
  const length = cursor.toLength(batch.length(), 'row count')
  const columns = fields.map((field) => cursor.read(field, length))
  return { length, columns }
}

/** Walks nodes and buffers of a record batch in schema order, checking every claim against the body. */
class BatchCursor {
  readonly #batch: fb.RecordBatch
  readonly #body: Uint8Array
  #node = 0
  #buffer = 0

  constructor(batch: fb.RecordBatch, body: Uint8Array) {
    this.#batch = batch
    this.#body = body
  }

  toLength(value: bigint, what: string): number {
    if (value < 0n || value > 0x7fff_fffen) throw badRequest(`A record batch claims a ${what} of ${value}`)
    return Number(value)
  }

  read(field: Field, expected: number | null): Column {
    if (this.#node >= this.#batch.nodesLength())
      throw badRequest(`The record batch has no data for column ${field.name}`)
    const node = this.#batch.nodes(this.#node++)!
    const length = this.toLength(node.length(), 'column length')
    if (expected !== null && length < expected) {
      throw badRequest(`Column ${field.name} has ${length} values where ${expected} were announced`)
    }
    if (field.type.kind === 'null') return { field, length, validity: null, offsets: null, values: null, children: [] }
    const validity = this.#validity(field, length, node.nullCount())
    const base = { field, length, validity, offsets: null, values: null, children: [] }
    switch (field.type.kind) {
      case 'utf8':
      case 'binary': {
        const offsets = this.#offsets(field, length)
        const values = this.#next(field)
        this.#assertOffsets(field, offsets, values.byteLength)
        return { ...base, offsets, values }
      }
      case 'bool':
        return { ...base, values: this.#values(field, (length + 7) >> 3) }
      case 'list':
      case 'map': {
        const offsets = this.#offsets(field, length)
        const children = childrenOf(field.type).map((child) => this.read(child, null))
        this.#assertOffsets(field, offsets, children[0]!.length)
        return { ...base, offsets, children }
      }
      case 'fixedList':
        return { ...base, children: [this.read(field.type.item, length * field.type.size)] }
      case 'struct':
        return { ...base, children: field.type.fields.map((child) => this.read(child, length)) }
      case 'unsupported':
        throw badRequest(`Column ${field.name} has the unsupported type ${field.type.name}`)
      default:
        return { ...base, values: this.#values(field, length * byteWidth(field.type)) }
    }
  }

  #next(field: Field): Uint8Array {
    if (this.#buffer >= this.#batch.buffersLength())
      throw badRequest(`The record batch has no buffer for column ${field.name}`)
    const buffer = this.#batch.buffers(this.#buffer++)!
    const offset = buffer.offset()
    const length = buffer.length()
    if (offset < 0n || length < 0n || offset + length > BigInt(this.#body.byteLength)) {
      throw badRequest(`A buffer of column ${field.name} lies outside the record batch`)
    }
    return this.#body.subarray(Number(offset), Number(offset + length))
  }

  #values(field: Field, byteLength: number): Uint8Array {
    const buffer = this.#next(field)
    if (buffer.byteLength < byteLength) {
      throw badRequest(`Column ${field.name} has ${buffer.byteLength} bytes of values, expected ${byteLength}`)
    }
    return buffer.subarray(0, byteLength)
  }

  #validity(field: Field, length: number, claimed: bigint): Uint8Array | null {
    const bitmap = this.#next(field)
    const needed = (length + 7) >> 3
    if (bitmap.byteLength < needed || length === 0) {
      if (claimed > 0n) throw badRequest(`Column ${field.name} has ${claimed} nulls and no validity bitmap`)
      return null
    }
    return nullCount(bitmap, length) === 0 ? null : bitmap.subarray(0, needed)
  }

  #offsets(field: Field, length: number): Int32Array {
    const buffer = this.#next(field)
    if (buffer.byteLength === 0 && length === 0) return new Int32Array(1)
    const needed = (length + 1) * 4
    if (buffer.byteLength < needed) throw badRequest(`Column ${field.name} has too few offsets`)
    if (buffer.byteOffset % 4 === 0) return new Int32Array(buffer.buffer, buffer.byteOffset, length + 1)
    return new Int32Array(buffer.slice(0, needed).buffer, 0, length + 1)
  }

  #assertOffsets(field: Field, offsets: Int32Array, end: number): void {
    let previous = offsets[0]!
    let ascending = previous >= 0
    for (let index = 1; index < offsets.length; index++) {
      const current = offsets[index]!
      if (current < previous) ascending = false
      previous = current
    }
    if (!ascending || previous > end) throw badRequest(`Column ${field.name} has offsets outside its values`)
  }
}
