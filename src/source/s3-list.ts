import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import { ExrError } from '../errors.ts'
import { retry } from '../workers/retry.ts'
import { retryPolicy, type S3Connection } from './s3-client.ts'
import { isTransient, toS3Error } from './s3-errors.ts'
import { type S3Location, toS3Url } from './s3-url.ts'

/** One listed object. */
export interface S3Object {
  readonly key: string
  readonly sizeBytes: number
  /** Opaque, without quotes. */
  readonly etag: string | null
  /** Microseconds since the Unix epoch. */
  readonly mtimeUs: bigint | null
}

interface S3ListOptions {
  /** Only keys after this one, in the store's byte order: where an earlier listing stopped. */
  readonly startAfter?: string
  /** Keys asked for per page; a store may send fewer. Default 1,000. */
  readonly pageSize?: number
  readonly signal?: AbortSignal
}

/**
 * All objects under a prefix, page by page and in key order; only one page is held. A page that fails in a
 * way that may pass is asked for again. Throws ERR_SOURCE_* with the prefix in `details`.
 */
export async function* listObjects(
  connection: S3Connection,
  prefix: S3Location,
  options: S3ListOptions = {},
): AsyncGenerator<S3Object[]> {
  let token: string | undefined
  let after = options.startAfter
  while (true) {
    const page = await readPage(connection, prefix, {
      token,
      after,
      pageSize: options.pageSize,
      signal: options.signal,
    })
    const objects = toObjects(page)
    if (objects.length > 0) yield objects
    if (!page.IsTruncated) return
    const last = objects.at(-1)?.key
    // A cut page without a token goes on after the last key; one with neither cannot go on at all.
    if (page.NextContinuationToken === undefined && (last === undefined || last === after)) {
      throw new ExrError(
        'ERR_SOURCE_READ',
        `Could not list ${toS3Url(prefix)}: the server says there is more after ${last ?? 'an empty page'} but not where to go on. Check that the endpoint is an S3 server.`,
        { details: { path: toS3Url(prefix) } },
      )
    }
    token = page.NextContinuationToken
    after = last ?? after
  }
}

/** What lies directly below a prefix. */
interface S3Level {
  readonly prefixes: readonly string[]
  readonly objects: readonly S3Object[]
  /** False when the server says there is more but not where to go on: list the objects themselves then. */
  readonly isWhole: boolean
}

/** The next level below a prefix, so that large buckets can be listed in parallel. Throws what `listObjects` throws. */
export async function listLevel(connection: S3Connection, prefix: S3Location, signal?: AbortSignal): Promise<S3Level> {
  const prefixes: string[] = []
  const objects: S3Object[] = []
  let token: string | undefined
  for (;;) {
    const page = await readPage(connection, prefix, { token, delimiter: '/', signal })
    const decode = keyDecoder(page)
    prefixes.push(...(page.CommonPrefixes ?? []).map((entry) => decode(entry.Prefix ?? '')))
    objects.push(...toObjects(page))
    token = page.NextContinuationToken
    if (!page.IsTruncated || token === undefined) return { prefixes, objects, isWhole: !page.IsTruncated }
  }
}

interface PageRequest {
  readonly token?: string | undefined
  readonly after?: string | undefined
  readonly delimiter?: string
  readonly pageSize?: number | undefined
  readonly signal?: AbortSignal | undefined
}

function readPage(
  connection: S3Connection,
  prefix: S3Location,
  request: PageRequest,
): Promise<ListObjectsV2CommandOutput> {
  const path = toS3Url(prefix)
  const command = new connection.sdk.ListObjectsV2Command({
    Bucket: prefix.bucket,
    Prefix: prefix.key,
    EncodingType: 'url',
    MaxKeys: request.pageSize,
    Delimiter: request.delimiter,
    ContinuationToken: request.token,
    StartAfter: request.token === undefined ? request.after : undefined,
  })
  const attempt = async () => {
    const timeout = AbortSignal.timeout(connection.readTimeoutMs)
    try {
      const abortSignal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout])
      return checkedPage(await connection.client.send(command, { abortSignal }), path)
    } catch (error) {
      if (request.signal?.aborted) throw new ExrError('ERR_ABORTED', `Stopped listing ${path}.`, { cause: error })
      const failure = timeout.aborted
        ? Object.assign(new Error(`no complete answer within ${connection.readTimeoutMs} ms`), { name: 'TimeoutError' })
        : error
      throw toS3Error(failure, 'list', path, connection.name)
    }
  }
  return retry(attempt, { ...retryPolicy(connection), mayRetry: isTransient, signal: request.signal })
}

/** An HTML page parses as an empty listing: every real one names its bucket or counts its keys. */
function checkedPage(page: ListObjectsV2CommandOutput, path: string): ListObjectsV2CommandOutput {
  if (page.Name !== undefined || page.KeyCount !== undefined) return page
  throw new ExrError(
    'ERR_SOURCE_READ',
    `Could not list ${path}: the answer is not a bucket listing. Check that the endpoint is an S3 server.`,
    { details: { path } },
  )
}

function toObjects(page: ListObjectsV2CommandOutput): S3Object[] {
  const decode = keyDecoder(page)
  return (page.Contents ?? []).map((entry) => ({
    key: decode(entry.Key ?? ''),
    sizeBytes: entry.Size ?? 0,
    etag: entry.ETag?.replaceAll('"', '') || null,
    mtimeUs: entry.LastModified === undefined ? null : BigInt(entry.LastModified.getTime()) * 1000n,
  }))
}

/** Keys travel percent-encoded when the server says so: XML cannot carry every character that a key may have. */
function keyDecoder(page: ListObjectsV2CommandOutput): (key: string) => string {
  if (page.EncodingType !== 'url') return (key) => key
  return (key) => decodeURIComponent(key.replaceAll('+', ' '))
}
