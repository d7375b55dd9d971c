import { isRemoved, type Removals } from './live.ts'
import type { RetentionKind } from './retention.ts'

/** What a row of `files` says that a retention goes by. */
export interface RetainedFile {
  readonly fileId: string
  readonly normalizedPath: string
  readonly supersededBy: string | null
  readonly firstUs: bigint | null
  readonly lastUs: bigint | null
  /** Size, time and tag, as `bytesKey` joins them. */
  readonly bytes: string
}

/** A row of `inspections`. */
export interface Sighting {
  readonly fileId: string
  readonly atUs: bigint
  readonly bytes: string
}

interface Times {
  firstUs: bigint
  lastUs: bigint
  /** The last of the bytes that are there. */
  lastThereUs: bigint | null
}

/** What goes, told from rows that are seen one by one; see `RETENTION_KINDS`. An embedded catalog asks the same in SQL. Pure. */
export class RetentionPlan {
  readonly #files = new Map<string, RetainedFile>()
  readonly #superseded = new Map<string, RetainedFile[]>()
  readonly #times = new Map<string, Times>()
  /** When another header was first seen at the path of a superseded file. */
  readonly #since = new Map<string, bigint>()
  readonly #beforeUs: bigint
  readonly #kinds: ReadonlySet<RetentionKind>
  #gone: ReadonlyMap<string, 'removed' | 'superseded'> = new Map()

  constructor(beforeUs: bigint, kinds: Iterable<RetentionKind>, files: Iterable<RetainedFile>) {
    this.#beforeUs = beforeUs
    this.#kinds = new Set(kinds)
    for (const file of files) {
      this.#files.set(file.fileId, file)
      if (file.supersededBy === null) continue
      const others = this.#superseded.get(file.normalizedPath) ?? []
      others.push(file)
      this.#superseded.set(file.normalizedPath, others)
    }
  }

  /** Every sighting, once. */
  note({ fileId, atUs, bytes }: Sighting): void {
    const file = this.#files.get(fileId)
    if (file === undefined) return
    const isThere = bytes === file.bytes
    const times = this.#times.get(fileId)
    if (times === undefined) {
      this.#times.set(fileId, { firstUs: atUs, lastUs: atUs, lastThereUs: isThere ? atUs : null })
    } else {
      if (atUs < times.firstUs) times.firstUs = atUs
      if (atUs > times.lastUs) times.lastUs = atUs
      if (isThere && (times.lastThereUs === null || atUs > times.lastThereUs)) times.lastThereUs = atUs
    }
    for (const other of this.#superseded.get(file.normalizedPath) ?? []) {
      if (other === file || (other.lastUs !== null && atUs <= other.lastUs)) continue
      const since = this.#since.get(other.fileId)
      if (since === undefined || atUs < since) this.#since.set(other.fileId, atUs)
    }
  }

  /** The files that go with all of their rows, once all sightings were noted. */
  goneFiles(removals: Removals): ReadonlyMap<string, 'removed' | 'superseded'> {
    const gone = new Map<string, 'removed' | 'superseded'>()
    const paths = new Set<string>()
    for (const { fileId, normalizedPath, supersededBy, lastUs } of this.#files.values()) {
      if (!this.#kinds.has('removed') || supersededBy !== null || !isRemoved(removals, fileId, lastUs)) continue
      if (removals.get(fileId)! < this.#beforeUs) paths.add(normalizedPath)
    }
    for (const { fileId, normalizedPath, supersededBy, lastUs } of this.#files.values()) {
      if (paths.has(normalizedPath)) gone.set(fileId, 'removed')
      else if (this.#kinds.has('superseded') && supersededBy !== null) {
        const since = this.#since.get(fileId) ?? lastUs
        if (since !== null && since < this.#beforeUs) gone.set(fileId, 'superseded')
      }
    }
    this.#gone = gone
    return gone
  }

  /** Whether a sighting of a file that stays goes: it is neither the first nor the last, nor the last of the bytes that are there. */
  isGone({ fileId, atUs, bytes }: Sighting): boolean {
    const [file, times] = [this.#files.get(fileId), this.#times.get(fileId)]
    if (file === undefined || times === undefined || this.#gone.has(fileId)) return false
    if (!this.#kinds.has('sightings') || atUs >= this.#beforeUs) return false
    if ([times.firstUs, times.lastUs, file.firstUs, file.lastUs].includes(atUs)) return false
    return !(bytes === file.bytes && atUs === times.lastThereUs)
  }
}
