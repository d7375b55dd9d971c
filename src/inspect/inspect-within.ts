import { LimitReached } from '../header/index.ts'
import type { AskOiio } from '../oiio/ask.ts'
import type { ByteSource } from '../source/source.ts'
import { inspectSource } from './inspect.ts'
import { type ResolvedInspectOptions, resolveInspectOptions } from './options.ts'
import type { Payload } from './payload.ts'

/** A file needs more bytes than it was granted. Never leaves the code that granted them. */
export class GrantExceeded extends Error {
  override readonly name = 'GrantExceeded'
  /** What its header is known to need at least; infinite where more bytes would not help. */
  readonly neededBytes: number

  constructor(path: string, neededBytes: number) {
    super(path)
    this.neededBytes = neededBytes
  }
}

/** Read beside header and tables: what OpenImageIO asks for, and the ends of reads that overshoot. */
const SLACK_BYTES = 2 ** 20

/**
 * Inspects a file whose header, and whose chunk tables, may have `grantBytes` each. Throws GrantExceeded when they have
 * more, before it reads them and without a look at what was read so far; what `inspect` throws otherwise.
 */
export async function inspectWithin(
  source: ByteSource,
  options: ResolvedInspectOptions,
  grantBytes: number,
  signal?: AbortSignal,
  askOiio?: AskOiio,
): Promise<Payload> {
  const within = resolveInspectOptions({ ...options, limits: { ...options.limits, headerBytes: grantBytes } })
  const bounded = granted(source, grantBytes)
  try {
    const payload = await inspectSource(bounded, within, signal, askOiio, true)
    // The limits of chunk tables are no matter of the header's bytes.
    if (payload.errors.some(({ code }) => code === 'ERR_EXR_LIMIT')) throw new GrantExceeded(source.path, Infinity)
    return payload
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    throw new GrantExceeded(source.path, error.limit === 'headerBytes' ? error.needed : Infinity)
  }
}

/** The source, giving no more than a header and tables of so many bytes take, over all its reads. */
function granted(source: ByteSource, grantBytes: number): ByteSource {
  const mostBytes = grantBytes * 2 + SLACK_BYTES
  let taken = 0
  return {
    path: source.path,
    get counters() {
      return source.counters
    },
    identity: (signal) => source.identity(signal),
    async read(start, endExclusive, signal) {
      taken += Math.max(0, endExclusive - start)
      if (taken > mostBytes) throw new GrantExceeded(source.path, grantBytes + 1)
      return source.read(start, endExclusive, signal)
    },
    close: () => source.close(),
  }
}
