import { type ErrorCode, ExrError } from '../errors.ts'

/** What the AWS SDK's errors carry, of which nothing is certain: a server may answer anything. */
interface SdkError {
  readonly name?: string
  readonly code?: string
  readonly message?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
  readonly $response?: { readonly statusCode?: number; readonly headers?: Record<string, string> }
}

const CREDENTIAL_CODES = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'RequestTimeTooSkewed',
  'TokenRefreshRequired',
  'CredentialsProviderError',
])

const THROTTLING_CODES = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'RequestLimitExceeded',
])

export function statusOf(error: unknown): number | undefined {
  const sdk = error as SdkError
  return sdk?.$metadata?.httpStatusCode ?? sdk?.$response?.statusCode
}

export function headersOf(error: unknown): Record<string, string> {
  return (error as SdkError)?.$response?.headers ?? {}
}

/** Whether the same request may succeed a moment later: throttling, server failures, timeouts, broken connections. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ExrError) return error.code === 'ERR_SOURCE_UNAVAILABLE'
  return toS3Code(error) === 'ERR_SOURCE_UNAVAILABLE'
}

/** Any failure of the SDK as one of ours; the server's own code and words are in the message, keys and queries never. */
export function toS3Error(error: unknown, action: string, path: string, store: string): ExrError {
  if (error instanceof ExrError) return error
  const code = toS3Code(error)
  return new ExrError(
    code,
    `Could not ${action} ${path} (${store}): ${describe(error)}. ${REMEDY[code] ?? ''}`.trimEnd(),
    {
      cause: error,
      details: { path },
    },
  )
}

const REMEDY: Partial<Record<ErrorCode, string>> = {
  ERR_SOURCE_NOT_FOUND: 'Check the bucket and the key; keys are case-sensitive and never decoded.',
  ERR_SOURCE_DENIED: "Ask for s3:GetObject (and s3:ListBucket for listings) in the key's policy.",
  ERR_SOURCE_CREDENTIALS: 'Check the access key, the secret key, their expiry and the clock of this machine.',
  ERR_SOURCE_UNAVAILABLE: 'Check the endpoint and the network, then try again.',
  ERR_SOURCE_READ: 'Check that the endpoint is an S3 server.',
}

function toS3Code(error: unknown): ErrorCode {
  const sdk = error as SdkError
  const name = sdk?.name ?? ''
  const status = statusOf(error)
  if (name === 'AbortError') return 'ERR_ABORTED'
  if (CREDENTIAL_CODES.has(name)) return 'ERR_SOURCE_CREDENTIALS'
  if (THROTTLING_CODES.has(name) || status === 429) return 'ERR_SOURCE_UNAVAILABLE'
  if (name === 'NoSuchKey' || name === 'NoSuchBucket' || name === 'NotFound' || status === 404)
    return 'ERR_SOURCE_NOT_FOUND'
  if (status === 401 || status === 403) return 'ERR_SOURCE_DENIED'
  if (name === 'KeyTooLongError' || name === 'InvalidBucketName') return 'ERR_SOURCE_KEY'
  if (status === 412) return 'ERR_SOURCE_CHANGED'
  if (status !== undefined && status >= 500 && status !== 501) return 'ERR_SOURCE_UNAVAILABLE'
  if (name === 'TimeoutError') return 'ERR_SOURCE_UNAVAILABLE'
  if (status === undefined && sdk?.code !== undefined && /^(E[A-Z]+|UND_ERR)/.test(sdk.code))
    return 'ERR_SOURCE_UNAVAILABLE'
  return 'ERR_SOURCE_READ'
}

function describe(error: unknown): string {
  const sdk = error as SdkError
  const status = statusOf(error)
  const words = [
    status === undefined ? undefined : `HTTP ${status}`,
    sdk?.name === 'Error' ? sdk.code : sdk?.name,
    // A proxy's page may stand where XML should: keep one short line of it.
    (sdk?.message ?? String(error)).replaceAll(/\s+/g, ' ').slice(0, 200),
  ]
  return words.filter((word) => word !== undefined && word !== '').join(' ')
}
