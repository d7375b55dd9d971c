/** A candidate; the path settles equal similarities. */
interface Candidate {
  readonly fileId: string
  readonly path: string
  readonly sequenceKey: string | null
  readonly similarity: number
  /** Of those that share it the best alone is kept; null for one that shares nothing. */
  readonly kin: string | null
}

/** The best `k` of any number of candidates: a heap whose top is the worst that is kept. */
export class TopK {
  readonly #k: number
  readonly #heap: Candidate[] = []
  /** Those in the heap that may have kin. */
  readonly #kin = new Map<string, Candidate>()

  constructor(k: number) {
    this.#k = k
  }

  /** Candidates below this cannot get in. */
  get threshold(): number {
    return this.#heap.length < this.#k ? Number.NEGATIVE_INFINITY : this.#heap[0]!.similarity
  }

  add(candidate: Candidate): void {
    const heap = this.#heap
    const known = candidate.kin === null ? undefined : this.#kin.get(candidate.kin)
    if (known) {
      if (!isWorse(known, candidate)) return
      this.#note(known, candidate)
      const index = heap.indexOf(known)
      heap[index] = candidate
      this.#down(index)
    } else if (heap.length < this.#k) {
      this.#note(null, candidate)
      heap.push(candidate)
      this.#up(heap.length - 1)
    } else if (isWorse(heap[0]!, candidate)) {
      this.#note(heap[0]!, candidate)
      heap[0] = candidate
      this.#down(0)
    }
  }

  #note(before: Candidate | null, now: Candidate): void {
    if (before !== null && before.kin !== null) this.#kin.delete(before.kin)
    if (now.kin !== null) this.#kin.set(now.kin, now)
  }

  /** Best first. */
  sorted(): Candidate[] {
    return [...this.#heap].sort((a, b) => (isWorse(a, b) ? 1 : -1))
  }

  #up(index: number): void {
    const heap = this.#heap
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!isWorse(heap[at]!, heap[parent]!)) return
      swap(heap, at, parent)
      at = parent
    }
  }

  #down(index: number): void {
    const heap = this.#heap
    for (let at = index; ; ) {
      let worst = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isWorse(heap[child]!, heap[worst]!)) worst = child
      }
      if (worst === at) return
      swap(heap, at, worst)
      at = worst
    }
  }
}

function isWorse(a: Candidate, b: Candidate): boolean {
  if (a.similarity !== b.similarity) return a.similarity < b.similarity
  return a.path > b.path
}

function swap(heap: Candidate[], a: number, b: number): void {
  const kept = heap[a]!
  heap[a] = heap[b]!
  heap[b] = kept
}
