import { ExrError } from '../errors.ts'
import { type AddonSpec, addon } from './addon.ts'
import { refusalMessage, sourceError, unreadableError } from './results.ts'
import type { NativeSource, NativeSpec, NativeStatus } from './types.ts'

export type * from './types.ts'

/** How much native readers may read. */
export interface ReadSpecsOptions {
  /** Bytes a reader may read of one file before it is refused. Default 128 MiB; most headers need a few KiB. */
  readonly readLimitBytes?: number
}

const defaultReadLimitBytes = 128 * 2 ** 20

/** Sources of one asynchronous native call: few enough for a signal to be heard soon, many enough to cost nothing. */
const sliceLength = 32

/** Whether the addon can be used, and how to get it when not. Loads it; never throws. */
export function nativeStatus(): NativeStatus {
  try {
    const { oiio, libraries } = addon().versions()
    const openexr = /(?:^|;)openexr:OpenEXR ([^;]+)/.exec(libraries)?.[1] ?? null
    return { ok: true, oiioVersion: oiio, openexrVersion: openexr }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

/**
 * OpenImageIO's view of each source, in order, on the calling thread: for pool workers and command-line tools.
 * A bad source is a result like any other. Throws ERR_NATIVE_UNAVAILABLE.
 */
export function readSpecs(sources: readonly NativeSource[], options: ReadSpecsOptions = {}): NativeSpec[] {
  const { good, merge } = checked(sources)
  return merge(addon().readSpecs(good, readLimit(options)))
}

/**
 * The same on a libuv thread, for threads that must not wait. Bytes are copied before it returns.
 * Throws ERR_NATIVE_UNAVAILABLE, and ERR_ABORTED when `signal` fires before all is read.
 */
export async function readSpecsAsync(
  sources: readonly NativeSource[],
  signal?: AbortSignal | null,
  options: ReadSpecsOptions = {},
): Promise<NativeSpec[]> {
  const { good, merge } = checked(sources)
  const results: AddonSpec[] = []
  for (let start = 0; start < good.length; start += sliceLength) {
    if (signal?.aborted) {
      throw new ExrError('ERR_ABORTED', `Reading stopped after ${results.length} of ${good.length} files.`, {
        cause: signal.reason,
      })
    }
    const slice = good.slice(start, start + sliceLength)
    results.push(...(await addon().readSpecsAsync(slice, readLimit(options))))
  }
  return merge(results)
}

/** The sources that may cross to C++, and how their results and the others' errors become one list. */
function checked(sources: readonly NativeSource[]) {
  const errors = sources.map(sourceError)
  const good = sources.filter((_, index) => errors[index] === null)
  const merge = (results: readonly AddonSpec[]): NativeSpec[] => {
    const next = results[Symbol.iterator]()
    return sources.map((source, index) => {
      const error = errors[index]
      return error ? { status: 'unreadable', error } : toNativeSpec(source, next.next().value as AddonSpec)
    })
  }
  return { good, merge }
}

function toNativeSpec(source: NativeSource, result: AddonSpec): NativeSpec {
  switch (result.status) {
    case 'ok':
      return result
    case 'refused':
      return { ...result, message: refusalMessage(result.refusals) }
    case 'needs-bytes':
      return {
        status: result.status,
        reader: result.reader,
        refusals: result.refusals,
        range: { start: result.start, endExclusive: result.endExclusive },
      }
    case 'unreadable':
      return { status: result.status, error: unreadableError(source, result.errno) }
  }
}

function readLimit({ readLimitBytes = defaultReadLimitBytes }: ReadSpecsOptions): number {
  if (Number.isSafeInteger(readLimitBytes) && readLimitBytes > 0) return readLimitBytes
  throw new ExrError(
    'ERR_OPTION_INVALID',
    `Expected a positive integer for readLimitBytes but received ${readLimitBytes}.`,
  )
}
