import { ListBucketsCommand } from '@aws-sdk/client-s3'
import type { S3Connection } from './s3-client.ts'
import { toS3Error } from './s3-errors.ts'

/**
 * Asks a store for its buckets. Gives how many there are; null where the keys are taken but may not list them all.
 * Throws ERR_SOURCE_CREDENTIALS for keys that are not taken, ERR_SOURCE_UNAVAILABLE for a store that does not answer,
 * ERR_SOURCE_READ for one that is none.
 */
export async function countBuckets(connection: S3Connection): Promise<number | null> {
  try {
    const { Buckets } = await connection.client.send(new ListBucketsCommand(), {
      abortSignal: AbortSignal.timeout(connection.readTimeoutMs),
    })
    return Buckets?.length ?? 0
  } catch (error) {
    const failure = toS3Error(error, 'list', 'the buckets', connection.name)
    if (failure.code === 'ERR_SOURCE_DENIED') return null
    throw failure
  }
}
