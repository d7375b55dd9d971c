import {
  Data,
  type DataType,
  Field,
  FixedSizeList,
  List,
  type Schema,
  Struct,
  Table,
  tableToIPC,
  type Vector,
} from 'apache-arrow'
import { ByteBuffer } from 'flatbuffers'
import { FINISHED_ROW_ID } from '../../src/vastdb/constants.ts'
import { Message } from '../../src/vastdb/flatbuffers/generated/arrow.ts'

export const KEEP_ALIVE = Uint8Array.of(0xff, 0xff, 0xff, 0xff)
export const COMPLETED = Uint8Array.of(0xfe, 0xff, 0xff, 0xff)
export const FAILED = Uint8Array.of(0xfd, 0xff, 0xff, 0xff)

/** The messages of an Arrow IPC stream, end marker included. */
export function messagesOf(stream: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = []
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength)
  for (let at = 0; at < stream.length; ) {
    const metadata = view.getInt32(at + 4, true)
    const body =
      metadata === 0
        ? 0
        : Number(Message.getRootAsMessage(new ByteBuffer(stream.subarray(at + 8, at + 8 + metadata))).bodyLength())
    messages.push(stream.subarray(at, at + 8 + metadata + body))
    at += 8 + metadata + body
  }
  return messages
}

export function dataFrame(streamId: number, nextRowId: bigint, message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(12 + message.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, streamId, true)
  view.setBigUint64(4, nextRowId, true)
  frame.set(message, 12)
  return frame
}

/** The page a server would send for a table: every leaf as a stream of its own, written by apache-arrow's own writer. */
export function pageFrames(table: Table, streamId = 0, nextRowId = FINISHED_ROW_ID): Uint8Array[] {
  return (table.schema as Schema).fields.flatMap((field, index) =>
    prunings(field).flatMap((pruned) => {
      const column = table.getChildAt(index) as Vector
      const leaf = new Table({ [field.name]: pruneVector(column, pruned) })
      return messagesOf(tableToIPC(leaf, 'stream')).map((message) => dataFrame(streamId, nextRowId, message))
    }),
  )
}

interface Pruning {
  readonly type: DataType
  /** Index of the child kept at each level. */
  readonly path: readonly number[]
}

function prunings(field: Field): Pruning[] {
  const children = (field.type.children ?? []) as Field[]
  if (children.length === 0) return [{ type: field.type, path: [] }]
  return children.flatMap((child, index) =>
    prunings(child).map(({ type, path }) => ({
      type: wrap(field.type, child.clone({ type })),
      path: [index, ...path],
    })),
  )
}

function wrap(type: DataType, child: Field): DataType {
  if (type instanceof Struct) return new Struct([child])
  if (type instanceof FixedSizeList) return new FixedSizeList(type.listSize, child)
  return new List(new Field('item', child.type, child.nullable))
}

function pruneVector(vector: Vector, { type, path }: Pruning): Vector {
  const prune = (data: Data, to: DataType, [index, ...rest]: readonly number[]): Data => {
    if (index === undefined) return data
    const child = prune(data.children[index]!, (to.children as Field[])[0]!.type, rest)
    return new Data(to, data.offset, data.length, data.nullCount, data, [child])
  }
  const Same = vector.constructor as new (data: Data[]) => Vector
  return new Same(vector.data.map((data) => prune(data, type, path)))
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

/** The bytes in pieces of the given sizes, over and over. */
export async function* pieces(bytes: Uint8Array, ...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!
    yield bytes.subarray(at, at + size)
    at += size
  }
}
