/** Reads bytes of something too large to hold. */
export type ReadAt = (start: number, endExclusive: number) => Uint8Array

/** A field of a protobuf message (protobuf.dev, "Encoding"): a number, or where its bytes are. */
export interface WireField {
  readonly number: number
  readonly value: number
  readonly start: number
  readonly endExclusive: number
}

const WINDOW_BYTES = 64 * 1024

/** The fields of messages in a file, one after the other, through a window: what is skipped is not read. */
export class WireReader {
  readonly #read: ReadAt
  #window: Uint8Array = new Uint8Array(0)
  #windowStart = 0

  constructor(read: ReadAt) {
    this.#read = read
  }

  /** The fields of the message in `[start, endExclusive)`. Throws RangeError where that is no message. */
  *fields(start: number, endExclusive: number): Generator<WireField> {
    let at = start
    const varint = () => {
      let value = 0
      for (let shift = 0; shift < 70; shift += 7) {
        const byte = this.#byte(at++, endExclusive)
        // Ten bytes for a negative number; none of ours is larger than a number can say exactly.
        value += (byte & 0x7f) * 2 ** shift
        if (byte < 0x80) return value
      }
      throw new RangeError(`a number of more than ten bytes at ${at}`)
    }
    const skip = (length: number) => {
      const from = at
      at += length
      if (at > endExclusive) throw new RangeError(`a field of ${length} bytes at ${from} goes beyond its message`)
      return { value: 0, start: from, endExclusive: at }
    }
    while (at < endExclusive) {
      const key = varint()
      const number = Math.floor(key / 8)
      const type = key % 8
      // Of a larger key other readers take the lower bits alone.
      if (number === 0 || key >= 2 ** 32) throw new RangeError(`a field of number ${number} at ${at}`)
      if (type === 0) yield { number, value: varint(), start: at, endExclusive: at }
      else if (type === 1) yield { number, ...skip(8) }
      else if (type === 2) yield { number, ...skip(varint()) }
      else if (type === 5) yield { number, ...skip(4) }
      else throw new RangeError(`a field of type ${type} at ${at}`)
    }
  }

  /** A text of at most `most` bytes; what is longer is cut off. */
  text({ start, endExclusive }: WireField, most = 1024): string {
    return Buffer.from(this.#read(start, Math.min(endExclusive, start + most))).toString('utf8')
  }

  #byte(at: number, endExclusive: number): number {
    if (at >= endExclusive) throw new RangeError(`a message that ends early at ${at}`)
    if (at < this.#windowStart || at >= this.#windowStart + this.#window.length) {
      this.#window = this.#read(at, at + WINDOW_BYTES)
      this.#windowStart = at
    }
    const byte = this.#window[at - this.#windowStart]
    if (byte === undefined) throw new RangeError(`a file that ends early at ${at}`)
    return byte
  }
}
