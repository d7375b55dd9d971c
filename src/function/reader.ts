import { realpathSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import { ExrError } from '../errors.ts'
import { inspectSource } from '../inspect/inspect.ts'
import type { ResolvedInspectOptions } from '../inspect/options.ts'
import type { Payload } from '../inspect/payload.ts'
import { openSource } from '../source/open.ts'
import type { S3Connection } from '../source/s3-client.ts'
import { S3Source } from '../source/s3-source.ts'
import { toS3Url } from '../source/s3-url.ts'
import type { SourceCounters } from '../source/source.ts'
import type { ObjectTarget } from './work.ts'

/** An object that is replaced again and again while it is read is given up after this many readings. */
const MOST_READINGS = 3

export interface Reading {
  readonly payload: Payload
  readonly counters: SourceCounters
}

/**
 * Inspects an object: keys are tried in order, and only a missing one leads to the next. One that is replaced
 * while it is read is read again from the start. Throws ERR_SOURCE_* and ERR_EXR_* as `inspect` does.
 */
export async function readObject(
  connection: S3Connection,
  target: ObjectTarget,
  options: ResolvedInspectOptions,
  signal: AbortSignal,
): Promise<Reading> {
  for (const [index, key] of target.keys.entries()) {
    try {
      return await readWhole(connection, target.bucket, key, options, signal)
    } catch (error) {
      const isMissing = error instanceof ExrError && error.code === 'ERR_SOURCE_NOT_FOUND'
      if (!isMissing || index === target.keys.length - 1) throw error
    }
  }
  throw new ExrError('ERR_SOURCE_NOT_FOUND', `The event names no key in bucket ${target.bucket}.`)
}

async function readWhole(
  connection: S3Connection,
  bucket: string,
  key: string,
  options: ResolvedInspectOptions,
  signal: AbortSignal,
): Promise<Reading> {
  for (let reading = 1; ; reading++) {
    const source = new S3Source(connection, { bucket, key }, { firstReadBytes: options.firstReadBytes })
    try {
      return { payload: await inspectSource(source, options, signal), counters: source.counters }
    } catch (error) {
      const isChanged = error instanceof ExrError && error.code === 'ERR_SOURCE_CHANGED'
      if (!isChanged || reading === MOST_READINGS) throw error
    } finally {
      await source.close()
    }
  }
}

/** Inspects a file, if it lies in one of the folders that may be read. Throws ERR_SOURCE_DENIED when it does not. */
export async function readFile(
  path: string,
  allowedFolders: readonly string[],
  options: ResolvedInspectOptions,
  signal: AbortSignal,
): Promise<Reading> {
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
