import { ByteBuffer } from 'flatbuffers'
import { protocolError, VastdbError } from '../errors.ts'

/** Runs a decoder; whatever a hostile message makes it throw becomes ERR_VASTDB_PROTOCOL. */
export function decoding<T>(what: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof VastdbError) throw error
    throw protocolError(what, 'the message cannot be decoded', { cause: error })
  }
}

/** A FlatBuffers vector length is a claim; it cannot hold more elements than the message has bytes for. */
export function boundedLength(claimed: number, bytesEach: number, available: number, what: string): number {
  if (claimed >= 0 && claimed * bytesEach <= available) return claimed
  throw protocolError(what, `a vector claims ${claimed} elements in a message of ${available} bytes`)
}

/** A buffer large enough to hold a FlatBuffers root. */
export function rootBuffer(bytes: Uint8Array, what: string): ByteBuffer {
  if (bytes.byteLength < 8) throw protocolError(what, `the message has only ${bytes.byteLength} bytes`)
  return new ByteBuffer(bytes)
}
