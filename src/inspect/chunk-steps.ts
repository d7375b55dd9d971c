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

/** Leaders read from one file at most, by their offsets or by walking. */
const MOST_LEADERS = 131_072
/** Leaders asked for at once. */
const LEADERS_AT_ONCE = 1024

/**
 * Which chunks are there: by the offset tables, by every leader inside bytes that are known, by the last chunk's leader,
 * and by all leaders where `check` asks for it or something is missing. Leaders far apart are read only from sources
 * where small reads cost little; elsewhere a few find where the damage begins.
 */
export function* readChunks(
  inspection: Inspection,
  header: ExrHeader,
  options: ResolvedInspectOptions,
): Steps<ChunkReport> {
  const { identity, known } = inspection
  const plan = yield* planTables(inspection, header, options)
  const tables = plan.readRange
  if (tables === null) return new ChunkCensus(plan, new Uint8Array(0), identity.sizeBytes).report()
  yield* supply(known, tables)
  const tableBytes = bytesOf(known, identity, tables.start, tables.endExclusive)
  const census = new ChunkCensus(plan, tableBytes, identity.sizeBytes)
  if (options.check === 'table') return census.report()
  if (census.hasZeroOffsets) yield* walk(inspection, census)
  const isLastGood = yield* judgeLast(inspection, census)
  judgeKnown(inspection, census)
  if (options.check === 'all' || census.hasLosses) {
    const isDone = yield* judgeAll(inspection, census)
    if (!isDone && !isLastGood) yield* bisect(inspection, census)
  }
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

/** False when some leaders were left out: reading them costs too much here, or there are too many. */
function* judgeAll(inspection: Inspection, census: ChunkCensus): Steps<boolean> {
  const open = Array.from(census.byOffset()).filter((entry) => census.isOpen(entry))
  const wanted = open.slice(0, MOST_LEADERS)
  for (let at = 0; at < wanted.length; at += LEADERS_AT_ONCE) {
    const entries = wanted.slice(at, at + LEADERS_AT_ONCE)
    const ranges = entries.map((entry) => leaderRange(census, entry, inspection.identity.sizeBytes))
    yield { kind: 'peek', ranges }
    const { peeked } = inspection
    if (peeked === null) return false
    for (const [i, entry] of entries.entries()) census.judge(entry, peeked[i]!)
  }
  return wanted.length === open.length
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

/** Goes from chunk to chunk, by reads that cost little or in bytes that are known. */
function* walk(inspection: Inspection, census: ChunkCensus): Steps<void> {
  const { identity, known } = inspection
  for (let step = 0; step < MOST_LEADERS; step++) {
    const start = census.walkPosition
    if (start === null) return
    const range = { start, endExclusive: Math.min(start + LONGEST_LEADER, identity.sizeBytes) }
    let bytes = known.slice(range.start, range.endExclusive)
    if (bytes === undefined) {
      yield { kind: 'peek', ranges: [range] }
      bytes = inspection.peeked?.[0]
    }
    if (bytes === undefined || !census.walk(bytes)) return
  }
}
