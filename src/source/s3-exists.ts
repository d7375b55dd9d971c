import { ExrError } from '../errors.ts'
import { retry } from '../workers/retry.ts'
import { retryPolicy, type S3Connection } from './s3-client.ts'
import { isTransient, toS3Error } from './s3-errors.ts'
import { S3Source } from './s3-source.ts'
import { assertAskable, type S3Location, toS3Url } from './s3-url.ts'

/**
 * Whether an object has a current version at this moment, asked with one HEAD. Throws ERR_SOURCE_* as reads do;
 * ERR_SOURCE_DENIED means that the key pair may not look, which many stores also say of an object that is missing.
 * A HEAD that is refused says nothing of the reason, because its answer has no body: one byte is read then, so that
 * keys that are wrong or out of date are not taken for keys without the right.
 */
export async function objectExists(
  connection: S3Connection,
  location: S3Location,
  signal?: AbortSignal,
): Promise<boolean> {
  return absentIsFalse(() => answersHead(connection, location, signal)).catch((error: unknown) => {
    if (!(error instanceof ExrError) || error.code !== 'ERR_SOURCE_DENIED') throw error
    return absentIsFalse(() => new S3Source(connection, location, { firstReadBytes: 1 }).identity(signal))
  })
}

async function absentIsFalse(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look()
    return true
  } catch (error) {
    if (error instanceof ExrError && error.code === 'ERR_SOURCE_NOT_FOUND') return false
    throw error
  }
}

async function answersHead(
  { client, sdk, name, readTimeoutMs, maxAttempts }: S3Connection,
  location: S3Location,
  signal?: AbortSignal,
): Promise<void> {
  assertAskable(location)
  const path = toS3Url(location)
  const look = async () => {
    const timeout = AbortSignal.timeout(readTimeoutMs)
    const abortSignal = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    try {
      await client.send(new sdk.HeadObjectCommand({ Bucket: location.bucket, Key: location.key }), { abortSignal })
    } catch (error) {
      if (signal?.aborted) throw new ExrError('ERR_ABORTED', `Stopped looking for ${path}.`, { cause: error })
      if (timeout.aborted) {
        const message = `Could not look for ${path}: no answer within ${readTimeoutMs} ms. Check the endpoint and the network, then try again.`
        throw new ExrError('ERR_SOURCE_UNAVAILABLE', message, { cause: error, details: { path } })
      }
      throw toS3Error(error, 'look for', path, name)
    }
  }
  return retry(look, { ...retryPolicy({ maxAttempts }), mayRetry: isTransient, signal })
}
