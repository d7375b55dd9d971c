import { ExrError } from '../errors.ts'
import type { ByteSource, SourceCounters, SourceIdentity } from './source.ts'

/** Bytes that are already in memory. Reads are views of `bytes`: do not change it while it is in use. */
export function memorySource(bytes: Uint8Array, name = 'memory'): ByteSource {
  const counters = { requests: 0, bytes: 0 }
  const identity: SourceIdentity = { path: name, sizeBytes: bytes.length, mtimeUs: null, etag: null }
  return {
    path: name,
    counters: counters satisfies SourceCounters,
    identity: async () => identity,
    async read(start, endExclusive, signal) {
      if (signal?.aborted) throw new ExrError('ERR_ABORTED', `Reading ${name} was aborted.`, { cause: signal.reason })
      const view = bytes.subarray(start, endExclusive)
      counters.requests += 1
      counters.bytes += view.length
      return view
    },
    scattered: async (ranges) => ranges.map(({ start, endExclusive }) => bytes.subarray(start, endExclusive)),
    close: async () => {},
  }
}
