import { ExrError } from '../errors.ts'
import type { S3Connection } from '../source/s3-client.ts'
import { S3Source } from '../source/s3-source.ts'
import type { S3Location } from '../source/s3-url.ts'
import type { ByteSource, SourceCounters } from '../source/source.ts'
import { type InspectHow, inspectSource } from './inspect.ts'
import { inspectWithin } from './inspect-within.ts'
import type { ResolvedInspectOptions } from './options.ts'
import type { Payload } from './payload.ts'

/** An object that is replaced again and again while it is read is given up after this many readings. */
const MOST_READINGS = 3

export interface ObjectInspection {
  readonly payload: Payload
  readonly counters: SourceCounters
}

/**
 * Inspects one object by ranged reads; one that is replaced while it is read is read again from the start, up to
 * three times. Throws what `inspect` throws, ERR_SOURCE_CHANGED after the third time; with `grantBytes` GrantExceeded.
 */
export function inspectObject(
  connection: S3Connection,
  location: S3Location,
  options: ResolvedInspectOptions,
  how: InspectHow = {},
  grantBytes: number | null = null,
): Promise<ObjectInspection> {
  const open = () => new S3Source(connection, location, { firstReadBytes: options.firstReadBytes })
  return inspectAnew(open, (source) =>
    grantBytes === null ? inspectSource(source, options, how) : inspectWithin(source, options, grantBytes, how),
  )
}

/** `inspectObject` for a source and an inspection of the caller's: a source that was replaced is opened anew. */
export async function inspectAnew(
  open: () => ByteSource,
  inspect: (source: ByteSource) => Promise<Payload>,
): Promise<ObjectInspection> {
  for (let reading = 1; ; reading++) {
    const source = open()
    try {
      return { payload: await inspect(source), counters: source.counters }
    } catch (error) {
      const isChanged = error instanceof ExrError && error.code === 'ERR_SOURCE_CHANGED'
      if (!isChanged || reading === MOST_READINGS) throw error
    } finally {
      await source.close()
    }
  }
}
