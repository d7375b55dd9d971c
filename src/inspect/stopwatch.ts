/** Wall time by what it was spent on, in whole microseconds. */
export class Stopwatch {
  readonly #spentMs = new Map<string, number>()
  readonly #start = performance.now()
  #last = this.#start

  /** Books the time since the last call under `step`. */
  lap(step: string): void {
    const now = performance.now()
    this.#spentMs.set(step, (this.#spentMs.get(step) ?? 0) + now - this.#last)
    this.#last = now
  }

  /** Steps in the order they were first booked, then `total`. */
  timings(): Record<string, number> {
    const timings: Record<string, number> = {}
    for (const [step, ms] of this.#spentMs) timings[step] = Math.round(ms * 1000)
    timings['total'] = Math.round((performance.now() - this.#start) * 1000)
    return timings
  }
}
