import { ExrError } from '../errors.ts'
import { retry } from '../workers/retry.ts'
import { retryPolicy, type S3Connection } from './s3-client.ts'
import { isTransient, toS3Error } from './s3-errors.ts'
import { assertAskable, type S3Location, toS3Url } from './s3-url.ts'

/**
 * Whether an object has a current version at this moment, asked with one HEAD. Throws ERR_SOURCE_* as reads do;
 * ERR_SOURCE_DENIED means that the key pair may not look, which many stores also say of an object that is missing.
 */
export async function objectExists(
  { client, sdk, name, readTimeoutMs, maxAttempts }: S3Connection,
  location: S3Location,
  signal?: AbortSignal,
): Promise<boolean> {
  assertAskable(location)
  const path = toS3Url(location)
  const look = async () => {
    const timeout = AbortSignal.timeout(readTimeoutMs)
    const abortSignal = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
    try {
      await client.send(new sdk.HeadObjectCommand({ Bucket: location.bucket, Key: location.key }), { abortSignal })
      return true
    } catch (error) {
      if (signal?.aborted) throw new ExrError('ERR_ABORTED', `Stopped looking for ${path}.`, { cause: error })
      if (timeout.aborted) {
        const message = `Could not look for ${path}: no answer within ${readTimeoutMs} ms. Check the endpoint and the network, then try again.`
        throw new ExrError('ERR_SOURCE_UNAVAILABLE', message, { cause: error, details: { path } })
      }
      const failure = toS3Error(error, 'look for', path, name)
      if (failure.code === 'ERR_SOURCE_NOT_FOUND') return false
      throw failure
    }
  }
  return retry(look, { ...retryPolicy({ maxAttempts }), mayRetry: isTransient, signal })
}
