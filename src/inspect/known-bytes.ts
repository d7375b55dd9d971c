import { ExrError } from '../errors.ts'
import type { KnownBytes } from '../source/ranges.ts'
import type { ByteRange, SourceIdentity } from '../source/source.ts'

/** Asks for a range unless it is known already. */
export function* supply(
  known: KnownBytes,
  range: ByteRange,
): Generator<{ readonly kind: 'bytes'; readonly range: ByteRange }, void, void> {
  if (known.slice(range.start, range.endExclusive) === undefined) yield { kind: 'bytes', range }
}

/**
 * Bytes that were asked for. Throws ERR_SOURCE_CHANGED for a source that answered with fewer than its size promises: it
 * was cut while it was read.
 */
export function bytesOf(
  known: KnownBytes,
  { path, sizeBytes }: SourceIdentity,
  start: number,
  end: number,
): Uint8Array {
  const bytes = known.slice(start, end)
  if (bytes !== undefined) return bytes
  throw new ExrError(
    'ERR_SOURCE_CHANGED',
    `${path} had ${sizeBytes} bytes when it was opened, but bytes ${start} to ${end} could not be read. ` +
      'Read it again once its writer has finished.',
    { details: { path, byteOffset: start } },
  )
}
