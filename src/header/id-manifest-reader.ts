import { ExrError } from '../errors.ts'
import { textAt, uint32At, viewOf } from './bytes.ts'
import { natives } from './natives.ts'

/** Cursor over an unpacked id manifest. Every method throws ERR_EXR_HEADER where the bytes end or contradict themselves. */
export class IdManifestReader {
  readonly #bytes: Uint8Array
  readonly #latin1: (start: number, end: number) => string
  readonly #byteOffset: number
  readonly #maxBytes: number
  #position = 0

  /**
   * @param byteOffset where the attribute's value lies in the file, for messages
   * @param maxBytes bytes that all texts together may have; ERR_EXR_LIMIT beyond
   */
  constructor(bytes: Uint8Array, byteOffset: number, maxBytes: number) {
    this.#bytes = bytes
    this.#latin1 = natives.latin1Of(bytes)
    this.#byteOffset = byteOffset
    this.#maxBytes = maxBytes
  }

  failure(problem: string): ExrError {
    const details = { byteOffset: this.#byteOffset }
    return new ExrError('ERR_EXR_HEADER', `The id manifest ${problem}`, { details })
  }

  uint8(): number {
    return this.#bytes[this.#take(1)]!
  }

  uint32(): number {
    return uint32At(this.#bytes, this.#take(4))
  }

  /** A number of items of at least `itemBytes` each; refused when the bytes left cannot hold them. */
  count(itemBytes: number): number {
    const count = this.uint32()
    if (count * itemBytes > this.#bytes.length - this.#position)
      throw this.failure(`claims ${count} items it has no room for`)
    return count
  }

  /** A text after its length. */
  text(): string {
    const length = this.uint32()
    const start = this.#take(length)
    return textAt(this.#bytes, start, start + length)
  }

  /** A number, the lengths of that many texts, then the texts. */
  texts(): string[] {
    return this.#latin1Texts().map(fromLatin1)
  }

  /**
   * Sorted texts that each begin with the number of bytes they share with the one before: one byte, or two, high byte
   * first, when that one is longer than 255 bytes.
   */
  prefixedTexts(): string[] {
    const stored = this.#latin1Texts()
    let total = 0
    let previous = stored[0] ?? ''
    for (let i = 1; i < stored.length; i++) {
      const text = stored[i]!
      const prefixBytes = previous.length > 255 ? 2 : 1
      if (text.length < prefixBytes) throw this.failure('has a text too short for its prefix length')
      const shared = prefixBytes === 2 ? text.charCodeAt(0) * 256 + text.charCodeAt(1) : text.charCodeAt(0)
      if (shared > previous.length) throw this.failure('shares more of a text than there is')
      previous = previous.slice(0, shared) + text.slice(prefixBytes)
      total += previous.length
      if (total > this.#maxBytes) {
        const details = { byteOffset: this.#byteOffset }
        throw new ExrError('ERR_EXR_LIMIT', `The id manifest has more than ${this.#maxBytes} bytes of text`, {
          details,
        })
      }
      stored[i] = previous
    }
    return stored.map(fromLatin1)
  }

  /** Places in the list of texts by how often they are used: inclusive ranges, where a place counts only the first time. */
  mapping(textCount: number): Uint32Array {
    const mapping = new Uint32Array(textCount)
    const isUsed = new Uint8Array(textCount)
    const rangeCount = this.count(8)
    let used = 0
    let steps = 0
    for (let i = 0; i < rangeCount; i++) {
      const first = this.uint32()
      const last = this.uint32()
      if (first > last || last >= textCount) throw this.failure(`maps places ${first} to ${last} of ${textCount}`)
      steps += last - first + 1
      // Ranges of a real manifest overlap little; this bounds the work a made-up one can ask for.
      if (steps > this.#maxBytes) throw this.failure('maps the same places over and over')
      for (let place = first; place <= last; place++) {
        if (isUsed[place] === 1) continue
        isUsed[place] = 1
        mapping[used++] = place
      }
    }
    return mapping
  }

  /** An id, or its difference to the one before: 8 bytes, 4 bytes, or as many as it needs. */
  id(storage: number): bigint {
    if (storage === 0) return viewOf(this.#bytes).getBigUint64(this.#take(8), true)
    return storage === 1 ? BigInt(this.uint32()) : this.#variable()
  }

  mappedText(texts: readonly string[], mapping: Uint32Array): string {
    const index = Number(this.#variable())
    const text = texts[mapping[index] ?? -1]
    if (text === undefined) throw this.failure(`names text ${index} of ${texts.length}`)
    return text
  }

  #latin1Texts(): string[] {
    const count = this.count(1)
    const lengths = Array.from({ length: count }, () => Number(this.#variable()))
    return lengths.map((length) => {
      const start = this.#take(length)
      return this.#latin1(start, start + length)
    })
  }

  /** Seven bits a byte, lowest first; the top bit says that more follow. */
  #variable(): bigint {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.uint8()
      value |= (byte & 127) << shift
      if (byte < 128) return BigInt(value)
    }
    let long = BigInt(value)
    for (let shift = 28n; shift < 64n; shift += 7n) {
      const byte = this.uint8()
      long |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, long)
    }
    throw this.failure('has a number of more than 64 bits')
  }

  #take(byteLength: number): number {
    const start = this.#position
    if (byteLength > this.#bytes.length - start) throw this.failure('ends early')
    this.#position = start + byteLength
    return start
  }
}

/** Texts are kept one character per byte while prefixes, which count bytes, are taken from them. */
function fromLatin1(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    return textAt(bytes, 0, bytes.length)
  }
  return text
}
