import { DEFAULT_LIMITS, LimitReached } from '../header/index.ts'
import type { HeaderLimits } from '../header/model.ts'
import type { ByteSource } from '../source/source.ts'
import { type InspectHow, inspectSource } from './inspect.ts'
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

/** The same for an attribute: a row each, whether it has 30 bytes or 300. Eleven of them are a small part. */
const ATTRIBUTE_BYTES = 92

/** Read beside header and tables: what OpenImageIO asks for, and the ends of reads that overshoot. */
const SLACK_BYTES = 2 ** 20

/** Options with limits that a header of more than `grantBytes` passes; every part and every attribute counts as some bytes at least. */
export function withinGrant(options: ResolvedInspectOptions, grantBytes: number): ResolvedInspectOptions {
  const most = { ...DEFAULT_LIMITS, ...options.limits }
  const limits = {
    ...options.limits,
    headerBytes: Math.min(most.headerBytes, grantBytes),
    parts: Math.min(most.parts, Math.ceil(grantBytes / PART_BYTES)),
    totalAttributes: Math.min(most.totalAttributes, Math.ceil(grantBytes / ATTRIBUTE_BYTES)),
  }
  return resolveInspectOptions({ ...options, limits })
}

/** What an inspection within a grant threw: GrantExceeded for a limit that stopped it. */
export function grantError(error: unknown, path: string, options: ResolvedInspectOptions): unknown {
  if (!(error instanceof LimitReached)) return error
  const { limit, needed } = error
  const weight = WEIGHTS[limit]
  const isAllowed = needed <= { ...DEFAULT_LIMITS, ...options.limits }[limit]
  return new GrantExceeded(path, weight !== undefined && isAllowed ? needed * weight : Infinity)
}

/** Bytes that each counts as, of limits that a grant narrows. */
const WEIGHTS: Partial<Record<keyof HeaderLimits, number>> = {
  headerBytes: 1,
  parts: PART_BYTES,
  totalAttributes: ATTRIBUTE_BYTES,
}

/**
 * Inspects a file whose header, and whose chunk tables, may have `grantBytes` each. Throws GrantExceeded when they have
 * more, before it reads them and without a look at what was read so far; what `inspect` throws otherwise.
 */
export async function inspectWithin(
  source: ByteSource,
  options: ResolvedInspectOptions,
  grantBytes: number,
  how: InspectHow = {},
): Promise<Payload> {
  try {
    const within = withinGrant(options, grantBytes)
    const payload = await inspectSource(granted(source, grantBytes), within, how, true)
    // The limits of chunk tables are no matter of the header's bytes.
    if (payload.errors.some(({ code }) => code === 'ERR_EXR_LIMIT')) throw new GrantExceeded(source.path, Infinity)
    return payload
  } catch (error) {
    throw grantError(error, source.path, options)
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
