import type { ByteRange, ByteSource } from './source.ts'

/** Bytes between two ranges that cost less than another request. */
const GAP_BYTES = 128 * 1024
/** Bytes of one request at most. */
const REQUEST_BYTES = 1024 * 1024
/** Requests under way at the same time: many files are inspected side by side, and each may hold so many. */
const REQUESTS_AT_ONCE = 4

/** Many small reads, each answered as `read` does, in order. Where each costs a request, neighbours are read together. */
export async function readScattered(
  source: ByteSource,
  ranges: readonly ByteRange[],
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  if (source.scattered !== undefined) return source.scattered(ranges, signal)
  const spans = coalesce(ranges, GAP_BYTES)
  const found: Uint8Array[] = new Array(ranges.length)
  for (let at = 0; at < spans.length; at += REQUESTS_AT_ONCE) {
    const reads = spans.slice(at, at + REQUESTS_AT_ONCE).map(async ({ start, endExclusive, members }) => {
      const bytes = await source.read(start, endExclusive, signal)
      // Copies: a few bytes must not hold the whole span in memory.
      for (const index of members) {
        const range = ranges[index]!
        found[index] = bytes.slice(range.start - start, range.endExclusive - start)
      }
    })
    await Promise.all(reads)
  }
  return found
}

/** Ranges that are read at once, and which of those asked for each holds. */
export function coalesce(
  ranges: readonly ByteRange[],
  gapBytes: number,
): (ByteRange & { readonly members: readonly number[] })[] {
  const order = ranges.map((_, index) => index).sort((a, b) => ranges[a]!.start - ranges[b]!.start)
  const spans: { start: number; endExclusive: number; members: number[] }[] = []
  for (const index of order) {
    const { start, endExclusive } = ranges[index]!
    const last = spans.at(-1)
    const end = Math.max(last?.endExclusive ?? 0, endExclusive)
    if (last !== undefined && start - last.endExclusive <= gapBytes && end - last.start <= REQUEST_BYTES) {
      last.endExclusive = end
      last.members.push(index)
    } else spans.push({ start, endExclusive, members: [index] })
  }
  return spans
}
