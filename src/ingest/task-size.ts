/** Long enough that a transaction's fixed cost is noise, short enough that Ctrl-C is answered at once. */
const TARGET_MS = 150
const SMALLEST = 16
const LARGEST = 512

/** How many files the next task gets: local disks get hundreds, slow shares a few, so that both answer in time. */
export class TaskSize {
  #files = 32

  get files(): number {
    return this.#files
  }

  /** A task of `files` files took `milliseconds`, its wait for a free thread included. */
  learn(files: number, milliseconds: number): void {
    const fitting = Math.round((files * TARGET_MS) / Math.max(milliseconds, 1))
    // At most doubled, so that one lucky task does not make the next one far too long.
    this.#files = Math.max(SMALLEST, Math.min(LARGEST, fitting, this.#files * 2))
  }
}
