import { viewOf } from './bytes.ts'
import { leaderByteLength } from './chunk-leader.ts'
import type { ChunkTablePlan } from './chunk-plan.ts'
import type { ChunkOrder } from './chunk-report.ts'

const OFFSET_BYTES = 8

/** What is known of one entry of an offset table. */
export const ENTRY = {
  /** The offset lies where a chunk may. */
  ok: 0,
  zero: 1,
  outside: 2,
  inside: 3,
  duplicate: 4,
  /** There is something else than this chunk's leader at the offset. */
  damaged: 5,
  /** The chunk begins inside the file and ends behind it. */
  cut: 6,
  /** There is another chunk's leader at the offset. */
  misplaced: 7,
  /** The offset lies outside the file although those of chunks behind it do not: it never was the chunk's place. */
  stray: 8,
} as const

/** Of these the table does not say where the chunk is: it may be in the file all the same. */
export function isUnplaced(verdict: number): boolean {
  return verdict !== ENTRY.ok && verdict !== ENTRY.outside && verdict !== ENTRY.cut && verdict !== ENTRY.damaged
}

/** The entries the table bytes hold, all parts in one run. Claimed entries beyond them are only counted. */
export interface Entries {
  readonly offsets: Float64Array
  /** An `ENTRY` each. */
  readonly verdicts: Uint8Array
  /** Per part: index of its first entry, and how many of its entries the bytes hold. */
  readonly runs: readonly { readonly first: number; readonly count: number }[]
}

/** Reads offsets and judges them by themselves: zero, outside the file, inside the header, repeated. */
export function readEntries(plan: ChunkTablePlan, tableBytes: Uint8Array, fileSize: number): Entries {
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
  const entries = { offsets, verdicts: new Uint8Array(first), runs }
  judgeRanges(plan, entries, plan.tablesOffset + (plan.tablesByteLength ?? 0), fileSize)
  markDuplicates(entries)
  for (const { first, count } of runs) markStray(entries, first, first + count)
  return entries
}

/** A file that was cut off has lost its last chunks: an offset outside before one inside is no place of a chunk. */
function markStray({ offsets, verdicts }: Entries, start: number, end: number): void {
  const order = orderOf(offsets, verdicts, start, end)
  const firstOk = verdicts.subarray(start, end).indexOf(ENTRY.ok) + start
  const lastOk = verdicts.subarray(start, end).lastIndexOf(ENTRY.ok) + start
  if (firstOk < start) return
  for (let i = start; i < end; i++) {
    if (verdicts[i] !== ENTRY.outside) continue
    const isLost = order === 'decreasing' ? i < firstOk : order !== 'random' && i > lastOk
    if (!isLost) verdicts[i] = ENTRY.stray
  }
}

function judgeRanges(plan: ChunkTablePlan, entries: Entries, tablesEnd: number, fileSize: number): void {
  const { offsets, verdicts, runs } = entries
  for (const [part, { first, count }] of runs.entries()) {
    const lastPossible = fileSize - leaderByteLength(plan.parts[part]!.storage, plan.isMultiPart)
    for (let i = first; i < first + count; i++) {
      const offset = offsets[i]!
      if (offset === 0) verdicts[i] = ENTRY.zero
      else if (offset < tablesEnd) verdicts[i] = ENTRY.inside
      else if (offset > lastPossible) verdicts[i] = ENTRY.outside
    }
  }
}

/** Of chunks that share an offset the first in table order keeps it. */
function markDuplicates({ offsets, verdicts }: Entries): void {
  if (orderOf(offsets, verdicts, 0, offsets.length) !== 'random') return
  const sorted = offsets.filter((_, i) => verdicts[i] === ENTRY.ok).sort()
  const repeated = new Set<number>()
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) repeated.add(sorted[i]!)
  if (repeated.size === 0) return
  const seen = new Set<number>()
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!
    if (verdicts[i] !== ENTRY.ok || !repeated.has(offset)) continue
    if (seen.has(offset)) verdicts[i] = ENTRY.duplicate
    seen.add(offset)
  }
}

/** Order of the usable offsets of entries [start, end): the usual file's chunks lie in table order or its reverse. */
export function orderOf(offsets: Float64Array, verdicts: Uint8Array, start: number, end: number): ChunkOrder | null {
  let increasing = true
  let decreasing = true
  let previous = -1
  let found = 0
  for (let i = start; i < end; i++) {
    if (verdicts[i] !== ENTRY.ok) continue
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
