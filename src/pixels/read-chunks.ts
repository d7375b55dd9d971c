import { ExrError } from '../errors.ts'
import type { ByteRange, ByteSource } from '../source/source.ts'
import type { ListedChunk } from './chunk-list.ts'

/** A run of chunks with their bytes, in the order of the list. */
export interface ChunkBatch {
  readonly chunks: readonly ListedChunk[]
  readonly bytes: readonly Uint8Array[]
}

/** How chunks are fetched. */
export interface ReadChunkOptions {
  /** Bytes of a batch; one chunk alone may have more. */
  readonly batchBytes: number
  /** A gap of so many bytes is read over: it costs less than another request. */
  readonly maxGap: number
  /** Requests under way at a time. */
  readonly maxRequests: number
}

export const READ_DEFAULTS: ReadChunkOptions = { batchBytes: 8 * 1024 * 1024, maxGap: 64 * 1024, maxRequests: 4 }

/** Batches of small chunks are cut here, so that an abort is heard soon. */
const MAX_BATCH_CHUNKS = 4096

/** Cuts a list into batches. Chunks without a range are left to the caller. Pure. */
export function* batchesOf(
  chunks: Iterable<ListedChunk>,
  { batchBytes }: Pick<ReadChunkOptions, 'batchBytes'>,
): Generator<ListedChunk[]> {
  let batch: ListedChunk[] = []
  let bytes = 0
  for (const chunk of chunks) {
    if (chunk.range === null) continue
    const length = chunk.range.endExclusive - chunk.range.start
    if (batch.length === MAX_BATCH_CHUNKS || (batch.length > 0 && bytes + length > batchBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(chunk)
    bytes += length
  }
  if (batch.length > 0) yield batch
}

/** The fewest reads that hold all ranges, rising, none longer than `batchBytes` unless one range is. Pure. */
function coalesce(ranges: readonly ByteRange[], { maxGap, batchBytes }: ReadChunkOptions): ByteRange[] {
  const merged: { start: number; endExclusive: number }[] = []
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    const end = Math.max(last?.endExclusive ?? 0, range.endExclusive)
    if (last !== undefined && range.start - last.endExclusive <= maxGap && end - last.start <= batchBytes + maxGap) {
      last.endExclusive = end
    } else {
      merged.push({ ...range })
    }
  }
  return merged
}

/**
 * Fetches batches one ahead of the caller, each with as few reads as it takes. Bytes are views of the reads.
 * Throws ERR_SOURCE_* and ERR_ABORTED.
 */
export async function* readChunks(
  source: ByteSource,
  chunks: Iterable<ListedChunk>,
  options: ReadChunkOptions = READ_DEFAULTS,
  signal?: AbortSignal,
): AsyncGenerator<ChunkBatch> {
  const batches = batchesOf(chunks, options)
  const next = () => {
    const { value, done } = batches.next()
    if (done === true) return null
    const reading = fetchBatch(source, value, options, signal)
    // Whoever stops taking batches does not hear of the one under way.
    reading.catch(() => {})
    return reading
  }
  for (let reading = next(); reading !== null; ) {
    const batch = await reading
    reading = next()
    yield batch
  }
}

async function fetchBatch(
  source: ByteSource,
  chunks: readonly ListedChunk[],
  options: ReadChunkOptions,
  signal: AbortSignal | undefined,
): Promise<ChunkBatch> {
  const reads = coalesce(
    chunks.map(({ range }) => range!),
    options,
  )
  const held: Uint8Array[] = new Array(reads.length)
  let nextRead = 0
  const fetchSome = async () => {
    while (nextRead < reads.length) {
      const read = nextRead++
      if (signal?.aborted)
        throw new ExrError('ERR_ABORTED', `Stopped reading ${source.path}.`, { cause: signal.reason })
      held[read] = await source.read(reads[read]!.start, reads[read]!.endExclusive, signal)
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.maxRequests, reads.length) }, fetchSome))
  const bytes = chunks.map(({ range }) => {
    const read = reads.findLastIndex(({ start }) => start <= range!.start)
    const from = range!.start - reads[read]!.start
    return held[read]!.subarray(from, from + range!.endExclusive - range!.start)
  })
  return { chunks, bytes }
}
