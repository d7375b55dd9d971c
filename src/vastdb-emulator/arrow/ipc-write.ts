import { Builder } from 'flatbuffers'
import * as fb from '../../vastdb/flatbuffers/generated/arrow.ts'
import { type Batch, type Column, nullCount } from './column.ts'
import { writeSchema } from './schema-codec.ts'
import type { Field } from './types.ts'

const CONTINUATION = 0xffff_ffff

/** The end-of-stream marker of an Arrow IPC stream. */
export const END_OF_STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

/** An encapsulated schema message. */
export function schemaMessage(
  fields: readonly Field[],
  metadata: readonly (readonly [string, string])[] = [],
): Uint8Array {
  const builder = new Builder(256 + fields.length * 96)
  const schema = writeSchema(builder, fields, metadata)
  return encapsulate(finish(builder, fb.MessageHeader.Schema, schema, 0), [], 0)
}

/** An encapsulated record batch message. Buffers are copied into the result. */
export function batchMessage(batch: Batch): Uint8Array {
  const nodes: { length: number; nulls: number }[] = []
  const buffers: Uint8Array[] = []
  for (const column of batch.columns) collect(column, nodes, buffers)
  const builder = new Builder(256 + 16 * (nodes.length + buffers.length))
  const ends: number[] = []
  let bodyLength = 0
  for (const buffer of buffers) {
    ends.push(bodyLength)
    bodyLength += padded(buffer.byteLength)
  }
  fb.RecordBatch.startBuffersVector(builder, buffers.length)
  for (let index = buffers.length - 1; index >= 0; index--) {
    fb.Buffer.createBuffer(builder, BigInt(ends[index]!), BigInt(buffers[index]!.byteLength))
  }
  const bufferVector = builder.endVector()
  fb.RecordBatch.startNodesVector(builder, nodes.length)
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!
    fb.FieldNode.createFieldNode(builder, BigInt(node.length), BigInt(node.nulls))
  }
  const nodeVector = builder.endVector()
  fb.RecordBatch.startRecordBatch(builder)
  fb.RecordBatch.addLength(builder, BigInt(batch.length))
  fb.RecordBatch.addNodes(builder, nodeVector)
  fb.RecordBatch.addBuffers(builder, bufferVector)
  const offset = fb.RecordBatch.endRecordBatch(builder)
  return encapsulate(finish(builder, fb.MessageHeader.RecordBatch, offset, bodyLength), buffers, bodyLength)
}

/** A whole IPC stream: schema, one batch, end marker. */
export function ipcStream(fields: readonly Field[], batch: Batch): Uint8Array {
  return concatBytes([schemaMessage(fields), batchMessage(batch), END_OF_STREAM])
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.byteLength
  }
  return result
}

const NONE = new Uint8Array(0)

function collect(column: Column, nodes: { length: number; nulls: number }[], buffers: Uint8Array[]): void {
  const nulls = nullCount(column.validity, column.length)
  nodes.push({ length: column.length, nulls })
  const { kind } = column.field.type
  if (kind === 'null') return
  buffers.push(nulls > 0 ? column.validity! : NONE)
  if (column.offsets)
    buffers.push(new Uint8Array(column.offsets.buffer, column.offsets.byteOffset, column.offsets.byteLength))
  if (column.values) buffers.push(column.values)
  for (const child of column.children) collect(child, nodes, buffers)
}

function finish(builder: Builder, type: fb.MessageHeader, header: number, bodyLength: number): Uint8Array {
  const message = fb.Message.createMessage(builder, fb.MetadataVersion.V5, type, header, BigInt(bodyLength), 0)
  builder.finish(message)
  return builder.asUint8Array()
}

function encapsulate(metadata: Uint8Array, buffers: readonly Uint8Array[], bodyLength: number): Uint8Array {
  const metadataLength = padded(metadata.byteLength)
  const result = new Uint8Array(8 + metadataLength + bodyLength)
  const view = new DataView(result.buffer)
  view.setUint32(0, CONTINUATION, true)
  view.setInt32(4, metadataLength, true)
  result.set(metadata, 8)
  let at = 8 + metadataLength
  for (const buffer of buffers) {
    result.set(buffer, at)
    at += padded(buffer.byteLength)
  }
  return result
}

function padded(byteLength: number): number {
  return (byteLength + 7) & ~7
}
