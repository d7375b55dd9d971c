const FEWEST_SLOTS = 1024

/**
 * Numbers from 1 on by 64 bits, given as two halves, in one open-addressed table: at most 24 bytes each, and no object. A slot without a
 * number is empty, so that every key is told from every other.
 */
export class HashMap64 {
  #low = new Uint32Array(FEWEST_SLOTS)
  #high = new Uint32Array(FEWEST_SLOTS)
  #numbers = new Int32Array(FEWEST_SLOTS)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** 0 for what is not there. */
  get(low: number, high: number): number {
    return this.#numbers[this.#slotOf(low, high)]!
  }

  set(low: number, high: number, number: number): void {
    const slot = this.#slotOf(low, high)
    if (this.#numbers[slot] === 0) this.#size++
    this.#low[slot] = low
    this.#high[slot] = high
    this.#numbers[slot] = number
    if (this.#size * 4 > this.#numbers.length * 3) this.#grow()
  }

  setAll(other: HashMap64): void {
    other.#forEach((low, high, number) => this.set(low, high, number))
  }

  #forEach(visit: (low: number, high: number, number: number) => void): void {
    this.#numbers.forEach((number, slot) => {
      if (number !== 0) visit(this.#low[slot]!, this.#high[slot]!, number)
    })
  }

  /** Where the key is, or would be put. */
  #slotOf(low: number, high: number): number {
    const mask = this.#numbers.length - 1
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask
    while (this.#numbers[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const [low, high, numbers] = [this.#low, this.#high, this.#numbers]
    this.#low = new Uint32Array(low.length * 2)
    this.#high = new Uint32Array(low.length * 2)
    this.#numbers = new Int32Array(low.length * 2)
    this.#size = 0
    numbers.forEach((number, slot) => {
      if (number !== 0) this.set(low[slot]!, high[slot]!, number)
    })
  }
}
