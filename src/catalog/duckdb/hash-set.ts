const FEWEST_SLOTS = 1024

/** Numbers of 64 bits as two halves, in one open-addressed table: at most sixteen bytes each, and no object. */
export class HashSet64 {
  #halves = new Uint32Array(FEWEST_SLOTS * 2)
  #size = 0

  get size(): number {
    return this.#size
  }

  has(low: number, high: number): boolean {
    return this.#isAt(this.#slotOf(low, high))
  }

  add(low: number, high: number): void {
    const slot = this.#slotOf(low, high)
    if (this.#isAt(slot)) return
    this.#halves[slot * 2] = low
    this.#halves[slot * 2 + 1] = notZero(high)
    this.#size += 1
    if (this.#size * 8 > this.#halves.length * 3) this.#grow()
  }

  addAll(other: HashSet64): void {
    other.#forEach((low, high) => this.add(low, high))
  }

  some(test: (low: number, high: number) => boolean): boolean {
    let found = false
    this.#forEach((low, high) => {
      found ||= test(low, high)
    })
    return found
  }

  #forEach(visit: (low: number, high: number) => void): void {
    const halves = this.#halves
    for (let at = 0; at < halves.length; at += 2) if (halves[at + 1] !== 0) visit(halves[at]!, halves[at + 1]!)
  }

  #isAt(slot: number): boolean {
    return this.#halves[slot * 2 + 1] !== 0
  }

  /** Where the number is, or would be put. */
  #slotOf(low: number, high: number): number {
    const halves = this.#halves
    const mask = halves.length / 2 - 1
    const marked = notZero(high)
    let slot = (low ^ Math.imul(marked, 0x9e3779b1)) & mask
    while (halves[slot * 2 + 1] !== 0 && (halves[slot * 2] !== low || halves[slot * 2 + 1] !== marked))
      slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const before = this.#halves
    this.#halves = new Uint32Array(before.length * 2)
    this.#size = 0
    for (let at = 0; at < before.length; at += 2) if (before[at + 1] !== 0) this.add(before[at]!, before[at + 1]!)
  }
}

/** A high half of zero marks an empty slot: it counts as one, so that two numbers in four billion are taken for each other. */
function notZero(high: number): number {
  return high === 0 ? 1 : high
}
