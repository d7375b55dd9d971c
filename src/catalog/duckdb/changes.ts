/**
 * Tells states of an open catalog apart: what was read of one may be kept until something is written. Nobody outside of
 * this process writes to a file that is open in it.
 */
export class Changes {
  #running = 0
  #state: object = {}

  /** The state that transactions see which begin now; null while something is written. */
  get state(): object | null {
    return this.#running > 0 ? null : this.#state
  }

  /** To be called before something is written; what it returns, when that has ended, well or not. */
  begin(): () => void {
    this.#running++
    return () => {
      this.#running--
      this.#state = {}
    }
  }
}
