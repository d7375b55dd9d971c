import { ExrError } from '../errors.ts'

/** One object. The key is raw: spaces, `+`, `%`, `?` and `//` are ordinary characters of it. */
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

/** Names that any store has ever taken: today's are shorter and in small letters. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/

/** The longest key that object stores take, in bytes of UTF-8. */
const MOST_KEY_BYTES = 1024

/**
 * Throws ERR_SOURCE_KEY for a key that no request can name safely: one with a `.` or `..` between its slashes, which
 * servers and proxies fold into another key (or another bucket) before or after they check the signature; one with
 * half a surrogate pair, which has no UTF-8; one of more than 1,024 bytes. And for a bucket that has no name of a bucket.
 */
export function assertAskable(location: S3Location): void {
  const reason = BUCKET.test(location.bucket) ? reasonNotToAsk(location.key) : 'its bucket has no name of a bucket'
  if (reason === null) return
  const path = toS3Url(location).toWellFormed()
  throw new ExrError('ERR_SOURCE_KEY', `Cannot ask for ${path}: ${reason}. Store the object under another key.`, {
    details: { path },
  })
}

function reasonNotToAsk(key: string): string | null {
  if (!key.isWellFormed()) return 'its key holds half a surrogate pair, which cannot be sent'
  if (/(^|\/)\.\.?(\/|$)/.test(key)) return 'its key has a "." or ".." between slashes, which servers fold'
  const bytes = Buffer.byteLength(key)
  return bytes > MOST_KEY_BYTES ? `its key has ${bytes} bytes, more than ${MOST_KEY_BYTES}` : null
}
