import { natives } from './natives.ts'
import { guessText } from './text-encoding.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()

/** Little-endian signed 32-bit integer; the caller has checked that four bytes are there. */
export function int32At(bytes: Uint8Array, offset: number): number {
  return bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)
}

export function uint32At(bytes: Uint8Array, offset: number): number {
  return int32At(bytes, offset) >>> 0
}

const words = new Int32Array(1)
const floats = new Float32Array(words.buffer)

/** Little-endian 32-bit float; the caller has checked that four bytes are there. */
export function float32At(bytes: Uint8Array, offset: number): number {
  words[0] = int32At(bytes, offset)
  return floats[0]!
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** UTF-8 text of [start, end); invalid bytes show as U+FFFD. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  // A call into the decoder costs more than a loop over the few ASCII bytes of a usual name.
  if (end - start <= 24) {
    let text = ''
    let i = start
    for (; i < end; i++) {
      const byte = bytes[i]!
      if (byte >= 0x80) break
      text += String.fromCharCode(byte)
    }
    if (i === end) return text
  }
  return decoder.decode(bytes.subarray(start, end))
}

/** Text of a name; of bytes that are not UTF-8 what they most probably mean, so that names stay apart and readable. */
export function nameTextAt(bytes: Uint8Array, start: number, end: number): string {
  const text = textAt(bytes, start, end)
  if (!text.includes('\ufffd')) return text
  const stored = bytes.subarray(start, end)
  return isUtf8Text(stored) ? text : guessText(stored).text
}

export function isUtf8Text(bytes: Uint8Array): boolean {
  return natives.isUtf8(bytes)
}

export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text)
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Bytes put together piece by piece; little-endian. */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  uint8(value: number): this {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
    return this
  }

  int32(value: number): this {
    this.#reserve(4)
    viewOf(this.#bytes).setInt32(this.#length, value, true)
    this.#length += 4
    return this
  }

  float32(value: number): this {
    this.#reserve(4)
    viewOf(this.#bytes).setFloat32(this.#length, value, true)
    this.#length += 4
    return this
  }

  float64(value: number): this {
    this.#reserve(8)
    viewOf(this.#bytes).setFloat64(this.#length, value, true)
    this.#length += 8
    return this
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
    return this
  }

  text(value: string): this {
    return this.bytes(utf8Bytes(value))
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
