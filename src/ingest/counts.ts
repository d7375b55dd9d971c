import type { FileProblem, ProblemState } from '../tasks/ingest-task.ts'

/** How far a run has come. Files only, unless said otherwise. */
export interface IngestCounts {
  /** Met by the walk and belonging to this shard. */
  readonly found: number
  /** Skipped without opening: same path, size and modification time as last time. */
  readonly unchanged: number
  /** Left to other shards. */
  readonly elsewhere: number
  /** Symbolic links passed over. */
  readonly skippedLinks: number
  /** Found so far that are to be opened. */
  readonly toInspect: number
  /** Opened so far, whatever came of it. */
  readonly inspected: number
  /** New in the catalog. */
  readonly inserted: number
  /** Already in the catalog with this header; seen again. */
  readonly updated: number
  /** Rows brought up to date: those of an older release, or of other bytes under the same header. Part of `updated`. */
  readonly refreshed: number
  /** In the catalog, with pixels missing. Part of `inserted` and `updated`. */
  readonly incomplete: number
  /** Known below the roots, not there any more, and marked as removed. */
  readonly removed: number
  /** Known below the roots and not met, in folders that are empty or cannot be read: left as they are. */
  readonly unsure: number
  /** Locations, directories included, that could not be read or written. */
  readonly failed: number
  /** What `failed` and `incomplete` count, and files of which nothing can be told, by what is wrong. */
  readonly problems: Readonly<Partial<Record<ProblemState, number>>>
  /** Bytes of the files opened so far. */
  readonly bytes: number
  /** False while the walk may still find more. */
  readonly walkEnded: boolean
}

export type MutableCounts = { -readonly [Name in keyof IngestCounts]: IngestCounts[Name] }

export function zeroCounts(): MutableCounts {
  return {
    found: 0,
    unchanged: 0,
    elsewhere: 0,
    skippedLinks: 0,
    toInspect: 0,
    inspected: 0,
    inserted: 0,
    updated: 0,
    refreshed: 0,
    incomplete: 0,
    removed: 0,
    unsure: 0,
    failed: 0,
    problems: {},
    bytes: 0,
    walkEnded: false,
  }
}

/** Something a person should look at: a location, a stable code and the reason in words. */
export type IngestProblem = FileProblem

export type { ProblemState } from '../tasks/ingest-task.ts'

/** The first problems of a run; the rest are counted, so that a million broken files cost no memory. */
export class ProblemList {
  readonly #kept: IngestProblem[] = []
  readonly #limit: number
  #total = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(problem: IngestProblem): void {
    this.#total += 1
    if (this.#kept.length < this.#limit) this.#kept.push(problem)
  }

  get total(): number {
    return this.#total
  }

  get kept(): readonly IngestProblem[] {
    return this.#kept
  }
}
