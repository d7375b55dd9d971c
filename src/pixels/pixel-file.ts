import { ExrError } from '../errors.ts'
import { ChunkCensus, type ChunkTablePlan, type ExrHeader, LONGEST_LEADER, leaderByteLength } from '../header/index.ts'
import { resolveInspectOptions } from '../inspect/options.ts'
import { inspectSteps } from '../inspect/steps.ts'
import { KnownBytes } from '../source/ranges.ts'
import type { ByteRange, ByteSource } from '../source/source.ts'

/** An open file whose header and chunk tables have been read: what every look at its pixels begins with. */
export interface PixelFile {
  readonly source: ByteSource
  readonly sizeBytes: number
  readonly header: ExrHeader
  readonly plan: ChunkTablePlan
  /**
   * Where the bytes of a chunk lie: from its leader to the next chunk or the end of the file, so possibly more than the
   * chunk has. Null when the table has no usable offset for it.
   */
  rangeOf(part: number, chunk: number): ByteRange | null
  /** How many entries of the part's chunk table the file holds, however many it claims. */
  heldEntries(part: number): number
}

const OFFSET_BYTES = 8

/**
 * Reads header and tables with as few reads as an inspection takes.
 * Throws ERR_SOURCE_*, and ERR_EXR_* for what is not an OpenEXR file.
 */
export async function openPixelFile(source: ByteSource, signal?: AbortSignal): Promise<PixelFile> {
  const options = resolveInspectOptions({ meta: false, check: 'table' })
  const known = new KnownBytes()
  known.add(0, await source.read(0, options.firstReadBytes, signal))
  const identity = await source.identity(signal)
  const steps = inspectSteps({ identity, known, spec: null, peeked: [] }, options)
  for (;;) {
    const next = steps.next()
    if (next.done === true) {
      const { header, chunks } = next.value
      const { plan } = chunks
      const tables = plan.readRange
      const tableBytes = tables === null ? undefined : known.slice(tables.start, tables.endExclusive)
      const offsets = await chunkOffsets(source, plan, tableBytes ?? new Uint8Array(0), identity.sizeBytes, signal)
      const lookUp = chunkLookUp(plan, offsets, identity.sizeBytes)
      return { source, sizeBytes: identity.sizeBytes, header, plan, ...lookUp }
    }
    // Without meta and leaders nothing but bytes is asked for.
    if (next.value.kind !== 'bytes') throw new ExrError('ERR_INTERNAL', 'A step asked for what is not bytes.')
    const { start, endExclusive } = next.value.range
    known.add(start, await source.read(start, endExclusive, signal))
  }
}

/** Bytes read at once on the way from leader to leader: of small chunks there are several in them. */
const WALK_BYTES = 64 * 1024

/** The entries of all tables; those that were never written say where the chunk was found, or 0. */
async function chunkOffsets(
  source: ByteSource,
  plan: ChunkTablePlan,
  tableBytes: Uint8Array,
  fileSize: number,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const view = new DataView(tableBytes.buffer, tableBytes.byteOffset, tableBytes.byteLength)
  const offsets = new Float64Array(Math.floor(tableBytes.length / OFFSET_BYTES))
  for (let i = 0; i < offsets.length; i++) offsets[i] = Number(view.getBigUint64(i * OFFSET_BYTES, true))
  if (!offsets.includes(0)) return offsets
  const census = new ChunkCensus(plan, tableBytes, fileSize)
  let block: { start: number; bytes: Uint8Array } = { start: 0, bytes: new Uint8Array(0) }
  for (let at = census.walkPosition; at !== null; at = census.walkPosition) {
    if (at < block.start || at + LONGEST_LEADER > block.start + block.bytes.length) {
      const end = Math.min(at + WALK_BYTES, fileSize)
      block = { start: at, bytes: at < end ? await source.read(at, end, signal) : new Uint8Array(0) }
    }
    if (!census.walk(block.bytes.subarray(at - block.start))) break
  }
  for (let entry = 0; entry < census.length; entry++) {
    if (census.wasFound(entry)) offsets[entry] = census.leaderStart(entry)
  }
  return offsets
}

function chunkLookUp(
  plan: ChunkTablePlan,
  offsets: Float64Array,
  fileSize: number,
): Pick<PixelFile, 'rangeOf' | 'heldEntries'> {
  const tablesEnd = plan.tablesOffset + (plan.tablesByteLength ?? 0)
  const sorted = offsets.filter((offset) => offset >= tablesEnd && offset < fileSize).sort()
  const firstEntry = (part: number) => (plan.parts[part]!.tableOffset! - plan.tablesOffset) / OFFSET_BYTES
  return {
    rangeOf(part, chunk) {
      const { tableOffset, storage } = plan.parts[part]!
      if (tableOffset === null) return null
      const start = offsets[firstEntry(part) + chunk]
      if (start === undefined || start < tablesEnd) return null
      if (start > fileSize - leaderByteLength(storage, plan.isMultiPart)) return null
      return { start, endExclusive: firstAbove(sorted, start) ?? fileSize }
    },
    heldEntries(part) {
      const { tableOffset, chunkCount } = plan.parts[part]!
      if (tableOffset === null) return 0
      return Math.max(0, Math.min(chunkCount ?? 0, offsets.length - firstEntry(part)))
    },
  }
}

/** The smallest number of a rising list that is above `limit`. */
function firstAbove(sorted: Float64Array, limit: number): number | undefined {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! > limit) high = middle
    else low = middle + 1
  }
  return sorted[low]
}
