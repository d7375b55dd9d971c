import { ExrError } from '../errors.ts'
import { DEFAULT_LIMITS, HeaderMemory } from '../header/index.ts'
import { inspectAnew, type ObjectInspection } from '../inspect/inspect-object.ts'
import { GrantExceeded, inspectWithin } from '../inspect/inspect-within.ts'
import type { ResolvedInspectOptions } from '../inspect/options.ts'
import type { AskOiio } from '../oiio/ask.ts'
import { fileSource } from '../source/file.ts'
import type { S3Connection } from '../source/s3-client.ts'
import { objectExists } from '../source/s3-exists.ts'
import { S3Source } from '../source/s3-source.ts'
import { toS3Url } from '../source/s3-url.ts'
import type { ByteSource } from '../source/source.ts'
import { type LargeFile, SMALL_HEADER_BYTES } from './large-files.ts'
import type { ObjectTarget } from './target.ts'

/** What reading told: a payload, or that the header is too large to be read here. */
type Reading = ({ readonly kind: 'payload' } & ObjectInspection) | ({ readonly kind: 'large' } & LargeFile)

/**
 * Inspects an object with a small header: keys are tried in order, and only a missing one leads to the next. One that is
 * replaced while it is read is read again from the start. Throws ERR_SOURCE_* and ERR_EXR_* as `inspect` does.
 */
export async function readObject(
  connection: S3Connection,
  { bucket, keys }: ObjectTarget,
  options: ResolvedInspectOptions,
  signal: AbortSignal,
  askOiio: AskOiio,
): Promise<Reading> {
  for (const [index, key] of keys.entries()) {
    try {
      const firstRead = { firstReadBytes: options.firstReadBytes }
      return await readSmall(() => new S3Source(connection, { bucket, key }, firstRead), options, signal, askOiio)
    } catch (error) {
      const isMissing = error instanceof ExrError && error.code === 'ERR_SOURCE_NOT_FOUND'
      if (!isMissing || index === keys.length - 1) throw error
    }
  }
  throw new ExrError('ERR_SOURCE_NOT_FOUND', `The event names no key in bucket ${bucket}.`)
}

/** The same for a file, if what is opened lies in one of the folders. Throws ERR_SOURCE_DENIED when it does not. */
export function readFile(
  path: string,
  folders: readonly string[],
  options: ResolvedInspectOptions,
  signal: AbortSignal,
  askOiio: AskOiio,
): Promise<Reading> {
  return readSmall(() => fileSource(path, { folders }), options, signal, askOiio)
}

/** Of all requests: frames of a shot come one after the other. */
const memory = new HeaderMemory(DEFAULT_LIMITS.channels)

async function readSmall(
  open: () => ByteSource,
  options: ResolvedInspectOptions,
  signal: AbortSignal,
  askOiio: AskOiio,
): Promise<Reading> {
  let location = ''
  try {
    const inspection = await inspectAnew(open, (source) => {
      location = source.path
      return inspectWithin(source, options, SMALL_HEADER_BYTES, { signal, askOiio, memory })
    })
    return { kind: 'payload', ...inspection }
  } catch (error) {
    if (error instanceof GrantExceeded) return { kind: 'large', location, neededBytes: error.neededBytes }
    throw error
  }
}

/** What looking for an object's possible keys told; `unknown` when the key pair may not look. */
type Absence = { readonly kind: 'absent'; readonly paths: readonly string[] } | { readonly kind: 'present' | 'unknown' }

/** Which of an object's possible locations hold nothing now. Throws ERR_SOURCE_* when the store cannot be asked. */
export async function lookForAbsent(
  connection: S3Connection,
  { bucket, keys }: ObjectTarget,
  signal: AbortSignal,
): Promise<Absence> {
  const paths: string[] = []
  try {
    for (const key of keys) {
      if (!(await objectExists(connection, { bucket, key }, signal))) paths.push(toS3Url({ bucket, key }))
    }
  } catch (error) {
    if (error instanceof ExrError && error.code === 'ERR_SOURCE_DENIED') return { kind: 'unknown' }
    throw error
  }
  return paths.length === 0 ? { kind: 'present' } : { kind: 'absent', paths }
}
