import { int32At } from './bytes.ts'
import { ENTRY, type Entries } from './chunk-entries.ts'
import { IMPOSSIBLE_SIZE, leaderByteLength, leaderDataBytes, leaderPlace } from './chunk-leader.ts'
import { chunkAt } from './chunk-missing.ts'
import type { ChunkTablePlan } from './chunk-plan.ts'

/**
 * Finds chunks without their table, as the reference library does: each leader tells where the next one begins. Where
 * one does not, the walk goes on at the next chunk that the table knows. Reads nothing itself.
 */
export class ChunkWalk {
  readonly #plan: ChunkTablePlan
  readonly #entries: Entries
  readonly #known: Uint32Array
  readonly #fileSize: number
  /** 1 for each entry that was found where the table does not say. */
  readonly #found: Uint8Array
  /** Bytes of the shortest leader that a chunk of the file may have. */
  readonly #shortest: number
  #wanted: number
  #position: number
  /** How many of `known` lie at the position or before it. */
  #passed = 0
  #hasEnded = false
  #endsInJunk = false
  #steps = 0

  /**
   * @param known entries in the order of the file that nothing is known against
   * @param found takes a 1 for each entry that is found; its offset is put right
   */
  constructor(plan: ChunkTablePlan, entries: Entries, known: Uint32Array, found: Uint8Array, fileSize: number) {
    this.#plan = plan
    this.#entries = entries
    this.#known = known
    this.#found = found
    this.#fileSize = fileSize
    this.#shortest = Math.min(...new Set(plan.parts.map(({ storage }) => leaderByteLength(storage, plan.isMultiPart))))
    this.#wanted = entries.offsets.length - known.length
    this.#position = plan.tablesOffset + (plan.tablesByteLength ?? 0)
  }

  /** Where it goes on; null when it has ended. */
  get position(): number | null {
    return this.#hasEnded || this.#wanted === 0 ? null : this.#position
  }

  /** Where the last chunk ends that it passed. */
  get end(): number {
    return this.#position
  }

  get hasBegun(): boolean {
    return this.#steps > 0
  }

  /** True when it ended at bytes that are no chunk and not zeros: what lies behind them nobody can tell. */
  get endsInJunk(): boolean {
    return this.#endsInJunk
  }

  /**
   * @param bytes the file's bytes from `position` on, `LONGEST_LEADER` of them or all that are left
   * @returns the entry that was found, null for none; `position` says whether the walk has ended
   */
  step(bytes: Uint8Array): number | null {
    this.#steps++
    const { verdicts, offsets } = this.#entries
    const next = this.#nextKnown()
    const entry = this.#entryOf(bytes)
    const end = entry === null ? null : this.#endOf(bytes)
    const isHere =
      entry !== null && this.#found[entry] === 0 && (verdicts[entry] !== ENTRY.ok || offsets[entry] === this.#position)
    if (entry === null || end === null || !isHere || end > (next ?? this.#fileSize)) {
      // No chunk lies in fewer bytes than its leader has.
      const isCut = bytes.length < this.#shortest || (isHere && end !== null)
      this.#endsInJunk = next === null && !isCut && bytes.some((byte) => byte !== 0)
      this.#hasEnded = next === null
      if (next !== null) this.#position = next
      return null
    }
    const isNew = verdicts[entry] !== ENTRY.ok
    if (isNew) {
      this.#found[entry] = 1
      offsets[entry] = this.#position
      this.#wanted--
    }
    this.#position = end
    return isNew ? entry : null
  }

  /** Where the first chunk behind the position begins that the table knows. */
  #nextKnown(): number | null {
    const { offsets } = this.#entries
    while (this.#passed < this.#known.length && offsets[this.#known[this.#passed]!]! <= this.#position) this.#passed++
    const next = this.#known[this.#passed]
    return next === undefined ? null : offsets[next]!
  }

  #endOf(bytes: Uint8Array): number | null {
    const { isMultiPart, parts } = this.#plan
    const part = parts[isMultiPart ? int32At(bytes, 0) : 0]!
    const dataBytes = leaderDataBytes(part, isMultiPart, bytes, 0)
    if (dataBytes === IMPOSSIBLE_SIZE) return null
    return this.#position + leaderByteLength(part.storage, isMultiPart) + dataBytes
  }

  #entryOf(bytes: Uint8Array): number | null {
    return entryNamed(this.#plan, this.#entries, bytes, 0)
  }
}

/** The entry of the chunk whose leader begins at a place in `bytes`; null where it is none of this file's. */
export function entryNamed(plan: ChunkTablePlan, { runs }: Entries, bytes: Uint8Array, at: number): number | null {
  const { isMultiPart, parts } = plan
  if (bytes.length - at < 8) return null
  const part = parts[isMultiPart ? int32At(bytes, at) : 0]
  if (part === undefined || part.storage === null) return null
  if (bytes.length - at < leaderByteLength(part.storage, isMultiPart)) return null
  const chunk = chunkAt(part, leaderPlace(part.storage, isMultiPart, bytes, at))
  const { first, count } = runs[part.partIndex]!
  return chunk === null || chunk >= count ? null : first + chunk
}
