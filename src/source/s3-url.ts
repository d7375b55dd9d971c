import { ExrError } from '../errors.ts'

/** One object. The key is raw: spaces, `+`, `%`, `?`, `//` and `..` are ordinary characters of it. */
export interface S3Location {
  readonly bucket: string
  readonly key: string
}

const SCHEME = 's3://'

export function isS3Url(path: string): boolean {
  return path.startsWith(SCHEME)
}

/**
 * `s3://bucket/key`, split at the first slash after the bucket and never decoded. The key may be empty
 * (a whole bucket, for listings). Throws ERR_OPTION_INVALID when there is no bucket.
 */
export function parseS3Url(url: string): S3Location {
  const rest = url.slice(SCHEME.length)
  const slash = rest.indexOf('/')
  const bucket = slash === -1 ? rest : rest.slice(0, slash)
  if (!isS3Url(url) || bucket === '') {
    throw new ExrError('ERR_OPTION_INVALID', `Expected s3://bucket/key for an S3 location but received ${url}.`)
  }
  return { bucket, key: slash === -1 ? '' : rest.slice(slash + 1) }
}

export function toS3Url({ bucket, key }: S3Location): string {
  return `${SCHEME}${bucket}/${key}`
}
