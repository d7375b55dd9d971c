/** Bytes of one object that are already at hand. */
interface ByteSpan {
  /** Offset of the first byte from the start of the object. */
  readonly start: number
  readonly bytes: Uint8Array
}

/** What has been read of one object so far. Spans are views: whoever adds one keeps its memory unchanged. */
export class KnownBytes {
  #spans: ByteSpan[] = []

  /** Spans by rising start; they may overlap. */
  get spans(): readonly ByteSpan[] {
    return this.#spans
  }

  add(start: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const end = start + bytes.length
    this.#spans = this.#spans.filter((span) => span.start < start || span.start + span.bytes.length > end)
    const index = this.#spans.findIndex((span) => span.start > start)
    this.#spans.splice(index === -1 ? this.#spans.length : index, 0, { start, bytes })
  }

  /** Length of the contiguous bytes from offset 0. */
  get prefixLength(): number {
    let end = 0
    for (const span of this.#spans) {
      if (span.start > end) break
      end = Math.max(end, span.start + span.bytes.length)
    }
    return end
  }

  /**
   * Bytes [start, endExclusive), or undefined when some are not there. A view where one span holds them all; else
   * they are joined, once, into a span of their own.
   */
  slice(start: number, endExclusive: number): Uint8Array | undefined {
    if (endExclusive <= start) return new Uint8Array(0)
    for (const span of this.#spans) {
      if (span.start <= start && span.start + span.bytes.length >= endExclusive) {
        return span.bytes.subarray(start - span.start, endExclusive - span.start)
      }
    }
    return this.#join(start, endExclusive)
  }

  #join(start: number, endExclusive: number): Uint8Array | undefined {
    const parts: ByteSpan[] = []
    let position = start
    for (const span of this.#spans) {
      const end = span.start + span.bytes.length
      if (end <= position) continue
      if (span.start > position || position >= endExclusive) break
      parts.push(span)
      position = end
    }
    if (position < endExclusive) return undefined
    const joined = new Uint8Array(endExclusive - start)
    for (const span of parts) {
      const from = Math.max(span.start, start)
      const to = Math.min(span.start + span.bytes.length, endExclusive)
      joined.set(span.bytes.subarray(from - span.start, to - span.start), from - start)
    }
    this.add(start, joined)
    return joined
  }
}
