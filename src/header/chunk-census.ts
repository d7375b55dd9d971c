import { int32At } from './bytes.ts'
import { ENTRY, type Entries, orderOf, readEntries } from './chunk-entries.ts'
import { IMPOSSIBLE_SIZE, leaderByteLength, leaderDataBytes, leaderPlace } from './chunk-leader.ts'
import { chunkAt, missingRows, missingTiles, placeOf } from './chunk-missing.ts'
import type { ChunkTablePlan, PartChunkPlan } from './chunk-plan.ts'
import type { ChunkReport, LastChunk, PartChunkReport } from './chunk-report.ts'
import type { DefectCode } from './defect-codes.ts'
import { defect } from './defects.ts'
import type { HeaderDefect } from './model.ts'

/** Ranges of rows, and tiles, listed per part at most. */
export const DEFAULT_MAX_LISTED = 1000

const OFFSET_BYTES = 8

const OFFSET_DEFECTS: readonly (readonly [number, DefectCode, string])[] = [
  [ENTRY.outside, 'chunk-offset-outside-file', 'offsets outside the file'],
  [ENTRY.inside, 'chunk-offset-inside-header', 'offsets inside the header or the chunk tables'],
  [ENTRY.duplicate, 'chunk-offset-duplicate', 'the offset of another chunk'],
]

/** A chunk whose leader does not fit, the first of its part. */
interface Misfit {
  readonly entry: number
  readonly problem: string
}

/**
 * Counts which chunks of a file are there. It begins with what the offset tables alone say, looks at as many leaders as
 * it is given, and reports at any time what it knows and how far it looked. Reads nothing itself. Time and memory grow
 * with the bytes given, not with what the header claims.
 */
export class ChunkCensus {
  readonly #plan: ChunkTablePlan
  readonly #fileSize: number
  readonly #entries: Entries
  /** 1 for each entry whose leader was looked at. */
  readonly #seen: Uint8Array
  readonly #partOf: Uint32Array | null
  readonly #misfits = new Map<string, Misfit>()
  readonly #usable: number
  #sorted: Uint32Array | null = null
  #checked = 0
  #lastEnd: number | null = null
  /** `passed` chunks that the table knows lie before the position. */
  #walk: { position: number; found: number; passed: number; isWhole: boolean } | null = null

  /**
   * @param tableBytes the bytes of `plan.readRange`; entries they lack count as missing chunks
   * @param fileSize whole size of the file in bytes
   */
  constructor(plan: ChunkTablePlan, tableBytes: Uint8Array, fileSize: number) {
    this.#plan = plan
    this.#fileSize = fileSize
    const known = plan.readRange !== null && plan.tablesByteLength !== null
    this.#entries = readEntries(plan, known ? tableBytes : new Uint8Array(0), fileSize)
    const { verdicts, runs } = this.#entries
    this.#seen = new Uint8Array(verdicts.length)
    this.#partOf = runs.length > 1 ? new Uint32Array(verdicts.length) : null
    for (const [part, { first, count }] of runs.entries()) this.#partOf?.fill(part, first, first + count)
    let usable = 0
    for (const verdict of verdicts) if (verdict === ENTRY.ok) usable++
    this.#usable = usable
  }

  /** Entries that the table bytes hold. */
  get length(): number {
    return this.#entries.offsets.length
  }

  /** Chunks that the tables give a place inside the file. */
  get usableCount(): number {
    return this.#usable
  }

  /** True when an entry is zero: those chunks may be in the file all the same, and `walk` finds them. */
  get hasZeroOffsets(): boolean {
    return this.#entries.verdicts.includes(ENTRY.zero)
  }

  /** True when a chunk is known to be missing or damaged. */
  get hasLosses(): boolean {
    return this.#entries.verdicts.some((verdict) => verdict !== ENTRY.ok && verdict !== ENTRY.follows)
  }

  /** True for a chunk whose leader can be looked at and has not been yet. */
  isOpen(entry: number): boolean {
    const { verdicts } = this.#entries
    return verdicts[entry] === ENTRY.ok && this.#seen[entry] === 0 && this.#planOf(entry).storage !== null
  }

  /** True for a chunk with a place in the file that nothing is known against. */
  isUsable(entry: number): boolean {
    return this.#entries.verdicts[entry] === ENTRY.ok
  }

  /** First byte of an entry's leader. */
  leaderStart(entry: number): number {
    return this.#entries.offsets[entry]!
  }

  leaderBytes(entry: number): number {
    return leaderByteLength(this.#planOf(entry).storage, this.#plan.isMultiPart)
  }

  /** Usable entries by rising offset. */
  byOffset(): Uint32Array {
    if (this.#sorted !== null) return this.#sorted
    const { offsets, verdicts } = this.#entries
    const usable = new Uint32Array(this.#usable)
    let count = 0
    for (let i = 0; i < offsets.length && count < usable.length; i++) if (this.#hasPlace(i)) usable[count++] = i
    const order = orderOf(offsets, verdicts, 0, offsets.length)
    if (order === 'decreasing') usable.reverse()
    else if (order === 'random') usable.sort((a, b) => offsets[a]! - offsets[b]!)
    this.#sorted = usable
    return usable
  }

  /** The entry that lies last in the file; null when none has a place in it. */
  get lastEntry(): number | null {
    return this.byOffset().at(-1) ?? null
  }

  /**
   * Looks at the leader of an entry: whether it names the part and the rows or tile the table says, and whether its data
   * ends before the next chunk begins and inside the file. One that does not counts as missing.
   * @param at where the leader begins in `bytes`; a leader they do not hold whole breaks off with the file
   */
  judge(entry: number, bytes: Uint8Array, at = 0): boolean {
    this.#seen[entry] = 1
    this.#checked++
    const part = this.#planOf(entry)
    const start = this.leaderStart(entry)
    const length = this.leaderBytes(entry)
    if (at + length > bytes.length) return this.#misfit(entry, ENTRY.cut, 'it breaks off inside its leader')
    const problem = this.#leaderProblem(part, entry, bytes, at)
    if (problem !== null) return this.#misfit(entry, ENTRY.damaged, problem)
    const dataBytes = leaderDataBytes(part, this.#plan.isMultiPart, bytes, at)
    if (dataBytes === IMPOSSIBLE_SIZE) return this.#misfit(entry, ENTRY.damaged, 'it claims sizes that cannot be')
    const end = start + length + dataBytes
    const isLast = entry === this.lastEntry
    if (isLast) this.#lastEnd = end
    if (end > this.#fileSize) {
      return this.#misfit(
        entry,
        ENTRY.cut,
        `it should end at byte ${end}, but the file has only ${this.#fileSize} bytes`,
      )
    }
    if (!isLast && end > this.#nextStart(entry)) {
      return this.#misfit(entry, ENTRY.damaged, `its ${dataBytes} bytes of data would reach into the next chunk`)
    }
    return true
  }

  /** Where `walk` goes on; null when it has ended. */
  get walkPosition(): number | null {
    this.#walk ??= { position: this.#tablesEnd(), found: 0, passed: 0, isWhole: false }
    const { position, found, isWhole } = this.#walk
    return isWhole || found >= this.#entries.offsets.length ? null : position
  }

  /** Whether the table has no offset of a chunk, but `walk` found it: `leaderStart` is where. */
  wasFound(entry: number): boolean {
    return this.#entries.verdicts[entry] === ENTRY.follows
  }

  /**
   * Finds chunks without their table, as the reference library does: each leader tells where the next one begins. Where
   * one does not, the walk goes on at the next chunk that the table knows.
   * @param bytes the file's bytes from `walkPosition` on, `LONGEST_LEADER` of them or all that are left
   * @returns false when what is there is no chunk of this file and no other is known behind it, which ends the walk
   */
  walk(bytes: Uint8Array): boolean {
    const walk = this.#walk!
    const entry = this.#entryOf(bytes)
    const part = entry === null ? null : this.#planOf(entry)
    const dataBytes = part === null ? IMPOSSIBLE_SIZE : leaderDataBytes(part, this.#plan.isMultiPart, bytes, 0)
    const end = walk.position + (entry === null ? 0 : this.leaderBytes(entry)) + dataBytes
    const { verdicts } = this.#entries
    const isKnown = entry !== null && verdicts[entry] !== ENTRY.zero && verdicts[entry] !== ENTRY.ok
    if (entry === null || dataBytes === IMPOSSIBLE_SIZE || end > this.#fileSize || isKnown) {
      const known = this.byOffset()
      while (walk.passed < known.length && this.leaderStart(known[walk.passed]!) <= walk.position) walk.passed++
      const next = known[walk.passed]
      walk.isWhole = next === undefined
      if (next !== undefined) walk.position = this.leaderStart(next)
      return next !== undefined
    }
    if (verdicts[entry] === ENTRY.zero) {
      verdicts[entry] = ENTRY.follows
      this.#entries.offsets[entry] = walk.position
      walk.found++
    }
    walk.position = end
    return true
  }

  /** What is known so far. */
  report(maxListed = DEFAULT_MAX_LISTED): ChunkReport {
    const plan = this.#plan
    if (plan.readRange === null || plan.tablesByteLength === null) return unknownReport(plan)
    const defects: HeaderDefect[] = this.#unwrittenDefects()
    const parts = plan.parts.map((part) => this.#reportPart(part, maxListed, defects))
    const missingChunks = totalMissing(parts)
    return {
      isComplete: missingChunks === 0 && parts.length > 0 && !this.#entries.verdicts.includes(ENTRY.follows),
      missingChunks,
      checkedChunks: this.#checked + (this.#walk?.found ?? 0),
      depth: this.#depth(),
      parts,
      lastChunk: this.#lastChunk(),
      chunksEnd: this.#chunksEnd(),
      plan,
      defects,
    }
  }

  #planOf(entry: number): PartChunkPlan {
    return this.#plan.parts[this.#partOf === null ? 0 : this.#partOf[entry]!]!
  }

  #hasPlace(entry: number): boolean {
    const verdict = this.#entries.verdicts[entry]
    return verdict === ENTRY.ok || verdict === ENTRY.damaged || verdict === ENTRY.cut
  }

  #chunkOf(entry: number): number {
    return entry - this.#entries.runs[this.#planOf(entry).partIndex]!.first
  }

  #misfit(entry: number, verdict: number, problem: string): false {
    this.byOffset()
    this.#entries.verdicts[entry] = verdict
    const key = `${this.#planOf(entry).partIndex} ${verdict}`
    if (!this.#misfits.has(key)) this.#misfits.set(key, { entry, problem })
    return false
  }

  #leaderProblem(part: PartChunkPlan, entry: number, bytes: Uint8Array, at: number): string | null {
    const { isMultiPart } = this.#plan
    if (isMultiPart && int32At(bytes, at) !== part.partIndex) return `it names part ${int32At(bytes, at)}`
    const expected = placeOf(part, this.#chunkOf(entry))
    if (expected === null) return null
    const found = leaderPlace(part.storage!, isMultiPart, bytes, at)
    if (
      found.first === expected.first &&
      found.y === expected.y &&
      found.levelX === expected.levelX &&
      found.levelY === expected.levelY
    ) {
      return null
    }
    const text = ({ first, y, levelX, levelY }: typeof found) =>
      part.levels.length === 0 ? `row ${first}` : `tile ${first},${y} of level ${levelX},${levelY}`
    return `it says ${text(found)} where the table has ${text(expected)}`
  }

  #nextStart(entry: number): number {
    const sorted = this.byOffset()
    const { offsets } = this.#entries
    const start = offsets[entry]!
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (offsets[sorted[middle]!]! <= start) low = middle + 1
      else high = middle
    }
    return low === sorted.length ? this.#fileSize : offsets[sorted[low]!]!
  }

  #tablesEnd(): number {
    return this.#plan.tablesOffset + (this.#plan.tablesByteLength ?? 0)
  }

  /** The entry of the chunk whose leader `bytes` begin with. */
  #entryOf(bytes: Uint8Array): number | null {
    const { isMultiPart, parts } = this.#plan
    if (bytes.length < 8) return null
    const part = parts[isMultiPart ? int32At(bytes, 0) : 0]
    if (part === undefined || part.storage === null) return null
    if (bytes.length < leaderByteLength(part.storage, isMultiPart)) return null
    const chunk = chunkAt(part, leaderPlace(part.storage, isMultiPart, bytes, 0))
    const { first, count } = this.#entries.runs[part.partIndex]!
    return chunk === null || chunk >= count ? null : first + chunk
  }

  #depth(): ChunkReport['depth'] {
    const isWalked = this.#walk === null ? !this.hasZeroOffsets : this.walkPosition === null
    if (this.#checked === this.#usable && isWalked) return 'all'
    return this.#checked === 0 && (this.#walk?.found ?? 0) === 0 ? 'table' : 'leaders'
  }

  #lastChunk(): LastChunk | null {
    const { offsets, verdicts } = this.#entries
    const entry = this.byOffset().findLast((candidate) => verdicts[candidate] === ENTRY.ok)
    if (entry === undefined) return null
    const start = offsets[entry]!
    const endExclusive = start + this.leaderBytes(entry)
    return { partIndex: this.#planOf(entry).partIndex, chunkIndex: this.#chunkOf(entry), start, endExclusive }
  }

  #chunksEnd(): number | null {
    if (this.#usable === 0 && this.#walk !== null && this.walkPosition === null) {
      return this.#walk.found === this.length ? this.#walk.position : null
    }
    // A chunk without a place may be what follows the last one that has one.
    const total = this.#plan.parts.reduce((sum, { chunkCount }) => sum + (chunkCount ?? 0), 0)
    const isKnown = this.#usable === total && this.#lastEnd !== null && this.#lastEnd <= this.#fileSize
    return isKnown ? this.#lastEnd : null
  }

  /** A table of zeros was never written, which says nothing of the chunks. */
  #unwrittenDefects(): HeaderDefect[] {
    const { verdicts } = this.#entries
    const isZero = (verdict: number) => verdict === ENTRY.zero || verdict === ENTRY.follows
    if (verdicts.length === 0 || !verdicts.every(isZero)) return []
    const total = this.#plan.parts.reduce((sum, { chunkCount }) => sum + (chunkCount ?? 0), 0)
    const message = `The offset table was never written: ${this.#walkText(total)}`
    return [defect('chunk-table-unwritten', message, this.#plan.tablesOffset)]
  }

  #walkText(total: number): string {
    if (this.#walk === null) return `whether any of ${total} chunks follows it was not looked at`
    const { found } = this.#walk
    if (this.walkPosition !== null) return `at least ${found} of ${total} chunks follow it`
    return found === 0 ? `none of ${total} chunks follows it` : `${found} of ${total} chunks follow it`
  }

  #reportPart(part: PartChunkPlan, maxListed: number, defects: HeaderDefect[]): PartChunkReport {
    const { partIndex, chunkCount } = part
    const { offsets, verdicts, runs } = this.#entries
    const { first, count } = runs[partIndex]!
    const counts = new Uint32Array(8)
    const firstOf = new Array<number>(8).fill(-1)
    for (let i = 0; i < count; i++) {
      const verdict = verdicts[first + i]!
      if (counts[verdict]!++ === 0) firstOf[verdict] = i
    }
    const entryAt = (verdict: number) => part.tableOffset! + firstOf[verdict]! * OFFSET_BYTES
    const zeros = counts[ENTRY.zero]! + counts[ENTRY.follows]!
    if (zeros > 0) {
      const at = Math.min(...[ENTRY.zero, ENTRY.follows].filter((verdict) => counts[verdict]! > 0).map(entryAt))
      const found =
        counts[ENTRY.follows] === 0 ? '' : `; ${counts[ENTRY.follows]} of those chunks are in the file all the same`
      const message = `${zeros} of ${chunkCount} chunk offsets are zero: the file was never finished${found}`
      defects.push(defect('chunk-offset-zero', message, at, partIndex))
    }
    const missingChunks = chunkCount! - counts[ENTRY.ok]! - counts[ENTRY.follows]!
    // How many are missing is said elsewhere: a number is news only where it is another one.
    const told = (number: number) => (number === missingChunks ? 'Missing chunks' : `${number} of ${chunkCount} chunks`)
    for (const [verdict, code, what] of OFFSET_DEFECTS) {
      if (counts[verdict] === 0) continue
      defects.push(defect(code, `${told(counts[verdict]!)}: ${what}`, entryAt(verdict), partIndex))
    }
    for (const verdict of [ENTRY.damaged, ENTRY.cut]) this.#addMisfit(part, verdict, told(counts[verdict]!), defects)
    const isMissing = (chunk: number) => {
      const verdict = verdicts[first + chunk]
      return chunk >= count || (verdict !== ENTRY.ok && verdict !== ENTRY.follows)
    }
    const rows = missingChunks === 0 ? NOTHING : missingRows(part, isMissing, count, maxListed)
    const tiles = missingChunks === 0 ? NOTHING : missingTiles(part, isMissing, maxListed)
    return {
      partIndex,
      chunkCount,
      missingChunks,
      missingRows: rows.list,
      missingTiles: tiles.list,
      isTruncated: rows.isTruncated || tiles.isTruncated,
      order: orderOf(offsets, verdicts, first, first + count),
    }
  }

  #addMisfit(part: PartChunkPlan, verdict: number, who: string, defects: HeaderDefect[]): void {
    const misfit = this.#misfits.get(`${part.partIndex} ${verdict}`)
    if (misfit === undefined) return
    const { entry, problem } = misfit
    const isCut = verdict === ENTRY.cut
    const what = isCut ? 'cut off by the end of the file' : 'not where the table says'
    const message = `${who}: ${what}; chunk ${this.#chunkOf(entry)}: ${problem}`
    const code = isCut ? 'last-chunk-truncated' : 'chunk-leader-mismatch'
    defects.push(defect(code, message, this.leaderStart(entry), part.partIndex))
  }
}

const NOTHING = { list: [], isTruncated: false }

/** What the tables alone say: no leader was looked at. */
export function judgeChunkTables(
  plan: ChunkTablePlan,
  tableBytes: Uint8Array,
  fileSize: number,
  maxListed = DEFAULT_MAX_LISTED,
): ChunkReport {
  return new ChunkCensus(plan, tableBytes, fileSize).report(maxListed)
}

/** Null as soon as one part's count is unknown. */
function totalMissing(parts: readonly PartChunkReport[]): number | null {
  let total = 0
  for (const { missingChunks } of parts) {
    if (missingChunks === null) return null
    total += missingChunks
  }
  return total
}

/** What can be said without tables: how many chunks there should be, not which are there. */
function unknownReport(plan: ChunkTablePlan): ChunkReport {
  const parts = plan.parts.map(({ partIndex, chunkCount }) => ({
    partIndex,
    chunkCount,
    missingChunks: null,
    missingRows: [],
    missingTiles: [],
    isTruncated: false,
    order: null,
  }))
  return {
    isComplete: false,
    missingChunks: null,
    checkedChunks: 0,
    depth: 'none',
    parts,
    lastChunk: null,
    chunksEnd: null,
    plan,
    defects: [],
  }
}
