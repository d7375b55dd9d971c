/** Runs writes one after the other, in the order they were asked for; one that fails does not stop the next. */
export class WriteQueue {
  #last: Promise<unknown> = Promise.resolve()

  /** Starts `work` when everything asked for before has ended; settles as it does. */
  add<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }

  /** Resolves when everything asked for so far has ended. */
  async idle(): Promise<void> {
    await this.#last
  }
}
