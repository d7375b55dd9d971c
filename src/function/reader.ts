import { ExrError } from '../errors.ts'
import { inspectSource } from '../inspect/inspect.ts'
import { inspectObject, type ObjectInspection } from '../inspect/inspect-object.ts'
import type { ResolvedInspectOptions } from '../inspect/options.ts'
import { fileSource } from '../source/file.ts'
import type { S3Connection } from '../source/s3-client.ts'
import { objectExists } from '../source/s3-exists.ts'
import { toS3Url } from '../source/s3-url.ts'
import type { ObjectTarget } from './target.ts'

/**
 * Inspects an object: keys are tried in order, and only a missing one leads to the next. One that is replaced
 * while it is read is read again from the start. Throws ERR_SOURCE_* and ERR_EXR_* as `inspect` does.
 */
export async function readObject(
  connection: S3Connection,
  target: ObjectTarget,
  options: ResolvedInspectOptions,
  signal: AbortSignal,
): Promise<ObjectInspection> {
  for (const [index, key] of target.keys.entries()) {
    try {
      return await inspectObject(connection, { bucket: target.bucket, key }, options, signal)
    } catch (error) {
      const isMissing = error instanceof ExrError && error.code === 'ERR_SOURCE_NOT_FOUND'
      if (!isMissing || index === target.keys.length - 1) throw error
    }
  }
  throw new ExrError('ERR_SOURCE_NOT_FOUND', `The event names no key in bucket ${target.bucket}.`)
}

/** Inspects a file, if what is opened lies in one of the folders. Throws ERR_SOURCE_DENIED when it does not. */
export async function readFile(
  path: string,
  folders: readonly string[],
  options: ResolvedInspectOptions,
  signal: AbortSignal,
): Promise<ObjectInspection> {
  const source = fileSource(path, { folders })
  try {
    return { payload: await inspectSource(source, options, signal), counters: source.counters }
  } finally {
    await source.close()
  }
}

/** What looking for an object's possible keys told; `unknown` when the key pair may not look. */
export type Absence =
  | { readonly kind: 'absent'; readonly paths: readonly string[] }
  | { readonly kind: 'present' | 'unknown' }

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
