import { realpathSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import { ExrError } from '../errors.ts'
import { inspectSource } from '../inspect/inspect.ts'
import { inspectObject, type ObjectInspection } from '../inspect/inspect-object.ts'
import type { ResolvedInspectOptions } from '../inspect/options.ts'
import { openSource } from '../source/open.ts'
import type { S3Connection } from '../source/s3-client.ts'
import { toS3Url } from '../source/s3-url.ts'
import type { ObjectTarget } from './work.ts'

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

/** Inspects a file, if it lies in one of the folders that may be read. Throws ERR_SOURCE_DENIED when it does not. */
export async function readFile(
  path: string,
  allowedFolders: readonly string[],
  options: ResolvedInspectOptions,
  signal: AbortSignal,
): Promise<ObjectInspection> {
  if (!allowedFolders.some((folder) => isInside(folder, path))) {
    throw new ExrError(
      'ERR_SOURCE_DENIED',
      `Could not read ${path}: it is in none of the folders that EXR_ALLOWED_FOLDERS names.`,
      {
        details: { path },
      },
    )
  }
  const { source } = await openSource(path)
  try {
    return { payload: await inspectSource(source, options, signal), counters: source.counters }
  } finally {
    await source.close()
  }
}

/** Links are followed before the question is asked. A path that does not exist is judged as it is written. */
function isInside(folder: string, path: string): boolean {
  const inside = relative(real(folder), real(path))
  return inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)
}

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The location to name in messages and in `ingest_errors` when nothing could be read. */
export function nameOf(target: ObjectTarget): string {
  return toS3Url({ bucket: target.bucket, key: target.keys[0] ?? '' })
}
