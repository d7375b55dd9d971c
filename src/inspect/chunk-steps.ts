import {
  ChunkCensus,
  type ChunkReport,
  type ChunkTablePlan,
  countFromTable,
  type ExrHeader,
  LONGEST_LEADER,
  planChunkTables,
  unknownTableRange,
} from '../header/index.ts'
import type { ByteRange } from '../source/source.ts'
import type { Inspection, InspectRequest } from './inspection.ts'
import { bytesOf, supply } from './known-bytes.ts'
import type { ResolvedInspectOptions } from './options.ts'

type Steps<T> = Generator<InspectRequest, T, void>

/** Leaders read from one file at most where not all are asked for, by their offsets or by walking. */
const MOST_LEADERS = 131_072
/** Leaders asked for at once. */
const LEADERS_AT_ONCE = 1024
/** Reads of a walk where each is a request, and the bytes of one: of small chunks there are several in them. */
const REMOTE_WALK_READS = 8
const REMOTE_WALK_BYTES = 64 * 1024

/**
 * Which chunks are there: by the offset tables, by every leader inside bytes that are known, by the last chunk's leader,
 * and by all leaders where `check` asks for it or something is missing. What the tables do not place is looked for from
 * leader to leader. Where each read is a request, few are made unless `check` asks for all: halving finds where the
 * damage begins.
 */
export function* readChunks(
  inspection: Inspection,
  header: ExrHeader,
  options: ResolvedInspectOptions,
): Steps<ChunkReport> {
  const { identity, known, isRemote = false } = inspection
  const plan = yield* planTables(inspection, header, options)
  const tables = plan.readRange
  if (tables === null) return new ChunkCensus(plan, new Uint8Array(0), identity.sizeBytes).report()
  yield* supply(known, tables)
  const tableBytes = bytesOf(known, identity, tables.start, tables.endExclusive)
  const census = new ChunkCensus(plan, tableBytes, identity.sizeBytes)
  if (options.check === 'table') return census.report()
  const isLastGood = yield* judgeLast(inspection, census)
  judgeKnown(inspection, census)
  const most = options.check === 'all' ? Number.POSITIVE_INFINITY : isRemote ? 0 : MOST_LEADERS
  if (options.check === 'all' || census.hasLosses) yield* judgeAll(inspection, census, most)
  if (isRemote && options.check !== 'all' && !isLastGood) yield* bisect(inspection, census)
  // From the first chunk on: with few reads that leads nowhere where the table places some.
  if (census.hasUnplaced && (most > 0 || census.usableCount === 0)) {
    yield* walk(inspection, census, most === 0 ? REMOTE_WALK_READS : most)
  }
  yield* judgeEdges(inspection, census)
  return census.report()
}

/** Where the header does not tell the number of chunks, the table itself may. */
function* planTables(
  { identity, known }: Inspection,
  header: ExrHeader,
  options: ResolvedInspectOptions,
): Steps<ChunkTablePlan> {
  const { sizeBytes } = identity
  const plan = planChunkTables(header, sizeBytes, options.limits.tableBytes)
  if (plan.parts[0]?.chunkCount !== null) return plan
  const range = unknownTableRange(header, sizeBytes, options.limits.tableBytes)
  if (range === null) return plan
  yield* supply(known, range)
  const count = countFromTable(bytesOf(known, identity, range.start, range.endExclusive), range.start)
  return count === null ? plan : planChunkTables(header, sizeBytes, options.limits.tableBytes, count)
}

function* judgeLast({ identity, known }: Inspection, census: ChunkCensus): Steps<boolean> {
  const last = census.lastEntry
  if (last === null || !census.isOpen(last)) return true
  yield* supply(known, leaderRange(census, last, identity.sizeBytes))
  return judgeFromKnown({ identity, known }, census, last)
}

function judgeFromKnown(
  { identity, known }: Pick<Inspection, 'identity' | 'known'>,
  census: ChunkCensus,
  entry: number,
): boolean {
  const { start, endExclusive } = leaderRange(census, entry, identity.sizeBytes)
  return census.judge(entry, bytesOf(known, identity, start, endExclusive))
}

function leaderRange(census: ChunkCensus, entry: number, fileSize: number): ByteRange {
  const start = census.leaderStart(entry)
  return { start, endExclusive: Math.min(start + census.leaderBytes(entry), fileSize) }
}

/** Leaders inside bytes that were read anyway cost nothing to look at. */
function judgeKnown({ known }: Inspection, census: ChunkCensus): void {
  for (const { start, bytes } of known.spans) {
    const end = start + bytes.length
    for (let entry = 0; entry < census.length; entry++) {
      const at = census.leaderStart(entry)
      if (at < start || at >= end || !census.isOpen(entry)) continue
      if (at + census.leaderBytes(entry) <= end) census.judge(entry, bytes, at - start)
    }
  }
}

/** `most` of them. */
function* judgeAll(inspection: Inspection, census: ChunkCensus, most: number): Steps<void> {
  const order = census.byOffset()
  let left = most
  for (let at = 0; at < order.length && left > 0; ) {
    const entries: number[] = []
    for (; at < order.length && entries.length < Math.min(LEADERS_AT_ONCE, left); at++) {
      if (census.isOpen(order[at]!)) entries.push(order[at]!)
    }
    if (entries.length === 0) return
    left -= entries.length
    const ranges = entries.map((entry) => leaderRange(census, entry, inspection.identity.sizeBytes))
    yield { kind: 'peek', ranges }
    for (const [i, entry] of entries.entries()) census.judge(entry, inspection.peeked[i]!)
  }
}

/** An interrupted copy leaves zeros that begin inside a chunk with a good leader. */
function* judgeEdges(inspection: Inspection, census: ChunkCensus): Steps<void> {
  const edges = census.edges()
  if (edges.length === 0) return
  yield { kind: 'peek', ranges: edges }
  for (const [i, { entry }] of edges.entries()) census.judgeEdge(entry, inspection.peeked[i]!)
}

/** Finds about where the damage begins that reaches to the last chunk, in as few reads as halving takes. */
function* bisect({ identity, known }: Inspection, census: ChunkCensus): Steps<void> {
  const sorted = census.byOffset()
  let good = -1
  let bad = sorted.length - 1
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    const entry = sorted[middle]!
    let isGood = census.isUsable(entry)
    if (census.isOpen(entry)) {
      yield* supply(known, leaderRange(census, entry, identity.sizeBytes))
      isGood = judgeFromKnown({ identity, known }, census, entry)
    }
    if (isGood) good = middle
    else bad = middle
  }
}

/** Goes from chunk to chunk, in bytes that are known or by `most` reads. */
function* walk(inspection: Inspection, census: ChunkCensus, most: number): Steps<void> {
  const { identity, known, isRemote = false } = inspection
  const atOnce = isRemote ? REMOTE_WALK_BYTES : LONGEST_LEADER
  let block: { readonly start: number; readonly bytes: Uint8Array } = { start: 0, bytes: new Uint8Array(0) }
  let reads = 0
  for (let start = census.walkPosition; start !== null; start = census.walkPosition) {
    const end = Math.min(start + LONGEST_LEADER, identity.sizeBytes)
    let bytes = known.slice(start, end)
    if (bytes === undefined) {
      if (start < block.start || end > block.start + block.bytes.length) {
        if (reads++ >= most) return
        yield { kind: 'peek', ranges: [{ start, endExclusive: Math.min(start + atOnce, identity.sizeBytes) }] }
        block = { start, bytes: inspection.peeked[0]! }
      }
      bytes = block.bytes.subarray(start - block.start, end - block.start)
    }
    census.walk(bytes)
  }
}
