/** Content that a set has at least: less is named one by one. */
const FEWEST = 3

/** Sets that are remembered, and what all of them may have. A farm of 100,000 frames has 150. */
const MOST_SETS = 1024
const MOST_REMEMBERED = 262_144

/** Parts that new sets are made from, those with more content than that left out. */
const LAST_PARTS = 16
const MOST_OF_PART = 16_384

/** What parts share: numbers of content, each with its place in the part. */
export interface NumberSet {
  readonly setNo: number
  readonly places: Int32Array
  readonly numbers: Int32Array
}

/** What a part has: sets, and the places of what is in none of them. */
interface NamedPart {
  readonly sets: readonly number[]
  readonly rest: readonly number[]
}

interface Remembered extends NumberSet {
  readonly newest: number
}

/**
 * Decides which sets stand for what a part says, from those that parts before it were named by and from what it has in common with the
 * last of them: what changes from frame to frame is in no set. A set fits a part that has all of it, at the same places, so that the order of
 * a header comes back. Remembers a bounded number of sets and parts.
 */
export class PartSets {
  /** By number, those used last behind all others. */
  readonly #sets = new Map<number, Remembered>()
  /** By the highest number in them, which the fewest other parts have. */
  readonly #byNewest = new Map<number, Remembered[]>()
  #remembered = 0
  readonly #last: Int32Array[] = []
  #named = 0
  readonly #next: () => number
  readonly #made: (set: NumberSet) => void

  /** `next` gives the number of a new set, and `made` is told what is in it. */
  constructor(next: () => number, made: (set: NumberSet) => void) {
    this.#next = next
    this.#made = made
  }

  /** How a part is named whose content has these numbers, from its first place on. */
  name(numbers: Int32Array): NamedPart {
    const isNamed = new Uint8Array(numbers.length)
    const sets: number[] = []
    for (const set of this.#fitting(numbers)) {
      if (!take(set, isNamed)) continue
      sets.push(set.setNo)
      this.#sets.delete(set.setNo)
      this.#sets.set(set.setNo, set)
    }
    let rest = placesLeft(isNamed)
    const isRemembered = numbers.length <= MOST_OF_PART
    const shared = isRemembered && rest.length >= FEWEST ? this.#sharedWithLast(numbers, rest) : []
    if (shared.length >= FEWEST) {
      const made = this.#make(numbers, shared)
      take(made, isNamed)
      sets.push(made.setNo)
      rest = placesLeft(isNamed)
    }
    if (isRemembered) {
      this.#last[this.#named % LAST_PARTS] = numbers.slice()
      this.#named++
    }
    return { sets, rest }
  }

  /** A set that is there already. */
  remember(set: NumberSet): void {
    const remembered = { ...set, newest: set.numbers.reduce((most, number) => Math.max(most, number)) }
    this.#sets.set(set.setNo, remembered)
    const others = this.#byNewest.get(remembered.newest)
    if (others) others.push(remembered)
    else this.#byNewest.set(remembered.newest, [remembered])
    this.#remembered += set.numbers.length
    for (const oldest of this.#sets.values()) {
      if (this.#sets.size <= MOST_SETS && this.#remembered <= MOST_REMEMBERED) break
      this.#forget(oldest)
    }
  }

  #forget(set: Remembered): void {
    this.#sets.delete(set.setNo)
    const others = this.#byNewest.get(set.newest)!.filter((other) => other !== set)
    if (others.length > 0) this.#byNewest.set(set.newest, others)
    else this.#byNewest.delete(set.newest)
    this.#remembered -= set.numbers.length
  }

  /** The sets that a part has all of, the largest first. */
  #fitting(numbers: Int32Array): Remembered[] {
    const fitting: Remembered[] = []
    // A header may have one content a million times.
    const looked = new Set<number>()
    for (const number of numbers) {
      const sets = this.#byNewest.get(number)
      if (sets === undefined || looked.has(number)) continue
      looked.add(number)
      for (const set of sets) if (fits(set, numbers)) fitting.push(set)
    }
    if (fitting.length > 1) fitting.sort((a, b) => b.numbers.length - a.numbers.length || a.setNo - b.setNo)
    return fitting
  }

  /** The most of these places that the part has in common with one of the last. */
  #sharedWithLast(numbers: Int32Array, rest: readonly number[]): number[] {
    let nearest: Int32Array | null = null
    let most = FEWEST - 1
    for (const last of this.#last) {
      let count = 0
      for (const place of rest) if (last[place] === numbers[place]) count++
      if (count > most) [nearest, most] = [last, count]
    }
    return nearest === null ? [] : rest.filter((place) => nearest[place] === numbers[place])
  }

  #make(numbers: Int32Array, shared: readonly number[]): NumberSet {
    const set = {
      setNo: this.#next(),
      places: Int32Array.from(shared),
      numbers: Int32Array.from(shared, (place) => numbers[place]!),
    }
    this.#made(set)
    this.remember(set)
    return set
  }
}

/** Whether a set names places that no other does; they are marked then. */
function take({ places }: NumberSet, isNamed: Uint8Array): boolean {
  for (let at = 0; at < places.length; at++) if (isNamed[places[at]!] === 1) return false
  for (let at = 0; at < places.length; at++) isNamed[places[at]!] = 1
  return true
}

function placesLeft(isNamed: Uint8Array): number[] {
  const places: number[] = []
  for (let place = 0; place < isNamed.length; place++) if (isNamed[place] === 0) places.push(place)
  return places
}

function fits({ places, numbers: wanted }: NumberSet, numbers: Int32Array): boolean {
  for (let at = 0; at < places.length; at++) if (numbers[places[at]!] !== wanted[at]) return false
  return true
}
