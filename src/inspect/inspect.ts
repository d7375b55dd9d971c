import { ExrError } from '../errors.ts'
import type { HeaderMemory } from '../header/index.ts'
import { type AskOiio, askOiioHere } from '../oiio/ask.ts'
import { type OpenSourceOptions, openSource, type SourceInput } from '../source/open.ts'
import { KnownBytes } from '../source/ranges.ts'
import { readScattered } from '../source/scattered.ts'
import type { ByteSource } from '../source/source.ts'
import type { Isolation } from '../workers/pool-types.ts'
import { buildPayload } from './build-payload.ts'
import type { Inspection } from './inspection.ts'
import { type InspectOptions, type ResolvedInspectOptions, resolveInspectOptions } from './options.ts'
import type { Payload } from './payload.ts'
import { inspectSteps } from './steps.ts'
import { Stopwatch } from './stopwatch.ts'

/** What to inspect, where from, and until when. */
export interface InspectCallOptions extends InspectOptions, OpenSourceOptions {
  readonly signal?: AbortSignal
  /**
   * Where native code reads the file: `process` asks a child process, so that a crash is an error (ERR_NATIVE_CRASH) and
   * not the end of this process. Default: `thread`, which is this process.
   */
  readonly isolation?: Isolation
}

/**
 * Everything the header of one EXR file says, read with as few and as small reads as it takes.
 * A source that was passed in stays open. Throws ERR_SOURCE_* when it cannot be read; ERR_EXR_MAGIC,
 * ERR_EXR_TRUNCATED and ERR_SOURCE_EMPTY when it is not an OpenEXR file; ERR_OPTION_INVALID for a bad option;
 * ERR_ABORTED. A damaged file is no exception: its payload says what could be read and, in `errors`, what is wrong.
 */
export async function inspect(input: SourceInput, options: InspectCallOptions = {}): Promise<Payload> {
  const { signal, s3, isolation = 'thread', ...rest } = options
  const resolved = resolveInspectOptions(rest)
  const { source, isOwned } = await openSource(input, s3 === undefined ? {} : { s3 })
  try {
    return await inspectSource(source, resolved, { signal, askOiio: await askerFor(isolation) })
  } finally {
    if (isOwned) await source.close()
  }
}

/** How a source is inspected. */
export interface InspectHow {
  readonly signal?: AbortSignal | undefined
  /** Where OpenImageIO runs. Default: on a thread of this process. */
  readonly askOiio?: AskOiio | undefined
  /** What headers said before; payloads then share frozen facts. */
  readonly memory?: HeaderMemory | undefined
}

/**
 * `inspect` on a source that is open, with options that were checked. With `stopAtLimit` it throws LimitReached for a header
 * beyond a limit.
 */
export async function inspectSource(
  source: ByteSource,
  options: ResolvedInspectOptions,
  { signal, askOiio = askOiioHere, memory }: InspectHow = {},
  stopAtLimit = false,
): Promise<Payload> {
  const watch = new Stopwatch()
  const before = { ...source.counters }
  const known = new KnownBytes()
  // Bytes before identity: an object store learns its object's size from the first read.
  known.add(0, await source.read(0, options.firstReadBytes, signal))
  const identity = await source.identity(signal)
  watch.lap('read')

  const isRemote = source.scattered === undefined
  const inspection: Inspection = { identity, known, stopAtLimit, memory, isRemote, spec: null, peeked: [] }
  const steps = inspectSteps(inspection, options, (step) => watch.lap(step))
  for (;;) {
    assertNotAborted(signal, source.path)
    const next = steps.next()
    if (next.done === true) {
      const payload = buildPayload(inspection, next.value, options)
      watch.lap('payload')
      if (options.timings) {
        const requests = source.counters.requests - before.requests
        payload.timings_us = { ...watch.timings(), requests, bytes: source.counters.bytes - before.bytes }
      }
      return payload
    }
    if (next.value.kind === 'bytes') {
      const { start, endExclusive } = next.value.range
      known.add(start, await source.read(start, endExclusive, signal))
      watch.lap('read')
    } else if (next.value.kind === 'peek') {
      inspection.peeked = await readScattered(source, next.value.ranges, signal)
      watch.lap('read')
    } else {
      inspection.spec = await askOiio(next.value.source, signal)
      watch.lap('oiio')
    }
  }
}

async function askerFor(isolation: Isolation): Promise<AskOiio> {
  if (isolation === 'thread') return askOiioHere
  if (isolation !== 'process') {
    const received = JSON.stringify(isolation)
    throw new ExrError('ERR_OPTION_INVALID', `Expected process or thread for isolation but received ${received}`)
  }
  const { sharedIsolatedOiio } = await import('../oiio/isolated.ts')
  return sharedIsolatedOiio().ask
}

function assertNotAborted(signal: AbortSignal | undefined, path: string): void {
  if (signal?.aborted) {
    throw new ExrError('ERR_ABORTED', `Inspecting ${path} was aborted.`, { cause: signal.reason, details: { path } })
  }
}
