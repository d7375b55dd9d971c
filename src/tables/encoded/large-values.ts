import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { ExrError } from '../../errors.ts'

/** Bytes beyond which the value of an attribute is stored once for all rows that have it, and not in the row. */
export const LARGE_VALUE_BYTES = 32 * 1024

/** Bytes of a value deflated together: what comes of them fits in a cell of VAST DataBase (128 KiB) in any case. */
const PIECE_BYTES = 120 * 1024

/** Bytes of compressed values a worker remembers: the frames of a shot often share theirs. */
const REMEMBERED_BYTES = 16 * 1024 * 1024

/** A value that is stored once, whichever rows have it. */
export interface LargeValue {
  /** Of the value's bytes, hex. */
  readonly sha256: string
  /** Bytes of the value. */
  readonly byteLength: number
  /** Its pieces in order, each raw deflate behind its length (32 bits, little-endian). */
  readonly stored: Uint8Array<ArrayBuffer>
}

/** What the row has in place of a large value. */
interface LargeMarker {
  readonly sha256: string
  /** Bytes of the value. */
  readonly bytes: number
  /** `text`: the value is a string, of which these are the bytes in UTF-8; `json`: they are the value as JSON. */
  readonly form: 'text' | 'json'
}

const MARKER = /^\{"large":\{"sha256":"([0-9a-f]{64})","bytes":(\d+),"form":"(text|json)"\}\}$/

/** What a `value_json` says of a large value; null for a value that is in its row. */
export function largeMarkerOf(json: string): LargeMarker | null {
  const [, sha256, bytes, form] = MARKER.exec(json) ?? []
  return sha256 === undefined ? null : { sha256, bytes: Number(bytes), form: form as LargeMarker['form'] }
}

/** Gathers the large values of a batch, each once. */
export class LargeValueCollector {
  readonly #values = new Map<string, LargeValue>()
  #byteLength = 0

  /** Bytes of the values as they are stored. */
  get byteLength(): number {
    return this.#byteLength
  }

  /** Takes a value over; `json` is what stands for it in its row. */
  add(content: string, form: LargeMarker['form']): { json: string; sha256: string; byteLength: number } {
    const bytes = Buffer.from(content)
    const byteLength = bytes.length
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    if (!this.#values.has(sha256)) {
      const stored = deflated(sha256, bytes)
      this.#values.set(sha256, { sha256, byteLength, stored })
      this.#byteLength += stored.length
    }
    const large: LargeMarker = { sha256, bytes: byteLength, form }
    return { json: JSON.stringify({ large }), sha256, byteLength }
  }

  finish(): LargeValue[] {
    return [...this.#values.values()]
  }
}

/**
 * The pieces of a stored value, deflated; `stored` may end with the beginning of a piece. Throws ERR_CATALOG_VALUE for a
 * length no piece can have.
 */
export function* storedPieces(stored: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength)
  for (let at = 0; at + 4 <= stored.length; ) {
    const length = view.getUint32(at, true)
    if (length > 2 * PIECE_BYTES) throw new ExrError('ERR_CATALOG_VALUE', `a piece of ${length} bytes is no piece`)
    if (at + 4 + length > stored.length) return
    yield stored.subarray(at + 4, at + 4 + length)
    at += 4 + length
  }
}

/** The bytes of one piece. Throws ERR_CATALOG_VALUE when it is damaged. */
export function inflatePiece(piece: Uint8Array): Buffer {
  try {
    return inflateRawSync(piece, { maxOutputLength: PIECE_BYTES })
  } catch (cause) {
    throw new ExrError('ERR_CATALOG_VALUE', `a piece of it does not decompress: ${(cause as Error).message}`, { cause })
  }
}

const remembered = new Map<string, Uint8Array<ArrayBuffer>>()
let rememberedBytes = 0

/** Owned by the caller, who may hand it to another thread. */
function deflated(sha256: string, bytes: Buffer): Uint8Array<ArrayBuffer> {
  const known = remembered.get(sha256)
  if (known) {
    remembered.delete(sha256)
    remembered.set(sha256, known)
    return known.slice()
  }
  const stored = deflate(bytes)
  if (stored.length <= REMEMBERED_BYTES / 4) {
    remembered.set(sha256, stored.slice())
    rememberedBytes += stored.length
    for (const [oldest, { length }] of remembered) {
      if (rememberedBytes <= REMEMBERED_BYTES) break
      remembered.delete(oldest)
      rememberedBytes -= length
    }
  }
  return stored
}

function deflate(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const pieces: Buffer[] = []
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    pieces.push(deflatePiece(bytes.subarray(start, start + PIECE_BYTES)))
  }
  return framedPieces(pieces)
}

/** The fastest level takes most of what is to be had of names and hashes, at a third of the time. */
export function deflatePiece(bytes: Uint8Array): Buffer {
  return deflateRawSync(bytes, { level: 1 })
}

/** Deflated pieces as a value stores them: each behind its length. */
export function framedPieces(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const stored = new Uint8Array(pieces.reduce((sum, { length }) => sum + 4 + length, 0))
  const view = new DataView(stored.buffer)
  let at = 0
  for (const piece of pieces) {
    view.setUint32(at, piece.length, true)
    stored.set(piece, at + 4)
    at += 4 + piece.length
  }
  return stored
}
