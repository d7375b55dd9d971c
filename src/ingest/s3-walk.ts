import { toPlainError } from '../errors.ts'
import type { S3Connection } from '../source/s3-client.ts'
import { listLevel, listObjects, type S3Object } from '../source/s3-list.ts'
import { parseS3Url, type S3Location, toS3Url } from '../source/s3-url.ts'
import { flow } from '../workers/flow.ts'
import type { FoundFiles, WalkStep } from './found.ts'
import { EXR_NAME } from './listing.ts'
import type { S3WalkOptions } from './walk.ts'

/** Pages of one sub-prefix that may wait while the ones before it are consumed. */
const PAGES_AHEAD = 4

/**
 * OpenEXR objects below `s3://bucket/prefix`, a page at a time and in key order; sub-prefixes are listed beside each
 * other. A URL that ends like an OpenEXR file is that one object and is not listed. What cannot be listed is a failure
 * in a step, never an exception.
 */
export async function* walkS3(
  connection: S3Connection,
  root: string,
  options: S3WalkOptions = {},
): AsyncGenerator<WalkStep> {
  const location = parseS3Url(root)
  if (EXR_NAME.test(location.key)) {
    yield stepOf(location.bucket, [{ key: location.key, sizeBytes: Number.NaN, etag: null, mtimeUs: null }])
    return
  }
  try {
    for await (const objects of pages(connection, location, options)) {
      const files = objects.filter(({ key }) => EXR_NAME.test(key))
      if (files.length > 0) yield stepOf(location.bucket, files)
    }
  } catch (error) {
    const { code, message } = toPlainError(error, 'ERR_SOURCE_READ')
    if (code === 'ERR_ABORTED') throw error
    yield { ...stepOf(location.bucket, []), failures: [{ path: toS3Url(location), code, message }] }
  }
}

async function* pages(
  connection: S3Connection,
  location: S3Location,
  { startAfter, shallow = false, concurrency = 8, signal }: S3WalkOptions,
): AsyncGenerator<S3Object[]> {
  const listing = { ...(startAfter !== undefined && { startAfter }), ...(signal && { signal }) }
  if (startAfter !== undefined) {
    yield* listObjects(connection, location, listing)
    return
  }
  const { prefixes, objects, isWhole } = await listLevel(connection, location, signal)
  const isDirect = ({ key }: S3Object) => !key.includes('/', location.key.length)
  if (!isWhole) {
    for await (const page of listObjects(connection, location, listing)) yield shallow ? page.filter(isDirect) : page
    return
  }
  if (objects.length > 0) yield [...objects]
  if (shallow) return
  const list = (key: string) => listObjects(connection, { bucket: location.bucket, key }, listing)
  yield* flow(prefixes, list, { window: concurrency, ordered: true, ahead: PAGES_AHEAD, signal })
}

function stepOf(bucket: string, objects: readonly S3Object[]): WalkStep {
  const files: FoundFiles = {
    directory: `s3://${bucket}/`,
    names: objects.map(({ key }) => key),
    sizes: Float64Array.from(objects, ({ sizeBytes }) => sizeBytes),
    mtimesUs: BigInt64Array.from(objects, ({ mtimeUs }) => mtimeUs ?? 0n),
    etags: objects.map(({ etag }) => etag),
  }
  return { files, failures: [], skippedLinks: 0 }
}
