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
    const id = await take(queue, 4, limits)
    const streamId = new DataView(id.buffer).getUint32(0, true)
    if (streamId === FRAME_KEEP_ALIVE) continue
    if (streamId === FRAME_COMPLETED) return queue.skipRest(MAX_TRAILER_BYTES)
    if (streamId === FRAME_FAILED) throw await failedFrame(queue, limits)
    if (streamId >= limits.subSplits) {
      throw protocolError(limits.what, `a frame belongs to sub-split ${streamId} of ${limits.subSplits}`)
    }
    const rest = await take(queue, DATA_FRAME_PREFIX_BYTES - 4, limits)
    const nextRowId = new DataView(rest.buffer).getBigUint64(0, true)
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
  const prefix = await take(queue, 8, limits)
  const view = new DataView(prefix.buffer)
  if (view.getInt32(0, true) !== -1) throw protocolError(limits.what, 'a frame holds no Arrow message')
  const metadataBytes = view.getInt32(4, true)
  if (metadataBytes === 0) return { kind: 'end' }
  if (metadataBytes < 8 || metadataBytes > MAX_METADATA_BYTES) {
    throw protocolError(limits.what, `an Arrow message claims ${metadataBytes} bytes of metadata`)
  }
  const metadata = await take(queue, metadataBytes, limits)
  const { message, bodyBytes } = decoding(limits.what, () => {
    const root = fb.Message.getRootAsMessage(rootBuffer(metadata, limits.what))
    return { message: root, bodyBytes: root.bodyLength() }
  })
  if (bodyBytes < 0n || bodyBytes > BigInt(limits.maxMessageBytes)) {
    const found = `an Arrow message claims a body of ${bodyBytes} bytes, more than the limit of ${limits.maxMessageBytes}`
    throw protocolError(limits.what, `${found} (maxMessageBytes)`)
  }
  const body = await take(queue, Number(bodyBytes), limits)
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

async function take(queue: ByteQueue, byteLength: number, limits: FrameLimits): Promise<Uint8Array> {
  const bytes = await queue.take(byteLength)
  if (bytes) return bytes
  const message = `${limits.what}: the answer ended before its completed marker. The connection was cut.`
  throw new VastdbError('ERR_VASTDB_CONNECT', message, { stage: 'exchange' })
}

/** Some servers put an error number behind the marker. */
async function failedFrame(queue: ByteQueue, { what }: FrameLimits): Promise<VastdbError> {
  const code = await queue.take(8).catch(() => undefined)
  const number = code === undefined ? '' : ` with error ${new DataView(code.buffer).getBigUint64(0, true)}`
  return new VastdbError('ERR_VASTDB_SERVER', `${what}: the server gave the query up${number}. Its log says why.`, {
    stage: 'answer',
    status: 200,
  })
}
