import { int32At } from './bytes.ts'
import { ENTRY, type Entries, isUnplaced, orderOf, readEntries } from './chunk-entries.ts'
import { IMPOSSIBLE_SIZE, leaderByteLength, leaderDataBytes, leaderPlace } from './chunk-leader.ts'
import { missingRows, missingTiles, placeOf } from './chunk-missing.ts'
import type { ChunkTablePlan, PartChunkPlan } from './chunk-plan.ts'
import type { ChunkReport, LastChunk, PartChunkReport } from './chunk-report.ts'
import { ChunkWalk, entryNamed } from './chunk-walk.ts'
import type { DefectCode } from './defect-codes.ts'
import { defect } from './defects.ts'
import type { HeaderDefect } from './model.ts'

/** Ranges of rows, and tiles, listed per part at most. */
export const DEFAULT_MAX_LISTED = 1000

const OFFSET_BYTES = 8

const OFFSET_DEFECTS: readonly (readonly [readonly number[], DefectCode, string])[] = [
  [[ENTRY.outside, ENTRY.stray], 'chunk-offset-outside-file', 'offsets outside the file'],
  [[ENTRY.inside], 'chunk-offset-inside-header', 'offsets inside the header or the chunk tables'],
  [[ENTRY.duplicate], 'chunk-offset-duplicate', 'the offset of another chunk'],
]

/** Of `#seen`. */
const SEEN = 1
const SEEN_AS_ZEROS = 2
/** Bytes of a chunk's end that are looked at where zeros follow it. */
const TAIL_BYTES = 16
/** Chunks before zeros that are looked at. */
const MOST_EDGES = 64

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
  /** `SEEN` for each entry whose leader was looked at. */
  readonly #seen: Uint8Array
  /** 1 for each entry that `walk` found where the table does not say. */
  readonly #found: Uint8Array
  /** Where the data of each entry ends, as its leader says; 0 for those that do not fit. */
  readonly #ends: Float64Array
  readonly #partOf: Uint32Array | null
  readonly #misfits = new Map<string, Misfit>()
  readonly #usable: number
  #sorted: Uint32Array | null = null
  #checked = 0
  #looked = 0
  #walk: ChunkWalk | null = null

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
    this.#found = new Uint8Array(verdicts.length)
    this.#ends = new Float64Array(verdicts.length)
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

  /** True when the table does not say where some chunk is, or something else is there: `walk` may find it. */
  get hasUnplaced(): boolean {
    return this.#entries.verdicts.some((verdict) => isUnplaced(verdict) || verdict === ENTRY.damaged)
  }

  /** True when a chunk is known to be missing or damaged, or not to be where the table says. */
  get hasLosses(): boolean {
    return this.#entries.verdicts.some((verdict) => verdict !== ENTRY.ok) || this.#overlaps(() => true)
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
    if (this.#seen[entry] === 0) this.#looked++
    this.#seen[entry] = SEEN
    this.#checked++
    const part = this.#planOf(entry)
    const start = this.leaderStart(entry)
    const length = this.leaderBytes(entry)
    if (at + length > bytes.length) return this.#misfit(entry, ENTRY.cut, 'it breaks off inside its leader')
    const problem = this.#leaderProblem(part, entry, bytes, at)
    if (problem !== null) {
      if (isZeros(bytes, at, at + length)) this.#seen[entry] = SEEN_AS_ZEROS
      const isOther = this.#seen[entry] === SEEN && this.#holdsOther(entry, bytes, at)
      return this.#misfit(entry, isOther ? ENTRY.misplaced : ENTRY.damaged, problem)
    }
    const dataBytes = leaderDataBytes(part, this.#plan.isMultiPart, bytes, at)
    if (dataBytes === IMPOSSIBLE_SIZE) return this.#misfit(entry, ENTRY.damaged, 'it claims sizes that cannot be')
    const end = start + length + dataBytes
    if (end > this.#fileSize) {
      return this.#misfit(
        entry,
        ENTRY.cut,
        `it should end at byte ${end}, but the file has only ${this.#fileSize} bytes`,
      )
    }
    this.#ends[entry] = end
    return true
  }

  /**
   * Chunks whose leader is good and behind which zeros begin where the next leader should be, by the bytes they end
   * with: an interrupted copy does not stop at the bounds of chunks.
   */
  edges(): { readonly entry: number; readonly start: number; readonly endExclusive: number }[] {
    const sorted = this.byOffset()
    const found = []
    for (let i = 0; i + 1 < sorted.length && found.length < MOST_EDGES; i++) {
      const [entry, next] = [sorted[i]!, sorted[i + 1]!]
      const endExclusive = this.#ends[entry]!
      if (endExclusive === 0 || !this.isUsable(entry) || this.#seen[next] !== SEEN_AS_ZEROS) continue
      const start = Math.max(this.leaderStart(entry) + this.leaderBytes(entry), endExclusive - TAIL_BYTES)
      if (start < endExclusive) found.push({ entry, start, endExclusive })
    }
    return found
  }

  /** Looks at the end of one of `edges`: the zeros behind it may begin inside of it. */
  judgeEdge(entry: number, bytes: Uint8Array): void {
    if (isZeros(bytes, 0, bytes.length)) {
      this.#misfit(entry, ENTRY.damaged, 'its data ends in zeros, and zeros follow it')
    }
  }

  /** Where `walk` goes on; null when it has ended. To be asked after leaders were judged: it builds on those that are good. */
  get walkPosition(): number | null {
    if (this.#walk === null) {
      this.#settle()
      const known = this.byOffset().filter((entry) => this.isUsable(entry))
      this.#walk = new ChunkWalk(this.#plan, this.#entries, known, this.#found, this.#fileSize)
    }
    return this.#walk.position
  }

  /** Whether the table does not say where a chunk is, but `walk` found it: `leaderStart` is where. */
  wasFound(entry: number): boolean {
    return this.#found[entry] === 1
  }

  /**
   * Looks for chunks that the table does not place, from leader to leader.
   * @param bytes the file's bytes from `walkPosition` on, `LONGEST_LEADER` of them or all that are left
   * @returns false when the walk has ended
   */
  walk(bytes: Uint8Array): boolean {
    if (this.walkPosition === null) return false
    const found = this.#walk!.step(bytes)
    if (found !== null && this.#seen[found] === 0) {
      this.#seen[found] = SEEN
      this.#looked++
    }
    return this.#walk!.position !== null
  }

  /** What is known so far. */
  report(maxListed = DEFAULT_MAX_LISTED): ChunkReport {
    const plan = this.#plan
    if (plan.readRange === null || plan.tablesByteLength === null) return unknownReport(plan)
    this.#settle()
    const defects: HeaderDefect[] = this.#unwrittenDefects()
    const parts = plan.parts.map((part) => this.#reportPart(part, maxListed, defects))
    const missingChunks = totalMissing(parts)
    return {
      isComplete: missingChunks === 0 && parts.length > 0 && this.#entries.verdicts.every((it) => it === ENTRY.ok),
      missingChunks,
      checkedChunks: this.#looked,
      // Numbers that are a lower bound come of no look at everything.
      depth: this.#isWalkedOut() || missingChunks === null || missingChunks === 0 ? this.#depth() : this.#boundDepth(),
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
    return verdict === ENTRY.ok || verdict === ENTRY.damaged || verdict === ENTRY.cut || verdict === ENTRY.misplaced
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

  /** Whether a leader that is not the entry's is that of another chunk, which the file has room for. */
  #holdsOther(entry: number, bytes: Uint8Array, at: number): boolean {
    const named = entryNamed(this.#plan, this.#entries, bytes, at)
    if (named === null || named === entry) return false
    const dataBytes = leaderDataBytes(this.#planOf(named), this.#plan.isMultiPart, bytes, at)
    const end = this.leaderStart(entry) + this.leaderBytes(named) + dataBytes
    return dataBytes !== IMPOSSIBLE_SIZE && end <= this.#fileSize
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

  /**
   * Calls `found` with each chunk whose data would reach into the next good one, until it returns true; whether it did.
   * An offset that leads to something else than a chunk ends nobody's data.
   */
  #overlaps(found: (entry: number, dataBytes: number) => boolean): boolean {
    const sorted = this.byOffset()
    let next = this.#fileSize
    for (let i = sorted.length - 1; i >= 0; i--) {
      const entry = sorted[i]!
      if (!this.isUsable(entry)) continue
      const start = this.leaderStart(entry)
      const end = this.#ends[entry]!
      if (end > next && found(entry, end - start - this.leaderBytes(entry))) return true
      next = start
    }
    return false
  }

  #settle(): void {
    this.#overlaps((entry, dataBytes) => {
      this.#misfit(entry, ENTRY.damaged, `its ${dataBytes} bytes of data would reach into the next chunk`)
      return false
    })
  }

  #depth(): ChunkReport['depth'] {
    const isWalked = this.#walk === null ? !this.hasUnplaced : this.#walk.position === null
    if (this.#checked === this.#usable && isWalked) return 'all'
    return this.#checked === 0 && this.#walk?.hasBegun !== true ? 'table' : 'leaders'
  }

  /** Where more chunks may be missing than are known to be. */
  #boundDepth(): ChunkReport['depth'] {
    const isUnsure = this.#entries.verdicts.some((verdict, entry) => isUnplaced(verdict) && this.#found[entry] === 0)
    const depth = this.#depth()
    return isUnsure && depth === 'all' ? 'leaders' : depth
  }

  #lastChunk(): LastChunk | null {
    const { offsets, verdicts } = this.#entries
    const entry = this.byOffset().findLast((candidate) => verdicts[candidate] === ENTRY.ok)
    if (entry === undefined) return null
    const start = offsets[entry]!
    const endExclusive = start + this.leaderBytes(entry)
    return { partIndex: this.#planOf(entry).partIndex, chunkIndex: this.#chunkOf(entry), start, endExclusive }
  }

  /** Known where each chunk was looked at that could be the last. */
  #chunksEnd(): number | null {
    const total = this.#plan.parts.reduce((sum, { chunkCount }) => sum + (chunkCount ?? 0), 0)
    if (this.#walk !== null && this.#usable === 0) return this.#foundCount() === total ? this.#walk.end : null
    // A chunk without a place may be what follows the last one that has one.
    const last = this.lastEntry
    const end = last === null || !this.isUsable(last) ? 0 : this.#ends[last]!
    return this.#usable === total && end > 0 ? end : null
  }

  #foundCount(): number {
    let found = 0
    for (const flag of this.#found) found += flag
    return found
  }

  /** A table of zeros was never written, which says nothing of the chunks. */
  #unwrittenDefects(): HeaderDefect[] {
    const { verdicts } = this.#entries
    if (verdicts.length === 0 || !verdicts.every((verdict) => verdict === ENTRY.zero)) return []
    const total = this.#plan.parts.reduce((sum, { chunkCount }) => sum + (chunkCount ?? 0), 0)
    const message = `The offset table was never written: ${this.#walkText(total)}`
    return [defect('chunk-table-unwritten', message, this.#plan.tablesOffset)]
  }

  #walkText(total: number): string {
    if (this.#tablesEnd() >= this.#fileSize) return `the file ends before the first of ${total} chunks`
    if (this.#walk?.hasBegun !== true) return `whether any of ${total} chunks follows it was not looked at`
    const found = this.#foundCount()
    if (this.#walk.position !== null) return `at least ${found} of ${total} chunks follow it`
    if (this.#walk.endsInJunk) {
      const what =
        found === 0 ? 'something else' : `at least ${found} of ${total} chunks follow it, then something else`
      return `${what}${found === 0 ? ' follows it' : ''}, and what lies behind cannot be told`
    }
    return found === 0 ? `none of ${total} chunks follows it` : `${found} of ${total} chunks follow it`
  }

  #tablesEnd(): number {
    return this.#plan.tablesOffset + (this.#plan.tablesByteLength ?? 0)
  }

  /** Whether chunks that the table does not place, and that were not found, are known not to be in the file. */
  #isWalkedOut(): boolean {
    if (this.#tablesEnd() >= this.#fileSize) return true
    return this.#walk !== null && this.#walk.position === null && !this.#walk.endsInJunk
  }

  #reportPart(part: PartChunkPlan, maxListed: number, defects: HeaderDefect[]): PartChunkReport {
    const { partIndex, chunkCount } = part
    const { offsets, verdicts, runs } = this.#entries
    const { first, count } = runs[partIndex]!
    const isWalkedOut = this.#isWalkedOut()
    const isThere = (entry: number) => verdicts[entry] === ENTRY.ok || this.#found[entry] === 1
    const isMissing = (chunk: number) =>
      chunk >= count || (!isThere(first + chunk) && (isWalkedOut || !isUnplaced(verdicts[first + chunk]!)))
    let missing = chunkCount! - count
    let isUnsure = false
    for (let chunk = 0; chunk < count; chunk++) {
      if (isMissing(chunk)) missing++
      else if (!isThere(first + chunk)) isUnsure = true
    }
    const missingChunks = isUnsure && missing === 0 ? null : missing
    this.#addEntryDefects(part, missingChunks, defects)
    const rows = missing === 0 ? NOTHING : missingRows(part, isMissing, count, maxListed)
    const tiles = missing === 0 ? NOTHING : missingTiles(part, isMissing, maxListed)
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

  /** What is wrong with the entries of a part, and how many of their chunks were found all the same. */
  #addEntryDefects(part: PartChunkPlan, missingChunks: number | null, defects: HeaderDefect[]): void {
    const { partIndex, chunkCount } = part
    const { verdicts, runs } = this.#entries
    const { first, count } = runs[partIndex]!
    const told = VERDICTS.map(() => ({ number: 0, found: 0, at: 0 }))
    for (let i = count - 1; i >= 0; i--) {
      const counts = told[verdicts[first + i]!]!
      counts.number++
      counts.found += this.#found[first + i]!
      counts.at = part.tableOffset! + i * OFFSET_BYTES
    }
    const allTheSame = (found: number) =>
      found === 0 ? '' : `; ${found} of those chunks ${found === 1 ? 'is' : 'are'} in the file all the same`
    // How many are missing is said elsewhere: a number is news only where it is another one.
    const who = (number: number, found: number) =>
      number === missingChunks && found === 0 ? 'Missing chunks' : `${number} of ${chunkCount} chunks`
    const zeros = told[ENTRY.zero]!
    if (zeros.number > 0) {
      const message = `${zeros.number} of ${chunkCount} chunk offsets are zero: the table was not written to its end`
      defects.push(defect('chunk-offset-zero', message + allTheSame(zeros.found), zeros.at, partIndex))
    }
    for (const [wanted, code, what] of OFFSET_DEFECTS) {
      const several = wanted.map((verdict) => told[verdict]!).filter(({ number }) => number > 0)
      if (several.length === 0) continue
      const [number, found] = [sum(several, 'number'), sum(several, 'found')]
      const at = Math.min(...several.map((each) => each.at))
      defects.push(defect(code, `${who(number, found)}: ${what}${allTheSame(found)}`, at, partIndex))
    }
    for (const verdict of [ENTRY.damaged, ENTRY.misplaced, ENTRY.cut]) {
      const { number, found } = told[verdict]!
      this.#addMisfit(part, verdict, who(number, found), allTheSame(found), defects)
    }
  }

  #addMisfit(part: PartChunkPlan, verdict: number, who: string, found: string, defects: HeaderDefect[]): void {
    const misfit = this.#misfits.get(`${part.partIndex} ${verdict}`)
    if (misfit === undefined) return
    const { entry, problem } = misfit
    const isCut = verdict === ENTRY.cut
    const what = isCut ? 'cut off by the end of the file' : 'not where the table says'
    const message = `${who}: ${what}; chunk ${this.#chunkOf(entry)}: ${problem}${found}`
    const code = isCut ? 'last-chunk-truncated' : 'chunk-leader-mismatch'
    defects.push(defect(code, message, this.leaderStart(entry), part.partIndex))
  }
}

const NOTHING = { list: [], isTruncated: false }
const VERDICTS = Object.values(ENTRY)

function sum<Key extends string>(items: readonly Readonly<Record<Key, number>>[], key: Key): number {
  return items.reduce((total, item) => total + item[key], 0)
}

function isZeros(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false
  return true
}

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
