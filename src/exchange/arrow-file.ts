import { open, stat } from 'node:fs/promises'
import { type RecordBatch, RecordBatchReader } from 'apache-arrow'
import { MetadataVersion } from 'apache-arrow/enum'
import { FileBlock, Footer } from 'apache-arrow/ipc/metadata/file'
import { toIpcStream } from '../arrow/index.ts'

/** First and last bytes of an Arrow IPC file; the first ones are padded to eight. */
const MAGIC = Buffer.from('ARROW1')
/** Continuation and a length of zero. */
const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])

/**
 * Writes batches of one schema as an Arrow IPC file, one after the other: Arrow's own writer of files holds all of them
 * until its end.
 */
export async function writeArrowFile(path: string, empty: RecordBatch, batches: AsyncIterable<RecordBatch>) {
  const file = await open(path, 'w')
  let at = 0
  const write = async (bytes: Uint8Array) => {
    await file.writeFile(bytes)
    at += bytes.length
  }
  try {
    const schemaBytes = messageBytes(toIpcStream(empty))
    await write(Buffer.concat([MAGIC, Buffer.alloc(2)]))
    await write(toIpcStream(empty).subarray(0, schemaBytes))
    const blocks: FileBlock[] = []
    for await (const batch of batches) {
      const message = toIpcStream(batch).subarray(schemaBytes, -END_OF_STREAM.length)
      const metadataBytes = messageBytes(message)
      blocks.push(new FileBlock(metadataBytes, message.length - metadataBytes, at))
      await write(message)
    }
    await write(END_OF_STREAM)
    const footer = Footer.encode(new Footer(empty.schema, MetadataVersion.V5, blocks, []))
    const length = Buffer.alloc(4)
    length.writeInt32LE(footer.length)
    await write(Buffer.concat([footer, length, MAGIC]))
  } finally {
    await file.close()
  }
}

/** Bytes of a message's own description, with the continuation and the length before it. */
function messageBytes(message: Uint8Array): number {
  return 8 + new DataView(message.buffer, message.byteOffset).getInt32(4, true)
}

/** The batches of an Arrow IPC file. */
export async function* readArrowFile(path: string): AsyncGenerator<RecordBatch> {
  if ((await stat(path)).size === 0) return
  const file = await open(path, 'r')
  try {
    const reader = await RecordBatchReader.from(file)
    await reader.open()
    for await (const batch of reader) yield batch
  } finally {
    await file.close().catch(() => undefined)
  }
}
