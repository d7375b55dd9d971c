import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Reply } from './operations/operation.ts'

/**
 * Send a successful reply. Streams are written in pieces of at most `chunkBytes`; with `cutAfter`, the connection is
 * reset after that many bytes of the body. Resolves when everything was handed to the socket or the client is gone.
 */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  chunkBytes: number,
  cutAfter: number | null,
): Promise<void> {
  const headers = { ...reply.headers }
  const { body } = reply
  if (typeof body === 'string' || body instanceof Uint8Array || body === undefined) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? new Uint8Array(0))
    response.writeHead(200, { ...headers, 'content-length': bytes.byteLength })
    if (cutAfter !== null && cutAfter < bytes.byteLength) await cut(response, bytes.subarray(0, cutAfter))
    else response.end(bytes)
    return
  }
  response.writeHead(200, headers)
  let sent = 0
  for await (const piece of pieces(body, chunkBytes)) {
    if (response.destroyed) return
    if (cutAfter !== null && sent + piece.byteLength > cutAfter) {
      await cut(response, piece.subarray(0, cutAfter - sent))
      return
    }
    sent += piece.byteLength
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

/** Small frames joined and large ones divided, so that pieces have `chunkBytes` bytes and the last one what is left. */
async function* pieces(frames: AsyncIterable<Uint8Array>, chunkBytes: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let length = 0
  for await (const frame of frames) {
    waiting.push(frame)
    length += frame.byteLength
    if (length < chunkBytes) continue
    const joined = waiting.length === 1 ? frame : Buffer.concat(waiting, length)
    let at = 0
    for (; length - at >= chunkBytes; at += chunkBytes) yield joined.subarray(at, at + chunkBytes)
    waiting = at < length ? [joined.subarray(at)] : []
    length -= at
  }
  if (length > 0) yield Buffer.concat(waiting, length)
}

/** Make sure the bytes before the cut leave this process, then reset the connection. */
async function cut(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => response.write(bytes, () => resolve()))
  response.destroy()
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return
  const closed = new AbortController()
  const end = () => closed.abort()
  response.once('close', end)
  await once(response, 'drain', { signal: closed.signal }).catch(() => undefined)
  response.off('close', end)
}
