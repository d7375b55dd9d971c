/** Bytes of a stream, taken in pieces of known length. Holds only what has arrived and was not taken. */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>
  #chunks: Uint8Array[] = []
  /** Bytes of the first chunk that were taken. */
  #at = 0
  #available = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** Bytes that have arrived and were not taken. */
  get available(): number {
    return this.#available
  }

  /**
   * Waits until `byteLength` bytes are available; false when the stream ends before them. Memory grows with what
   * arrives, never with what `byteLength` claims.
   */
  async fill(byteLength: number): Promise<boolean> {
    while (this.#available < byteLength) {
      const next = await this.#source.next()
      if (next.done) return false
      if (next.value.length === 0) continue
      this.#chunks.push(next.value)
      this.#available += next.value.length
    }
    return true
  }

  /** The next bytes, which must be available, where they lie: aligned to nothing, and not to be kept. */
  view(byteLength: number): Uint8Array {
    const chunk = this.#chunks[0]
    if (chunk === undefined || chunk.length - this.#at < byteLength) return this.copy(byteLength)
    const viewed = chunk.subarray(this.#at, this.#at + byteLength)
    this.#skip(byteLength)
    return viewed
  }

  /** The next bytes, which must be available, in a fresh, eight-byte aligned buffer. */
  copy(byteLength: number): Uint8Array {
    // A buffer of its own, not one of Node's pool, and not filled with zeros first: every byte of it is written below.
    const copied = new Uint8Array(Buffer.allocUnsafeSlow(byteLength).buffer)
    for (let at = 0; at < byteLength; ) {
      const part = this.#chunks[0]!.subarray(this.#at, this.#at + byteLength - at)
      copied.set(part, at)
      at += part.length
      this.#skip(part.length)
    }
    return copied
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
    this.#at = 0
    this.#available = 0
  }

  /** Never more than the first chunk has left. */
  #skip(byteLength: number): void {
    this.#available -= byteLength
    this.#at += byteLength
    if (this.#at < (this.#chunks[0]?.length ?? 0)) return
    this.#chunks.shift()
    this.#at = 0
  }
}
