import { DATA_FRAME_PREFIX_BYTES, FRAME_COMPLETED, FRAME_FAILED, FRAME_KEEP_ALIVE } from '../constants.ts'
import { protocolError, VastdbError } from '../errors.ts'
import * as fb from '../flatbuffers/generated/arrow.ts'
import { ByteQueue } from './byte-queue.ts'
import { decoding, rootBuffer } from './guard.ts'

/** One encapsulated Arrow message. `metadataBytes` bounds every length inside `header`. */
export type ArrowMessage =
  | { readonly kind: 'schema'; readonly header: fb.Schema; readonly metadataBytes: number }
  | {
      readonly kind: 'batch'
      readonly header: fb.RecordBatch
      readonly metadataBytes: number
      readonly body: Uint8Array
    }
  | { readonly kind: 'end' }

interface DataFrame {
  /** Number of the sub-split the message belongs to. */
  readonly streamId: number
  /** Where the sub-split goes on; counts only on the frame that ends a page. */
  readonly nextRowId: bigint
  readonly message: ArrowMessage
}

export interface FrameLimits {
  readonly what: string
  /** Largest message accepted. */
  readonly maxMessageBytes: number
  /** Stream ids from this one on are not sub-splits of the request. */
  readonly subSplits: number
}

/** What every Arrow message begins with. */
const CONTINUATION = 0xffff_ffff
const MAX_METADATA_BYTES = 16 * 1024 * 1024
/** Statistics that may follow the completed marker. */
const MAX_TRAILER_BYTES = 64 * 1024

/**
 * Data frames of a query response, keep-alives left out, until the completed marker. A body that ends earlier raises
 * ERR_VASTDB_CONNECT with stage `exchange`: reading may go on where the last whole page ended.
 */
export async function* readFrames(body: AsyncIterable<Uint8Array>, limits: FrameLimits): AsyncGenerator<DataFrame> {
  const queue = new ByteQueue(body)
  for (;;) {
    if (queue.available < 4) await fill(queue, 4, limits)
    const streamId = uint32(queue.view(4), 0)
    if (streamId === FRAME_KEEP_ALIVE) continue
    if (streamId === FRAME_COMPLETED) return queue.skipRest(MAX_TRAILER_BYTES)
    if (streamId === FRAME_FAILED) throw await failedFrame(queue, limits)
    if (streamId >= limits.subSplits) {
      throw protocolError(limits.what, `a frame belongs to sub-split ${streamId} of ${limits.subSplits}`)
    }
    if (queue.available < DATA_FRAME_PREFIX_BYTES - 4) await fill(queue, DATA_FRAME_PREFIX_BYTES - 4, limits)
    const nextRowId = uint64(queue.view(DATA_FRAME_PREFIX_BYTES - 4))
    yield { streamId, nextRowId, message: await readMessage(queue, limits) }
  }
}

/** The messages of a whole Arrow IPC stream in memory; a missing end marker is tolerated. */
export async function readStreamMessages(bytes: Uint8Array, limits: FrameLimits): Promise<ArrowMessage[]> {
  const queue = new ByteQueue(once(bytes))
  const messages: ArrowMessage[] = []
  let left = bytes.length
  while (left > 0) {
    const message = await readMessage(queue, limits)
    if (message.kind === 'end') break
    messages.push(message)
    left = queue.available
  }
  return messages
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function readMessage(queue: ByteQueue, limits: FrameLimits): Promise<ArrowMessage> {
  if (queue.available < 8) await fill(queue, 8, limits)
  const prefix = queue.view(8)
  if (uint32(prefix, 0) !== CONTINUATION) throw protocolError(limits.what, 'a frame holds no Arrow message')
  const metadataBytes = uint32(prefix, 4)
  if (metadataBytes === 0) return { kind: 'end' }
  if (metadataBytes < 8 || metadataBytes > MAX_METADATA_BYTES) {
    throw protocolError(limits.what, `an Arrow message claims ${metadataBytes} bytes of metadata`)
  }
  if (queue.available < metadataBytes) await fill(queue, metadataBytes, limits)
  const metadata = queue.view(metadataBytes)
  const { message, bodyBytes } = decoding(limits.what, () => {
    const root = fb.Message.getRootAsMessage(rootBuffer(metadata, limits.what))
    return { message: root, bodyBytes: root.bodyLength() }
  })
  if (bodyBytes < 0n || bodyBytes > BigInt(limits.maxMessageBytes)) {
    const found = `an Arrow message claims a body of ${bodyBytes} bytes, more than the limit of ${limits.maxMessageBytes}`
    throw protocolError(limits.what, `${found} (maxMessageBytes)`)
  }
  if (queue.available < bodyBytes) await fill(queue, Number(bodyBytes), limits)
  const body = queue.copy(Number(bodyBytes))
  return decoding(limits.what, () => toArrowMessage(message, metadataBytes, body, limits))
}

function toArrowMessage(
  message: fb.Message,
  metadataBytes: number,
  body: Uint8Array,
  limits: FrameLimits,
): ArrowMessage {
  const type = message.headerType()
  if (type === fb.MessageHeader.Schema) {
    const header = message.header(new fb.Schema()) as fb.Schema | null
    if (header) return { kind: 'schema', header, metadataBytes }
  }
  if (type === fb.MessageHeader.RecordBatch) {
    const header = message.header(new fb.RecordBatch()) as fb.RecordBatch | null
    if (header?.compression()) throw protocolError(limits.what, 'a record batch is compressed, which was not asked for')
    if (header) return { kind: 'batch', header, metadataBytes, body }
  }
  throw protocolError(limits.what, `an Arrow message has the header type ${type}`)
}

/** Callers look first whether the bytes are there, which most are: a promise for each would take as long as the message. */
async function fill(queue: ByteQueue, byteLength: number, limits: FrameLimits): Promise<void> {
  if (await queue.fill(byteLength)) return
  const message = `${limits.what}: the answer ended before its completed marker. The connection was cut.`
  throw new VastdbError('ERR_VASTDB_CONNECT', message, { stage: 'exchange' })
}

/** Some servers put an error number behind the marker. */
async function failedFrame(queue: ByteQueue, { what }: FrameLimits): Promise<VastdbError> {
  const hasCode = await queue.fill(8).catch(() => false)
  const number = hasCode ? ` with error ${uint64(queue.view(8))}` : ''
  return new VastdbError('ERR_VASTDB_SERVER', `${what}: the server gave the query up${number}. Its log says why.`, {
    stage: 'answer',
    status: 200,
  })
}

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

function uint64(bytes: Uint8Array): bigint {
  return (BigInt(uint32(bytes, 4)) << 32n) | BigInt(uint32(bytes, 0))
}
