import { viewOf } from './bytes.ts'
import { leaderByteLength } from './chunk-leader.ts'
import { missingRows, missingTiles } from './chunk-missing.ts'
import type { ChunkTablePlan, PartChunkPlan } from './chunk-plan.ts'
import type { ChunkOrder, ChunkReport, LastChunk, PartChunkReport } from './chunk-report.ts'
import type { DefectCode } from './defect-codes.ts'
import { defect } from './defects.ts'
import type { HeaderDefect } from './model.ts'

/** Ranges of rows, and tiles, listed per part at most. */
export const DEFAULT_MAX_LISTED = 1000

const OFFSET_BYTES = 8
const OK = 0
const ZERO = 1
const OUTSIDE = 2
const INSIDE = 3
const DUPLICATE = 4

const VERDICTS: readonly (readonly [number, DefectCode, string])[] = [
  [ZERO, 'chunk-offset-zero', 'are zero: the file was never finished'],
  [OUTSIDE, 'chunk-offset-outside-file', 'lie outside the file'],
  [INSIDE, 'chunk-offset-inside-header', 'point into the header or the chunk tables'],
  [DUPLICATE, 'chunk-offset-duplicate', 'repeat the offset of another chunk'],
]

/** The entries the table bytes hold, all parts in one run. Claimed entries beyond them are only counted. */
interface Entries {
  readonly offsets: Float64Array
  readonly verdicts: Uint8Array
  /** Per part: index of its first entry, and how many of its entries the bytes hold. */
  readonly runs: readonly { readonly first: number; readonly count: number }[]
}

/**
 * Judges the offsets of all chunks without reading any. Time and memory grow with the bytes given, not with what the
 * header claims.
 * @param tableBytes the bytes of `plan.readRange`; entries they lack count as missing chunks
 * @param fileSize whole size of the file in bytes
 * @param maxListed row ranges, and tiles, listed per part at most
 */
export function judgeChunkTables(
  plan: ChunkTablePlan,
  tableBytes: Uint8Array,
  fileSize: number,
  maxListed = DEFAULT_MAX_LISTED,
): ChunkReport {
  if (plan.readRange === null || plan.tablesByteLength === null) return unknownReport(plan)
  const entries = readEntries(plan, tableBytes)
  judgeRanges(plan, entries, plan.tablesOffset + plan.tablesByteLength, fileSize)
  markDuplicates(entries)
  const defects: HeaderDefect[] = []
  const parts = plan.parts.map((part) => reportPart(part, entries, maxListed, defects))
  const missingChunks = totalMissing(parts)
  return {
    isComplete: missingChunks === 0 && parts.length > 0,
    missingChunks,
    parts,
    lastChunk: findLast(plan, entries),
    chunksEnd: null,
    plan,
    defects,
  }
}

/** Null as soon as one part's count is unknown. */
export function totalMissing(parts: readonly PartChunkReport[]): number | null {
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
  return { isComplete: false, missingChunks: null, parts, lastChunk: null, chunksEnd: null, plan, defects: [] }
}

function readEntries(plan: ChunkTablePlan, tableBytes: Uint8Array): Entries {
  const held = Math.floor(tableBytes.length / OFFSET_BYTES)
  let first = 0
  const runs = plan.parts.map(({ chunkCount }) => {
    const run = { first, count: Math.min(chunkCount ?? 0, held - first) }
    first += run.count
    return run
  })
  const offsets = new Float64Array(first)
  const view = viewOf(tableBytes)
  for (let i = 0; i < first; i++) {
    // Exact up to 2^53; beyond that rounding does not bring an offset back into the file.
    offsets[i] = view.getUint32(i * OFFSET_BYTES, true) + view.getUint32(i * OFFSET_BYTES + 4, true) * 2 ** 32
  }
  return { offsets, verdicts: new Uint8Array(first), runs }
}

function judgeRanges(plan: ChunkTablePlan, entries: Entries, tablesEnd: number, fileSize: number): void {
  const { offsets, verdicts, runs } = entries
  for (const [part, { first, count }] of runs.entries()) {
    const lastPossible = fileSize - leaderByteLength(plan.parts[part]!.storage, plan.isMultiPart)
    for (let i = first; i < first + count; i++) {
      const offset = offsets[i]!
      if (offset === 0) verdicts[i] = ZERO
      else if (offset < tablesEnd) verdicts[i] = INSIDE
      else if (offset > lastPossible) verdicts[i] = OUTSIDE
    }
  }
}

/** Of chunks that share an offset the first in table order keeps it. */
function markDuplicates({ offsets, verdicts }: Entries): void {
  if (isMonotonic(offsets, verdicts)) return
  const sorted = offsets.filter((_, i) => verdicts[i] === OK).sort()
  const repeated = new Set<number>()
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) repeated.add(sorted[i]!)
  if (repeated.size === 0) return
  const seen = new Set<number>()
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!
    if (verdicts[i] !== OK || !repeated.has(offset)) continue
    if (seen.has(offset)) verdicts[i] = DUPLICATE
    seen.add(offset)
  }
}

/** True for the usual file, whose chunks lie in table order or its reverse: nothing can repeat then. */
function isMonotonic(offsets: Float64Array, verdicts: Uint8Array): boolean {
  const order = orderOf(offsets, verdicts, 0, offsets.length)
  return order !== 'random'
}

function orderOf(offsets: Float64Array, verdicts: Uint8Array, start: number, end: number): ChunkOrder | null {
  let increasing = true
  let decreasing = true
  let previous = -1
  let found = 0
  for (let i = start; i < end; i++) {
    if (verdicts[i] !== OK) continue
    const offset = offsets[i]!
    if (found++ > 0) {
      if (offset <= previous) increasing = false
      if (offset >= previous) decreasing = false
    }
    previous = offset
  }
  if (found < 2) return null
  if (increasing) return 'increasing'
  return decreasing ? 'decreasing' : 'random'
}

function reportPart(
  part: PartChunkPlan,
  { offsets, verdicts, runs }: Entries,
  maxListed: number,
  defects: HeaderDefect[],
): PartChunkReport {
  const { partIndex, chunkCount } = part
  const { first, count } = runs[partIndex]!
  const counts = new Uint32Array(VERDICTS.length + 1)
  const firstOf = new Array<number>(VERDICTS.length + 1).fill(-1)
  for (let i = 0; i < count; i++) {
    const verdict = verdicts[first + i]!
    if (counts[verdict]!++ === 0) firstOf[verdict] = i
  }
  for (const [verdict, code, what] of VERDICTS) {
    if (counts[verdict] === 0) continue
    const message = `${counts[verdict]} of ${chunkCount} chunk offsets ${what}`
    defects.push(defect(code, message, part.tableOffset! + firstOf[verdict]! * OFFSET_BYTES, partIndex))
  }
  const missingChunks = chunkCount! - counts[OK]!
  const isMissing = (chunk: number) => chunk >= count || verdicts[first + chunk] !== OK
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

const NOTHING = { list: [], isTruncated: false }

function findLast(plan: ChunkTablePlan, { offsets, verdicts, runs }: Entries): LastChunk | null {
  let last = -1
  for (let i = 0; i < offsets.length; i++) {
    if (verdicts[i] === OK && (last === -1 || offsets[i]! > offsets[last]!)) last = i
  }
  if (last === -1) return null
  const partIndex = runs.findIndex(({ first, count }) => last >= first && last < first + count)
  const start = offsets[last]!
  const leader = leaderByteLength(plan.parts[partIndex]!.storage, plan.isMultiPart)
  return { partIndex, chunkIndex: last - runs[partIndex]!.first, start, endExclusive: start + leader }
}
