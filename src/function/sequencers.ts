import { nameOf, type ObjectTarget } from './target.ts'

/** Objects whose last event is remembered: some tens of bytes each. */
const MOST_OBJECTS = 10_000

/** Which event about an object came last, by the order in which the store numbers them. */
export class Sequencers {
  readonly #last = new Map<string, string>()

  /** Whether an event about the object that the store numbered later was noted before. */
  isStale(target: ObjectTarget, sequencer: string | undefined): boolean {
    const last = this.#last.get(nameOf(target))
    return sequencer !== undefined && last !== undefined && isEarlier(sequencer, last)
  }

  /** Notes an event that was handled to its end. */
  note(target: ObjectTarget, sequencer: string | undefined): void {
    if (sequencer === undefined || this.isStale(target, sequencer)) return
    const object = nameOf(target)
    this.#last.delete(object)
    this.#last.set(object, sequencer)
    const [oldest] = this.#last.keys()
    if (this.#last.size > MOST_OBJECTS && oldest !== undefined) this.#last.delete(oldest)
  }
}

/** Hexadecimal numbers of any length, as stores write them: the shorter is padded on the left. */
export function isEarlier(sequencer: string, other: string): boolean {
  const length = Math.max(sequencer.length, other.length)
  return sequencer.toLowerCase().padStart(length, '0') < other.toLowerCase().padStart(length, '0')
}
