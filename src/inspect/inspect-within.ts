import { DEFAULT_LIMITS, LimitReached } from '../header/index.ts'
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

/**
 * A part counts as so many bytes at least: its attributes become rows of 16 KiB together, while its header may be 350 bytes
 * long (5,000 parts in 1.7 MiB take 77 MiB to inspect and encode).
 */
const PART_BYTES = 1024

/** Read beside header and tables: what OpenImageIO asks for, and the ends of reads that overshoot. */
const SLACK_BYTES = 2 ** 20

/**
 * Inspects a file whose header, and whose chunk tables, may have `grantBytes` each; every part counts as a KiB at least. Throws GrantExceeded when they have
 * more, before it reads them and without a look at what was read so far; what `inspect` throws otherwise.
 */
export async function inspectWithin(
  source: ByteSource,
  options: ResolvedInspectOptions,
  grantBytes: number,
  signal?: AbortSignal,
  askOiio?: AskOiio,
): Promise<Payload> {
  const mostParts = options.limits.parts ?? DEFAULT_LIMITS.parts
  const parts = Math.min(mostParts, Math.ceil(grantBytes / PART_BYTES))
  const limits = { ...options.limits, headerBytes: grantBytes, parts }
  const within = resolveInspectOptions({ ...options, limits })
  const bounded = granted(source, grantBytes)
  try {
    const payload = await inspectSource(bounded, within, signal, askOiio, true)
    // The limits of chunk tables are no matter of the header's bytes.
    if (payload.errors.some(({ code }) => code === 'ERR_EXR_LIMIT')) throw new GrantExceeded(source.path, Infinity)
    return payload
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    const { limit, needed } = error
    if (limit === 'headerBytes') throw new GrantExceeded(source.path, needed)
    throw new GrantExceeded(source.path, limit === 'parts' && needed <= mostParts ? needed * PART_BYTES : Infinity)
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
