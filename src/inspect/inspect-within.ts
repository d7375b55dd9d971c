import type { AskOiio } from '../oiio/ask.ts'
import type { ByteSource } from '../source/source.ts'
import { inspectSource } from './inspect.ts'
import { type ResolvedInspectOptions, resolveInspectOptions } from './options.ts'
import type { Payload } from './payload.ts'

/** A file needs more bytes than it was granted. Never leaves the code that granted them. */
export class GrantExceeded extends Error {
  override readonly name = 'GrantExceeded'
}

/** Read beside header and tables: what OpenImageIO asks for, and the ends of reads that overshoot. */
const SLACK_BYTES = 2 ** 20

/**
 * Inspects a file whose header, and whose chunk tables, may have `grantBytes` each. Throws GrantExceeded when they have
 * more, before it reads them; what `inspect` throws otherwise.
 */
export async function inspectWithin(
  source: ByteSource,
  options: ResolvedInspectOptions,
  grantBytes: number,
  signal?: AbortSignal,
  askOiio?: AskOiio,
): Promise<Payload> {
  const within = resolveInspectOptions({ ...options, limits: { ...options.limits, headerBytes: grantBytes } })
  const payload = await inspectSource(granted(source, grantBytes * 2 + SLACK_BYTES), within, signal, askOiio)
  if (payload.errors.some(({ code }) => code === 'ERR_EXR_LIMIT')) throw new GrantExceeded(source.path)
  return payload
}

/** The source, giving no more than some bytes over all its reads. */
function granted(source: ByteSource, mostBytes: number): ByteSource {
  let taken = 0
  return {
    path: source.path,
    get counters() {
      return source.counters
    },
    identity: (signal) => source.identity(signal),
    async read(start, endExclusive, signal) {
      taken += Math.max(0, endExclusive - start)
      if (taken > mostBytes) throw new GrantExceeded(source.path)
      return source.read(start, endExclusive, signal)
    },
    close: () => source.close(),
  }
}
