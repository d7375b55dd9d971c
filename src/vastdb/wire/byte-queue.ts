/** Bytes of a stream, taken in pieces of known length. Holds only what has arrived and was not taken. */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>
  #chunks: Uint8Array[] = []
  #available = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /**
   * The next `byteLength` bytes in a fresh, eight-byte aligned buffer, or undefined when the stream ends before them.
   * Memory grows with what arrives, never with what `byteLength` claims.
   */
  async take(byteLength: number): Promise<Uint8Array | undefined> {
    while (this.#available < byteLength) {
      const next = await this.#source.next()
      if (next.done) return undefined
      this.#chunks.push(next.value)
      this.#available += next.value.length
    }
    return this.#remove(byteLength)
  }

  /** Bytes that have arrived and were not taken. */
  get available(): number {
    return this.#available
  }

  /** Reads on to the end of the stream, so that its connection can be used again, but not beyond `limit` bytes. */
  async skipRest(limit: number): Promise<void> {
    try {
      for (let skipped = this.#available; skipped <= limit; ) {
        const next = await this.#source.next()
        if (next.done) break
        skipped += next.value.length
      }
    } catch {
      // Whatever breaks now, all that matters has arrived.
    }
    this.#chunks = []
    this.#available = 0
  }

  #remove(byteLength: number): Uint8Array {
    // A buffer of its own, not one of Node's pool, and not filled with zeros first: every byte of it is written below.
    const taken = new Uint8Array(Buffer.allocUnsafeSlow(byteLength).buffer)
    let at = 0
    let used = 0
    while (at < byteLength) {
      const chunk = this.#chunks[used]!
      const part = chunk.subarray(0, byteLength - at)
      taken.set(part, at)
      at += part.length
      if (part.length === chunk.length) used += 1
      else this.#chunks[used] = chunk.subarray(part.length)
    }
    this.#chunks.splice(0, used)
    this.#available -= byteLength
    return taken
  }
}
